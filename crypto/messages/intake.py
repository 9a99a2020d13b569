"""Between a person and a duty coordinator: the intake record and the thread's two drops."""

from __future__ import annotations

from crypto.labels import BLIND_COUNT
from crypto.messages.tokens import SIGNATURE, Opening
from crypto.shapes import (
    U16,
    Message,
    octets,
    octets_up_to,
    one_of,
    optional,
    part,
    several,
    shaped,
    text,
    uint,
)

WORDS_BYTES = 900
"""What a person or a coordinator can say at once, in UTF-8; it is what an intake record leaves."""

INVITE_CODE_BYTES = 8

FAMILY, DONOR = 0, 1
NOTHING_YET, QUESTION, CERTIFIED, DECLINED = 0, 1, 2, 3

LANGUAGE = one_of("be", "ru", "en")

BLINDED = several(SIGNATURE, at_most=BLIND_COUNT)
"""Values to sign, or signed: three for an intake, one for an exchange, none where nothing is due;
who reads them counts them."""


class Intake(Message):
    """What a duty coordinator learns: no name, no region, no need. Extras are stamps for the
    first duty coordinator, a family's receipts for the second, none for a donor's second. With an
    opening it asks for one of each, in exchange; without one for three."""

    role: int = shaped(uint(1))
    language: str = shaped(LANGUAGE)
    words: str = shaped(text(WORDS_BYTES))
    thread_key: bytes = shaped(octets(32))
    out_read: bytes = shaped(octets(32))
    in_write: bytes = shaped(octets(32))
    blinded_roots: tuple[bytes, ...] = shaped(BLINDED)
    blinded_extras: tuple[bytes, ...] = shaped(BLINDED)
    invite_code: bytes = shaped(octets_up_to(INVITE_CODE_BYTES))
    opening: Opening | None = shaped(optional(part(Opening)))


class Out(Message):
    """From the person: an answer to the question of *turn*."""

    turn: int = shaped(U16)
    words: str = shaped(text(WORDS_BYTES))


class In(Message):
    """To the person: nothing yet, a question, the signatures, or a decline."""

    kind: int = shaped(uint(DECLINED))
    turn: int = shaped(U16)
    words: str = shaped(text(WORDS_BYTES))
    signed_roots: tuple[bytes, ...] = shaped(BLINDED)
    signed_extras: tuple[bytes, ...] = shaped(BLINDED)
