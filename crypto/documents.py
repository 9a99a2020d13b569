"""Signed documents: a text, and a signature bound to what it is for (protocol.md, section 4).

    signature = Ed25519(bound(label, circle) ‖ text)                              (RFC 8032)

The text is signed as the exact bytes that travel. A reader never signs, hashes or compares a
document it has written anew. What a text says counts once its signature does: until then it is
called *unverified*.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, TypeVar

from nacl.exceptions import CryptoError as NaclError
from nacl.signing import SigningKey, VerifyKey
from nacl.utils import random

from crypto.errors import InvalidSignature, WrongLength, WrongShape
from crypto.labels import bound
from crypto.strict_json import (
    JsonDocument,
    StrictModel,
    hex_field,
    read_model,
    read_object,
    write_text,
)

SEED_BYTES = 32
PUBLIC_KEY_BYTES = 32
DOCUMENT_SIGNATURE_BYTES = 64


class SignedContent(StrictModel):
    """What every signed document of a circle begins with."""

    version: Literal[1] = 1
    circle: Annotated[bytes, *hex_field(32)]


Model = TypeVar("Model", bound=SignedContent)


def new_signing_seed() -> bytes:
    """The 32-byte seed of a fresh Ed25519 key."""
    return random(SEED_BYTES)


def public_key_of(signing_seed: bytes) -> bytes:
    """The Ed25519 public key, 32 bytes. Raises WrongLength unless the seed has 32 bytes."""
    return bytes(_signing_key(signing_seed).verify_key)


def sign(signing_seed: bytes, message: bytes) -> bytes:
    """The signature, 64 bytes, of *message*. Raises WrongLength unless the seed has 32 bytes."""
    return _signing_key(signing_seed).sign(message).signature


def verify(public_key: bytes, message: bytes, signature: bytes) -> None:
    """Return if *signature* is *public_key*'s on *message*; raises InvalidSignature if not."""
    try:
        VerifyKey(public_key).verify(message, signature)
    except NaclError:  # a bad signature as well as a key or signature of another size
        raise InvalidSignature from None


def write_signed(
    name: str, label: str, circle: bytes, content: SignedContent, signing_seed: bytes
) -> dict[str, str]:
    """``{name: text, "signature": hex}`` of *content*, signed for *label* in *circle*."""
    text = write_text(content)
    signature = sign(signing_seed, bound(label, circle) + text.encode())
    return {name: text, "signature": signature.hex()}


def read_signed_text(document: JsonDocument, name: str) -> tuple[str, bytes]:
    """The unverified text called *name* and the bytes of its signature.

    Raises WrongShape unless *document* has exactly *name* and ``signature``, both text, the
    second 128 characters of lower-case hex.
    """
    value = read_object(document)
    if set(value) != {name, "signature"} or not all(isinstance(v, str) for v in value.values()):
        raise WrongShape("not a signed document")
    return value[name], signature_from_hex(value["signature"])


def read_signed(
    model: type[Model],
    document: JsonDocument,
    *,
    name: str,
    label: str,
    circle: bytes,
    signer_field: str,
    signers: Collection[bytes],
) -> Model:
    """The verified content of *document*, whose field *signer_field* names one of *signers*.

    Raises UnknownVersion or WrongShape for a text that is no *model*, and InvalidSignature for
    another circle, a stranger's key or a signature that is not that key's.
    """
    text, signature = read_signed_text(document, name)
    unverified = read_model(model, text)
    signer: bytes = getattr(unverified, signer_field)
    if unverified.circle != circle:
        raise InvalidSignature("made for another circle")
    if signer not in signers:
        raise InvalidSignature("not signed by one who may")
    verify(signer, bound(label, circle) + text.encode(), signature)
    return unverified


def signature_from_hex(text: str) -> bytes:
    """The 64 bytes of a document's signature. Raises WrongShape for anything but lower-case hex."""
    try:
        signature = bytes.fromhex(text)
    except ValueError:
        raise WrongShape("a signature is hex") from None
    if len(signature) != DOCUMENT_SIGNATURE_BYTES or signature.hex() != text:
        raise WrongShape("a signature is 64 bytes of lower-case hex")
    return signature


def _signing_key(signing_seed: bytes) -> SigningKey:
    if len(signing_seed) != SEED_BYTES:
        raise WrongLength("a signing seed has 32 bytes")
    return SigningKey(signing_seed)
