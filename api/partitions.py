"""What goes all at once lies together: a day's drops, an epoch's notices (PostgreSQL).

PostgreSQL overwrites nothing: a row erased or replaced lies in its file until something else needs
the place. So whatever ends together has a table of its own, a partition, whose file is removed
whole. SQLite overwrites what it erases and needs none of this.

    reserved   address, expires      which partition an address is in; keeps addresses unique,
                                     which a partitioned table cannot (docs/decisions/0010)
    drops_N    the drops that expire on day N
    notices_N  the notices of epoch N

A name and a day's number is all a partition says, and each row says as much.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    MetaData,
    Table,
    delete,
    text,
)

from api.statements import Done, Run, Statement, run

PARTITIONED = {"drops": "expires", "notices": "epoch"}

reserved = Table(
    "reserved",
    MetaData(),
    Column("address", LargeBinary, primary_key=True, comment="A of a drop; goes with the drop"),
    Column(
        "expires", BigInteger, nullable=False, comment="the drop's own; which partition it is in"
    ),
)


def has_partitions(connection: Connection) -> bool:
    """Whether drops and notices are partitioned here."""
    return connection.dialect.name == "postgresql"


def make_room(connection: Connection, parent: str, values: Iterable[int]) -> None:
    """Have a partition of *parent* for each of *values*."""
    if has_partitions(connection):
        create_missing(connection, parent, run(connection, missing(parent, values)))


def missing(parent: str, values: Iterable[int]) -> Run:
    """What finds those of *values* that have no partition of *parent*."""
    wanted = sorted(set(values))
    return _MISSING(values=wanted, names=[partition_name(parent, value) for value in wanted])


def create_missing(connection: Connection, parent: str, found: Done) -> None:
    """Make the partitions that `missing` found to be."""
    for (value,) in found.rows:
        connection.exec_driver_sql(_create(parent, value))


def remove_before(connection: Connection, parent: str, value: int) -> None:
    """Remove the partitions of *parent* below *value*, rows, files and all."""
    for name, of_value in partitions(connection, parent):
        if of_value < value:
            connection.exec_driver_sql(f"DROP TABLE {name}")
    if parent == "drops":
        connection.execute(delete(reserved).where(reserved.c.expires < value))


def partitions(connection: Connection, parent: str) -> list[tuple[str, int]]:
    """Every partition of *parent*: its name and what it is the partition of."""
    children = text(
        "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
        " WHERE inhparent = to_regclass(:parent) ORDER BY child.relname"
    )
    names = connection.execute(children, {"parent": parent}).scalars()
    return [(name, int(name.rpartition("_")[2])) for name in names]


def partition_name(parent: str, value: int) -> str:
    """The partition of *parent* that holds *value*."""
    return f"{parent}_{int(value)}"


def bounds(value: int) -> str:
    """What a partition for *value* alone holds, in SQL."""
    return f"FOR VALUES FROM ({int(value)}) TO ({int(value) + 1})"


_MISSING = Statement(
    text(
        "SELECT value FROM unnest(CAST(:values AS bigint[]), CAST(:names AS text[]))"
        " AS given(value, name) WHERE to_regclass(name) IS NULL ORDER BY value"
    ).bindparams(values=None, names=None)
)


def _create(parent: str, value: int) -> str:
    return f"CREATE TABLE {partition_name(parent, value)} PARTITION OF {parent} {bounds(value)}"
