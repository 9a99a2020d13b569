"""SQLite, with every precaution: WAL mode, on the disk before it is acknowledged, erased for real.

Readers see a snapshot and never wait.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from api.errors import ApiError, Broken, Busy, NoStorage
from api.statements import as_usual

PRAGMAS = {
    "journal_mode": "WAL",  # readers and one writer at once
    "synchronous": "FULL",  # acknowledged means on the disk
    "secure_delete": "ON",  # what is erased is overwritten, not only forgotten
    "temp_store": "MEMORY",  # no second file to find
    "mmap_size": "0",  # a disk error stays an error and never becomes a signal
    "trusted_schema": "OFF",
}

_MARK = "PRAGMA schema_version"  # VACUUM adds one, and nothing else does but a migration

_BUSY = {5, 6}  # SQLITE_BUSY, SQLITE_LOCKED
_NO_STORAGE = {8, 10, 13, 14}  # READONLY, IOERR, FULL, CANTOPEN


def open_sqlite(url: URL, busy_seconds: float) -> Engine:
    """An engine on the file of *url*, which nobody else may read. Raises NoStorage."""
    _create_private(url.database)
    engine = create_engine(
        url, hide_parameters=True, pool_size=16, max_overflow=64, pool_timeout=busy_seconds
    )

    @event.listens_for(engine, "connect")
    def _connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # transactions begin where we say, below
        cursor = raw.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1_000)}")
        for name, value in PRAGMAS.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # A write that begins as a read could find the door closed half-way.
        writes = connection.get_execution_options().get("klunak_writes", False)
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        try:
            raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        except sqlite3.Error as error:
            raise as_usual(connection, error) from None

    return engine


def cut_log(engine: Engine) -> None:
    """Move the write-ahead log into the database and cut it to nothing.

    Until then it still holds what was overwritten. Gives way to readers.
    """
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.close()


def lay_out_anew(engine: Engine, mark: int | None) -> bool:
    """Write every table in the order of its keys; with *mark*, unless somebody was quicker.

    Whether it did. A page is filled from its end and long rows go to the next free pages, so until
    then the file shows in which order rows came and which came together, whatever the keys.
    """
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if mark is not None:
            cursor.execute("BEGIN IMMEDIATE")  # waits for whoever is at it now
            ((found,),) = cursor.execute(_MARK).fetchall()
            cursor.execute("COMMIT")
            if found != mark:
                return False
        cursor.execute("VACUUM")
        return True
    finally:
        raw.close()


def mark_and_size(connection: Connection) -> tuple[int, int]:
    """What every laying out changes, and how large the database is."""
    run = connection.exec_driver_sql
    pages, size = run("PRAGMA page_count").scalar_one(), run("PRAGMA page_size").scalar_one()
    return int(run(_MARK).scalar_one()), int(pages) * int(size)


def translated(error: DBAPIError) -> ApiError:
    """The refusal that *error* means."""
    # The low byte is the primary code, whatever extended code SQLite gives.
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return Busy()
    if code in _NO_STORAGE:
        return NoStorage()
    return Broken()


def _create_private(file: str | None) -> None:
    # The log and its index take the permissions of the database, which is there first.
    if file is None or file == ":memory:":
        return
    Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError:
        raise NoStorage from None
