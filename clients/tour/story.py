"""The tour told at the terminal: what happens, who can see what, and what a thief is left with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from clients.tour.outcome import Outcome
from clients.tour.season import Season
from clients.tour.seizure import Loot
from clients.tour.steps import Step

LINES_AN_EPOCH = 12
"""The first lines of an epoch are told; the rest is counted."""

WHO_SEES_WHAT = {
    "the node": "drops and cards of 4,096 bytes under random addresses, burned stamps",
    "a coordinator": "language, role and words of whom it vouches for; nothing after that",
    "the matcher": "region, modes, size, needs of open cards while a round lasts; no name",
    "a donor": "by voucher nothing; else the locker or address, under a key of these two",
    "a family": "a code, or that its parcel was ordered; never who gave it",
    "the store": "who paid and who received: Klunak hides nobody from the store",
}


class Story:
    """Tells, or with *quiet* shows progress only."""

    def __init__(self, *, quiet: bool, console: Console | None = None) -> None:
        self._quiet = quiet
        self._console = console or Console(stderr=True, highlight=False)
        self._lines = 0
        self._explained: set[Step] = set()

    def tell(self, step: Step, line: str) -> None:
        """One thing that happened; the first of its kind with who can see what of it."""
        first = step not in self._explained
        self._explained.add(step)
        self._lines += not first
        if first or self._lines <= LINES_AN_EPOCH:
            self._print(f"  · {line}")
        if first:
            self._print(f"[dim]      {step.seen}[/dim]")

    def begin(self, season: Season) -> None:
        """The circle, and who will be able to see what."""
        self._print(
            Panel(
                f"{len(season.families)} families, {len(season.donors)} donors, a node, a matcher, "
                "two coordinators with clerks; an epoch is a day here, and takes seconds\n\n"
                + "\n".join(f"[b]{who:15}[/b] {what}" for who, what in WHO_SEES_WHAT.items()),
                title="a season of parcels",
            )
        )
        self._print("[b]epoch 1[/b]")

    def epoch_ends(self, season: Season, report: dict[str, Any]) -> None:
        """What the round reported: counts, and nothing that says who."""
        if self._lines > LINES_AN_EPOCH:
            self._print(f"  · … and {self._lines - LINES_AN_EPOCH} things more")
        self._lines = 0
        told = {name: report.get(name, 0) for name in ("live", "matched", "confirmed", "reopened")}
        self._print(
            f"  the round: {told['live']} cards opened, {told['matched']} pairs, "
            f"{told['confirmed']} confirmed, {told['reopened']} reopened; "
            "every card gets a notice, and the epoch's key is destroyed"
        )
        self._print(f"[b]epoch {season.world.epoch}[/b]")

    @contextmanager
    def progress(self, epochs: int) -> Iterator[Callable[[], None]]:
        """A bar when nothing else is told."""
        columns = (
            TextColumn("a season of parcels"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("epochs"),
            TimeElapsedColumn(),
        )
        with Progress(
            *columns, console=self._console, transient=True, disable=not self._quiet
        ) as bar:
            task = bar.add_task("", total=epochs)
            yield lambda: bar.advance(task)

    def end(self, outcome: Outcome, loot: Loot) -> None:
        """The thief's view, and the figures."""
        self._print(_tables(loot))
        searched = sum(size for _, size in loot.files)
        self._print(
            Panel(
                f"searched {searched:,} bytes in {len(loot.files)} files "
                f"for {loot.markers:,} secrets and words of these people, each in every encoding\n"
                f"found: [b]{outcome.marker_hits}[/b]      "
                f"planted controls found: {loot.controls_found} of {loot.controls_planted}",
                title="the node is seized",
            )
        )
        table = Table(title="what it came to", show_header=False)
        for name, value in outcome.as_json().items():
            table.add_row(name.replace("_", " "), str(value))
        self._print(table)

    def _print(self, what: Any) -> None:
        if not self._quiet:
            self._console.print(what)


def _tables(loot: Loot) -> Table:
    """Every table of the seized database: how many rows, and one of them as it lies there."""
    table = Table(title="the node's database, as a thief finds it")
    for heading in ("table", "rows", "columns", "a row"):
        table.add_column(heading, overflow="fold")
    for name, rows, columns, sample in loot.tables:
        table.add_row(name, f"{rows:,}", ", ".join(columns), sample)
    return table
