"""What a card's owner tells the matcher, and under which counter.

The matcher hears an outbox once its counter is above the last one that counted. Three places know
a counter: the outbox itself, the shelf and the notice. Whoever keeps one of them back or brings
back an older one is outrun: the next word goes out above the highest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from clients.people.asking import next_slot_of
from clients.people.meetings import VOUCHER, count
from clients.people.person import Place
from clients.people.state import State
from crypto.messages.cards import AGREED
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import Kind
from crypto.messages.shelf import DONE, Slot
from crypto.messages.tokens import NextSlot, SpentReceipt

COUNTER_LEAP = 2**16
"""How far above its owner's own memory a notice's counter may be. A matcher that names the highest
there is would leave no word that counts."""


def first_outbox(next_slot: NextSlot | None) -> Outbox:
    """What a card is posted with: nothing said yet; a donor names the slot it would earn."""
    return Outbox(
        counter=1,
        accepted=0,
        declined=0,
        sent=0,
        shown=0,
        failed=0,
        received=0,
        withdrawn=False,
        receipt=None,
        next_slot=next_slot,
        got=0,
    )


def spent_receipt(place: Place, slot: Slot) -> SpentReceipt | None:
    """A family's receipt of this slot, or None if it never had one."""
    if slot.receipt is None:
        return None
    nonce = place.pseudonym.receipt_nonce
    return SpentReceipt(period=place.period, nonce=nonce, signature=slot.receipt)


def highest_counter(state: State) -> int:
    """The highest counter that anybody remembers; a matcher's memory does not leap."""
    own = max(
        0 if state.outbox is None else state.outbox.counter,
        0 if state.slot is None else state.slot.counter,
    )
    told = 0 if state.notice is None else state.notice.counter
    return told if own < told <= own + COUNTER_LEAP else own


def spoken(state: State, *, anew: bool = False, **words: Any) -> State:
    """The state with *words* in its outbox, under a counter that counts.

    What says nothing new changes nothing, so a decision can be repeated; *anew* says the same
    words once more, as a second code after a second failure needs.
    """
    if state.outbox is None:
        return state
    changed = replace(state.outbox, **words)
    if changed == state.outbox and not anew:
        return state
    counter = highest_counter(state) + 1
    return replace(state.with_slot(counter=counter), outbox=replace(changed, counter=counter))


def recovered(state: State) -> State:
    """An outbox that was blanked or brought back from earlier, put right again."""
    slot = state.slot
    if slot is None or not state.stands:
        return state
    if state.outbox is None:
        next_slot = next_slot_of(state.circle, state.place) if state.is_donor else None
        state = replace(state, outbox=first_outbox(next_slot))
    elif state.outbox.counter == slot.counter:
        return state
    elif state.outbox.counter > slot.counter:
        return state.with_slot(counter=state.outbox.counter)
    return spoken(state, anew=True, **_evident_words(state, slot))


def _evident_words(state: State, slot: Slot) -> dict[str, Any]:
    """What must have been said, going by shelf, notice and transcript."""
    matched = state.matched
    if matched == 0 or state.encounter is None:
        return {}
    words: dict[str, Any] = {}
    if state.is_donor:
        voucher_sent = state.encounter.match.mode == VOUCHER and slot.code != ""
        agreed = state.notice is not None and state.notice.phase == AGREED
        if agreed or voucher_sent:
            words["accepted"] = matched
        if voucher_sent or count(state.mine, Kind.ORDERED):
            words["sent"] = matched
        return words
    if count(state.mine, Kind.TERMS):
        words["shown"] = matched
    if count(state.mine, Kind.CODE_FAILED) > count(state.theirs, Kind.CODE_REPLACED):
        words["failed"] = matched
    if slot.stage == DONE and slot.receipt is not None:
        words |= {"received": matched, "receipt": spent_receipt(state.place, slot)}
    return words
