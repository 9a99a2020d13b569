"""The database behind one door: read beside each other, write one after the other.

A route hands `read` or `write` a function of a connection. A write is one transaction: it is on
the disk whole when `write` returns, or nothing of it is. The function may be called again or
together with others in one transaction, so it changes nothing but the database.

SQLite in WAL mode: readers see a snapshot and never wait. Errors of the database end here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import ApiError, Broken, Busy, NoStorage, log_without_words

T = TypeVar("T")

MIGRATIONS = Path(__file__).parent.parent / "alembic"

PRAGMAS = {
    "journal_mode": "WAL",  # readers and one writer at once
    "synchronous": "FULL",  # acknowledged means on the disk
    "secure_delete": "ON",  # what is erased is overwritten, not only forgotten
    "temp_store": "MEMORY",  # no second file to find
    "mmap_size": "0",  # a disk error stays an error and never becomes a signal
    "trusted_schema": "OFF",
}

_SQLITE_BUSY = {5, 6}  # SQLITE_BUSY, SQLITE_LOCKED
_SQLITE_NO_STORAGE = {8, 10, 13, 14}  # READONLY, IOERR, FULL, CANTOPEN


class Store:
    """One database; at most one write at a time in this process."""

    def __init__(self, engine: Engine, *, writes_waiting: int, busy_seconds: float) -> None:
        self.engine = engine
        self._writing = threading.Lock()
        self._places = threading.BoundedSemaphore(writes_waiting)
        self._busy_seconds = busy_seconds

    def read(self, work: Callable[[Connection], T]) -> T:
        """What *work* finds in one snapshot. Raises Busy, NoStorage."""
        return self._in_transaction(work, writes=False)

    def write(self, work: Callable[[Connection], T]) -> T:
        """What *work* answers, after all it wrote is on the disk. Raises Busy, NoStorage.

        Whatever *work* raises undoes all of it.
        """
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            # Waiting here is fair and quiet; SQLite's own waiting is neither.
            if not self._writing.acquire(timeout=self._busy_seconds):
                raise Busy
            try:
                return self._in_transaction(work, writes=True)
            finally:
                self._writing.release()
        finally:
            self._places.release()

    def shed_erased(self) -> None:
        """Move the write-ahead log into the database and cut it to nothing.

        Until then it still holds what was overwritten. Gives way to readers; the next call
        completes what this one could not.
        """
        if self.engine.dialect.name != "sqlite" or not self._writing.acquire(blocking=False):
            return
        try:
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                raw.close()
        except Exception as error:  # noqa: BLE001 - the next call will do it
            log_without_words(error, "the log could not be cut")
        finally:
            self._writing.release()

    def forget_order(self) -> None:
        """Lay every table out anew in the order of its keys, then cut the log.

        A page is filled from its end and long rows go to the next free pages, so until then a file
        shows in which order rows came and which came together, whatever the keys.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with self._writing:
            try:
                raw = self.engine.raw_connection()
                try:
                    raw.cursor().execute("VACUUM")
                finally:
                    raw.close()
            except Exception as error:  # noqa: BLE001 - the next call will do it
                log_without_words(error, "the tables could not be laid out anew")
        self.shed_erased()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def _in_transaction(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        try:
            with self.engine.execution_options(klunak_writes=writes).begin() as connection:
                return work(connection)
        except PoolTimeout:
            raise Busy from None
        except DBAPIError as error:
            log_without_words(error, "database")
            raise _translated(error) from None


def open_store(url: str, *, writes_waiting: int = 40, busy_seconds: float = 5) -> Store:
    """The store at *url*, migrated to the newest tables. Raises NoStorage, Busy."""
    engine = open_engine(url, busy_seconds=busy_seconds)
    try:
        migrate(engine)
    except DBAPIError as error:
        engine.dispose()
        raise _translated(error) from None
    return Store(engine, writes_waiting=writes_waiting, busy_seconds=busy_seconds)


def open_engine(url: str, *, busy_seconds: float = 5) -> Engine:
    """An engine with every precaution of this page. No statement's values show in its errors."""
    sqlite = make_url(url).get_backend_name() == "sqlite"
    if sqlite:
        _create_private(make_url(url).database)
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=16,
        max_overflow=64,
        pool_timeout=busy_seconds,
    )
    if sqlite:
        _prepare_sqlite(engine, busy_seconds)
    return engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to *revision*, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(klunak_writes=True) as connection:
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)


def _create_private(file: str | None) -> None:
    # The log and its index take the permissions of the database, which is there first.
    if file is None or file == ":memory:":
        return
    Path(file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError:
        raise NoStorage from None


def _prepare_sqlite(engine: Engine, busy_seconds: float) -> None:
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
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _translated(error: DBAPIError) -> ApiError:
    # The low byte is the primary code, whatever extended code SQLite gives.
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    if code in _SQLITE_BUSY:
        return Busy()
    if code in _SQLITE_NO_STORAGE:
        return NoStorage()
    return Broken()
