"""Records under a shared key (protocol.md, section 2).

    nonce (24, random) ‖ XChaCha20-Poly1305 ciphertext and tag (4,072)

Such a record is indistinguishable from 4,096 random bytes: neither a version nor a recipient nor
a kind is written, all of them are bound through key and AAD. That is why a node can answer for an
empty drop with random bytes, and a thief cannot count what is written.
"""

from __future__ import annotations

import secrets
from typing import TypeVar

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError as NaclError

from crypto.encoding import decode, encode
from crypto.errors import CannotOpen, MalformedMessage, WrongLength
from crypto.labels import RECORD_BYTES
from crypto.shapes import Message

NONCE_BYTES = 24
TAG_BYTES = 16
SHARED_FRAME_BYTES = RECORD_BYTES - NONCE_BYTES - TAG_BYTES

M = TypeVar("M", bound=Message)


def random_record() -> bytes:
    """What an empty drop reads as: 4,096 random bytes."""
    return secrets.token_bytes(RECORD_BYTES)


def close_record(message: Message, *, key: bytes, aad: bytes) -> bytes:
    """A record under *key* (32 bytes). The nonce is drawn afresh for every write.

    Raises WrongShape, WrongLength for a message that does not fit.
    """
    return _close_from_parts(message, key=key, aad=aad, nonce=secrets.token_bytes(NONCE_BYTES))


def _close_from_parts(message: Message, *, key: bytes, aad: bytes, nonce: bytes) -> bytes:
    """The deterministic core, for vectors only: a nonce used twice would give both texts away."""
    frame = encode(message, frame_bytes=SHARED_FRAME_BYTES)
    return nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(frame, aad, nonce, key)


def open_record(kind: type[M], record: bytes, *, key: bytes, aad: bytes) -> M:
    """The message of a record under *key*. Raises WrongLength, CannotOpen."""
    if len(record) != RECORD_BYTES:
        raise WrongLength("a record has 4,096 bytes")
    try:
        frame = crypto_aead_xchacha20poly1305_ietf_decrypt(
            record[NONCE_BYTES:], aad, record[:NONCE_BYTES], key
        )
        return decode(kind, frame)
    except (NaclError, MalformedMessage):
        raise CannotOpen from None
