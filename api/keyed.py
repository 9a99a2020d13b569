"""Rows by their key, as many as there are in one statement: what a group of requests needs at once.

PostgreSQL is given arrays and looks for each key by itself; SQLite is told once for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import ARRAY, Table, bindparam, func, insert, select, true

from api.statements import Run, Statement, Values


def reading(table: Table, *columns: str) -> Callable[[Collection[bytes]], Run]:
    """What reads the rows of given keys: the key, then those *columns*."""
    (key,) = table.primary_key
    wanted = [key, *(table.c[name] for name in columns)]
    given = unnested(key=key.type)
    # Each by an index, however many rows the server believes there are.
    its = select(*wanted).where(key == given.c.key).limit(1).lateral("its")
    statement = Statement(
        select(*wanted).where(key == bindparam("key")),
        over_arrays=select(its).select_from(given.join(its, true())),
    )

    def of(keys: Collection[bytes]) -> Run:
        return statement.many([{"key": each} for each in keys])

    return of


def adding(table: Table) -> Callable[[Sequence[Values]], Run]:
    """What adds rows, each with all of its columns."""
    given = select(*unnested(**{column.name: column.type for column in table.c}).c)
    statement = Statement(
        insert(table), writes=True, over_arrays=insert(table).from_select([*table.c.keys()], given)
    )

    def rows(each: Sequence[Values]) -> Run:
        return statement.many(each)

    return rows


def unnested(**of_type: Any) -> Any:
    """The arrays of those names as columns of a table."""
    arrays = [bindparam(name, type_=ARRAY(type_)) for name, type_ in of_type.items()]
    return func.unnest(*arrays).table_valued(*of_type).render_derived(name="given")
