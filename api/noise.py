"""Records' worth of random bytes, for where there is no record.

The kernel's generator takes 365 µs for the twelve records of a look, longer than all else of it;
libsodium's (ChaCha20 of a seed from the kernel) takes 25 µs. Each call has a seed of its own, gone
when it returns: there is no state that a fork could double or a seizure find, and as long as
ChaCha20 is a stream cipher nobody tells its stream from the kernel's bytes.
"""

from __future__ import annotations

import secrets

from nacl.utils import randombytes_deterministic

from crypto.labels import RECORD_BYTES

_SEED_BYTES = 32


def noise(count: int) -> list[bytes]:
    """*count* times 4,096 random bytes."""
    size = count * RECORD_BYTES
    stream = randombytes_deterministic(size, secrets.token_bytes(_SEED_BYTES))
    return [stream[start : start + RECORD_BYTES] for start in range(0, size, RECORD_BYTES)]
