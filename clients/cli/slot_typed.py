"""The name of a slot as somebody types it after a command: 2, B1, or 4-1 (people/slot_names.py)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

import typer

from clients.cli.operators import today
from clients.people.slot_names import ASKING_STRIDE, ASKINGS, quarter_of
from clients.people.views import SlotView
from crypto.periods import period_of

_NAME = re.compile(f"(?:([1-4])-)?([{ASKINGS}]?)([1-9][0-9]{{0,3}})", re.IGNORECASE)


@dataclass(frozen=True)
class SlotTyped:
    """A slot's index; ``period`` is None where no quarter was typed."""

    index: int
    period: int | None = None

    def means(self, slot: SlotView) -> bool:
        """Whether *slot* can be the one that was typed."""
        return slot.index == self.index and self.period in (None, slot.period)


def slot_typed(text: str) -> SlotTyped:
    """What *text* names. Raises typer.BadParameter.

    A quarter is this one or the last that was called so: no card outlives a year.
    """
    found = _NAME.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter("a slot is named like 2, B1 or 4-1")
    quarter, letter, number = found.groups()
    asking = ASKINGS.index(letter.upper()) if letter else 0
    index = asking * ASKING_STRIDE + int(number) - 1
    if quarter is None:
        return SlotTyped(index)
    current = period_of(today())
    return SlotTyped(index, current - (quarter_of(current) - int(quarter)) % 4)


SlotName = Annotated[
    SlotTyped,
    typer.Argument(
        parser=slot_typed, metavar="SLOT", help="Number of the slot, as `visit` shows it."
    ),
]
