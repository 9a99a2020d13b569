"""What scenarios are made of: fixed random bytes, fixed keys, and ways to damage bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from hashlib import shake_256
from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from crypto.labels import bound
from crypto.sealing import SealingKey
from crypto.signing_keys import SigningKey
from tests.crypto import hpke_reference

Json = dict[str, Any]

SEALED_FRAME_BYTES = 2_960
SHARED_FRAME_BYTES = 4_056
RECORD_BYTES = 4_096


@dataclass(frozen=True)
class Scenario:
    """A vector before its output is known. *told* is what a refusal says beside its code."""

    name: str
    operation: str
    comment: str
    given: Json
    expect: str = "success"
    told: Json = field(default_factory=dict)


def stream(name: str, size: int = 32) -> bytes:
    """The fixed random bytes called *name*: SHAKE256 of "klunak vectors " and the name."""
    return shake_256(f"klunak vectors {name}".encode()).digest(size)


CIRCLE = stream("circle")
OTHER_CIRCLE = stream("other circle")
PERIOD = 8_104
"""The first quarter of 2026."""

# The primes of a key are the first fit ones at or above a number of 1,024 bits that comes from
# `stream` with its two highest bits and its lowest set; only the distance is written down.
_DISTANCES = {
    "0 request": (1936, 684),
    "1 request": (2806, 166),
    "0 offer": (122, 452),
    "1 offer": (434, 526),
    "0 stamp": (864, 324),
    "1 receipt": (676, 752),
    "2 request": (366, 36),
    "3 request": (524, 2),
    "2 offer": (158, 778),
    "3 offer": (1474, 60),
    "2 stamp": (414, 502),
    "3 receipt": (520, 450),
    "spare": (196, 378),
}


@cache
def signing_key(name: str) -> SigningKey:
    """A fixed RSA key, known to everybody who reads this."""
    p, q = (
        (int.from_bytes(stream(f"{letter} of {name}", 128), "big") | 3 << 1_022 | 1) + distance
        for letter, distance in zip("pq", _DISTANCES[name], strict=True)
    )
    return SigningKey(p, q)


def flipped(data: bytes, place: int, bit: int = 0) -> bytes:
    """*data* with one bit of the byte at *place* (from the end if negative) the other way."""
    altered = bytearray(data)
    altered[place] ^= 1 << bit
    return bytes(altered)


def framed(encoded: bytes, frame_bytes: int, *, length: int | None = None) -> bytes:
    """length ‖ *encoded* ‖ zeros; *length* may be a lie."""
    length = len(encoded) if length is None else length
    return (length.to_bytes(2, "big") + encoded).ljust(frame_bytes, b"\0")


def closed(frame: bytes, *, key: bytes, aad: bytes, nonce: bytes) -> bytes:
    """A record under a shared key with any frame at all."""
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(frame, aad, nonce, key)


def sealed(frame: bytes, *, seed: bytes, info: bytes, eseed: bytes) -> bytes:
    """A sealed record with any frame at all."""
    recipient = SealingKey(seed).public
    return hpke_reference.seal_frame(frame, recipient=recipient, info=info, eseed=eseed)


def bound_to(label: str, context: bytes, circle: bytes = CIRCLE) -> bytes:
    """Info or AAD."""
    return bound(label, circle, context)
