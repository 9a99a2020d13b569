"""Deterministic CBOR and the frame around it (protocol.md, section 2; RFC 8949 section 4.2.1).

    length u16 ‖ message ‖ zeros      2,960 bytes when sealed to a key, 4,056 under a shared key

The frame makes every message as long as every other before it is encrypted.
"""

from __future__ import annotations

from typing import TypeVar

import cbor2

from crypto.errors import MalformedMessage, NotCanonical, WrongLength
from crypto.shapes import Message

LENGTH_BYTES = 2
MAX_DEPTH = 8
"""Deeper than any message is; nesting is bounded before it costs anything."""

M = TypeVar("M", bound=Message)


def encode(message: Message, *, frame_bytes: int) -> bytes:
    """The framed message, exactly *frame_bytes* long. Raises WrongShape, WrongLength."""
    encoded: bytes = cbor2.dumps(message.to_wire(), canonical=True)
    if LENGTH_BYTES + len(encoded) > frame_bytes:
        raise WrongLength("the message does not fit its record")
    framed = len(encoded).to_bytes(LENGTH_BYTES, "big") + encoded
    return framed.ljust(frame_bytes, b"\0")


def decode(kind: type[M], frame: bytes) -> M:
    """The message of a frame. Raises WrongLength, NotCanonical, WrongShape, MalformedMessage.

    Whoever calls this after decryption turns all of them into `CannotOpen`.
    """
    length = int.from_bytes(frame[:LENGTH_BYTES], "big")
    body = frame[LENGTH_BYTES:]
    if length > len(body):
        raise WrongLength("longer than its frame")
    if any(body[length:]):
        raise NotCanonical("something stands behind the message")
    encoded = body[:length]
    try:
        wire = cbor2.loads(encoded, max_depth=MAX_DEPTH, allow_indefinite=False)
        again = cbor2.dumps(wire, canonical=True)
    except Exception as error:  # a decoder of foreign bytes may raise anything
        raise MalformedMessage("not CBOR") from error
    # One value, one encoding: two readers never disagree about what was sealed. What this lets
    # through with exotic tags, no shape accepts.
    if again != encoded:
        raise NotCanonical("not the deterministic encoding")
    return kind.from_wire(wire)
