"""The bench of a node measures a node that answers, beside a floor that answers the same."""

from __future__ import annotations

import pytest

from clients.bench.backends import BACKENDS
from clients.bench.node import KINDS, node_rates


@pytest.mark.long
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_request_of_a_bench_is_answered_by_both(backend: str) -> None:
    """Without wrk this fails, and is not skipped."""
    found = node_rates(backend, rows=1_000, seconds=1, turns=1)

    for kind in KINDS:
        assert found[kind]["errors"] == found[kind]["floor_errors"] == 0
        assert found[kind]["per_s"] > 0 < found[kind]["ratio"]
    assert all(rate > 0 for rate in found["single"].values())
    assert found["rows"] >= 1_000
