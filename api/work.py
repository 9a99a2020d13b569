"""Proof of work for intake without an invite (protocol.md, section 7).

    Argon2id(password = nonce 8 ‖ H("klunak work", body from retry on), salt = challenge 16,
             1,024 KiB, t = 1, p = 1, 32 bytes)   has pow_bits leading zero bits

A price in memory and time, bound to one request, paid before anything is stored. It buys a place
in a lottery, no more. What it costs whom: docs/decisions/0012-work.md, `klunak bench work`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2.low_level import Type, hash_secret_raw

from api.errors import Busy, WrongWork
from crypto.labels import HASH_BYTES

CHALLENGE_BYTES = 16
NONCE_BYTES = 8
MEMORY_KIB = 1_024

# Each quarter of the pool that is taken doubles the price of the rest.
WORK_BITS = (5, 6, 7, 8)

# The pool moves while a phone computes: one step below today's price still counts.
GRACE_BITS = 1


def work_bits(waiting: int, pool: int) -> int:
    """The price of a place while *waiting* of *pool* places are taken."""
    step = min(len(WORK_BITS) - 1, waiting * len(WORK_BITS) // pool)
    return WORK_BITS[step]


class WorkGate:
    """Lets a few checks compute and as many again wait for a moment; the rest is told busy.

    A flood of proofs can so take neither the processors nor the threads of everybody else, nor
    make the database look anything up.
    """

    def __init__(self, at_once: int) -> None:
        self.computing = threading.BoundedSemaphore(at_once)
        self._inside = threading.BoundedSemaphore(2 * at_once)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place inside, taken before anything else is done. Waits for nobody. Raises Busy."""
        if not self._inside.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._inside.release()


def check_work(
    gate: WorkGate, *, challenge: bytes, nonce: bytes, request: bytes, bits: int
) -> None:
    """Return if the work was done for *request*, 32 bytes. Raises WrongWork.

    Called inside the gate and never inside a transaction.
    """
    with gate.computing:
        digest = work_digest(challenge, nonce, request)
    if int.from_bytes(digest, "big") >> (8 * HASH_BYTES - max(0, bits - GRACE_BITS)):
        raise WrongWork


def work_digest(challenge: bytes, nonce: bytes, request: bytes) -> bytes:
    """The 32 bytes that must begin with zeros."""
    return hash_secret_raw(
        secret=nonce + request,
        salt=challenge,
        time_cost=1,
        memory_cost=MEMORY_KIB,
        parallelism=1,
        hash_len=HASH_BYTES,
        type=Type.ID,
    )
