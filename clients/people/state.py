"""Where things stand for one pseudonym: what a visit read, and what it is going to leave.

An *act* is a function from a state to a state. It touches no network and may be applied again to
a fresher state, which is what happens when two phones hold the same list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from clients.people import shelves
from clients.people.meetings import Encounter
from clients.people.person import Place
from crypto.circle import Circle
from crypto.messages.intake import DONOR, In, Out
from crypto.messages.notices import Notice
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import PageOne, Said
from crypto.messages.shelf import Shelf, Slot

NOBODY: tuple[None, None] = (None, None)


class Claimed(IntEnum):
    """What a node says of a claim (protocol.md, section 7)."""

    YOURS = 0
    ANOTHERS = 1
    NOT_KEPT = 2


@dataclass(frozen=True, repr=False)
class State:
    """``found`` and ``heard`` are shelf and outbox as they were read; ``shelf`` and ``outbox``
    are what will be left. None stands for what does not open, or is not there: the two look
    alike. ``is_current`` tells whether the place is of the current period, ``other`` is the shelf
    of the other one. ``claimed`` is the node's verdict on the partner's tag, None if this visit
    showed a decoy.
    """

    place: Place
    circle: Circle
    epoch: int
    committed: int
    is_current: bool = True
    found: Shelf | None = None
    shelf: Shelf | None = None
    other: Shelf | None = None
    ins: tuple[In | None, ...] = NOBODY
    outs: tuple[Out | None, ...] = NOBODY
    notice: Notice | None = None
    heard: Outbox | None = None
    outbox: Outbox | None = None
    encounter: Encounter | None = None
    refused: bool = False
    claimed: Claimed | None = None
    page_one: PageOne | None = None
    mine: tuple[Said, ...] = ()
    theirs: tuple[Said, ...] = ()
    own_pages: tuple[bytes, ...] = ()
    coordinator_failed: bool = False

    def __repr__(self) -> str:
        return "<State>"

    @property
    def slot(self) -> Slot | None:
        """This pseudonym's slot on the shelf."""
        return shelves.slot_of(self.shelf, self.place.index)

    @property
    def slot_found(self) -> Slot | None:
        """The slot as it was read."""
        return shelves.slot_of(self.found, self.place.index)

    @property
    def role(self) -> int | None:
        """Family or donor; None for an unknown list."""
        return None if self.shelf is None else self.shelf.role

    @property
    def is_donor(self) -> bool:
        """Whether the shelf is a donor's."""
        return self.role == DONOR

    @property
    def stands(self) -> bool:
        """Whether the card is at the node: its own outbox opens, or the matcher writes to it."""
        return self.heard is not None or self.notice is not None

    @property
    def matched(self) -> int:
        """The epoch of the verified match; 0 without one."""
        return 0 if self.encounter is None else self.encounter.matched

    @property
    def conversation_key(self) -> bytes | None:
        """K, once the partner's share is known."""
        slot = self.slot
        if self.encounter is None or slot is None or slot.met != self.matched:
            return None
        return None if slot.peer_share is None else self.encounter.key(slot.peer_share)

    def with_slot(self, **changes: Any) -> State:
        """This state with fields of the slot changed."""
        if self.shelf is None:
            return self
        return replace(self, shelf=shelves.changed_slot(self.shelf, self.place.index, **changes))


Act = Callable[[State], State]


def nothing(state: State) -> State:
    """The act that changes nothing."""
    return state


def both(first: Act, second: Act) -> Act:
    """The act that is *first* and then *second*."""
    return lambda state: second(first(state))
