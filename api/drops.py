"""Drops in the database: reserve, read, replace (protocol.md, sections 3 and 7).

A drop stays reserved until its expiry day, whatever is written to it. One that is not there reads
as random bytes, fresh each time, as a blanked one would if it were blanked each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    LargeBinary,
    Select,
    Table,
    and_,
    bindparam,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlmodel import col

from api.bodies import Reader
from api.errors import AddressTaken
from api.models import Drop, Notice
from api.partitions import days_of, has_partitions, make_room, reserved
from api.writing import Overtaken
from crypto.drops import DropAddress
from crypto.labels import HASH_BYTES, RECORD_BYTES

RESERVED_DROPS = 5
"""How many drops an intake or a card brings."""

RESERVED_BYTES = RESERVED_DROPS * (HASH_BYTES + RECORD_BYTES)

Row = tuple[DropAddress, bytes]


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """A new record for a drop, in place of the one that was read."""

    expires: int
    before: bytes
    after: bytes


def noise() -> bytes:
    """A record's worth of random bytes."""
    return secrets.token_bytes(RECORD_BYTES)


def take_rows(reader: Reader) -> list[Row]:
    """The five drops at the end of an intake or a card: 5 × (A 32 ‖ record)."""
    return [
        (DropAddress(reader.take(HASH_BYTES)), reader.take(RECORD_BYTES))
        for _ in range(RESERVED_DROPS)
    ]


def reserve(connection: Connection, rows: Sequence[Row], expiry: Callable[[], int]) -> None:
    """Reserve the drops with their first contents, each until an *expiry* of its own.

    Raises AddressTaken, also for one twice.
    """
    require_free(connection, rows)
    # In the order of the addresses, which is nobody's order.
    days = {address: expiry() for address, _ in sorted(rows)}
    if has_partitions(connection):
        # Its key refuses an address that another node reserved since we looked.
        where = [{"address": address, "expires": day} for address, day in days.items()]
        connection.execute(insert(reserved), where)
        make_room(connection, "drops", days.values())
    connection.execute(
        insert(Drop),
        [
            {"address": address, "record": record, "expires": days[address]}
            for address, record in sorted(rows)
        ],
    )


def require_free(connection: Connection, rows: Sequence[Row]) -> None:
    """Return if every address of *rows* is another and free. Raises AddressTaken."""
    addresses = {address for address, _ in rows}
    if len(addresses) != len(rows) or taken(connection, addresses):
        raise AddressTaken


def taken(connection: Connection, addresses: Collection[bytes]) -> bool:
    """Whether any of *addresses* is in use, by a drop or a notice."""
    address = reserved.c.address if has_partitions(connection) else col(Drop.address)
    found = union_all(
        select(address).where(address.in_(addresses)),
        select(col(Notice.address)).where(col(Notice.address).in_(addresses)),
    ).limit(1)
    return connection.execute(found).first() is not None


def noticed(connection: Connection, addresses: Collection[bytes]) -> bool:
    """Whether any of *addresses* holds a notice."""
    found = select(col(Notice.address)).where(col(Notice.address).in_(addresses)).limit(1)
    return connection.execute(found).first() is not None


def read(connection: Connection, addresses: Collection[bytes]) -> dict[bytes, bytes]:
    """The records at those of *addresses* that are drops."""
    return {row.address: row.record for row in connection.execute(_drops(connection, addresses))}


def read_with_notices(connection: Connection, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
    """The records at those of *addresses* that are drops or notices, among others' records.

    For every address the next row of either table is read, whatever its own is, and none is sorted
    out: finding nothing takes the same steps as finding something. A drop stands before a notice,
    so that no matcher can put a notice over somebody's drop.
    """
    given = {f"at_{place}": address for place, address in enumerate(addresses)}
    if has_partitions(connection):
        # The next of all drops, then their records: a partition has no next but its own.
        next_ones = connection.execute(_next_reserved(len(addresses)), given).all()
        found = read_at(connection, {row.address: row.expires for row in next_ones})
        notices = connection.execute(_next_notices(len(addresses)), given)
        return {row.address: row.record for row in notices} | found
    notices_first = sorted(
        connection.execute(_next_rows(len(addresses)), given), key=lambda row: row.is_drop
    )
    return {row.address: row.record for row in notices_first}


def read_at(connection: Connection, days: dict[bytes, int]) -> dict[bytes, bytes]:
    """The records of drops whose days are known."""
    wanted = select(col(Drop.address), col(Drop.record)).where(
        col(Drop.address).in_(days), col(Drop.expires).in_(sorted(set(days.values())))
    )
    return {row.address: row.record for row in connection.execute(wanted)}


@lru_cache(maxsize=8)
def _next_rows(count: int) -> Any:
    tables = (Drop.__table__, Notice.__table__)  # type: ignore[attr-defined]
    return union_all(
        *(
            _next_row(table, place, "record", literal(table.name == "drops").label("is_drop"))
            for table in tables
            for place in range(count)
        )
    )


@lru_cache(maxsize=8)
def _next_reserved(count: int) -> Any:
    return union_all(*(_next_row(reserved, place, "expires") for place in range(count)))


@lru_cache(maxsize=8)
def _next_notices(count: int) -> Any:
    table = Notice.__table__  # type: ignore[attr-defined]
    return union_all(*(_next_row(table, place, "record") for place in range(count)))


def _next_row(table: Table, place: int, column: str, *more: Any) -> Select[Any]:
    address: Column[bytes] = table.c.address
    at_or_after = (
        select(address, table.c[column])
        .where(address >= bindparam(f"at_{place}", type_=LargeBinary))
        .order_by(address)
        .limit(1)
        .subquery()
    )
    return select(*more, at_or_after.c.address, at_or_after.c[column])


def read_to_change(
    connection: Connection, addresses: Collection[bytes]
) -> dict[bytes, tuple[int, bytes]]:
    """Expiry day and record of those of *addresses* that are drops."""
    wanted = _drops(connection, addresses).add_columns(col(Drop.expires))
    return {row.address: (row.expires, row.record) for row in connection.execute(wanted)}


def replace(connection: Connection, changes: dict[bytes, Change]) -> None:
    """Put new records into drops, by address. Raises Overtaken if one is no longer as it was."""
    if not changes:
        return
    table = Drop.__table__  # type: ignore[attr-defined]
    # The day leads to the partition; the record before is what makes two nodes take turns.
    as_read = and_(
        table.c.address == bindparam("at"),
        table.c.expires == bindparam("day"),
        table.c.record == bindparam("before"),
    )
    done = connection.execute(
        update(table).where(as_read).values(record=bindparam("after")),
        [
            {"at": address, "day": change.expires, "before": change.before, "after": change.after}
            for address, change in sorted(changes.items())
        ],
    )
    if done.rowcount != len(changes):
        raise Overtaken


def _drops(connection: Connection, addresses: Collection[bytes]) -> Any:
    wanted = select(col(Drop.address), col(Drop.record))
    wanted = wanted.where(col(Drop.address).in_(addresses))
    if has_partitions(connection):
        # Known days let the planner look into a few partitions instead of a hundred. Nothing is
        # skipped where nothing is found: an empty list of days costs the same statement.
        days = set(days_of(connection, addresses).values())
        wanted = wanted.where(col(Drop.expires).in_(sorted(days)))
    return wanted
