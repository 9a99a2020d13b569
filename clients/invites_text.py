"""An invite, as it is printed on a slip and typed by somebody who is in a hurry.

    16 bytes (a code of 8 for each duty coordinator) = 128 bits ─▶ 26 characters

Crockford's base32: no I, L, O or U is ever printed; i and l are read as 1, o as 0, and case,
spaces and dashes do not matter. 26 characters hold 130 bits; the first two must be zero.
"""

from __future__ import annotations

import re

from clients.errors import InviteTextError
from crypto.messages.intake import INVITE_CODE_BYTES

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHARACTERS = 26
GROUPS = (5, 5, 5, 5, 6)

_LOOK_ALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})
_BETWEEN = re.compile(r"[\s\-‐‑‒–—_.·]+")

InviteCodes = tuple[bytes, bytes]
"""The codes for the first and the second duty coordinator of requests, 8 bytes each."""


def format_invite(codes: InviteCodes) -> str:
    """The 26 characters, in groups joined by dashes."""
    if any(len(code) != INVITE_CODE_BYTES for code in codes):
        raise ValueError("an invite code has 8 bytes")
    number = int.from_bytes(codes[0] + codes[1], "big")
    digits = [ALPHABET[number >> 5 * place & 31] for place in reversed(range(CHARACTERS))]
    groups = []
    for size in GROUPS:
        groups.append("".join(digits[:size]))
        del digits[:size]
    return "-".join(groups)


def parse_invite(typed: str) -> InviteCodes:
    """The codes of what was *typed*. Raises InviteTextError, which repeats nothing of it."""
    characters = _BETWEEN.sub("", typed).upper().translate(_LOOK_ALIKES)
    if len(characters) != CHARACTERS:
        raise InviteTextError(f"an invite has {CHARACTERS} characters")
    number = 0
    for character in characters:
        value = ALPHABET.find(character)
        if value < 0:
            raise InviteTextError("an invite has only letters and digits, and no U")
        number = number << 5 | value
    if number >> 128:
        raise InviteTextError("the beginning is not that of an invite")
    both = number.to_bytes(2 * INVITE_CODE_BYTES, "big")
    return both[:INVITE_CODE_BYTES], both[INVITE_CODE_BYTES:]
