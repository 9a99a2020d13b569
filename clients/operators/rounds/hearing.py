"""Outboxes: what owners say, and what of it counts (protocol.md, section 6).

A node can answer with anything: with random bytes, with an outbox of last week. Random bytes do
not open, and a counter below the one that the card remembers is not listened to.
"""

from __future__ import annotations

from clients.operators.rounds.population import Live
from crypto.certificates import Receipt, verify_receipt
from crypto.circle import Circle
from crypto.errors import CannotOpen, InvalidCertificate
from crypto.keys import outbox_key
from crypto.labels import bound
from crypto.messages.outboxes import Outbox
from crypto.messages.tokens import SpentReceipt
from crypto.records import open_record
from matching.states import Words


def hear(live: Live, record: bytes, circle: Circle) -> None:
    """Keep what *record* says in ``live.outbox``, if it is this card's and not an older one.

    The last one heard may be heard again: it says nothing new, and still holds the values that a
    slot is to be signed on.
    """
    key = outbox_key(live.card.notice_secret)
    try:
        outbox = open_record(Outbox, record, key=key, aad=bound("outbox", circle.digest))
    except CannotOpen:
        return
    if outbox.counter >= live.state.counter:
        live.outbox = outbox


def words_of(live: Live, circle: Circle) -> Words | None:
    """The outbox as the lifecycle hears it; None if there is nothing."""
    outbox = live.outbox
    if outbox is None:
        return None
    return Words(
        counter=outbox.counter,
        accepted=outbox.accepted,
        declined=outbox.declined,
        sent=outbox.sent,
        shown=outbox.shown,
        failed=outbox.failed,
        received=outbox.received,
        withdrawn=outbox.withdrawn,
        receipt=outbox.receipt is not None and counts(outbox.receipt, circle),
    )


def counts(spent: SpentReceipt, circle: Circle) -> bool:
    """Whether the receipt is one of this circle."""
    try:
        verify_receipt(circle, Receipt(spent.period, spent.nonce, spent.signature))
    except InvalidCertificate:
        return False
    return True
