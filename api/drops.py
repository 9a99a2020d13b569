"""Drops in the database: reserve, read, replace (protocol.md, sections 3 and 7).

A drop stays reserved until its expiry day, whatever is written to it. One that is not there reads
as random bytes, fresh each time, as a blanked one would if it were blanked each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, select
from sqlmodel import col

from api import postgresql_drops, sqlite_drops
from api.bodies import Reader
from api.errors import AddressTaken
from api.models import Notice
from api.partitions import has_partitions
from api.statements import Done, Run, run, run_together
from crypto.drops import DropAddress
from crypto.labels import HASH_BYTES, RECORD_BYTES

RESERVED_DROPS = 5
"""How many drops an intake or a card brings."""

RESERVED_BYTES = RESERVED_DROPS * (HASH_BYTES + RECORD_BYTES)

Row = tuple[DropAddress, bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """A new record for a drop: in place of the one *before*, or of whatever stands there."""

    expires: int
    before: bytes | None
    after: bytes


def take_rows(reader: Reader) -> list[Row]:
    """The five drops at the end of an intake or a card: 5 × (A 32 ‖ record)."""
    return [
        (DropAddress(reader.take(HASH_BYTES)), reader.take(RECORD_BYTES))
        for _ in range(RESERVED_DROPS)
    ]


class Room:
    """Whether there is room for drops: *reads* are run together with other things, and their
    findings learnt; then `taken` can be asked, and drops added."""

    def __init__(
        self, connection: Connection, addresses: Sequence[bytes], days: Iterable[int]
    ) -> None:
        self._connection = connection
        self._kept = _kept(connection)
        self.reads = self._kept.before_adding(addresses, days)
        self.taken: set[bytes] = set()

    def learn(self, found: Sequence[Done]) -> None:
        """Take in what *reads* found."""
        self._found = found
        self.taken |= self._kept.taken(found)

    def require_free(self, rows: Sequence[Row]) -> None:
        """Return if every address of *rows* is another and free. Raises AddressTaken."""
        addresses = {address for address, _ in rows}
        if len(addresses) != len(rows) or addresses & self.taken:
            raise AddressTaken

    def adding(self, rows: Sequence[tuple[bytes, bytes, int]]) -> list[Run]:
        """What adds drops (address, record, day) at addresses that are free."""
        return self._kept.adding(self._connection, self._found, rows)


def reserve(connection: Connection, rows: Sequence[Row], expiry: Callable[[], int]) -> None:
    """Reserve drops with their first contents, each until an *expiry* of its own.

    Raises AddressTaken, also for one twice.
    """
    days = [expiry() for _ in rows]
    room = Room(connection, [address for address, _ in rows], days)
    room.learn(run_together(connection, *room.reads))
    room.require_free(rows)
    new = [(*row, day) for row, day in zip(rows, days, strict=True)]
    run_together(connection, *room.adding(sorted(new)))


def noticed(connection: Connection, addresses: Sequence[bytes]) -> bool:
    """Whether any of *addresses* holds a notice."""
    found = select(col(Notice.address)).where(col(Notice.address).in_(addresses)).limit(1)
    return connection.execute(found).first() is not None


def read(connection: Connection, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
    """The records at those of *addresses* that are drops."""
    found = read_to_change(connection, addresses)
    return {address: record for address, (_, record) in found.items()}


def read_with_notices(connection: Connection, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
    """The records at those of *addresses* that are drops or notices, among others' records.

    For every address the next row of either table is read, whatever its own is, and none is sorted
    out: finding nothing takes the same steps as finding something. A drop stands before a notice,
    so that no matcher can put a notice over somebody's drop.
    """
    return _kept(connection).next_records(connection, addresses)


def read_to_change(
    connection: Connection, addresses: Sequence[bytes]
) -> dict[bytes, tuple[int, bytes]]:
    """Expiry day and record of those of *addresses* that are drops."""
    return by_address(run(connection, standing(connection, addresses)))


def standing(connection: Connection, addresses: Sequence[bytes]) -> Run:
    """What `by_address` reads, to be run together with other things."""
    return _kept(connection).standing(addresses)


def by_address(found: Done) -> dict[bytes, tuple[int, bytes]]:
    """Expiry day and record of each drop that was found."""
    return {address: (expires, record) for address, expires, record in found.rows}


def replace(connection: Connection, changes: dict[bytes, Change]) -> dict[bytes, bytes]:
    """Put new records into drops, by address, and return what stands where another came first.

    Those drops alone are left as they are.
    """
    rows = [(at, change.expires, change.before, change.after) for at, change in changes.items()]
    if not rows or _kept(connection).replace(connection, sorted(rows)):
        return {}
    standing = read(connection, [*changes])
    return {at: record for at, record in standing.items() if record != changes[at].after}


class _Kept(Protocol):
    """How drops are kept in a database: what its module has."""

    def next_records(
        self, connection: Connection, addresses: Sequence[bytes]
    ) -> dict[bytes, bytes]: ...
    def standing(self, addresses: Sequence[bytes]) -> Run: ...
    def replace(
        self, connection: Connection, changes: Sequence[tuple[bytes, int, bytes | None, bytes]]
    ) -> bool: ...
    def before_adding(self, addresses: Sequence[bytes], days: Iterable[int]) -> list[Run]: ...
    def taken(self, found: Sequence[Done]) -> set[bytes]: ...
    def adding(
        self,
        connection: Connection,
        found: Sequence[Done],
        rows: Sequence[tuple[bytes, bytes, int]],
    ) -> list[Run]: ...


def _kept(connection: Connection) -> _Kept:
    return postgresql_drops if has_partitions(connection) else sqlite_drops
