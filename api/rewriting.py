"""PostgreSQL keeps what SQLite overwrites: the sweep writes its tables anew, in nobody's order.

A row of PostgreSQL carries the number of the transaction that wrote it and lies where there was
room, and its earlier versions lie beside it for a while. A stranger reads from that which rows
were written together, in what order, and what stood there before. A table copied whole, in one
transaction, by the order of its random keys, under a new number in the catalogue, has none of it;
nor has the server kept statistics on it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection, text

from api.models import Drop
from api.partitions import PARTITIONED, bounds, partition_name, partitions, reserved

KEYS = {
    table.name: ", ".join(column.name for column in table.primary_key.columns)
    for table in (*Drop.metadata.sorted_tables, reserved)
}
"""Every table and its key."""

STANDALONE = tuple(name for name in KEYS if name not in PARTITIONED)


MARK = "WITH (fillfactor = 100)"
"""What the server does anyway, said only of tables that were written anew."""

Read = Callable[[Callable[[Connection], Any]], Any]


def write_anew(read: Read, write_alone: Read, *, whole: bool) -> None:
    """Leave no versions, no order and no groups behind; one table at a time.

    Without *whole*, a table that is no partition is left alone if none of its rows is new: what was
    erased from it lies there until the sweep.
    """
    for parent in PARTITIONED:
        for _, value in read(partial(partitions, parent=parent)):
            write_alone(partial(rewrite_partition, parent=parent, value=value))
    for name in read(never_empty):
        write_alone(partial(rewrite_table, name=name, whole=whole))


def mark_and_size(connection: Connection) -> tuple[int, int]:
    """What every laying out changes, unless it found nothing to do, and the size in bytes.

    The newest table that was written anew has the highest number in the catalogue.
    """
    newest = text(
        "SELECT coalesce(max(oid::bigint), 0), pg_database_size(current_database()) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL"
    )
    mark, size = connection.execute(newest).one()
    return int(mark), int(size)


def has_history(connection: Connection, name: str) -> bool:
    """Whether rows of partition *name* bear another transaction's number than its last rewriting.

    The partition's own entry in the catalogue has that number, and `MARK` tells a rewriting from a
    visit that made the partition. One row takes one page (`alembic/versions/0001`), so a page too
    many is an earlier version too many.
    """
    told = connection.exec_driver_sql(  # the names are our own
        f"SELECT (SELECT count(*) FROM {name}) * current_setting('block_size')::int"  # noqa: S608
        f" < pg_relation_size('{name}')"
    )
    return bool(told.scalar()) or has_new_rows(connection, name)


def has_new_rows(connection: Connection, name: str) -> bool:
    """Whether any row of table *name* bears another number than its last rewriting."""
    told = connection.exec_driver_sql(  # the names are our own
        "SELECT reloptions IS NULL"  # noqa: S608
        f" OR EXISTS (SELECT FROM {name} AS held"
        "  WHERE CAST(held.xmin AS text) <> CAST(pg_class.xmin AS text))"
        f" FROM pg_class WHERE oid = '{name}'::regclass"
    )
    return bool(told.scalar())


def rewrite_partition(connection: Connection, parent: str, value: int) -> None:
    """Write one partition anew if that forgets anything. Readers go on until the very end."""
    name = partition_name(parent, value)
    # Another node may have removed it, or been here a moment ago.
    if (name, value) not in partitions(connection, parent) or not has_history(connection, name):
        return
    _copied(connection, name, KEYS[parent])
    connection.exec_driver_sql(f"ALTER TABLE {parent} ATTACH PARTITION {name} {bounds(value)}")


def never_empty(connection: Connection) -> list[str]:
    """The tables that are no partitions and have a page on the disk: there was a row once."""
    with_pages = text(
        "SELECT name FROM unnest(CAST(:names AS text[])) AS name"
        " WHERE pg_relation_size(to_regclass(name)) > 0"
    )
    return list(connection.execute(with_pages, {"names": list(STANDALONE)}).scalars())


def rewrite_table(connection: Connection, name: str, *, whole: bool) -> None:
    """Write a table that is no partition anew; without *whole*, if it has new rows."""
    if whole or has_new_rows(connection, name):
        _copied(connection, name, KEYS[name])


def _copied(connection: Connection, name: str, key: str) -> None:
    run = connection.exec_driver_sql
    names = _index_names(connection, name)
    run(f"CREATE TABLE {name}_anew (LIKE {name} INCLUDING ALL) {MARK}")
    run(f"INSERT INTO {name}_anew SELECT * FROM {name} ORDER BY {key}")  # noqa: S608 - our names
    run(f"DROP TABLE {name}")
    run(f"ALTER TABLE {name}_anew RENAME TO {name}")
    for definition, new in _index_names(connection, name).items():
        run(f"ALTER INDEX {new} RENAME TO {names[definition]}")


def _index_names(connection: Connection, table: str) -> dict[str, str]:
    # What is indexed, and under which name; the columns tell two indexes of a table apart.
    rows = connection.exec_driver_sql(
        "SELECT indexrelid::regclass::text AS name, indkey::text AS columns"  # noqa: S608
        f" FROM pg_index WHERE indrelid = '{table}'::regclass"
    )
    return {row.columns: row.name for row in rows}
