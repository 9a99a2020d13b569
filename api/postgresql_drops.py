"""Drops in PostgreSQL: a table for each day they expire on, and one that says which day.

    reserved ──▶ days ──▶ drops_20500, drops_20503, …

Whatever is asked for goes as one array, and the server goes from one table to the other by itself:
as many statements for drops of one day as of a hundred, so that their number tells nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    FromClause,
    LargeBinary,
    MetaData,
    Select,
    Table,
    bindparam,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from api.keyed import reading, unnested
from api.models import DROPS, NOTICES
from api.partitions import create_missing, missing, partition_name, reserved
from api.statements import Done, Run, Statement, run_together

_MOST_DAYS = 512
"""Of which statements are kept; a policy of a year has fewer."""

_GIVEN = bindparam("given", type_=ARRAY(LargeBinary))
_EACH: Any = func.unnest(_GIVEN).table_valued("address").render_derived(name="given")


def next_records(connection: Connection, addresses: Sequence[bytes]) -> dict[bytes, bytes]:
    """By address: the first record at or after each of *addresses*, of drops and of notices."""
    given = list(addresses)
    notices, drops = run_together(connection, _NEXT_NOTICES(given=given), _NEXT_DROPS(given=given))
    return dict(notices.rows) | dict(drops.rows)


def standing(addresses: Collection[bytes]) -> Run:
    """What finds address, expiry day and record of those of *addresses* that are drops."""
    return _STANDING(given=list(addresses))


def replace(
    connection: Connection, changes: Sequence[tuple[bytes, int, bytes | None, bytes]]
) -> bool:
    """Put records (address, day, before, after) in place; whether all were as they had been."""
    of_day: dict[int, list[tuple[bytes, bytes | None, bytes]]] = defaultdict(list)
    for address, day, before, after in changes:
        of_day[day].append((address, before, after))
    # Everybody in the same order, days first: two that meet wait, and neither for the other.
    runs = [_replace_on(day)(**_columns(_CHANGE, of_day[day])) for day in sorted(of_day)]
    return sum(done.changed for done in run_together(connection, *runs)) == len(changes)


def before_adding(addresses: Collection[bytes], days: Iterable[int]) -> list[Run]:
    """What finds those of *addresses* that are in use, and *days* that have no table."""
    return [_reserved(addresses), _noticed(addresses), missing("drops", days)]


def taken(found: Sequence[Done]) -> set[bytes]:
    """Which addresses `before_adding` found in use."""
    in_drops, in_notices, _ = found
    return {address for (address,) in (*in_drops.rows, *in_notices.rows)}


def adding(
    connection: Connection, found: Sequence[Done], rows: Sequence[tuple[bytes, bytes, int]]
) -> list[Run]:
    """What adds drops (address, record, day) after `before_adding` *found* what it did."""
    create_missing(connection, "drops", found[-1])
    values = _columns(_ROW, rows)
    # The key of `reserved` refuses an address that another node reserved since we looked.
    return [_RESERVE(address=values["address"], expires=values["expires"]), _ADD(**values)]


def _columns(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, list[Any]]:
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _inserted(table: Table, **of_type: Any) -> Statement:
    given = select(*unnested(**of_type).c)
    return Statement(insert(table).from_select(list(of_type), given), writes=True)


@lru_cache(_MOST_DAYS)
def _replace_on(day: int) -> Statement:
    """On the partition itself: of an update, the server would prepare all of them."""
    table = DROPS.to_metadata(MetaData(), name=partition_name("drops", day))
    given = unnested(address=LargeBinary, before=LargeBinary, after=LargeBinary)
    # The record before is what makes two nodes take turns: the second waits for the first's commit
    # and then finds another. Where none is given, whatever stands is replaced.
    as_read = or_(given.c.before.is_(None), table.c.record == given.c.before)
    here = table.c.address == given.c.address
    return Statement(update(table).where(here, as_read).values(record=given.c.after), writes=True)


_CHANGE = ("address", "before", "after")
_ROW = ("address", "record", "expires")
_RESERVE = _inserted(reserved, address=LargeBinary, expires=BigInteger)
_ADD = _inserted(DROPS, address=LargeBinary, record=LargeBinary, expires=BigInteger)
_reserved = reading(reserved)
_noticed = reading(NOTICES)


def _at_or_after(table: Table, *columns: str) -> Any:
    return (
        select(table.c.address, *(table.c[name] for name in columns))
        .where(table.c.address >= _EACH.c.address)
        .order_by(table.c.address)
        .limit(1)
        .lateral("next")
    )


def _record_of(one: FromClause) -> Any:
    # A row of its own for each: nobody may join the two tables whole.
    return (
        select(DROPS.c.record)
        .where(DROPS.c.address == one.c.address, DROPS.c.expires == one.c.expires)
        .limit(1)
        .lateral("its")
    )


def _next_drops() -> Select[Any]:
    one = _at_or_after(reserved, "expires")
    its = _record_of(one)
    return select(one.c.address, its.c.record).select_from(
        _EACH.join(one, true()).join(its, true())
    )


def _next_notices() -> Select[Any]:
    one = _at_or_after(NOTICES, "record")
    return select(one.c.address, one.c.record).select_from(_EACH.join(one, true()))


def _standing() -> Select[Any]:
    one = (
        select(reserved.c.address, reserved.c.expires)
        .where(reserved.c.address == _EACH.c.address)
        .limit(1)
        .lateral("one")
    )
    its = _record_of(one)
    return select(one.c.address, one.c.expires, its.c.record).select_from(
        _EACH.join(one, true()).join(its, true())
    )


_NEXT_DROPS = Statement(_next_drops())
_NEXT_NOTICES = Statement(_next_notices())
_STANDING = Statement(_standing())
