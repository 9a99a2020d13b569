"""Certifying keys: the public half of what coordinators sign blindly with (protocol.md, section 4).

RSA, 2,048 bit, e = 65537. A key counts only with its eight challenges answered: e-th roots of
values that hash out of the key itself. Somebody who could prepare a key under which raising to e
is no permutation could tag the people it certifies; such a key has roots for at most one value in
65,537, so the chance that all eight have one is below 2^-128.

This says nothing about who holds the private half or whether it is shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from crypto.errors import InvalidKey
from crypto.labels import derive, hashed, u8, u32

MODULUS_BITS = 2_048
MODULUS_BYTES = 256
PUBLIC_EXPONENT = 65_537
CHALLENGE_COUNT = 8

# 16 bytes more than the modulus: the remainder mod n is uniform up to 2^-128.
_CHALLENGE_BYTES = 272


class Use(StrEnum):
    """What a certifying key signs, and the word for it in the almanac."""

    REQUEST = "request"
    OFFER = "offer"
    STAMP = "stamp"
    RECEIPT = "receipt"


class CardClass(IntEnum):
    """The two classes of cards, by the number that stands in roots and cards."""

    REQUEST = 0
    OFFER = 1

    @property
    def use(self) -> Use:
        """The use of the keys that certify this class."""
        return Use.REQUEST if self == CardClass.REQUEST else Use.OFFER


@dataclass(frozen=True, slots=True)
class CertifyingKey:
    """One coordinator's public key for one use in one period.

    *coordinator* is its number in the charter, *modulus* 256 bytes, *challenges* eight roots of
    256 bytes each. Nothing is checked here: ``admit_key`` is the door.
    """

    coordinator: int
    use: Use
    period: int
    modulus: bytes
    challenges: tuple[bytes, ...]

    @property
    def n(self) -> int:
        """The modulus as an integer."""
        return int.from_bytes(self.modulus, "big")

    @property
    def key_id(self) -> bytes:
        """H("klunak key id", modulus), 32 bytes."""
        return key_id(self.modulus)

    def challenge(self, circle: bytes, number: int) -> int:
        """Challenge *number* (0..7) of this key: the integer below n whose root it must show."""
        return challenge_value(self.modulus, circle, self.period, self.use, number)


def key_id(modulus: bytes) -> bytes:
    """The name of a key by its *modulus* of 256 bytes: 32 bytes."""
    return hashed("klunak key id", modulus)


def challenge_value(modulus: bytes, circle: bytes, period: int, use: Use, number: int) -> int:
    """HKDF of the modulus, bound to circle, period, use and number, reduced mod n."""
    context = circle + u32(period) + use.encode("ascii") + b"\0" + u8(number)
    wide = derive(modulus, "key challenge", context, length=_CHALLENGE_BYTES)
    return int.from_bytes(wide, "big") % int.from_bytes(modulus, "big")


def admit_key(key: CertifyingKey, circle: bytes) -> CertifyingKey:
    """*key* itself, if it may be used in *circle* (the 32-byte digest).

    Raises InvalidKey when the modulus has not exactly 2,048 bits or is even, or when a challenge
    has no root among ``key.challenges``, in order.
    """
    n = key.n
    if len(key.modulus) != MODULUS_BYTES or n.bit_length() != MODULUS_BITS or n % 2 == 0:
        raise InvalidKey("the modulus is no odd number of 2,048 bits")
    if len(key.challenges) != CHALLENGE_COUNT:
        raise InvalidKey("not eight challenges")
    for number, root in enumerate(key.challenges):
        root_value = int.from_bytes(root, "big")
        # A root at or above n would be a second way to write the same answer.
        if len(root) != MODULUS_BYTES or not 0 < root_value < n:
            raise InvalidKey("a challenge is out of range")
        if pow(root_value, PUBLIC_EXPONENT, n) != key.challenge(circle, number):
            raise InvalidKey("a challenge is not answered")
    return key
