"""`klunak drill`: live a season, seize it, report what was found."""

from __future__ import annotations

import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from clients.cli.operators import Backend, Json, today
from clients.cli.voice import person, plainly, result, say, working
from clients.drill.report import written_report
from clients.drill.result import Drill
from clients.drill.run import run_drill


def drill(
    parcels: Annotated[int, typer.Option(min=2, help="To be confirmed before it.")] = 15_000,
    backend: Backend = "sqlite",
    as_json: Json = False,
    report: Annotated[Path | None, typer.Option(help="Write a page to look at there.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the people and the moment.")] = 1,
) -> None:
    """Seize a node and a matcher in the middle of business, and count what was found.

    Ends with 1 if anything was found that must not be there, or a planted control was not found.
    A season of 15,000 parcels takes most of an hour on two cores, one of 60 a minute or two.
    Reading another process's memory takes root, as whoever seizes a machine has it.
    """
    # Whoever ends it ends what it started, also where a background made it deaf to Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with (
        plainly(),
        tempfile.TemporaryDirectory(prefix="drill-") as home,
        working("a season of parcels") as now,
    ):
        done = run_drill(
            parcels,
            backend=backend,
            today=today(),
            home=Path(home),
            seed=seed,
            told=now,
        )
    if report is not None:
        report.write_text(written_report(done), encoding="utf-8")
    if as_json:
        result(done.as_json())
    else:
        _tell(done)
    if done.failures:
        for failure in done.failures:
            say(failure)
        sys.exit(1)


def _tell(done: Drill) -> None:
    table = Table("place", "bytes", "hits", "controls", title=f"{done.markers:,} markers")
    for name, place in done.places.items():
        found = f"{place.controls_found} of {place.controls_planted}"
        table.add_row(name.replace("_", " "), f"{place.bytes:,}", str(place.hit_count), found)
    person.print(table)
    table = Table("what is guessed", "advantage", "at most (99 %)", "trials")
    for name, one in done.link.items():
        figures = (f"{one.advantage:.3f}", f"{one.upper99:.3f}", str(one.trials))
        table.add_row(name.replace("_", " "), *figures)
    person.print(table)
    table = Table("whoever is made to open", "opens", "must not")
    for name, coerced in done.coercion.items():
        opens = ", ".join(f"{what} ({n})" for what, n in coerced.opens.most_common()) or "nothing"
        table.add_row(name.replace("_", " "), opens, str(len(coerced.must_not)))
    person.print(table)
