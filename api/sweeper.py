"""When to sweep: as a day begins, unless the clock leapt (section 7, *Days*).

A clock that is wrong must cost nothing: what a sweep erased is lost, and a stamp whose burned value
is erased could be spent again. The database keeps the day of the last sweep. A day that is much
later is believed once it has held for a while of the node's own running time, which no clock moves.
A node that was off for long therefore sweeps too, somewhat later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, select, update
from sqlmodel import col

from api.errors import log
from api.layout import LayoutTimer
from api.models import CircleDocument
from api.store import Store
from api.sweep import tidy

MOST_DAYS = 8
"""A day so much later than the last sweep, or less, is believed at once: a holiday's power cut."""


@dataclass(frozen=True, slots=True)
class _Leap:
    day: int
    """Its first; the days that follow are of the same leap."""
    seen: float
    """Running time, in seconds."""


class Sweeper:
    """Sweeps one store by the days that it is told. Safe from several threads."""

    def __init__(
        self,
        store: Store,
        *,
        leap_seconds: float,
        layout_timer: LayoutTimer,
        running: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._leap_seconds = leap_seconds
        self._layout_timer = layout_timer
        self._running = running
        self._lock = threading.Lock()
        self._leap: _Leap | None = None
        self._swept_on: int | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether the day is in doubt, and nothing is erased."""
        return self._leap is not None

    def keep_house(self, today: int) -> None:
        """Sweep if a day began, else let neither what was overwritten nor an order lie for long."""
        if today != self._swept_on:
            self.sweep(today)
        else:
            with self._lock:
                self._leap = None
            self._store.shed_erased()
        layout = self._store.layout()
        if self._layout_timer.is_due(layout):
            self._store.forget_order(layout.mark)
            self._layout_timer.left(self._store.layout().mark)

    def sweep(self, today: int) -> None:
        """Erase what expired before *today*, or nothing while *today* is in doubt."""
        with self._lock:
            is_believed = self._is_believed(today)
        if not is_believed:
            self._store.shed_erased()
            return
        self._swept_on = None  # until it is through, the next turn begins it anew
        # Before the sweep, whose last act is to cut the log: an interrupted one is begun anew.
        self._store.write(partial(_remember, today=today))
        tidy(self._store, today)
        self._swept_on = today

    def _is_believed(self, today: int) -> bool:
        last = self._store.read(_last)
        if last is None or today <= last + MOST_DAYS:
            self._leap = None
            return True
        now = self._running()
        if self._leap is None or not self._leap.day <= today <= self._leap.day + MOST_DAYS:
            self._leap = _Leap(today, now)
            if self._leap_seconds:
                log.warning("the clock leapt: nothing is erased until the day has held")
        if now - self._leap.seen < self._leap_seconds:
            return False
        self._leap = None
        return True


def _last(connection: Connection) -> int | None:
    return connection.execute(select(col(CircleDocument.swept))).scalar_one()


def _remember(connection: Connection, *, today: int) -> None:
    # Earlier than before is right too: whatever was believed wrongly is undone by it.
    connection.execute(update(CircleDocument).values(swept=today))
