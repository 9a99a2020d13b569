"""The card, as its owner posts it and as the matcher carries it from epoch to epoch."""

from __future__ import annotations

from crypto.labels import PAGES
from crypto.messages.tokens import SIGNATURE, Earned, SpentReceipt
from crypto.sealing import PUBLIC_KEY_BYTES
from crypto.shapes import (
    U8,
    U16,
    U32,
    Message,
    exactly,
    octets,
    optional,
    part,
    several,
    shaped,
    uint,
)

AGAIN_BYTES = 16
MAX_AGAINS = 3

WAITING, HELD, AGREED, IDLE, FINISHED = range(5)
MARKS = 0b1111


class Card(Message):
    """A request or an offer. Both have all fields, so outside and inside they are one size."""

    card_class: int = shaped(uint(1))
    period: int = shaped(U32)
    public_key: bytes = shaped(octets(PUBLIC_KEY_BYTES))
    claim_tag: bytes = shaped(octets(32))
    signatures: tuple[bytes, ...] = shaped(exactly(2, SIGNATURE))
    regions: int = shaped(U16)
    modes: int = shaped(uint(0b111))
    preset: int = shaped(U8)
    size: int = shaped(U8)
    needs: int = shaped(U8)
    urgency: int = shaped(U8)
    agains: tuple[bytes, ...] = shaped(several(octets(AGAIN_BYTES), at_most=MAX_AGAINS))
    notice_secret: bytes = shaped(octets(32))
    outbox_read: bytes = shaped(octets(32))
    pages_read: tuple[bytes, ...] = shaped(exactly(PAGES, octets(32)))


class State(Message):
    """What the matcher must know of a card in the next epoch; it remembers nothing itself.

    `peer` is the root of the partner, matched or decoy. Epochs are zero where nothing happened.
    `marks` is a bit set of what was seen of the match (1 shown, 2 sent, 4 failed, 8 rests) and
    `marked` the epoch in which its clock began. `receipt` is one that an offer was confirmed with
    and has not been paid for yet; `earned` is what has come of the payment so far.
    """

    posted: int = shaped(U32)
    phase: int = shaped(uint(FINISHED))
    since: int = shaped(U32)
    waited: int = shaped(U16)
    counter: int = shaped(U32)
    peer: bytes | None = shaped(optional(octets(32)))
    rendezvous: bytes = shaped(octets(32))
    matched: int = shaped(U32)
    mode: int = shaped(uint(2))
    store: int = shaped(U16)
    marks: int = shaped(uint(MARKS))
    marked: int = shaped(U32)
    receipt: SpentReceipt | None = shaped(optional(part(SpentReceipt)))
    earned: Earned | None = shaped(optional(part(Earned)))


class CarriedCard(Message):
    """A card under the round key; both null for one that could not be opened (void)."""

    card: Card | None = shaped(optional(part(Card)))
    state: State | None = shaped(optional(part(State)))


class RoundKey(Message):
    """The key of all cards carried into one epoch, sealed once to that epoch's key."""

    key: bytes = shaped(octets(32))
