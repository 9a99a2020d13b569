"""Claims: the first token shown with a tag holds it (protocol.md, section 7, *Claims*).

Only the visits of a card add rows: it brought a permit's hash, they show the permit. So it costs
a stamp to fill the disk, and how much one card adds in a day is counted, in memory alone.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from api.keyed import adding, reading
from api.models import CLAIMS, PERMITS
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


def judged(held: Mapping[bytes, bytes], shown: Shown, *, may_add: bool) -> tuple[Claimed, bool]:
    """The verdict where *held* is the token of each tag, and whether a row is to be added.

    A claim that stands is answered for whatever permit comes with it: a retry costs nothing.
    """
    if shown.tag in held:
        return (Claimed.YOURS if held[shown.tag] == shown.token else Claimed.ANOTHERS), False
    return (Claimed.YOURS, True) if may_add else (Claimed.NOT_KEPT, False)


known_permits = reading(PERMITS)
"""What finds those of given permits that a card brought."""

keep_permits = adding(PERMITS)
"""What keeps the permits of cards."""

held_claims = reading(CLAIMS, "token")
"""What finds those of given tags that are held, each with its token."""

hold_claims = adding(CLAIMS)
"""What lets tokens hold tags."""
