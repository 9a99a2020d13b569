"""Seal a message to a key; open it (protocol.md, section 2; RFC 9180; X-Wing).

    enc (1,120) ‖ ciphertext and tag (2,976)

Promises that only the holder of the key reads the message, also against a quantum computer later
as long as ML-KEM or X25519 stands, and that it was sealed for this purpose, circle and context.
Does not promise who sealed it: base mode is deniable on purpose. Recognisable as a seal, so it is
used only where every record of the kind is one.
"""

from __future__ import annotations

import hashlib
from typing import NewType, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from crypto.encoding import decode, encode
from crypto.errors import CannotOpen, MalformedMessage, WrongLength
from crypto.labels import RECORD_BYTES, SECRET_BYTES
from crypto.shapes import Message

PublicKey = NewType("PublicKey", bytes)

PUBLIC_KEY_BYTES = 1_216
MLKEM_PUBLIC_BYTES = 1_184
ENC_BYTES = 1_120
TAG_BYTES = 16
SEALED_FRAME_BYTES = RECORD_BYTES - ENC_BYTES - TAG_BYTES

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)

M = TypeVar("M", bound=Message)


class SealingKey:
    """An X-Wing key pair from a 32-byte seed; the secret half shows nowhere."""

    __slots__ = ("_private", "public")

    def __init__(self, seed: bytes) -> None:
        """Expand *seed* as draft-connolly-cfrg-xwing-kem does. Raises WrongLength."""
        if len(seed) != SECRET_BYTES:
            raise WrongLength("a sealing key's seed has 32 bytes")
        expanded = hashlib.shake_256(seed).digest(96)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._private = MLKEM768X25519PrivateKey(mlkem, x25519)
        self.public = PublicKey(
            mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        )

    def __repr__(self) -> str:
        return "<SealingKey>"

    def _decrypt(self, record: bytes, info: bytes) -> bytes:
        return _SUITE.decrypt(record, self._private, info)


def _public_key(public_key: bytes) -> MLKEM768X25519PublicKey:
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise WrongLength("a public key has 1,216 bytes")
    try:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public_key[:MLKEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(public_key[MLKEM_PUBLIC_BYTES:]),
        )
    except ValueError as error:
        raise MalformedMessage("not a public key") from error


def seal(message: Message, *, recipient: bytes, info: bytes) -> bytes:
    """A record that only the key pair of *recipient* (1,216 bytes) opens, with the same *info*.

    Raises WrongShape, WrongLength for a message that does not fit; MalformedMessage for a
    public key that is none.
    """
    frame = encode(message, frame_bytes=SEALED_FRAME_BYTES)
    try:
        return _SUITE.encrypt(frame, _public_key(recipient), info)
    except ValueError as error:  # an X25519 point of small order
        raise MalformedMessage("not a public key") from error


def check_public_key(public_key: bytes) -> None:
    """Return if something can be sealed to *public_key*. Raises WrongLength, MalformedMessage.

    Nobody who certifies a root has seen its key, so a certified one can be anything.
    """
    try:
        _SUITE.encrypt(b"", _public_key(public_key), b"")
    except ValueError as error:  # an X25519 point of small order
        raise MalformedMessage("not a public key") from error


def open_sealed(kind: type[M], record: bytes, *, key: SealingKey, info: bytes) -> M:
    """The message of a record sealed to *key*. Raises WrongLength, CannotOpen."""
    if len(record) != RECORD_BYTES:
        raise WrongLength("a record has 4,096 bytes")
    try:
        return decode(kind, key._decrypt(record, info))
    except (InvalidTag, ValueError, MalformedMessage):
        raise CannotOpen from None
