"""The shelf, changed: functions from a shelf to a shelf, and nothing else.

A visit that finds that another phone wrote first reads again and applies the same change to what
it finds. So a change here names what is to be true, never what was true before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crypto.labels import BLIND_COUNT
from crypto.messages.cards import MAX_AGAINS
from crypto.messages.intake import FAMILY
from crypto.messages.shelf import (
    ASKED,
    DONE,
    MAX_SLOTS,
    MAX_UNSPENT,
    POSTED,
    UNSPENT,
    Shelf,
    Slot,
    Wish,
)

NO_WISH = Wish(regions=0, modes=0, preset=0, size=0, needs=0, urgency=0)


def new_shelf(
    *,
    role: int,
    language: str,
    asked: int,
    wish: Wish,
    asking: int = 0,
    exchanged: int | None = None,
    at_once: int = 1,
) -> Shelf:
    """The shelf of somebody who asked in epoch *asked* and has heard nothing."""
    return Shelf(
        role=role,
        language=language,
        stage=ASKED,
        asked=asked,
        wish=wish,
        answered=(0, 0),
        slots=(),
        next_index=BLIND_COUNT,
        got=0,
        agains=(),
        asking=asking,
        exchanged=exchanged,
        at_once=at_once,
    )


def new_slot(
    index: int, signatures: tuple[bytes, ...], stamp: bytes, receipt: bytes | None
) -> Slot:
    """A slot whose card has not been posted."""
    return Slot(
        index=index,
        stage=UNSPENT,
        signatures=signatures,
        stamp=stamp,
        receipt=receipt,
        posted=0,
        counter=0,
        earns=0,
        chosen=None,
        met=0,
        partner=None,
        peer_share=None,
        code="",
    )


def slot_of(shelf: Shelf | None, index: int) -> Slot | None:
    """The slot of pseudonym *index*, or None."""
    if shelf is None:
        return None
    return next((slot for slot in shelf.slots if slot.index == index), None)


def with_slot(shelf: Shelf, slot: Slot) -> Shelf:
    """The shelf with *slot* in the place of its namesake, or added."""
    others = tuple(other for other in shelf.slots if other.index != slot.index)
    slots = tuple(sorted((*others, slot), key=lambda each: each.index))
    return replace(shelf, slots=slots, next_index=max(shelf.next_index, slot.index + 1))


def changed_slot(shelf: Shelf, index: int, **changes: Any) -> Shelf:
    """The shelf with some fields of a slot changed; unchanged if there is no such slot."""
    slot = slot_of(shelf, index)
    return shelf if slot is None else with_slot(shelf, replace(slot, **changes))


def without_slot(shelf: Shelf, index: int) -> Shelf:
    """The shelf without the slot of pseudonym *index*."""
    return replace(shelf, slots=tuple(slot for slot in shelf.slots if slot.index != index))


def live_slots(shelf: Shelf | None) -> tuple[Slot, ...]:
    """Slots whose card stands at the node: posted, or done and still to be heard by the matcher."""
    return () if shelf is None else tuple(s for s in shelf.slots if s.stage in (POSTED, DONE))


def unspent_slots(shelf: Shelf | None) -> tuple[Slot, ...]:
    """Slots that a card can be posted for."""
    return () if shelf is None else tuple(s for s in shelf.slots if s.stage == UNSPENT)


def slots_due(shelf: Shelf | None) -> tuple[Slot, ...]:
    """Those whose card goes out by itself: the first of an intake, as many as were to go at once.
    What was earned or exchanged, or was to wait, is offered by its owner."""
    most = 0 if shelf is None else shelf.at_once
    return tuple(slot for slot in unspent_slots(shelf) if slot.index < most)


def wish_of(first: Shelf | None, second: Shelf | None) -> Wish | None:
    """What was wished for last, as the first of the two shelves that is there knows it."""
    shelf = second if first is None else first
    return None if shelf is None else shelf.wish


def has_room(shelf: Shelf, *, kept_free: int = 0) -> bool:
    """Whether one slot more, with its signatures, fits beside *kept_free* others that are to come.
    A family's slot holds its receipt too."""
    signed = sum(1 for slot in shelf.slots if slot.signatures)
    most = BLIND_COUNT if shelf.role == FAMILY else MAX_UNSPENT
    return len(shelf.slots) + kept_free < MAX_SLOTS and signed + kept_free < most


def with_again(shelf: Shelf, again: bytes) -> Shelf:
    """The shelf with *again* kept for the next card; the oldest makes room."""
    if again in shelf.agains:
        return shelf
    return replace(shelf, agains=(*shelf.agains, again)[-MAX_AGAINS:])


def without_expired(shelf: Shelf, *, epoch: int, card_epochs: int) -> Shelf:
    """The shelf without cards that the matcher carries no longer."""
    kept = tuple(s for s in shelf.slots if s.stage == UNSPENT or s.posted + card_epochs >= epoch)
    return replace(shelf, slots=kept)
