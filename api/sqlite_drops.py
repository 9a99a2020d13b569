"""Drops in SQLite: one table, in the order of its addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from api.addresses import next_row, places, values_of
from api.models import Drop, Notice
from api.statements import Statement, run

DROPS: Table = Drop.__table__  # type: ignore[attr-defined]
AT_ONCE = 12
"""Addresses in a statement, as many as a look has; the last is repeated where there are fewer."""

NOTICES: Table = Notice.__table__  # type: ignore[attr-defined]


def next_records(connection: Connection, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
    """By address: the first record at or after each of *addresses*, of drops and of notices."""
    notices: dict[bytes, bytes] = {}
    drops: dict[bytes, bytes] = {}
    for some in _in_dozens(addresses):
        for is_drop, address, record in run(connection, _NEXT_OF_BOTH(**values_of(some))).rows:
            (drops if is_drop else notices)[address] = record
    return notices | drops


def standing(connection: Connection, addresses: Sequence[bytes]) -> dict[bytes, tuple[int, bytes]]:
    """By address: expiry day and record of those of *addresses* that are drops."""
    return {
        address: (expires, record)
        for some in _in_dozens(addresses)
        for address, expires, record in run(connection, _STANDING(**values_of(some))).rows
    }


def replace(connection: Connection, changes: Sequence[tuple[bytes, int, bytes, bytes]]) -> bool:
    """Put records (address, day, before, after) in place; whether all were as they had been.

    They are: whoever writes has had the only lock since before it read.
    """
    each = [{"at": address, "after": after} for address, _, _, after in changes]
    return run(connection, _REPLACE.many(each)).changed == len(changes)


def add(connection: Connection, rows: Sequence[tuple[bytes, bytes, int]]) -> None:
    """Add drops (address, record, day)."""
    each = [{"address": address, "record": record, "expires": day} for address, record, day in rows]
    run(connection, _ADD.many(each))


def taken(connection: Connection, addresses: Sequence[bytes]) -> bool:
    """Whether any of *addresses* is a drop or holds a notice."""
    return any(run(connection, _TAKEN(**values_of(some))).rows for some in _in_dozens(addresses))


_ADD = Statement(insert(DROPS), writes=True)
_REPLACE = Statement(
    update(DROPS).where(DROPS.c.address == bindparam("at")).values(record=bindparam("after")),
    writes=True,
)


_NEXT_OF_BOTH = Statement(
    union_all(
        *(
            next_row(table, number, "record", literal_column(is_drop))
            for is_drop, table in (("0", NOTICES), ("1", DROPS))
            for number in range(AT_ONCE)
        )
    )
)
_STANDING = Statement(
    select(DROPS.c.address, DROPS.c.expires, DROPS.c.record).where(
        DROPS.c.address.in_(places(AT_ONCE))
    )
)
_TAKEN = Statement(
    union_all(
        *(
            select(table.c.address).where(table.c.address.in_(places(AT_ONCE)))
            for table in (DROPS, NOTICES)
        )
    )
)


def _in_dozens(addresses: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(addresses), AT_ONCE):
        some = addresses[start : start + AT_ONCE]
        yield [*some, *[some[-1]] * (AT_ONCE - len(some))]
