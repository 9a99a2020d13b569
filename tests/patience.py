"""Waiting for what will happen, however slow the machine. No test is about how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 300


def wait_until(
    happened: Callable[[], bool], told: Callable[[], str] = lambda: "it never happened"
) -> None:
    """Return once *happened* is true. What takes longer than five minutes never comes; *told* says
    what there is to say then."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, told()
        time.sleep(0.02)
