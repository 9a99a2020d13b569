"""Controls: values that are nobody's, planted where a search is to prove itself.

A search that finds nothing proves nothing unless it would have found something. So for every way
of writing there is a value of its own, written in that way and no other, and each has to be found.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from clients.thief import Find, Value, encodings


class Controls:
    """One text and one key for each way that such a thing is written in."""

    def __init__(self, where: str) -> None:
        self.planted: dict[str, Value] = {}
        parts = []
        for is_text in (True, False):
            for number, (name, _) in enumerate(encodings(_fresh(where, is_text=is_text))):
                value = _fresh(where, is_text=is_text)
                self.planted[f"control {where} {'text' if is_text else 'key'} {name}"] = value
                parts.append(list(encodings(value))[number][1])
        # Apart, so that each base64 alignment is found as itself.
        self.written = b"\0".join(parts)

    def found(self, finds: Iterable[Find]) -> int:
        """How many of them are among *finds*."""
        return len({find.marker for find in finds} & set(self.planted))


def control_word(where: str) -> str:
    """A text that is nobody's."""
    return f"кантроль {where} {secrets.token_hex(8)}"


def _fresh(where: str, *, is_text: bool) -> Value:
    return control_word(where) if is_text else secrets.token_bytes(32)
