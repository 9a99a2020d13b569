"""What a place in the intake's lottery costs whom: `klunak bench work`.

    tries_per_s         of the work as it is (api/work.py): natively on one core, in a JavaScript
                        engine with a JIT and without, which stands in for Tor Browser's Safer level
    behind              how many times slower a visitor without a JIT is than a native core
    phone_s             what a place takes without a JIT on this machine, expected, by its price
    farm_core_s         the same natively, at the price that the node still accepts, one bit less
    pool_core_s         what it takes a farm to fill an empty pool, all of it
    memories            tries a second, natively and without a JIT, had we chosen other sizes
    hash                the same for a plain hash instead (BLAKE2b-256), of which a machine that is
                        made for it does some thousand times more; a megabyte takes that away

The engine computes the same digests, or there are no figures. Needs Node.js and `make web`.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from api.work import GRACE_BITS, MEMORY_KIB, WORK_BITS, work_bits, work_digest
from clients.errors import BenchError
from clients.people.work import argon2id
from crypto.almanac import DEFAULT_POLICY
from crypto.labels import HASH_BYTES

MEMORIES = (256, MEMORY_KIB, 4_096)
"""KiB; the middle one is ours."""

WEB = Path(__file__).parents[1] / "web"

Rates = dict[int, float]
"""Tries a second, by KiB."""


class NoEngine(BenchError):
    """There is no Node.js with the page's libraries yet: `make web` installs both."""


class AnotherDigest(BenchError):
    """The engine computed something else than the node would check; a figure would be made up."""


def work_figures(
    seconds: float = 1.0, told: Callable[[str], None] = lambda _now: None
) -> dict[str, Any]:
    """The figures, *seconds* for each of them. Raises NoEngine, AnotherDigest."""
    challenge, nonce, request = (secrets.token_bytes(size) for size in (16, 8, 32))
    password = nonce + request

    def attempt(memory: int) -> bytes:
        return argon2id(password, challenge, memory)

    if attempt(MEMORY_KIB) != work_digest(challenge, nonce, request):
        raise AnotherDigest
    told("natively")
    native = {memory: _rate(partial(attempt, memory), seconds) for memory in MEMORIES}
    native_hash = _rate(lambda: blake2b(password, digest_size=HASH_BYTES).digest(), seconds)
    digests = {str(memory): attempt(memory).hex() for memory in MEMORIES}
    asked = {
        "password": password.hex(),
        "challenge": challenge.hex(),
        "memories": MEMORIES,
        "seconds": seconds,
    }
    told("in an engine with a JIT")
    jit, _ = _in_engine([], asked, digests)
    told("in an engine without")
    slow, slow_hash = _in_engine(["--jitless"], asked, digests)
    ours = native[MEMORY_KIB]
    return {
        "memory_kib": MEMORY_KIB,
        "tries_per_s": {
            "native": round(ours, 1),
            "jit": round(jit[MEMORY_KIB], 1),
            "no_jit": round(slow[MEMORY_KIB], 2),
        },
        "behind": round(ours / slow[MEMORY_KIB]),
        "phone_s": {str(bits): round(2**bits / slow[MEMORY_KIB], 1) for bits in WORK_BITS},
        "farm_core_s": {str(bits): round(_least_tries(bits) / ours, 3) for bits in WORK_BITS},
        "pool_core_s": round(_tries_for_pool(DEFAULT_POLICY.intake_pool) / ours, 1),
        "memories": {
            str(memory): {
                "native_per_s": round(native[memory], 1),
                "no_jit_per_s": round(slow[memory], 2),
                "behind": round(native[memory] / slow[memory]),
            }
            for memory in MEMORIES
        },
        "hash": {
            "native_per_s": round(native_hash),
            "no_jit_per_s": round(slow_hash),
            "behind": round(native_hash / slow_hash),
        },
    }


def _least_tries(bits: int) -> int:
    """Expected tries for what a node accepts at a price of *bits*."""
    return 1 << (bits - GRACE_BITS)


def _tries_for_pool(pool: int) -> int:
    return sum(_least_tries(work_bits(waiting, pool)) for waiting in range(pool))


def _rate(act: Callable[[], object], seconds: float) -> float:
    act()
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds:
        act()
        done += 1
    return done / spent


def _in_engine(
    options: list[str], asked: dict[str, Any], digests: dict[str, str]
) -> tuple[Rates, float]:
    """Tries a second by memory, and hashes a second."""
    engine = shutil.which("node")
    if engine is None:
        raise NoEngine
    ran = subprocess.run(  # noqa: S603 - Node.js with a script of ours
        [engine, *options, "scripts/work-rates.mjs"],
        input=json.dumps(asked),
        cwd=WEB,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise NoEngine
    found = json.loads(ran.stdout)
    if found["digests"] != digests:
        raise AnotherDigest
    return {int(memory): rate for memory, rate in found["tries"].items()}, found["hashes"]
