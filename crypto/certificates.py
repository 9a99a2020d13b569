"""Certificates, stamps and receipts: verifying what was signed blindly (protocol.md, section 5).

    certificate  bound("certificate", circle) ‖ root              both duty keys of class and period
    stamp        bound("stamp", circle, period u32) ‖ nonce 32    the stamp key of the period
    receipt      bound("receipt", circle, period u32) ‖ nonce 32  the receipt key of the period

RSASSA-PSS with SHA-384, MGF1 with SHA-384 and an empty salt (RFC 8017, section 8.1.2), which is
what RFC 9474's RSABSSA-SHA384-PSSZERO-Deterministic leaves once unblinded.

A valid certificate says that both duty coordinators vouched for *somebody*. It does not say for
whom, and nothing here can blind or sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from cryptography.exceptions import InvalidSignature as _NotSigned
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA384

from crypto.certifying_keys import PUBLIC_EXPONENT, CardClass, CertifyingKey
from crypto.circle import SEALING_KEY_BYTES, Circle
from crypto.errors import InvalidCertificate, InvalidKey, WrongLength
from crypto.labels import HASH_BYTES, SECRET_BYTES, SIGNATURE_BYTES, bound, hashed, u8, u32

__all__ = [
    "STAMP_BYTES",
    "CardClass",
    "Receipt",
    "Stamp",
    "certificate_message",
    "exchange_id",
    "key_part",
    "receipt_message",
    "root_of",
    "root_of_parts",
    "stamp_message",
    "stamp_nonce",
    "stamped",
    "tag_part",
    "verify_certificate",
    "verify_receipt",
    "verify_root",
    "verify_signature",
    "verify_stamp",
]

# period u32 ‖ nonce 32 ‖ signature 256, of a stamp and of a receipt alike
STAMP_BYTES = 292


@dataclass(frozen=True, slots=True)
class _Token:
    """A nonce (32 bytes) of a period and its signature (256 bytes)."""

    # A token is worth a card or a slot to whoever holds it, so no repr shows it.
    period: int
    nonce: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """The wire form, 292 bytes."""
        return u32(self.period) + self.nonce + self.signature

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The unverified token that *data* is. Raises WrongLength unless it has 292 bytes."""
        if len(data) != STAMP_BYTES:
            raise WrongLength("a stamp or receipt has 292 bytes")
        return cls(period=int.from_bytes(data[:4], "big"), nonce=data[4:36], signature=data[36:])


class Stamp(_Token):
    """Admits the card of one root, or its exchange. Verified or not: ``verify_stamp`` tells."""

    __slots__ = ()


class Receipt(_Token):
    """Earns its donor the next slot. Verified or not: ``verify_receipt`` tells."""

    __slots__ = ()


def key_part(public_key: bytes) -> bytes:
    """The part of a root that commits to a sealing key of 1,216 bytes: 32 bytes."""
    return hashed("klunak root key", public_key)


def tag_part(claim_tag: bytes) -> bytes:
    """The part of a root that commits to a claim tag of 32 bytes: 32 bytes."""
    return hashed("klunak root tag", claim_tag)


def root_of_parts(
    circle: bytes, card_class: CardClass, period: int, key_part: bytes, tag_part: bytes
) -> bytes:
    """The root, 32 bytes, for whoever was shown one opening and the other part."""
    return hashed("klunak root", u8(card_class) + u32(period) + circle + key_part + tag_part)


def root_of(
    circle: bytes, card_class: CardClass, period: int, public_key: bytes, claim_tag: bytes
) -> bytes:
    """The root, 32 bytes, of a pseudonym's *public_key* (1,216) and *claim_tag* (32).

    *circle* is the 32-byte digest. Raises WrongLength for other sizes of key or tag.
    """
    if len(public_key) != SEALING_KEY_BYTES or len(claim_tag) != SECRET_BYTES:
        raise WrongLength("a root commits to 1,216 and 32 bytes")
    return root_of_parts(circle, card_class, period, key_part(public_key), tag_part(claim_tag))


def stamp_nonce(root: bytes) -> bytes:
    """The nonce, 32 bytes, of the one stamp that goes with *root* (32): a slot is spent once."""
    return hashed("klunak nonce", root)


def stamped(period: int, nonce: bytes) -> bytes:
    """The 32 bytes by which a node tells the matcher which stamp admitted a card. Not the name
    under which it keeps the stamp burned, so that its two tables do not name each other's rows."""
    return hashed("klunak stamped", u32(period) + nonce)


def exchange_id(stamp: Stamp, coordinator: int) -> bytes:
    """The 32 bytes under which a node hands an exchange to *coordinator* (its number), once it
    has burned *stamp*: drawn ids are never one of these."""
    return hashed("klunak exchange", u8(coordinator) + u32(stamp.period) + stamp.nonce)


def certificate_message(circle: bytes, root: bytes) -> bytes:
    """What both duty keys sign for *root* (32 bytes)."""
    return bound("certificate", circle) + root


def stamp_message(circle: bytes, period: int, nonce: bytes) -> bytes:
    """What the stamp key signs for *nonce* (32 bytes)."""
    return bound("stamp", circle, u32(period)) + nonce


def receipt_message(circle: bytes, period: int, nonce: bytes) -> bytes:
    """What the receipt key signs for *nonce* (32 bytes)."""
    return bound("receipt", circle, u32(period)) + nonce


def verify_certificate(
    circle: Circle,
    card_class: CardClass,
    period: int,
    public_key: bytes,
    claim_tag: bytes,
    signatures: Sequence[bytes],
) -> bytes:
    """The root, 32 bytes, that both duty coordinators of *card_class* in *period* signed.

    *public_key* (1,216) and *claim_tag* (32) open the root; *signatures* are two of 256 bytes, in
    the order of the duties. Raises InvalidCertificate for anything else.
    """
    try:
        root = root_of(circle.digest, card_class, period, public_key, claim_tag)
    except (WrongLength, OverflowError):
        raise InvalidCertificate from None
    return verify_root(circle, card_class, period, root, signatures)


def verify_root(
    circle: Circle, card_class: CardClass, period: int, root: bytes, signatures: Sequence[bytes]
) -> bytes:
    """*root* itself, if both duty coordinators signed it; says nothing about what it opens to.

    Raises InvalidCertificate.
    """
    try:
        keys = circle.certificate_keys(period, card_class)
    except InvalidKey:
        raise InvalidCertificate from None
    if len(root) != HASH_BYTES or len(signatures) != len(keys):
        raise InvalidCertificate
    message = certificate_message(circle.digest, root)
    for key, signature in zip(keys, signatures, strict=True):
        verify_signature(key, message, signature)
    return root


def verify_stamp(circle: Circle, unverified_stamp: Stamp) -> Stamp:
    """The stamp, if the stamp key of its period signed it. Raises InvalidCertificate.

    Whether it was spent, and whether its period still counts, is for the node to say.
    """
    _verify_token(circle, unverified_stamp, stamp_message, Circle.stamp_key)
    return unverified_stamp


def verify_receipt(circle: Circle, unverified_receipt: Receipt) -> Receipt:
    """The receipt, if the receipt key of its period signed it. Raises InvalidCertificate."""
    _verify_token(circle, unverified_receipt, receipt_message, Circle.receipt_key)
    return unverified_receipt


def verify_signature(key: CertifyingKey, message: bytes, signature: bytes) -> None:
    """Return if *signature* (256 bytes) is *key*'s on *message*; else InvalidCertificate."""
    if len(signature) != SIGNATURE_BYTES:
        raise InvalidCertificate
    try:
        _public_key(key.modulus).verify(
            signature, message, PSS(mgf=MGF1(SHA384()), salt_length=0), SHA384()
        )
    except _NotSigned:
        raise InvalidCertificate from None


def _verify_token(
    circle: Circle,
    token: _Token,
    message_of: Callable[[bytes, int, bytes], bytes],
    key_of: Callable[[Circle, int], CertifyingKey],
) -> None:
    try:
        key = key_of(circle, token.period)
    except InvalidKey:
        raise InvalidCertificate from None
    if len(token.nonce) != SECRET_BYTES:
        raise InvalidCertificate
    verify_signature(key, message_of(circle.digest, token.period, token.nonce), token.signature)


@lru_cache(maxsize=128)
def _public_key(modulus: bytes) -> RSAPublicKey:
    # Parsing a modulus costs more than a verification; a circle has a few dozen of them.
    return RSAPublicNumbers(PUBLIC_EXPONENT, int.from_bytes(modulus, "big")).public_key()
