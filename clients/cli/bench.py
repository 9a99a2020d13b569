"""`klunak bench`: figures that anybody can measure again."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.table import Table

from clients.bench.crypto import crypto_rates
from clients.bench.flood import SLOW_CLIENTS
from clients.bench.flood import flood as flooded
from clients.bench.node import KINDS, node_rates
from clients.bench.onion import onion_rates
from clients.bench.soak import soak as soaked
from clients.bench.timing import look_timing
from clients.bench.work import work_figures
from clients.cli.operators import Backend, Json
from clients.cli.voice import fail, person, plainly, result, working
from clients.trial.alone import alone, is_alone
from clients.trial.tor_process import TorFailed

app = typer.Typer(no_args_is_help=True, help="Measure on this machine.")


@app.callback()
def bench() -> None:
    """Measure on this machine; machines are noisy, so compare ratios."""


@app.command()
def crypto(
    as_json: Json = False,
) -> None:
    """How often a second, on one core, each step of the cryptography can be done."""
    with working("measuring") as now:
        rates = crypto_rates(now)
    if as_json:
        result(rates)
        return
    table = Table("what", "per second")
    for name, rate in rates.items():
        table.add_row(name.replace("_", " "), f"{rate:,.0f}")
    person.print(table)


@app.command()
def node(
    as_json: Json = False,
    backend: Backend = "sqlite",
    rows: Annotated[int, typer.Option(min=1, help="Drops that are there before.")] = 1_000,
    seconds: Annotated[int, typer.Option(min=1, help="Of each turn.")] = 3,
    workers: Annotated[int, typer.Option(min=1, help="Processes of each server.")] = 1,
) -> None:
    """Visits, cards and intakes a second, beside the least that could do the same (needs wrk)."""
    with plainly(), working("measuring") as now:
        found = node_rates(backend, rows=rows, seconds=seconds, workers=workers, told=now)
    if as_json:
        result(found)
        return
    table = Table("what", "per second", "floor", "ratio", "p99 ms")
    for kind in KINDS:
        figures = found[kind]
        table.add_row(kind, *(str(figures[k]) for k in ("per_s", "floor_per_s", "ratio", "p99_ms")))
    person.print(table)


@app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=0.05, help="How long people go on.")] = 10,
    backend: Backend = "sqlite",
    kill_node: Annotated[float, typer.Option(min=1, help="Every so many seconds.")] = 30,
    kill_server: Annotated[float, typer.Option(min=1, help="PostgreSQL: as often.")] = 60,
    as_json: Json = False,
) -> None:
    """People at a node that is killed again and again; ends with 1 if anything was lost."""
    with plainly(), working("soaking") as now:
        found = soaked(
            minutes,
            backend,
            node_kill_seconds=kill_node,
            server_kill_seconds=kill_server,
            told=now,
        )
    errors = found.pop("errors_by_code")
    if as_json:
        result({**found, "errors_by_code": errors})
    else:
        _show({**found, **errors}, as_json=False)
    if found["lost"] or found["duplicated"]:
        raise typer.Exit(1)


@app.command()
def flood(
    seconds: Annotated[float, typer.Option(min=1, help="Alone, and as many in the flood.")] = 20,
    backend: Backend = "sqlite",
    slow_clients: Annotated[int, typer.Option(min=0, help="A byte a second each.")] = SLOW_CLIENTS,
    as_json: Json = False,
) -> None:
    """People's visits while strangers flood the node; ends with 1 if a person was refused."""
    with plainly(), working("flooding") as now:
        figures = flooded(seconds, backend, slow_clients=slow_clients, told=now)
    _show(figures, as_json)
    if figures["refused"]:
        raise typer.Exit(1)


@app.command()
def onion(
    looks: Annotated[int, typer.Option(min=10, help="How many looks to time.")] = 500,
    as_json: Json = False,
) -> None:
    """A node behind Tor, on a private network of this machine (needs tor and iproute2)."""
    _on_a_loopback_of_its_own()
    try:
        with plainly(), working("measuring") as now:
            figures = onion_rates(looks, now)
    except TorFailed as error:
        fail(str(error))
    _show(figures, as_json)


@app.command()
def web(
    as_json: Json = False,
) -> None:
    """What the page weighs, and how long it takes with a JIT and without (needs two browsers)."""
    try:  # playwright is installed with the browsers, and by nobody else
        from clients.bench.web import web_figures
    except ModuleNotFoundError:
        fail("what drives the browsers is missing", "make test-browser installs it")
    with working("measuring") as now:
        figures = web_figures(now)
    _show(figures, as_json)


@app.command()
def work(
    seconds: Annotated[float, typer.Option(min=0.1, help="Of each figure.")] = 2,
    as_json: Json = False,
) -> None:
    """What the intake's proof of work costs a phone and a server farm (needs Node.js)."""
    with plainly(), working("working") as now:
        found = work_figures(seconds, now)
    if as_json:
        result(found)
        return
    _show(
        {
            f"{name} {key}".strip(): figure
            for name, value in found.items()
            if name != "memories"
            for key, figure in (value if isinstance(value, dict) else {"": value}).items()
        },
        as_json,
    )


@app.command()
def timing(
    samples: Annotated[int, typer.Option(min=100, help="How many looks to time.")] = 20_000,
    backend: Backend = "sqlite",
    as_json: Json = False,
) -> None:
    """Whether the time of a look tells a drop that is there from one that is not."""
    with working("measuring") as now:
        figures = look_timing(samples, backend, now)
    _show(figures, as_json)


def _show(figures: Mapping[str, float | str], as_json: bool) -> None:
    if as_json:
        result(dict(figures))
        return
    table = Table("what", "figure")
    for name, figure in figures.items():
        shown = figure if isinstance(figure, str) else f"{figure:,}"
        table.add_row(name.replace("_", " "), shown)
    person.print(table)


def _on_a_loopback_of_its_own() -> None:
    """Begin this command anew where it reaches nobody, if this machine allows that."""
    command = [sys.executable, "-B", "-m", "clients.cli", *sys.argv[1:]]
    if not is_alone() and (wrapped := alone(command)) != command:
        os.execvp(wrapped[0], wrapped)  # noqa: S606 - this very command
