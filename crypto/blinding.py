"""Blind signatures: RFC 9474, RSABSSA-SHA384-PSSZERO-Deterministic (protocol.md, section 5).

    person       m = EMSA-PSS(message),  blinded = m·r^e mod n             r is derived, not drawn
    coordinator  blind signature = blinded^d mod n
    person       signature = blind signature · r^-1 mod n,  then verified

The coordinator sees a value that is uniform whatever the message is, and can link it to nothing it
meets later. That holds for keys whose challenges are answered (``crypto.certifying_keys``): blind
for no other. Nothing here proves that a coordinator signed for one person only once.

The arithmetic is Python's integers, which take time by value. Signing therefore blinds the base
with a fresh random before the secret exponent touches it, and the coordinator's machine is off
the network path; blinding happens on the person's own device. No function here is for a server.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from hashlib import sha384

from crypto.certificates import verify_signature
from crypto.certifying_keys import (
    MODULUS_BYTES,
    PUBLIC_EXPONENT,
    CertifyingKey,
)
from crypto.errors import InvalidCertificate, InvalidKey, WrongLength, WrongShape
from crypto.signing_keys import SigningKey, challenges

__all__ = [
    "BLINDING_BYTES",
    "BlindedValue",
    "SigningKey",
    "blind",
    "blind_sign",
    "challenges",
    "unblind",
]

BLINDING_BYTES = 272

_HASH_BYTES = 48


@dataclass(frozen=True, slots=True)
class BlindedValue:
    """What the coordinator is given (256 bytes), and the secret inverse (an integer mod n)."""

    blinded: bytes
    inverse: int = field(repr=False)


def blind(key: CertifyingKey, message: bytes, blinding: bytes) -> BlindedValue:
    """*message* blinded for *key*, with the 272 derived bytes *blinding* (RFC 9474, section 4.2).

    The same arguments give the same value, so a fresh process continues where one was closed.
    Raises WrongLength for other sizes, and InvalidKey when the blinding has no inverse mod n:
    with an honest key nobody lives to see that.
    """
    if len(blinding) != BLINDING_BYTES or len(key.modulus) != MODULUS_BYTES:
        raise WrongLength("a blinding has 272 bytes, a modulus 256")
    n = key.n
    r = int.from_bytes(blinding, "big") % n
    if math.gcd(r, n) != 1:
        raise InvalidKey("a blinding without an inverse")
    return _blind_from_parts(n, PUBLIC_EXPONENT, message, r)


def unblind(key: CertifyingKey, message: bytes, blind_signature: bytes, inverse: int) -> bytes:
    """The signature, 256 bytes, of *key* on *message*, verified (RFC 9474, section 4.4).

    Raises InvalidCertificate for an answer that is no signature on what was blinded.
    """
    if len(blind_signature) != MODULUS_BYTES:
        raise InvalidCertificate
    signature = _unblind_from_parts(key.n, blind_signature, inverse)
    verify_signature(key, message, signature)
    return signature


def blind_sign(key: SigningKey, blinded: bytes) -> bytes:
    """The blind signature, 256 bytes, on *blinded* (RFC 9474, section 4.3).

    Raises WrongLength unless *blinded* has 256 bytes, and WrongShape unless it is between 0 and
    n, both excluded. Raises ArithmeticError rather than let a faulty signature leave: one, beside
    its input, would give away the key (Boneh, DeMillo and Lipton, 1997).
    """
    if len(blinded) != MODULUS_BYTES:
        raise WrongLength("a blinded value has 256 bytes")
    value = int.from_bytes(blinded, "big")
    if not 0 < value < key.n:
        raise WrongShape("a blinded value is below the modulus")
    return key.root(value).to_bytes(MODULUS_BYTES, "big")


def _blind_from_parts(n: int, e: int, message: bytes, r: int) -> BlindedValue:
    """Any size of modulus and any *r* prime to it: what the vectors of RFC 9474 drive."""
    modulus_bits = n.bit_length()
    encoded = int.from_bytes(_emsa_pss_encode(message, modulus_bits - 1), "big")
    # A message that shares a factor with n has factored it. RFC 9474 asks to look.
    if math.gcd(encoded, n) != 1:
        raise InvalidKey("a message without an inverse")
    blinded = encoded * pow(r, e, n) % n
    return BlindedValue(blinded.to_bytes(_bytes_of(modulus_bits), "big"), pow(r, -1, n))


def _unblind_from_parts(n: int, blind_signature: bytes, inverse: int) -> bytes:
    unblinded = int.from_bytes(blind_signature, "big") * inverse % n
    return unblinded.to_bytes(_bytes_of(n.bit_length()), "big")


# maskedDB ‖ H ‖ 0xbc;  DB = zeros ‖ 0x01, masked by MGF1(H);  H = SHA-384(8 zeros ‖ mHash)
#
# The salt is empty: what is signed must be the same on every visit. The value is hidden by the
# blinding, not by the salt.
def _emsa_pss_encode(message: bytes, encoded_bits: int) -> bytes:
    """EMSA-PSS-ENCODE with SHA-384, MGF1-SHA-384 and no salt (RFC 8017, section 9.1.1).

    *encoded_bits* is one less than the modulus has: RSASSA-PSS-VERIFY undoes exactly that.
    """
    size = _bytes_of(encoded_bits)
    digest = sha384(bytes(8) + sha384(message).digest()).digest()
    block = bytes(size - _HASH_BYTES - 2) + b"\x01"
    mask = _mgf1(digest, len(block))
    masked = bytearray(a ^ b for a, b in zip(block, mask, strict=True))
    masked[0] &= 0xFF >> (8 * size - encoded_bits)
    return bytes(masked) + digest + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    """MGF1 with SHA-384 (RFC 8017, appendix B.2.1)."""
    count = -(-length // _HASH_BYTES)
    blocks = (sha384(seed + number.to_bytes(4, "big")).digest() for number in range(count))
    return b"".join(blocks)[:length]


def _bytes_of(bits: int) -> int:
    return (bits + 7) // 8
