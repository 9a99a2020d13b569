"""What a node's rows would say if somebody had been careless: each a reason to fail.

a time finer than a day     no day since 1970 is above 100,000 before the year 2243
something overdue           the sweep erases what has expired, every day and at every start
a record of another length  4,096 bytes, whoever wrote it and whatever it says
a seal where none is due    a record sealed to a key has a bit that is always 0
a table of its own          the schema knows none but those of api/models.py
a row that names another    an address stands in its own row and in no other
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, LargeBinary, inspect, text
from sqlmodel import SQLModel

from api.partitions import PARTITIONED, has_partitions, partitions, reserved
from crypto.labels import HASH_BYTES, RECORD_BYTES

LAST_DAY = 100_000
MIGRATIONS = "alembic_version"
ADDRESSED = ("drops", "notices", "cards")
"""Tables whose rows have addresses."""

ENCAPSULATION_BYTES = 1_120
"""An ML-KEM-768 ciphertext, then an X25519 key, which is below 2^255 (RFC 7748, section 5)."""

ENOUGH = 32
"""Records of a kind; by chance all of so many have that bit 0 once in four thousand million."""


def careless(connection: Connection, *, today: int) -> Iterator[str]:
    """Everything of that kind in the tables; *today* is days since 1970-01-01."""
    yield from _of_strangers(connection)
    for name, table in sorted(SQLModel.metadata.tables.items()):
        if "expires" in table.columns:
            yield from _of_days(connection, name, today)
        for column in table.columns:
            if column.name.endswith("record"):
                yield from _of_lengths(connection, name, column.name)
    notices = connection.execute(text("SELECT record FROM notices")).scalars()
    if are_sealed(bytes(record) for record in notices):
        yield "notices are recognisable as sealed to a key"


def _of_strangers(connection: Connection) -> Iterator[str]:
    """Tables and columns that join what belongs together."""
    addresses = {
        bytes(address)
        for name in ADDRESSED
        for address in connection.execute(text(f"SELECT address FROM {name}")).scalars()  # noqa: S608
    }
    found = inspect(connection)
    schema, addressed, parts = {*SQLModel.metadata.tables, MIGRATIONS}, {*ADDRESSED}, set()
    if has_partitions(connection):
        # A partition's rows are its table's, and `reserved` says no more than a drop's own row.
        schema.add(reserved.name)
        addressed.add(reserved.name)
        parts = {name for table in PARTITIONED for name, _ in partitions(connection, table)}
    for name in sorted({*found.get_table_names()} - parts):
        if name not in schema:
            yield f"{name} is no table of the schema"
        for column in found.get_columns(name):
            is_own = name in addressed and column["name"] == "address"
            if is_own or not isinstance(column["type"], LargeBinary):
                continue
            quoted = f'"{column["name"]}"'
            held = connection.execute(
                text(f'SELECT {quoted} FROM "{name}" WHERE length({quoted}) = {HASH_BYTES}')  # noqa: S608
            ).scalars()
            if any(bytes(value) in addresses for value in held):
                yield f"{name}.{column['name']} names rows of other tables"


def are_sealed(records: Iterable[bytes]) -> bool:
    """Whether these look as records sealed to keys do, and as others do not."""
    lasts = [record[ENCAPSULATION_BYTES - 1] for record in records]
    return len(lasts) >= ENOUGH and all(last < 0x80 for last in lasts)


def _of_days(connection: Connection, name: str, today: int) -> Iterator[str]:
    earliest, latest = connection.execute(
        text(f"SELECT min(expires), max(expires) FROM {name}")  # noqa: S608 - our own names
    ).one()
    if latest is not None and latest > LAST_DAY:
        yield f"{name} keeps a time finer than a day"
    if earliest is not None and earliest < today:
        yield f"{name} keeps what was to be erased"


def _of_lengths(connection: Connection, name: str, column: str) -> Iterator[str]:
    other = connection.execute(
        text(f"SELECT count(*) FROM {name} WHERE length({column}) <> {RECORD_BYTES}")  # noqa: S608
    ).scalar_one()
    if other:
        yield f"{name} has records of another length"
