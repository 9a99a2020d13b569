"""Drops in the database: reserve, read, replace (protocol.md, sections 3 and 7).

A drop stays reserved until its expiry day, whatever is written to it. One that is not there reads
as random bytes, fresh each time, as a blanked one would if it were blanked each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import (
    CompoundSelect,
    Connection,
    LargeBinary,
    Select,
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
from crypto.drops import DropAddress
from crypto.labels import HASH_BYTES, RECORD_BYTES

RESERVED_DROPS = 5
"""How many drops an intake or a card brings."""

RESERVED_BYTES = RESERVED_DROPS * (HASH_BYTES + RECORD_BYTES)

Row = tuple[DropAddress, bytes]


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
    addresses = {address for address, _ in rows}
    if len(addresses) != len(rows) or taken(connection, addresses):
        raise AddressTaken
    # In the order of the addresses, which is nobody's order.
    connection.execute(
        insert(Drop),
        [
            {"address": address, "record": record, "expires": expiry()}
            for address, record in sorted(rows)
        ],
    )


def taken(connection: Connection, addresses: Collection[bytes]) -> bool:
    """Whether any of *addresses* is in use, by a drop or a notice."""
    found = union_all(
        select(col(Drop.address)).where(col(Drop.address).in_(addresses)),
        select(col(Notice.address)).where(col(Notice.address).in_(addresses)),
    ).limit(1)
    return connection.execute(found).first() is not None


def noticed(connection: Connection, addresses: Collection[bytes]) -> bool:
    """Whether any of *addresses* holds a notice."""
    found = select(col(Notice.address)).where(col(Notice.address).in_(addresses)).limit(1)
    return connection.execute(found).first() is not None


def read(connection: Connection, addresses: Collection[bytes]) -> dict[bytes, bytes]:
    """The records at those of *addresses* that are drops."""
    wanted = select(col(Drop.address), col(Drop.record)).where(col(Drop.address).in_(addresses))
    return dict(connection.execute(wanted).all())


def read_with_notices(connection: Connection, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
    """The records at those of *addresses* that are drops or notices, among others' records.

    For every address the next row of either table is read, whatever its own is, and none is sorted
    out: finding nothing takes the same steps as finding something. A drop stands before a notice,
    so that no matcher can put a notice over somebody's drop.
    """
    given = {f"at_{place}": address for place, address in enumerate(addresses)}
    notices_first = sorted(
        connection.execute(_next_rows(len(addresses)), given), key=lambda row: row.is_drop
    )
    return {row.address: row.record for row in notices_first}


@lru_cache(maxsize=8)
def _next_rows(count: int) -> CompoundSelect[tuple[bool, bytes, bytes]]:
    def next_row(model: type[Drop] | type[Notice], place: int) -> Select[tuple[bool, bytes, bytes]]:
        at_or_after = (
            select(col(model.address), col(model.record))
            .where(col(model.address) >= bindparam(f"at_{place}", type_=LargeBinary))
            .order_by(col(model.address))
            .limit(1)
            .subquery()
        )
        return select(
            literal(model is Drop).label("is_drop"), at_or_after.c.address, at_or_after.c.record
        )

    return union_all(*(next_row(m, place) for m in (Drop, Notice) for place in range(count)))


def replace(connection: Connection, records: Mapping[bytes, bytes]) -> None:
    """Put new *records* into reserved drops, by address."""
    if not records:
        return
    table = Drop.__table__  # type: ignore[attr-defined]
    connection.execute(
        update(table)
        .where(table.c.address == bindparam("at"))
        .values(record=bindparam("new_record")),
        [{"at": address, "new_record": records[address]} for address in sorted(records)],
    )
