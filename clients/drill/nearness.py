"""What a thief sees of a row besides its random bytes, and how far rows are apart by it.

A card is several rows, and two cards are as far apart as the nearest of their rows. Every trace is
a number or some of each row, so the numbers of all rows of a card are put in order once, and two
such lists are gone through side by side.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

FAR = 1 << 256
"""Farther than anything, two addresses included; so long a file comes round to its beginning."""


@dataclass(frozen=True)
class Row:
    """What a thief sees of one row besides its random bytes."""

    address: bytes
    expires: int
    place: int
    """Where it lies: an offset in the file, or block and line."""
    order: int
    """When it was written, as far as the database says: `xmin`, or its place in the file."""
    log: tuple[int, ...] = ()
    """Everywhere in the write-ahead log that it was written, in order."""
    versions: int = 1
    """How often its key stands anywhere on the disk: pages written again, dead rows, the log."""
    locked: int = 0
    """Which transaction last locked or meant to replace it: `xmax`; 0 if none, or nothing says."""
    is_fresh: bool = False
    """Whether it was written since the tables were last laid out, as far as the disk shows."""


def nearest(ones: Sequence[int], others: Sequence[int]) -> int:
    """Between two ascending lists."""
    found, one, other = FAR, 0, 0
    while one < len(ones) and other < len(others):
        apart = ones[one] - others[other]
        found = min(found, abs(apart))
        one, other = (one, other + 1) if apart > 0 else (one + 1, other)
    return found


def next_after(ones: Sequence[int], others: Sequence[int]) -> int:
    """From one of *ones* on to the next of *others*; both ascend."""
    found = FAR
    for one in ones:
        at = bisect_left(others, one)
        found = min(found, (others[at] if at < len(others) else others[0] + FAR) - one)
    return found


def most_alike(ones: Sequence[int], others: Sequence[int]) -> int:
    """Bit by bit, the highest first."""
    return min(one ^ other for one in ones for other in others)


@dataclass(frozen=True)
class Trace:
    """Something of each row that an attack may go by; the nearest candidate is named."""

    seen: Callable[[Row], Sequence[int]]
    apart: Callable[[Sequence[int], Sequence[int]], int] = nearest

    def of(self, rows: Iterable[Row]) -> list[int]:
        """What is seen of all *rows*, ascending."""
        return sorted(chain.from_iterable(map(self.seen, rows)))


def _number(row: Row) -> tuple[int]:
    return (int.from_bytes(row.address, "big"),)


TRACES: dict[str, Trace] = {
    "place": Trace(lambda row: (row.place,)),
    "place_after": Trace(lambda row: (row.place,), next_after),
    "order": Trace(lambda row: (row.order,)),
    "log": Trace(lambda row: row.log),
    "locked": Trace(lambda row: (row.locked,) if row.locked else ()),
    "updates": Trace(lambda row: (row.versions,)),
    "day": Trace(lambda row: (row.expires,)),
    "address": Trace(_number, most_alike),
    "address_sum": Trace(_number),
}
