"""The bench of the proof of work: engine and node compute the same, or there are no figures."""

from __future__ import annotations

from typing import Any

import pytest

from api.work import WORK_BITS
from clients.bench.work import AnotherDigest, _in_engine, _tries_for_pool
from clients.people.work import argon2id

MEMORY_KIB = 64
PASSWORD, CHALLENGE = bytes(range(40)), bytes(range(16))


@pytest.fixture
def asked() -> dict[str, Any]:
    """A small size, so that an engine without a JIT is done soon too."""
    return {
        "password": PASSWORD.hex(),
        "challenge": CHALLENGE.hex(),
        "memories": [MEMORY_KIB],
        "seconds": 0.01,
    }


@pytest.mark.parametrize("options", [[], ["--jitless"]])
def test_an_engine_is_measured_at_what_a_node_checks(
    options: list[str], asked: dict[str, Any]
) -> None:
    right = {str(MEMORY_KIB): argon2id(PASSWORD, CHALLENGE, MEMORY_KIB).hex()}

    tries, hashes = _in_engine(options, asked, right)

    assert tries[MEMORY_KIB] > 0 < hashes
    with pytest.raises(AnotherDigest):
        _in_engine(options, asked, {str(MEMORY_KIB): bytes(32).hex()})


def test_a_pool_costs_what_its_quarters_cost() -> None:
    """At one bit less than the price, which a node accepts."""
    assert _tries_for_pool(4) == sum(2 ** (bits - 1) for bits in WORK_BITS)
    assert _tries_for_pool(512) == 128 * _tries_for_pool(4)
