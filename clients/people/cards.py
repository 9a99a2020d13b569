"""Posting a card, and knowing that it stands.

    epoch u32 ‖ stamp 292 ‖ retry 32 ‖ permit hash 32 ‖ card record
    ‖ 5 × (A 32 ‖ record)                                                   outbox, pages 1 to 4

The card goes first and the shelf is written after it, because the card can be recognised later
and a shelf that claims too much cannot: a card stands when its own outbox opens. Signatures stay
on the shelf until a later look has seen that.
"""

from __future__ import annotations

from dataclasses import replace

from clients.errors import NodeRefused, NotPossible
from clients.people import seals, shelves
from clients.people.asking import earned_index, next_slot_of
from clients.people.leaving import throwaway_page
from clients.people.outboxes import first_outbox
from clients.people.person import Place, class_of
from clients.people.state import State
from clients.people.visit import Sitting
from crypto.certificates import Stamp
from crypto.descriptors import EpochDescriptor
from crypto.drops import address_of, reader_of
from crypto.labels import PAGES, u32
from crypto.messages.cards import Card
from crypto.messages.intake import DONOR
from crypto.messages.shelf import POSTED, UNSPENT, Shelf, Slot
from crypto.permits import permit_hash
from crypto.records import close_record, random_record
from crypto.sealing import seal

ATTEMPTS = 3
"""An epoch can close between looking and posting; three times in a row it does not."""


def advance(state: State) -> State:
    """What follows from the card standing or not; slots of cards that are over leave the shelf."""
    if state.shelf is None:
        return state
    lasting = state.circle.policy.card_epochs
    shelf = shelves.without_expired(state.shelf, epoch=state.epoch, card_epochs=lasting)
    state = replace(state, shelf=shelf)
    slot, found = state.slot, state.slot_found
    if slot is None or found is None or not state.stands:
        return state
    if slot.stage == UNSPENT:
        # Posted, and killed before the shelf was written: the card itself is the better witness.
        state = state.with_slot(
            stage=POSTED,
            posted=state.epoch,
            counter=max(1, slot.counter),
            earns=earned_index(slot.index) if state.is_donor else 0,
            chosen=shelf.wish,
        )
        assert state.shelf is not None
        return replace(state, shelf=replace(state.shelf, agains=()))
    if found.stage == POSTED and slot.signatures:
        return state.with_slot(signatures=(), stamp=None)
    return state


def post(sitting: Sitting, state: State) -> bool:
    """Post the card of the slot that *state* shows, if it does not stand already.

    Raises NodeRefused; an epoch that closed meanwhile burned nothing and is not one of them.
    """
    slot, shelf = state.slot, state.shelf
    if slot is None or shelf is None or state.stands:
        return False
    if not slot.signatures or slot.stamp is None:
        return False
    for _ in range(ATTEMPTS):
        body = card_body(state.place, shelf, slot, sitting)
        try:
            sitting.node_for(state.place).card(body)
        except NodeRefused as error:
            if error.code != "epoch_closed":
                raise
            sitting.refresh_epoch()
        else:
            return True
    raise NotPossible


def card_body(place: Place, shelf: Shelf, slot: Slot, sitting: Sitting) -> bytes:
    """The whole request."""
    if slot.stamp is None:
        raise NotPossible
    circle, pseudonym = sitting.circle, place.pseudonym
    epoch = sitting.open.descriptor
    stamp = Stamp(place.period, place.stamp_nonce(shelf.role), slot.stamp)
    next_slot = next_slot_of(circle, place) if shelf.role == DONOR else None
    outbox = close_record(first_outbox(next_slot), **seals.outbox(circle.digest, pseudonym))
    firsts = [outbox, throwaway_page(place), *(random_record() for _ in range(PAGES - 1))]
    writes = (pseudonym.outbox_write, *pseudonym.pages_write)
    drops = b"".join(address_of(w) + first for w, first in zip(writes, firsts, strict=True))
    head = u32(epoch.epoch) + stamp.to_bytes() + pseudonym.card_retry
    permit = permit_hash(pseudonym.claim_permit)
    return head + permit + _card_record(place, shelf, slot, epoch) + drops


def _card_record(place: Place, shelf: Shelf, slot: Slot, epoch: EpochDescriptor) -> bytes:
    pseudonym, wish = place.pseudonym, shelf.wish
    card = Card(
        card_class=class_of(shelf.role),
        period=place.period,
        public_key=pseudonym.sealing_key.public,
        claim_tag=pseudonym.claim_tag,
        signatures=slot.signatures,
        regions=wish.regions,
        modes=wish.modes,
        preset=wish.preset,
        size=wish.size,
        needs=wish.needs,
        urgency=wish.urgency,
        agains=shelf.agains,
        notice_secret=pseudonym.notice_secret,
        outbox_read=reader_of(pseudonym.outbox_write),
        pages_read=tuple(reader_of(write) for write in pseudonym.pages_write),
    )
    return seal(card, recipient=epoch.key, info=seals.card_info(place.circle, epoch.epoch))
