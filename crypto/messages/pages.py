"""Between a family and a donor: the pages of a conversation."""

from __future__ import annotations

from enum import IntEnum

from crypto.labels import PAGES
from crypto.shapes import Message, exactly, octets, part, several, shaped, text, uint

CODE_BYTES = 64
WORDS_BYTES = 1_200
"""300 characters of the widest kind."""
MESSAGES_A_PAGE = 16


class Kind(IntEnum):
    """What a message says; each is a fixed phrase in the reader's language, plus words."""

    ACCEPT = 1
    TERMS = 2
    CODE = 3
    ORDERED = 4
    QUESTION = 5
    ANSWER = 6
    CANNOT = 7
    CODE_FAILED = 8
    CODE_REPLACED = 9
    RECEIVED = 10
    THANKS = 11
    AGAIN = 12


class Said(Message):
    """One message of a transcript."""

    kind: int = shaped(uint(max(Kind), minimum=min(Kind)))
    words: str = shaped(text(WORDS_BYTES))


class Page(Message):
    """A part of one side's transcript; pages 2, 3 and 4 joined are the whole of it."""

    messages: tuple[Said, ...] = shaped(several(part(Said), at_most=MESSAGES_A_PAGE))


class PageOne(Message):
    """The handshake: a share of the key, the right to blank one's pages, and the voucher's code
    when a donor answers in voucher mode."""

    share: bytes = shaped(octets(32))
    blanks: tuple[bytes, ...] = shaped(exactly(PAGES, octets(32)))
    code: str = shaped(text(CODE_BYTES))
