"""Table internals: what a database says of its rows besides what stands in them.

SQLite: tables that count their rows, statistics, sequences, pages that were freed and not
overwritten, and where in the file a row lies. PostgreSQL: sequences, statistics on values, kept
commit times, rows that are dead and still there, and which transactions wrote a row where and
locked it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

from clients.drill.nearness import Row
from clients.drill.plainness import are_sealed, careless
from clients.drill.traces import traces_in
from clients.drill.truth import TrueCard
from clients.thief import files_below
from crypto.labels import RECORD_BYTES, SECRET_BYTES

TABLES = ("drops", "notices", "cards")
LONG_VALUES = ("circle", "epochs", "parts", "waiting")
"""Tables whose long values lie beside them: documents, commits, and two records in one row."""

ROWS_AT_ONCE = 4_096
BLOCK_LINES = 1 << 16


def weaknesses(engine: Engine, file: Path | None, *, today: int) -> list[str]:
    """Everything about the tables that says more than their rows should; *file* is SQLite's."""
    with engine.connect() as connection:
        found = list(careless(connection, today=today))
        if file is None:
            return [*found, *_of_postgresql(connection)]
        return [*found, *_of_sqlite(connection), *_freed_pages(connection, file)]


def rows_of(engine: Engine, seized: Path) -> dict[bytes, Row]:
    """Every drop, notice and card by address, with the traces it has in the files below *seized*.

    Those are a copy that nobody has opened yet: opening empties the log.
    """
    days, middles = _told_by_rows(engine)
    disk = traces_in(files_below(seized), middles)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # A row lies where the middle of its record does. Its key stands in a page among random
            # others; the record, too long for that page, lies in one of its own.
            places = {address: (seen.place, seen.place, 0) for address, seen in disk.items()}
            fresh = {address for address, seen in disk.items() if seen.log}
        else:
            places, fresh = _places_of_postgresql(connection)
    return {
        address: Row(
            address,
            day,
            place,
            order,
            locked=locked,
            log=tuple(disk[address].log),
            versions=disk[address].versions,
            is_fresh=address in fresh,
        )
        for address, day in days.items()
        for place, order, locked in [places[address]]
    }


def _told_by_rows(engine: Engine) -> tuple[dict[bytes, int], dict[bytes, bytes]]:
    """The day of each address, and the middle of its record."""
    days: dict[bytes, int] = {}
    middles: dict[bytes, bytes] = {}
    with engine.connect() as connection:
        for name in TABLES:
            day = "epoch" if name == "notices" else "expires"
            for address, record, value in connection.execute(
                text(f"SELECT address, record, {day} FROM {name}")  # noqa: S608 - our own names
            ):
                days[bytes(address)] = int(value)
                middles[bytes(address)] = bytes(record[RECORD_BYTES // 2 :][:SECRET_BYTES])
    return days, middles


def recognisable(engine: Engine, cards: Iterable[TrueCard]) -> list[str]:
    """The drops of *cards* that show that they are sealed to a key; page 1 always is."""
    with engine.connect() as connection:
        records = {
            bytes(address): bytes(record)
            for address, record in connection.execute(text("SELECT address, record FROM drops"))
        }
    kinds: dict[str, list[bytes]] = {}
    for card in cards:
        named = {"outbox": card.outbox, **{f"page {n}": p for n, p in enumerate(card.pages[1:], 2)}}
        for kind, address in named.items():
            kinds.setdefault(kind, []).append(address)
    return [
        f"every {kind} is recognisable as sealed to a key"
        for kind, addresses in kinds.items()
        if are_sealed(records[address] for address in addresses if address in records)
    ]


def all_names() -> list[str]:
    """Of a node's tables."""
    return sorted(SQLModel.metadata.tables)


def values_of(engine: Engine, names: Iterable[str]) -> Iterator[bytes]:
    """Every value of these tables as their client sees it, unpacked, some thousand rows at once."""
    with engine.connect() as connection:
        for name in names:
            held = connection.execute(text(f"SELECT * FROM {name}"))  # noqa: S608 - our own names
            for rows in held.partitions(ROWS_AT_ONCE):
                yield b"\0".join(_octets(value) for row in rows for value in row)


def counts_of(engine: Engine) -> dict[str, int]:
    """How many rows each table has."""
    with engine.connect() as connection:
        return {
            name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())  # noqa: S608
            for name in all_names()
        }


def _octets(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def _of_sqlite(connection: Connection) -> Iterator[str]:
    listed = connection.execute(text("SELECT name, sql FROM sqlite_schema WHERE type = 'table'"))
    for name, made in listed.all():
        if name.startswith("sqlite_"):
            yield f"{name} counts or orders rows"
        elif "WITHOUT ROWID" not in made.upper() and name != "alembic_version":
            yield f"{name} numbers its rows in the order in which they came"
    if connection.execute(text("PRAGMA auto_vacuum")).scalar():
        yield "pages have a map of who points to whom"


def _freed_pages(connection: Connection, file: Path) -> Iterator[str]:
    """SQLite's file format, section 1.5: trunks list the freed leaves."""
    size = int(connection.execute(text("PRAGMA page_size")).scalar_one())
    data = file.read_bytes()
    trunk = int.from_bytes(data[32:36], "big")
    while trunk:
        page = data[(trunk - 1) * size : trunk * size]
        count = int.from_bytes(page[4:8], "big")
        for number in range(count):
            leaf = int.from_bytes(page[8 + 4 * number : 12 + 4 * number], "big")
            if any(data[(leaf - 1) * size : leaf * size]):
                yield f"page {leaf} was freed and not overwritten"
        trunk = int.from_bytes(page[:4], "big")


def _of_postgresql(connection: Connection) -> Iterator[str]:
    run = connection.execute
    for (name,) in run(text("SELECT relname FROM pg_class WHERE relkind = 'S'")).all():
        yield f"sequence {name} counts rows"
    if run(text("SHOW track_commit_timestamp")).scalar() != "off":
        yield "the time of every commit is kept"
    for (name,) in run(
        text("SELECT DISTINCT tablename FROM pg_stats WHERE schemaname = 'public'")
    ).all():
        yield f"statistics hold samples of {name}"
    long_values = (
        "SELECT held.relname FROM pg_class AS held JOIN pg_class AS long"
        " ON long.oid = held.reltoastrelid"
        " WHERE held.relnamespace = 'public'::regnamespace AND pg_relation_size(long.oid) > 0"
    )
    for (name,) in run(text(long_values)).all():
        if name not in LONG_VALUES:
            yield f"{name} numbers its long values in the order in which they came"


def _places_of_postgresql(
    connection: Connection,
) -> tuple[dict[bytes, tuple[int, int, int]], set[bytes]]:
    """Place, transaction and locker of each row, and which were written since the last laying out.

    That is one transaction for each table, which therefore wrote most of its rows.
    """
    found: dict[bytes, tuple[int, int, int]] = {}
    columns = "address, ctid::text, xmin::text, xmax::text, tableoid::bigint"
    of_table: dict[int, list[tuple[bytes, int]]] = {}
    for name in TABLES:
        told = connection.execute(
            text(f"SELECT {columns} FROM {name}")  # noqa: S608 - our own names
        )
        for address, ctid, xmin, xmax, table in told:
            block, line = (int(part) for part in ctid.strip("()").split(","))
            place = (int(table) << 40) + block * BLOCK_LINES + line
            found[bytes(address)] = place, int(xmin), int(xmax)
            of_table.setdefault(int(table), []).append((bytes(address), int(xmin)))
    fresh: set[bytes] = set()
    for rows in of_table.values():
        ((usual, _),) = Counter(xmin for _, xmin in rows).most_common(1)
        fresh |= {address for address, xmin in rows if xmin != usual}
    return found, fresh
