"""The database behind one door: read beside each other, write one after the other.

A route hands `read` or `write` a function of a connection. A write is one transaction, perhaps
together with others': it is on the disk whole when `write` returns, or nothing of it is. The
function may be called again, so it changes nothing but the database.

`api.sqlite` and `api.postgresql` know the two databases; errors of either end here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api import postgresql, rewriting, sqlite
from api.engines import banner_of, require_postgresql
from api.errors import ApiError, Busy, log_without_words
from api.layout import Layout
from api.statements import note_write, writes_so_far
from api.together import Together
from api.writing import Writer

T = TypeVar("T")
Q = TypeVar("Q")
A = TypeVar("A")

OfMany = Callable[[Connection, Sequence[Q]], Sequence[A | ApiError]]
"""Finds the answers to many questions of one kind, in their order; one that is refused writes
nothing."""

READS_AT_ONCE = 2
"""Groups of reads: one is with the database while the other is with Python."""

MOST_READS_WAITING = 1_024
"""Out of reach: a node works on fewer requests at once (`api.settings`)."""

MIGRATIONS = Path(__file__).parent.parent / "alembic"


class Store:
    """One database; this process writes in few threads and reads in as many as it likes."""

    def __init__(
        self,
        engine: Engine,
        *,
        writes_waiting: int,
        busy_seconds: float,
        writers: int,
    ) -> None:
        self.engine = engine
        self.is_postgresql = engine.dialect.name == "postgresql"
        self._writers = writers if self.is_postgresql else 1
        self._waiting, self._busy_seconds = writes_waiting, busy_seconds
        self._writer = Writer(
            self, threads=self._writers, waiting=writes_waiting, busy_seconds=busy_seconds
        )
        self._written = self._laid_out = 0
        self._readers = ThreadPoolExecutor(READS_AT_ONCE, thread_name_prefix="reader")

    def read(self, work: Callable[[Connection], T]) -> T:
        """What *work* finds. Raises Busy, NoStorage.

        One snapshot on SQLite; on PostgreSQL each statement sees its own.
        """
        try:
            try:
                return self._read(work)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            return self._read(work)  # the server was restarted; this connection is new
        except PoolTimeout:
            raise Busy from None
        except DBAPIError as error:
            log_without_words(error, "database")
            raise self.translated(error) from None

    def write(self, work: Callable[[Connection], T]) -> T:
        """What *work* answers, after all it wrote is on the disk. Raises Busy, NoStorage.

        Whatever *work* raises undoes all of it, and nothing of anybody else.
        """
        return self._writer.write(work)

    def write_alone(self, work: Callable[[Connection], T]) -> T:
        """As `write`, while no other process writes anything either."""
        return self._writer.write(work, alone=True)

    def read_together(self, work: OfMany[Q, A]) -> Together[Q, A]:
        """Questions that *work* answers as `read` does, as many as there are at a time."""
        return self._together(
            lambda asked: self._readers.submit(self.read, lambda c: work(c, asked)),
            at_once=READS_AT_ONCE,
            waiting=MOST_READS_WAITING,
        )

    def write_together(self, work: OfMany[Q, A]) -> Together[Q, A]:
        """Questions that *work* answers as `write` does, as many as there are in one write."""
        return self._together(
            lambda asked: self._writer.begin(lambda c: work(c, asked)),
            at_once=self._writers,
            waiting=self._waiting,
        )

    def shed_erased(self) -> None:
        """Take what was overwritten out of the write-ahead log too."""
        cut = postgresql.cut_log if self.is_postgresql else sqlite.cut_log
        self._between(lambda: cut(self.engine), "the log could not be cut")

    def layout(self) -> Layout:
        """How the tables lie on the disk. Raises Busy, NoStorage."""
        of = rewriting if self.is_postgresql else sqlite
        mark, size = self.read(of.mark_and_size)
        return Layout(mark, size, is_worn=self._written != self._laid_out)

    def forget_order(self, mark: int | None = None) -> None:
        """Lay every table out anew in the order of its keys, then cut the log.

        Until then a file shows in which order rows came and which came together. With the *mark* of
        a layout, what somebody laid out since then is left as it lies.
        """
        written = self._written  # what is written from now on may come too late
        if self.is_postgresql:
            rewriting.write_anew(self.read, self.write_alone, whole=mark is None)
            is_done: bool | None = True
        else:
            is_done = self._between(
                lambda: sqlite.lay_out_anew(self.engine, mark),
                "the tables could not be laid out anew",
            )
        if is_done:
            self._laid_out = written
        self.shed_erased()

    def close(self) -> None:
        """Finish what is being written and give every connection back."""
        self._readers.shutdown()
        self._writer.close()
        self.engine.dispose()

    @contextmanager
    def transaction(self, *, alone: bool) -> Iterator[Connection]:
        """A transaction to write in; the writer's side of this page."""
        with self.engine.execution_options(klunak_writes=True).begin() as connection:
            if self.is_postgresql:
                postgresql.take_turn(connection, alone=alone)
            before = writes_so_far(connection)
            yield connection
            has_written = writes_so_far(connection) != before
        if has_written:
            self._written += 1

    def may_pass(self, error: DBAPIError) -> bool:
        """Whether the same work may well succeed when it is tried again."""
        return self.is_postgresql and postgresql.may_pass(error)

    def translated(self, error: DBAPIError) -> ApiError:
        """The refusal that *error* means."""
        return postgresql.translated(error) if self.is_postgresql else sqlite.translated(error)

    def _between(self, act: Callable[[], T], trouble: str) -> T | None:
        # Whatever goes wrong, the next call completes what this one could not.
        try:
            return self._writer.between(act)
        except Exception as error:  # noqa: BLE001 - the next call will do it
            log_without_words(error, trouble)
            return None

    def _together(
        self,
        begin: Callable[[Sequence[Q]], Future[Sequence[A | ApiError]]],
        *,
        at_once: int,
        waiting: int,
    ) -> Together[Q, A]:
        return Together(begin, at_once=at_once, waiting=waiting, busy_seconds=self._busy_seconds)

    def _read(self, work: Callable[[Connection], T]) -> T:
        if self.is_postgresql:
            each_by_itself = self.engine.execution_options(isolation_level="AUTOCOMMIT")
            with each_by_itself.connect() as connection:
                return work(connection)
        with self.engine.begin() as connection:
            return work(connection)


def open_store(
    url: str,
    *,
    writes_waiting: int = 40,
    busy_seconds: float = 5,
    connections: int = 16,
    writers: int = 4,
) -> Store:
    """The store at *url*, migrated to the newest tables. Raises NoStorage, Busy, SetupError."""
    engine = open_engine(url, busy_seconds=busy_seconds, connections=connections)
    store = Store(
        engine,
        writes_waiting=writes_waiting,
        busy_seconds=busy_seconds,
        writers=writers,
    )
    try:
        if store.is_postgresql:
            require_postgresql(store.read(banner_of))
        migrate(engine)
        if store.is_postgresql:
            store.read(postgresql.require_quiet)
    except DBAPIError as error:
        store.close()
        raise store.translated(error) from None
    except BaseException:
        store.close()
        raise
    return store


def open_engine(url: str, *, busy_seconds: float = 5, connections: int = 16) -> Engine:
    """An engine with every precaution. No statement's values show in its errors."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        engine = postgresql.open_postgresql(parsed, busy_seconds, connections)
    else:
        engine = sqlite.open_sqlite(parsed, busy_seconds)
    event.listen(engine, "before_cursor_execute", _count_write)
    return engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables to *revision*, in one transaction, while nobody else writes."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(klunak_writes=True) as connection:
        if engine.dialect.name == "postgresql":
            postgresql.take_turn(connection, alone=True)
        config.attributes["connection"] = connection
        if revision == "base":
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        connection.commit()


def _count_write(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
    if not statement.startswith("SELECT"):
        note_write(connection)
