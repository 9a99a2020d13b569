"""Proof of work: what an intake without an invite pays (protocol.md, section 7).

    Argon2id(nonce 8 ‖ H("klunak work", body from retry on), salt = challenge,
             1,024 KiB, t = 1, p = 1, 32 bytes)          begins with ``bits`` zero bits

A try costs about a millisecond and a megabyte. The expected number of tries is 2^bits, and nobody
knows beforehand when it ends, so progress tells tries, not a percentage of something certain.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from argon2.low_level import Type, hash_secret_raw

from crypto.labels import HASH_BYTES, hashed

NONCE_BYTES = 8
MEMORY_KIB = 1_024
TELL_EVERY = 16
_NONCES = 1 << 8 * NONCE_BYTES

Progress = Callable[[int, int], None]
"""Called with the tries made and the tries expected (2^bits)."""


def work_for(
    body: bytes, *, challenge: bytes, bits: int, progress: Progress | None = None
) -> bytes:
    """A nonce, 8 bytes, that pays for *body* (an intake from its retry token on)."""
    request = hashed("klunak work", body)
    # From a random start: two phones that ask at once should not spend the same nonce.
    start = secrets.randbelow(_NONCES)
    tries = 0
    while True:
        nonce = ((start + tries) % _NONCES).to_bytes(NONCE_BYTES, "big")
        if _leading_zeros(argon2id(nonce + request, challenge)) >= bits:
            return nonce
        tries += 1
        if progress is not None and tries % TELL_EVERY == 0:
            progress(tries, 2**bits)


def argon2id(password: bytes, challenge: bytes, memory_kib: int = MEMORY_KIB) -> bytes:
    """One try, 32 bytes: *password* is nonce ‖ H("klunak work", body)."""
    digest: bytes = hash_secret_raw(
        secret=password,
        salt=challenge,
        time_cost=1,
        memory_cost=memory_kib,
        parallelism=1,
        hash_len=HASH_BYTES,
        type=Type.ID,
    )
    return digest


def _leading_zeros(digest: bytes) -> int:
    return 8 * len(digest) - int.from_bytes(digest, "big").bit_length()
