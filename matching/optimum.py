"""How good a round is, in three figures that compare in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matching.cards import Request, Way
from matching.priority import CLASSES, priority


@dataclass(frozen=True, slots=True)
class Optimum:
    """What a round achieves, or could achieve at most, in the order in which it matters."""

    served: int
    by_priority: tuple[int, ...]
    """How many of each class, the highest class first: greater is better."""
    exposure: int
    """The sum of the modes' numbers: less is better."""


def achieved(pairs: Iterable[tuple[Request, Way]]) -> Optimum:
    """The figures of these pairs."""
    by_class = [0] * CLASSES
    exposure = 0
    for request, way in pairs:
        by_class[priority(request)] += 1
        exposure += way.mode
    return Optimum(sum(by_class), tuple(reversed(by_class)), exposure)
