"""When to lay the tables out anew between two sweeps: after writes, at a bounded rate.

What a visit wrote lies together on the disk until then, so it must not wait for the next day. But
laying out copies the whole database, so a large one waits longer, and a very large one for the
sweep. Several processes on one database take turns: whoever sees that another was here waits anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """How a database lies on its disk (`Store.layout`)."""

    mark: int
    """Another one whenever somebody laid the tables out, in whichever process; says no time."""
    size: int
    """In bytes."""
    is_worn: bool
    """Whether this process wrote anything since it last laid them out."""


class LayoutTimer:
    """Says when, by the running time of this process. One thread asks."""

    def __init__(
        self,
        *,
        least_seconds: float,
        bytes_per_second: float,
        most_bytes: int,
        running: Callable[[], float] = time.monotonic,
    ) -> None:
        self._least_seconds = least_seconds
        self._bytes_per_second = bytes_per_second
        self._most_bytes = most_bytes
        self._running = running
        self._mark: int | None = None
        self._since = running()

    def seconds(self, size: int) -> float:
        """From one laying out of a database of *size* bytes to the next."""
        return max(self._least_seconds, size / self._bytes_per_second)

    def is_due(self, layout: Layout) -> bool:
        """Whether to lay the tables out now; ask often.

        Then begins to wait anew, also if the laying out should fail: that costs no less.
        """
        now = self._running()
        if self._mark is not None and layout.mark != self._mark:
            self._since = now
        self._mark = layout.mark
        is_due = (
            layout.is_worn
            and layout.size <= self._most_bytes
            and now - self._since >= self.seconds(layout.size)
        )
        if is_due:
            self._since = now
        return is_due

    def left(self, mark: int) -> None:
        """This process has laid the tables out, and *mark* is its own."""
        self._mark = mark
