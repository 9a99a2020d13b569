"""What follows from a look by itself, before anybody decides anything.

Every visit begins with ``keep_up``. It is where a process that was killed is caught up with: each
step looks at what stands, not at what was planned.
"""

from __future__ import annotations

from dataclasses import replace

from clients.people import cards, exchange, shelves, vetting
from clients.people.asking import earned_index, earned_slot
from clients.people.meetings import met
from clients.people.outboxes import recovered, spoken
from clients.people.state import State
from crypto.errors import InvalidCertificate
from crypto.messages.cards import FINISHED, IDLE
from crypto.messages.shelf import DONE, POSTED


def keep_up(state: State) -> State:
    """All of it, in the order in which one thing leads to another."""
    for step in (
        vetting.advance,
        exchange.let_go,
        cards.advance,
        _met,
        recovered,
        _back_again,
        _delivered,
        _finished,
    ):
        state = step(state)
    return state


def reads_back(state: State) -> bool:
    """Whether something was put onto the shelf that must be read back before its source goes."""
    if state.shelf is None or state.found is None:
        return False
    earlier = {slot.index for slot in state.found.slots}
    added = any(slot.index not in earlier for slot in state.shelf.slots)
    return added or state.shelf.stage != state.found.stage


def blanks_due(state: State) -> tuple[bytes, ...] | None:
    """The partner's B, once nobody here needs the partner's pages any more."""
    if state.page_one is None:
        return None
    slot = state.slot
    over = slot is None or (slot.stage == DONE and not state.is_donor)
    return state.page_one.blanks if over else None


def _met(state: State) -> State:
    slot = state.slot
    if state.encounter is None or slot is None:
        return state
    slot = met(slot, state.matched, state.encounter.partner)
    if state.page_one is not None:
        slot = replace(slot, peer_share=state.page_one.share)
    return state.with_slot(
        met=slot.met, partner=slot.partner, peer_share=slot.peer_share, code=slot.code
    )


def _back_again(state: State) -> State:
    """An idle card waits for its owner's word: to have come back is the word."""
    slot = state.slot
    if state.notice is None or state.outbox is None or slot is None or slot.stage != POSTED:
        return state
    if state.notice.phase != IDLE or state.outbox.counter > state.notice.counter:
        return state
    return spoken(state, anew=True)


def _delivered(state: State) -> State:
    """A slot earned: onto the shelf first, acknowledged once it was read there."""
    shelf = state.shelf
    if shelf is None or not state.is_donor or state.notice is None or state.outbox is None:
        return state
    delivery, index = state.notice.delivery, earned_index(state.place.index)
    if delivery is None or delivery.index != index or state.outbox.got >= index:
        return state
    if shelves.slot_of(state.found, index) is not None:
        state = replace(state, shelf=replace(shelf, got=max(shelf.got, index)))
        return spoken(state, got=index)
    # An exchange under way has its place already: its stamp is burned.
    if not shelves.has_room(shelf, kept_free=int(exchange.is_under_way(shelf))):
        return state
    try:
        slot = earned_slot(state.circle, state.place, delivery)
    except InvalidCertificate:
        return replace(state, coordinator_failed=True)
    return replace(state, shelf=shelves.with_slot(shelf, slot))


def _finished(state: State) -> State:
    slot, found = state.slot, state.slot_found
    if state.notice is None or state.notice.phase != FINISHED or slot is None or found is None:
        return state
    assert state.shelf is not None
    if slot.stage != DONE:
        # A code that was redeemed leads to whoever redeemed it: no list keeps it any longer.
        return replace(state.with_slot(stage=DONE, code=""), mine=())
    if found.stage == DONE and _nothing_more_to_come(state):
        return replace(state, shelf=shelves.without_slot(state.shelf, slot.index))
    return state


def _nothing_more_to_come(state: State) -> bool:
    """For a donor: the earned slot lies on the shelf, and the matcher has heard so."""
    if not state.is_donor:
        return True
    assert state.notice is not None
    got = state.heard is not None and state.heard.got >= earned_index(state.place.index)
    return got and state.notice.delivery is None
