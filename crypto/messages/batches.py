"""Between the matcher and the duty coordinators' clerks: slots earned by receipts."""

from __future__ import annotations

from crypto.messages.tokens import SIGNATURE, SpentReceipt
from crypto.shapes import U8, U16, U32, Message, octets, optional, part, several, shaped

ENTRIES_A_BATCH = 3
"""A receipt and two blinded values take about 860 bytes; a sealed record holds 2,958."""


class Entry(Message):
    """One receipt and the values it is spent on. The ticket names the offer to the matcher only."""

    ticket: bytes = shaped(octets(32))
    receipt: SpentReceipt = shaped(part(SpentReceipt))
    index: int = shaped(U16)
    period: int = shaped(U32)
    blinded_root: bytes = shaped(SIGNATURE)
    blinded_stamp: bytes | None = shaped(optional(SIGNATURE))


class Batch(Message):
    """To one coordinator; an empty one looks the same from outside."""

    entries: tuple[Entry, ...] = shaped(several(part(Entry), at_most=ENTRIES_A_BATCH))


class SignedEntry(Message):
    """What a clerk made of an entry; null where it refused."""

    ticket: bytes = shaped(octets(32))
    index: int = shaped(U16)
    signed_root: bytes | None = shaped(optional(SIGNATURE))
    signed_stamp: bytes | None = shaped(optional(SIGNATURE))


class Answers(Message):
    """From one coordinator, by its number in the circle."""

    coordinator: int = shaped(U8)
    entries: tuple[SignedEntry, ...] = shaped(several(part(SignedEntry), at_most=ENTRIES_A_BATCH))
