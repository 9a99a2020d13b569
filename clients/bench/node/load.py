"""Runs `wrk` with the script beside this file, and goes on where the run before ended."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from clients.bench.node.people import Prepared
from clients.errors import BenchError

CLIENTS = 32
SCRIPT = Path(__file__).with_name("load.lua")


class NoLoadGenerator(BenchError):
    """wrk is needed to measure a node: on Debian, apt-get install wrk."""


class BenchWentWrong(BenchError):
    """The load generator came to nothing; a figure would be made up."""


class TooFewCards(BenchError):
    """The node took more cards or intakes than were made for it beforehand (MOST_CARDS)."""


@dataclass(frozen=True)
class Run:
    """What one run measured."""

    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int


class Load:
    """The clients of one server; no card or intake is sent twice."""

    def __init__(self, url: str, prepared: Prepared, *, checked: bool) -> None:
        self._url = url
        self._afresh = "no" if checked else "yes"
        self._bodies = prepared.bodies
        self._visits = self._cards = self._intakes = 0

    def run(self, kind: str, seconds: int) -> Run:
        """Measure *kind* for *seconds*. Raises NoLoadGenerator, BenchWentWrong,
        TooFewCards."""
        wrk = shutil.which("wrk")
        if wrk is None:
            raise NoLoadGenerator
        how = ("-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT))
        told = (self._bodies, kind, self._visits, self._cards, self._intakes, self._afresh)
        ran = subprocess.run(  # noqa: S603 - a fixed program with our own arguments
            [wrk, *how, self._url, "--", *map(str, told)],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [line for line in ran.stdout.splitlines() if line.startswith("RESULT ")]
        if not lines:
            raise BenchWentWrong
        found = json.loads(lines[0].removeprefix("RESULT "))
        if found["exhausted"]:
            raise TooFewCards
        # A body that was on its way when the time was over is not sent again; of visits, the next
        # begins a round later or earlier, which a stale write would show.
        self._visits, self._cards = found["visits"] or self._visits, found["cards"] or self._cards
        self._intakes = found["intakes"] or self._intakes
        return Run(
            found["requests"] / found["seconds"],
            found["p50_ms"],
            found["p99_ms"],
            found["errors"],
        )
