"""Waiting for what will happen, however slow the machine. No test is about how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 120


def wait_until(happened: Callable[[], bool]) -> None:
    """Return once *happened* is true. What takes longer than two minutes never comes."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
