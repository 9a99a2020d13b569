"""Drops in SQLite: one table, in the order of its addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    LargeBinary,
    Select,
    Table,
    bindparam,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from api.models import DROPS, NOTICES
from api.statements import Done, Run, Statement, run

AT_ONCE = 12
"""Addresses in a statement, as many as a look has; the last is repeated where there are fewer."""


def next_records(connection: Connection, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
    """By address: the first record at or after each of *addresses*, of drops and of notices."""
    notices: dict[bytes, bytes] = {}
    drops: dict[bytes, bytes] = {}
    for some in _in_dozens(addresses):
        for is_drop, address, record in run(connection, _NEXT_OF_BOTH(**_values_of(some))).rows:
            (drops if is_drop else notices)[address] = record
    return notices | drops


def standing(addresses: Sequence[bytes]) -> Run:
    """What finds address, expiry day and record of those of *addresses* that are drops."""
    return _STANDING.many([_values_of(some) for some in _in_dozens(addresses)])


def replace(
    connection: Connection, changes: Sequence[tuple[bytes, int, bytes | None, bytes]]
) -> bool:
    """Put records (address, day, before, after) in place; whether all were as they had been.

    They are: whoever writes has had the only lock since before it read.
    """
    each = [{"at": address, "after": after} for address, _, _, after in changes]
    return run(connection, _REPLACE.many(each)).changed == len(changes)


def before_adding(addresses: Sequence[bytes], _days: Iterable[int]) -> list[Run]:
    """What finds those of *addresses* that are drops or hold a notice."""
    return [_TAKEN.many([_values_of(some) for some in _in_dozens(addresses)])]


def taken(found: Sequence[Done]) -> set[bytes]:
    """Which addresses `before_adding` found in use."""
    return {address for (address,) in found[0].rows}


def adding(
    _connection: Connection, _found: Sequence[Done], rows: Sequence[tuple[bytes, bytes, int]]
) -> list[Run]:
    """What adds drops (address, record, day)."""
    each = [{"address": address, "record": record, "expires": day} for address, record, day in rows]
    return [_ADD.many(each)]


def _values_of(addresses: Sequence[bytes]) -> dict[str, bytes]:
    return {f"at_{number}": address for number, address in enumerate(addresses)}


def _place(number: int) -> BindParameter[bytes]:
    return bindparam(f"at_{number}", type_=LargeBinary)


def _next_record(table: Table, number: int, is_drop: str) -> Select[Any]:
    """The first row at or after the address of that number."""
    at_or_after = (
        select(table.c.address, table.c.record)
        .where(table.c.address >= _place(number))
        .order_by(table.c.address)
        .limit(1)
        .subquery()
    )
    return select(literal_column(is_drop), at_or_after.c.address, at_or_after.c.record)


_PLACES = [_place(number) for number in range(AT_ONCE)]
_ADD = Statement(insert(DROPS), writes=True)
_REPLACE = Statement(
    update(DROPS).where(DROPS.c.address == bindparam("at")).values(record=bindparam("after")),
    writes=True,
)
_NEXT_OF_BOTH = Statement(
    union_all(
        *(
            _next_record(table, number, is_drop)
            for is_drop, table in (("0", NOTICES), ("1", DROPS))
            for number in range(AT_ONCE)
        )
    )
)
_STANDING = Statement(
    select(DROPS.c.address, DROPS.c.expires, DROPS.c.record).where(DROPS.c.address.in_(_PLACES))
)
_TAKEN = Statement(
    union_all(
        *(select(table.c.address).where(table.c.address.in_(_PLACES)) for table in (DROPS, NOTICES))
    )
)


def _in_dozens(addresses: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(addresses), AT_ONCE):
        some = addresses[start : start + AT_ONCE]
        yield [*some, *[some[-1]] * (AT_ONCE - len(some))]
