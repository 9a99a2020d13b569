"""A slot of the quarter that is over, exchanged for one of this one (docs/decisions/0011).

    slot of P, unspent ─▶ planned on the shelf of P + 1 ─▶ posted: its stamp is burned, its opening
    goes to both duty coordinators ─▶ certified ─▶ on the shelf of P + 1 ─▶ off the shelf of P

One at a time, so that no coordinator learns which slots have one owner. The shelf of P + 1 says
what is under way before anything is sent, and goes on saying it until the shelf of P has let the
slot go: whoever is killed in between goes on from there.
"""

from __future__ import annotations

from dataclasses import replace

from clients.people import seals, shelves, vetting
from clients.people.outboxes import spent_receipt
from clients.people.person import THREADS, Place
from clients.people.state import Act, State
from crypto.certificates import Stamp
from crypto.circle import Circle
from crypto.errors import InvalidKey
from crypto.labels import u8, u32
from crypto.messages.shelf import ASKED, CERTIFIED, MAX_ASKING, UNSPENT, Shelf, Slot
from crypto.messages.tokens import Opening
from crypto.periods import days_of, period_of
from crypto.records import close_record, random_record

_STAMP = 2


def to_exchange(shelf: Shelf | None) -> Slot | None:
    """The next slot of a shelf whose quarter is over that can be exchanged."""
    slots = (slot for slot in shelves.unspent_slots(shelf) if slot.signatures and slot.stamp)
    return next(slots, None)


def is_open(circle: Circle, period: int, today: int) -> bool:
    """Whether slots of the period before *period* count in exchange: on its own days, for as long
    as the node remembers which of their stamps were spent. Raises nothing."""
    try:
        first, last = circle.period(period).from_day, circle.period(period).to_day
        circle.stamp_key(period - 1)
    except InvalidKey:
        return False
    remembered = days_of(period - 1)[1] + circle.policy.keep_days
    return first <= today <= min(last, remembered)


def is_under_way(shelf: Shelf | None) -> bool:
    """Whether an exchange was planned and its outcome is not on the shelf."""
    return shelf is not None and shelf.stage == ASKED and shelf.exchanged is not None


def still_there(shelf: Shelf, before: Shelf | None) -> Slot | None:
    """The slot that was exchanged last, if shelf *before* would still give it: it must be off that
    shelf first, or it would be shown a second time. One that was posted after all stands in
    nobody's way."""
    if shelf.exchanged is None:
        return None
    slot = shelves.slot_of(before, shelf.exchanged)
    return slot if slot is not None and slot.stage == UNSPENT else None


def count_to_come(circle: Circle, shelf: Shelf | None, before: Shelf | None, today: int) -> int:
    """How many slots of shelf *before* are still to come to *shelf*, the one of *today*."""
    if not is_open(circle, period_of(today), today):
        return 0
    came = None if shelf is None or is_under_way(shelf) else shelf.exchanged
    slots = (slot for slot in shelves.unspent_slots(before) if slot.signatures and slot.stamp)
    return sum(slot.index != came for slot in slots)


def is_posted(state: State) -> bool:
    """Whether the threads of the exchange under way are reserved."""
    return any(told is not None for told in state.ins)


def planning(index: int) -> Act:
    """Slot *index* of the period before is the next to be exchanged, if nothing is under way."""

    def act(state: State) -> State:
        shelf = state.shelf
        if shelf is None or not _may_plan(shelf, state.other):
            return state
        planned = replace(
            shelf, stage=ASKED, asking=shelf.asking + 1, exchanged=index, answered=(0, 0)
        )
        return replace(state, shelf=planned)

    return act


def giving_up(asking: int) -> Act:
    """The exchange *asking* cannot be made: what was to be exchanged is spent or gone."""

    def act(state: State) -> State:
        shelf = state.shelf
        if shelf is None or not is_under_way(shelf) or shelf.asking != asking:
            return state
        return replace(state, shelf=replace(shelf, stage=CERTIFIED))

    return act


def dropping(index: int) -> Act:
    """Slot *index* of the period before was spent elsewhere: its shelf lets it go."""

    def act(state: State) -> State:
        if state.shelf is None:
            return state
        return replace(state, shelf=shelves.without_slot(state.shelf, index))

    return act


def let_go(state: State) -> State:
    """The shelf of the period before, without the slot that was exchanged."""
    shelf, other = state.shelf, state.other
    if state.is_current or shelf is None or other is None:
        return state
    if other.stage == ASKED:
        return state
    slot = still_there(other, shelf)
    if slot is None:
        return state
    return replace(state, shelf=shelves.without_slot(shelf, slot.index))


def first_shelf(before: Shelf, *, asked: int, index: int) -> Shelf:
    """The shelf of the new period, of somebody who begins it with an exchange. Asking 0 stays
    unused, and with it the three pseudonyms of an intake."""
    return shelves.new_shelf(
        role=before.role,
        language=before.language,
        asked=asked,
        wish=before.wish,
        asking=1,
        exchanged=index,
        at_once=before.at_once,
    )


def exchange_body(
    circle: Circle, place: Place, shelf: Shelf, old: Place, slot: Slot, *, is_new: bool
) -> bytes:
    """The whole request, of the shape of an intake: kind, stamp, retry, period, two records, five
    drops. *place* is where the threads of the exchange are, *old* whose *slot* is shown; *is_new*
    tells that the shelf itself is reserved with it."""
    assert slot.stamp is not None, "to_exchange has looked"
    person, stamp = place.person, Stamp(old.period, old.stamp_nonce(shelf.role), slot.stamp)
    opening = Opening(
        root=old.root(shelf.role),
        signatures=slot.signatures,
        stamp=slot.stamp,
        receipt=spent_receipt(old, slot),
    )
    body = u8(_STAMP) + stamp.to_bytes()
    body += person.exchange_retry(place.asking) + u32(place.period)
    for number in THREADS:
        body += vetting.intake_record(circle, place, number, shelf, opening=opening)
    if is_new:
        body += vetting.drop(person.shelf_write, close_record(shelf, **seals.shelf(person)))
    else:
        body += vetting.drop(person.spare_write(place.asking), random_record())
    return body + vetting.thread_drops(place)


def _may_plan(shelf: Shelf, before: Shelf | None) -> bool:
    if shelf.stage == ASKED or shelf.asking >= MAX_ASKING or not shelves.has_room(shelf):
        return False
    return still_there(shelf, before) is None
