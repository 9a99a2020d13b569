"""A million drops before the first request: straight into the tables, as a sweep leaves them.

Sorted by address and in one transaction, which is what a table looks like that was laid out anew;
through a node's own writes the same would take an hour. Nobody else has the database open.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from api.partitions import make_room
from api.store import open_store
from clients.errors import BenchError

DropRow = tuple[bytes, bytes, int]
"""Address, record, expiry day."""

Rows = Iterable[Sequence[Any]]

NODE_BYTES = {"sqlite": 10 * 1_024, "postgresql": 18 * 1_024}
"""Of disk for a drop of the node's: twice, because a sweep writes every table anew."""

FLOOR_BYTES = 2 * 6 * 1_024

_TYPES = {"address": "bytea", "record": "bytea", "expires": "int8"}


class TooLittleDisk(BenchError):
    """There is not enough free disk for so many drops: take fewer (--rows), or set TMPDIR."""


def require_disk(directory: Path, backend: str, rows: int) -> None:
    """Return if node and floor can hold *rows* drops each. Raises TooLittleDisk."""
    needed = rows * (NODE_BYTES[backend] + FLOOR_BYTES)
    if shutil.disk_usage(directory).free < needed:
        raise TooLittleDisk


def load_drops(database: str, rows: Sequence[DropRow]) -> None:
    """Fill the node's *database*, whose tables are there and hold no drops, with *rows*."""
    url = make_url(database)
    if url.get_backend_name() == "sqlite":
        assert url.database is not None
        fill_file(Path(url.database), "drops", ("address", "record", "expires"), sorted(rows))
        return
    days = {day for _, _, day in rows}

    def partitions(connection: Connection) -> None:
        make_room(connection, "drops", days)

    store = open_store(database)
    store.write_alone(partitions)
    store.close()
    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo) as server:
        in_order = sorted(rows)
        reserved = ((address, day) for address, _, day in in_order)
        fill_server(server, "reserved", ("address", "expires"), reserved)
        fill_server(server, "drops", ("address", "record", "expires"), in_order)


def fill_file(file: Path, table: str, columns: Sequence[str], rows: Rows) -> None:
    """Put *rows* into *table* of a SQLite *file*, without a log: a crash here ends the bench."""
    marks = ", ".join("?" * len(columns))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
        with connection:
            connection.executemany(insert, rows)
        connection.execute("PRAGMA journal_mode = WAL")


def fill_server(
    server: psycopg.Connection[Any], table: str, columns: Sequence[str], rows: Rows
) -> None:
    """Put *rows* into *table* of a PostgreSQL *server* by COPY, in the transaction it is in."""
    copying = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
    with server.cursor().copy(copying.encode()) as copy:
        copy.set_types([_TYPES[name] for name in columns])
        for row in rows:
            copy.write_row(row)
