"""Signing keys: the private half of a certifying key (protocol.md, sections 4 and 5).

Only coordinators hold these, in a sealed keyring and never on a node. Taking roots is the one
thing a key does; ``crypto.blinding`` decides of what.
"""

from __future__ import annotations

import math
import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from crypto.certifying_keys import (
    CHALLENGE_COUNT,
    MODULUS_BITS,
    MODULUS_BYTES,
    PUBLIC_EXPONENT,
    CertifyingKey,
    Use,
    admit_key,
    challenge_value,
)
from crypto.errors import InvalidKey, WrongLength

PRIME_BYTES = 128
SIGNING_KEY_BYTES = 2 * PRIME_BYTES


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """Two primes of 1,024 bits; all else follows from them.

    Always true of one: p·q has exactly 2,048 bits, p and q share no factor, and e is prime to
    p−1 and q−1, so that every value has one e-th root.
    """

    p: int
    q: int

    def __post_init__(self) -> None:
        primes = (self.p, self.q)
        if any(prime.bit_length() != 8 * PRIME_BYTES or prime % 2 == 0 for prime in primes):
            raise InvalidKey("no two primes of 1,024 bits")
        if self.n.bit_length() != MODULUS_BITS or math.gcd(self.p, self.q) != 1:
            raise InvalidKey("no modulus of 2,048 bits")
        order = math.lcm(self.p - 1, self.q - 1)
        if math.gcd(PUBLIC_EXPONENT, order) != 1:
            raise InvalidKey("the exponent has no inverse")

    def __repr__(self) -> str:
        return "SigningKey(hidden)"

    @classmethod
    def generate(cls) -> Self:
        """A fresh key. Takes around a tenth of a second, sometimes much longer."""
        numbers = generate_private_key(PUBLIC_EXPONENT, MODULUS_BITS).private_numbers()
        return cls(numbers.p, numbers.q)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The key of ``to_bytes``. Raises WrongLength, or InvalidKey for no two fit primes.

        The primes are not tested for being prime: the bytes come out of a sealed keyring, and a
        root that is wrong never leaves ``root``.
        """
        if len(data) != SIGNING_KEY_BYTES:
            raise WrongLength("a signing key has 256 bytes")
        p, q = data[:PRIME_BYTES], data[PRIME_BYTES:]
        return cls(int.from_bytes(p, "big"), int.from_bytes(q, "big"))

    def to_bytes(self) -> bytes:
        """p ‖ q, 256 bytes, for a sealed keyring and nowhere else."""
        return self.p.to_bytes(PRIME_BYTES, "big") + self.q.to_bytes(PRIME_BYTES, "big")

    @property
    def n(self) -> int:
        """The modulus as an integer."""
        return self.p * self.q

    @property
    def modulus(self) -> bytes:
        """The modulus, 256 bytes: the public key."""
        return self.n.to_bytes(MODULUS_BYTES, "big")

    def root(self, value: int) -> int:
        """The e-th root of *value* mod n, for 0 < value < n.

        Raises ArithmeticError when the root does not check: the memory or the key is damaged.
        """
        n = self.n
        # The exponentiations see value·r^e, uniform and fresh, never a value somebody chose.
        mask = _unit_below(n)
        masked = value * pow(mask, PUBLIC_EXPONENT, n) % n
        root = self._root_by_primes(masked) * pow(mask, -1, n) % n
        if pow(root, PUBLIC_EXPONENT, n) != value:
            raise ArithmeticError("a faulty root was kept back")
        return root

    def _root_by_primes(self, value: int) -> int:
        """Chinese remaindering (RFC 8017, section 5.1.2, step 2b)."""
        root_p = pow(value, pow(PUBLIC_EXPONENT, -1, self.p - 1), self.p)
        root_q = pow(value, pow(PUBLIC_EXPONENT, -1, self.q - 1), self.q)
        factor = pow(self.q, -1, self.p) * (root_p - root_q) % self.p
        return root_q + factor * self.q


def challenges(key: SigningKey, circle: bytes, period: int, use: Use) -> tuple[bytes, ...]:
    """The eight roots, 256 bytes each, with which *key* is published in *circle* (its digest)."""
    return tuple(
        key.root(challenge_value(key.modulus, circle, period, use, number)).to_bytes(
            MODULUS_BYTES, "big"
        )
        for number in range(CHALLENGE_COUNT)
    )


def certifying_key(
    key: SigningKey, circle: bytes, period: int, use: Use, coordinator: int
) -> CertifyingKey:
    """The public half of *key*, as the almanac has it. Raises InvalidKey for an unfit key."""
    public = CertifyingKey(
        coordinator=coordinator,
        use=use,
        period=period,
        modulus=key.modulus,
        challenges=challenges(key, circle, period, use),
    )
    return admit_key(public, circle)


def _unit_below(n: int) -> int:
    while True:
        number = 1 + secrets.randbelow(n - 1)
        if math.gcd(number, n) == 1:
            return number
