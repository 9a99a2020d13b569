"""Accidents: the node and the matcher are killed at random moments and started again.

Nothing that was acknowledged may be lost by it, no round may be left half done, and nobody may be
paired twice. A tour without accidents uses the same class with none planned.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any, Protocol

from clients.tour.steps import Step, Telling
from clients.trial.processes import ProcessFailed, StepProcess

NODE_SECONDS = 4.0
MATCHER_SECONDS = 1.0
"""Within how long of an epoch's, or a round's, beginning the blow falls."""


class Victims(Protocol):
    """Whom accidents happen to; a season has all of it."""

    matcher: StepProcess

    @property
    def told(self) -> Telling:
        """Who is told of each."""
        ...

    @property
    def epoch(self) -> int:
        """The one that is open."""
        ...

    def restart_node(self) -> None:
        """Kill the node and start it over the same files."""
        ...

    def start_matcher(self) -> StepProcess:
        """A new process of the matcher."""
        ...

    def committed(self) -> int:
        """The last epoch whose round is in."""
        ...


@dataclass
class Accidents:
    """Which epochs the node, and which the matcher, do not survive unharmed."""

    node_epochs: frozenset[int] = frozenset()
    matcher_epochs: frozenset[int] = frozenset()
    lot: random.Random = field(default_factory=random.Random, repr=False)
    node_kills: int = 0
    matcher_kills: int = 0
    _blow: threading.Thread | None = None
    _failure: Exception | None = None

    @classmethod
    def planned(cls, kills: int, epochs: range, lot: random.Random) -> Accidents:
        """*kills* of the node and as many of the matcher, in epochs drawn by lot."""
        among = list(epochs)
        count = min(kills, len(among))
        return cls(frozenset(lot.sample(among, count)), frozenset(lot.sample(among, count)), lot)

    def are_over(self, epoch: int) -> bool:
        """Whether none is planned for *epoch* or later."""
        return all(planned < epoch for planned in self.node_epochs | self.matcher_epochs)

    def begin_epoch(self, victims: Victims) -> None:
        """Perhaps let the node be killed while people are at it."""
        self.end()
        if victims.epoch not in self.node_epochs:
            return
        self._blow = threading.Thread(
            target=self._kill_node, args=(victims, self.lot.uniform(0, NODE_SECONDS))
        )
        self._blow.start()

    def close_epoch(self, victims: Victims) -> dict[str, Any]:
        """The round, begun until it is done; the report of the process that finished it."""
        self.end()
        if victims.epoch in self.matcher_epochs:
            victims.matcher.begin()
            threading.Event().wait(self.lot.uniform(0, MATCHER_SECONDS))
            victims.matcher.kill()
            self.matcher_kills += 1
            victims.told(Step.ACCIDENT, "the matcher is killed in the middle of its round")
            victims.matcher.stop()
            victims.matcher = victims.start_matcher()
            if victims.committed() == victims.epoch:
                # It fell between the node's acknowledgement and its own report.
                return {"epoch": victims.epoch}
        expected = victims.epoch
        report = victims.matcher.step()
        if report.get("epoch") != expected:
            raise ProcessFailed(f"the round of epoch {expected} ended as {report.get('epoch')}")
        return report

    def end(self) -> None:
        """Wait until the node stands again. Raises what starting it raised."""
        if self._blow is not None:
            self._blow.join()
            self._blow = None
        if self._failure is not None:
            raise self._failure

    def _kill_node(self, victims: Victims, after: float) -> None:
        threading.Event().wait(after)
        try:
            victims.restart_node()
        except ProcessFailed as failure:
            self._failure = failure
            return
        self.node_kills += 1
        victims.told(
            Step.ACCIDENT, "the node is killed in the middle of its work, and started again"
        )
