"""Statements of the routes that people use all day: compiled once, run by the driver itself.

SQLAlchemy prepares and wraps every execution, which takes longer than SQLite needs for most of
these. So they are written as its constructs, typed like all others, compiled once for each
database, and handed over as they are. Everything rare goes the usual way.

On PostgreSQL a statement is prepared on its connection, records travel as bytes and not as hex (in
arrays too), and what is run together is sent together (libpq's pipeline), so that it is waited for
once.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple, cast

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

_WRITES = "klunak writes"

_PLACE = re.compile(r"%\((\w+)\)s")
"""A parameter as SQLAlchemy writes it for psycopg, which would send arrays as text."""

Values = Mapping[str, Any]


class Run(NamedTuple):
    """A statement and the values of each time it is to be run."""

    statement: Statement
    each: Sequence[Values]


class Done(NamedTuple):
    """What a run came to: tuples of bytes, integers and text; and how many rows it changed."""

    rows: list[tuple[Any, ...]]
    changed: int


class Statement:
    """A construct whose parameters have names; lists in it have a fixed length.

    *over_arrays* does as much at once for any number of values: each parameter is an array of
    them. PostgreSQL is told that one; SQLite, which nobody waits for, the other for each.
    """

    def __init__(
        self,
        construct: ClauseElement,
        *,
        writes: bool = False,
        over_arrays: ClauseElement | None = None,
    ) -> None:
        self._construct = construct
        self._over_arrays = over_arrays
        self.writes = writes
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, **values: Any) -> Run:
        """Itself with *values*, to be run."""
        return Run(self, (values,))

    def many(self, each: Sequence[Values]) -> Run:
        """Itself once for each of *each*."""
        return Run(self, each)

    def compiled(self, connection: Connection) -> _Compiled:
        """Its text for this database."""
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            over_arrays = self._over_arrays if dialect.name == "postgresql" else None
            construct = self._construct if over_arrays is None else over_arrays
            made = construct.compile(dialect=dialect)
            # A literal (a LIMIT, say) is a parameter whose value is known.
            literals = {name: value for name, value in made.params.items() if value is not None}
            order = tuple(getattr(made, "positiontup", None) or ())
            sql = _PLACE.sub(r"%(\1)b", str(made))
            known = self._compiled[dialect.name] = _Compiled(
                sql, order, literals, gathers=over_arrays is not None
            )
        return known


class _Compiled(NamedTuple):
    sql: str
    order: tuple[str, ...]
    literals: Values
    gathers: bool

    def given(self, each: Sequence[Values]) -> Sequence[Values]:
        """The values of each time that it is run."""
        if not (self.gathers and each):
            return each
        return ({name: [values[name] for values in each] for name in each[0]},)


def run(connection: Connection, one: Run) -> Done:
    """Run one statement. Raises DBAPIError."""
    return run_together(connection, one)[0]


def run_together(connection: Connection, *runs: Run) -> list[Done]:
    """Run all of them, in this order; none is made of what another finds. Raises DBAPIError."""
    if any(one.statement.writes and one.each for one in runs):
        note_write(connection)
    raw = connection.connection.driver_connection
    try:
        if isinstance(raw, sqlite3.Connection):
            return [_on_sqlite(raw, one, one.statement.compiled(connection)) for one in runs]
        return _on_postgresql(
            cast(psycopg.Connection, raw),
            [(one.statement.compiled(connection), one.each) for one in runs],
        )
    except (sqlite3.Error, psycopg.Error) as error:
        raise as_usual(connection, error) from None


def note_write(connection: Connection) -> None:
    """Remember that *connection* was told to change something."""
    connection.info[_WRITES] = writes_so_far(connection) + 1


def writes_so_far(connection: Connection) -> int:
    """A number that rises with every statement that is not a SELECT."""
    return int(connection.info.get(_WRITES, 0))


def _on_sqlite(raw: sqlite3.Connection, one: Run, compiled: _Compiled) -> Done:
    given = [
        tuple(compiled.literals.get(name, values.get(name)) for name in compiled.order)
        for values in one.each
    ]
    if one.statement.writes and len(given) > 1:
        cursors = [raw.executemany(compiled.sql, given)]
    else:
        cursors = [raw.execute(compiled.sql, values) for values in given]
    return Done(
        [row for cursor in cursors for row in cursor.fetchall()],
        sum(cursor.rowcount for cursor in cursors),
    )


def _on_postgresql(
    raw: psycopg.Connection[Any], runs: Sequence[tuple[_Compiled, Sequence[Values]]]
) -> list[Done]:
    runs = [(compiled, compiled.given(each)) for compiled, each in runs]
    alone = sum(len(each) for _, each in runs) == 1
    with nullcontext() if alone else raw.pipeline():
        begun = [
            [
                raw.cursor(binary=True).execute(
                    compiled.sql, {**compiled.literals, **values}, prepare=True
                )
                for values in each
            ]
            for compiled, each in runs
        ]
    return [
        Done(
            [row for cursor in cursors if cursor.description for row in cursor.fetchall()],
            sum(cursor.rowcount for cursor in cursors),
        )
        for cursors in begun
    ]


def as_usual(connection: Connection, error: sqlite3.Error | psycopg.Error) -> DBAPIError:
    """*error* as SQLAlchemy raises it, with no word of statement or values."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(cast(Any, error), connection.connection.driver_connection, None)
    if lost:
        connection.invalidate(error)
    return DBAPIError(None, None, error, hide_parameters=True, connection_invalidated=lost)
