"""Sizes, hashes and labels (protocol.md, sections 1 and 2).

Every key, seal, record and signature is bound to what it is for through a label that begins with
the protocol's version; nothing that is stored has to carry one.
"""

from __future__ import annotations

from hashlib import blake2b

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = "klunak/1/"

RECORD_BYTES = 4_096
SECRET_BYTES = 32
HASH_BYTES = 32
SIGNATURE_BYTES = 256
BLIND_COUNT = 3
"""How many roots, stamps and receipts a client always asks for."""

PAGES = 4
"""How many pages a card has."""


def hashed(person: str, data: bytes) -> bytes:
    """BLAKE2b-256 (RFC 7693) of *data*, personalised by *person*, at most 16 ASCII characters."""
    # The standard library's: a node hashes sixty times a visit, and PyNaCl's takes twenty times as
    # long around the same function. A shorter personalisation is padded with zeros by both.
    return blake2b(data, digest_size=HASH_BYTES, person=person.encode("ascii")).digest()


def derive(secret: bytes, label: str, *context: bytes, length: int = SECRET_BYTES) -> bytes:
    """HKDF-SHA256 (RFC 5869) with an empty salt: *length* bytes for *label* and *context*."""
    info = VERSION.encode() + label.encode("ascii") + b"\0" + b"".join(context)
    return HKDF(algorithm=SHA256(), length=length, salt=b"", info=info).derive(secret)


def bound(label: str, circle: bytes, *context: bytes) -> bytes:
    """What a seal, a record or a signature is bound to: purpose, circle digest, context."""
    return VERSION.encode() + label.encode("ascii") + b"\0" + circle + b"".join(context)


def u8(number: int) -> bytes:
    """One byte. Raises OverflowError outside 0..255."""
    return number.to_bytes(1, "big")


def u16(number: int) -> bytes:
    """Two bytes, big-endian."""
    return number.to_bytes(2, "big")


def u32(number: int) -> bytes:
    """Four bytes, big-endian."""
    return number.to_bytes(4, "big")
