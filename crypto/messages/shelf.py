"""From a person to the same person later: the shelf, which makes the device stateless."""

from __future__ import annotations

from crypto.keys import PARTNER_MARK_BYTES
from crypto.labels import BLIND_COUNT
from crypto.messages.cards import AGAIN_BYTES, MAX_AGAINS
from crypto.messages.intake import LANGUAGE
from crypto.messages.pages import CODE_BYTES
from crypto.messages.tokens import SIGNATURE
from crypto.shapes import (
    U8,
    U16,
    U32,
    Message,
    exactly,
    none_or,
    octets,
    optional,
    part,
    several,
    shaped,
    text,
    uint,
)

MAX_SLOTS = 8
"""Slots a shelf can name; those that are finished leave it, so a donor can earn on and on."""

MAX_UNSPENT = 4
"""Slots with signatures, the only large thing on a shelf: 3,072 of its 4,054 bytes.

Four fit because a slot that still holds its signatures has met nobody: `peer_share` and `code`
are empty. A slot with all of them at once would leave room for three, and so does a family's,
which holds its receipt from the beginning.
"""

MAX_ASKING = 15
"""Exchanges in one period; their pseudonyms are 4,096 apart."""

ASKED, CERTIFIED, DECLINED = range(3)
UNSPENT, POSTED, DONE = range(3)


class Wish(Message):
    """What a family needs or a donor can give; regions, modes and needs are bit sets."""

    regions: int = shaped(U16)
    modes: int = shaped(uint(0b111))
    preset: int = shaped(U8)
    size: int = shaped(U8)
    needs: int = shaped(U8)
    urgency: int = shaped(U8)


class Slot(Message):
    """One pseudonym's progress.

    A posted card carries its certificate itself, so the signatures leave the shelf once the card
    is seen to stand; a family's receipt stays until it is spent. `earns` is the index that a
    confirmation of this slot pays for; `met` the epoch and `partner` the mark of the match that
    `peer_share` and `code` belong to (a donor's own voucher code, so that page 1 can be written
    anew): an epoch has one partner.
    """

    index: int = shaped(U16)
    stage: int = shaped(uint(DONE))
    signatures: tuple[bytes, ...] = shaped(none_or(2, SIGNATURE))
    stamp: bytes | None = shaped(optional(SIGNATURE))
    receipt: bytes | None = shaped(optional(SIGNATURE))
    posted: int = shaped(U32)
    counter: int = shaped(U32)
    earns: int = shaped(U16)
    chosen: Wish | None = shaped(optional(part(Wish)))
    met: int = shaped(U32)
    partner: bytes | None = shaped(optional(octets(PARTNER_MARK_BYTES)))
    peer_share: bytes | None = shaped(optional(octets(32)))
    code: str = shaped(text(CODE_BYTES))


class Shelf(Message):
    """Everything a person's client must find again. `answered` are the turns of the two threads
    that were answered; `agains` wait for the next card; `got` is the highest earned index that
    lies here safely. `asking` is the last asking of the period (0 the intake), which is what
    `stage` speaks of; `exchanged` the index of the slot of the period before that it gives.
    `at_once` is how many of an intake's slots are posted by themselves once they are certified;
    the others wait to be offered one by one."""

    role: int = shaped(uint(1))
    language: str = shaped(LANGUAGE)
    stage: int = shaped(uint(DECLINED))
    asked: int = shaped(U32)
    wish: Wish = shaped(part(Wish))
    answered: tuple[int, ...] = shaped(exactly(2, U16))
    slots: tuple[Slot, ...] = shaped(several(part(Slot), at_most=MAX_SLOTS))
    next_index: int = shaped(U16)
    got: int = shaped(U16)
    agains: tuple[bytes, ...] = shaped(several(octets(AGAIN_BYTES), at_most=MAX_AGAINS))
    asking: int = shaped(uint(MAX_ASKING))
    exchanged: int | None = shaped(optional(U16))
    at_once: int = shaped(uint(BLIND_COUNT))
