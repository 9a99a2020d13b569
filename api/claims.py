"""Claims: the first token shown with a tag holds it (protocol.md, section 7, *Claims*).

Only the visits of a card add rows: it brought a permit's hash, they show the permit. So it costs
a stamp to fill the disk, and how much one card adds in a day is counted, in memory alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import Connection, bindparam, insert, select
from sqlmodel import col

from api.errors import AddressTaken
from api.models import Claim, Permit
from api.statements import Statement, run
from crypto.permits import PermitHash


class Claimed(IntEnum):
    """The verdict of a claim."""

    YOURS = 0
    ANOTHERS = 1
    NOT_KEPT = 2
    """Nobody holds the tag, and this visit may not: without a card, or too often today."""


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    """A claim as it is stored: hashes of tag and token."""

    tag: bytes
    token: bytes


@dataclass(slots=True, repr=False)
class Place:
    """One of the day's places of a card; given back unless a claim was added."""

    is_free: bool
    is_used: bool = False


class Allowance:
    """How many claims each card has added today: in this process, and never on a disk.

    Always true: there is an entry for permits that added something today and for requests that are
    being answered, and for no other; so it cannot be made to grow by making permits up.
    """

    def __init__(self, per_day: int) -> None:
        self._per_day = per_day
        self._lock = threading.Lock()
        self._day = 0
        self._added: Counter[PermitHash] = Counter()

    @property
    def entries(self) -> int:
        """How many permits are remembered at the moment."""
        return len(self._added)

    @contextmanager
    def place(self, permit: PermitHash, today: int) -> Iterator[Place]:
        """A place among those of *today*, while there is one."""
        place = Place(is_free=self._take(permit, today))
        try:
            yield place
        finally:
            if place.is_free and not place.is_used:
                self._give_back(permit, today)

    def _take(self, permit: PermitHash, today: int) -> bool:
        with self._lock:
            if today != self._day:
                self._day, self._added = today, Counter()
            if self._added[permit] >= self._per_day:
                return False
            self._added[permit] += 1
            return True

    def _give_back(self, permit: PermitHash, today: int) -> None:
        with self._lock:
            if today != self._day:
                return  # forgotten with its day
            self._added[permit] -= 1
            if self._added[permit] <= 0:
                del self._added[permit]


def keep_permit(connection: Connection, permit: PermitHash, *, expires: int) -> None:
    """Keep the permit of a card. Raises AddressTaken if another card has it."""
    if _is_known(connection, permit):
        raise AddressTaken
    run(connection, _KEEP(permit=permit, expires=expires))


def claim(
    connection: Connection, permit: PermitHash, shown: Shown, *, may_add: bool, expires: int
) -> tuple[Claimed, bool]:
    """The verdict, and whether a row was added, for which *may_add* and the permit must allow it.

    A claim that stands is answered for whatever permit comes with it: a retry costs nothing.
    """
    is_known = _is_known(connection, permit)  # asked always: the same steps for everybody
    held = run(connection, _HELD(tag=shown.tag)).rows
    if held:
        return (Claimed.YOURS if held == [(shown.token,)] else Claimed.ANOTHERS), False
    if not (is_known and may_add):
        return Claimed.NOT_KEPT, False
    run(connection, _HOLD(tag=shown.tag, token=shown.token, expires=expires))
    return Claimed.YOURS, True


def _is_known(connection: Connection, permit: PermitHash) -> bool:
    return bool(run(connection, _KNOWN(permit=permit)).rows)


_KEEP = Statement(insert(Permit), writes=True)
_KNOWN = Statement(select(col(Permit.permit)).where(col(Permit.permit) == bindparam("permit")))
_HELD = Statement(select(col(Claim.token)).where(col(Claim.tag) == bindparam("tag")))
_HOLD = Statement(insert(Claim), writes=True)
