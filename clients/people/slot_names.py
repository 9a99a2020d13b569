"""What people call a slot: short, and the same in every visit.

    1, 2, 3 …    slots of an intake, and those that they earned
    B1, C1 …     the first and the second that were exchanged into the quarter; B1 earns B4
    4-1          with the quarter of the year before it, where slots of two quarters are both 1

A place in the list would move when another slot leaves, and what is typed would reach another
card.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

ASKING_STRIDE = 4_096
"""Sixteen askings share out 65,536 pseudonyms; one after another a slot earns 1,364 more."""

ASKINGS = "ABCDEFGHIJKLMNOP"
"""One for each asking of a quarter; the first, A, is left unsaid."""


class _Numbered(Protocol):
    @property
    def period(self) -> int: ...

    @property
    def index(self) -> int: ...


def slot_name(index: int) -> str:
    """The name of a slot within its quarter."""
    asking, number = divmod(index, ASKING_STRIDE)
    return f"{ASKINGS[asking] if asking else ''}{number + 1}"


def slot_names(slots: Sequence[_Numbered]) -> list[str]:
    """The names of *slots*, all different."""
    indexes = [slot.index for slot in slots]
    return [
        f"{quarter_of(slot.period)}-{slot_name(slot.index)}"
        if indexes.count(slot.index) > 1
        else slot_name(slot.index)
        for slot in slots
    ]


def quarter_of(period: int) -> int:
    """The quarter of the year, 1 to 4, that *period* is."""
    return period % 4 + 1
