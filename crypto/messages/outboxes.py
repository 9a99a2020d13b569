"""From a card's owner to the matcher: the outbox."""

from __future__ import annotations

from crypto.messages.tokens import NextSlot, SpentReceipt
from crypto.shapes import FLAG, U16, U32, Message, optional, part, shaped


class Outbox(Message):
    """Everything a card's owner has to say, said anew each time.

    A number names the epoch of the match it speaks of; zero says nothing. The counter rises with
    every change of meaning and the carried card remembers the last one, so that a node can
    neither forge an outbox nor bring back an older one.
    """

    counter: int = shaped(U32)
    accepted: int = shaped(U32)
    declined: int = shaped(U32)
    sent: int = shaped(U32)
    shown: int = shaped(U32)
    failed: int = shaped(U32)
    received: int = shaped(U32)
    withdrawn: bool = shaped(FLAG)
    receipt: SpentReceipt | None = shaped(optional(part(SpentReceipt)))
    next_slot: NextSlot | None = shaped(optional(part(NextSlot)))
    got: int = shaped(U16)
