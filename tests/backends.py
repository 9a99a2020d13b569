"""Which database the node of a test has: SQLite in its directory, or PostgreSQL on a socket.

A directory stands for a node, so the same directory gets the same database, however often a test
starts the node in it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.store import migrate, open_engine
from clients.trial.postgresql import Cluster

SQLITE, POSTGRESQL = "sqlite", "postgresql"
NAMES = (SQLITE, POSTGRESQL)

_TEMPLATE = "klunak_template"


class Backend:
    """SQLite: every node has the file that is its default."""

    name = SQLITE

    def url(self, directory: Path) -> str:
        """The database of the node in *directory*."""
        return f"sqlite:///{directory / 'data' / 'node.db'}"

    def settings(self, _directory: Path) -> dict[str, Any]:
        """Settings by which a node finds its database."""
        return {}

    def copy(self, directory: Path, to: Path) -> None:
        """Give the node in *to* a copy of the database of the one in *directory*; neither runs."""
        shutil.copytree(directory / "data", to / "data")

    def places(self, _directory: Path) -> list[Path]:
        """Where the database of the node in *directory* leaves traces, besides there."""
        return []

    def end(self) -> None:
        """Forget the databases of a test."""


class PostgreSQL(Backend):
    """A database of the session's server for every directory, copied from a migrated one."""

    name = POSTGRESQL

    def __init__(self, cluster: Cluster, *, template: str = "template1") -> None:
        self.cluster = cluster
        self._template = template
        self._databases: dict[Path, str] = {}

    def url(self, directory: Path) -> str:
        if directory not in self._databases:
            self._databases[directory] = self.cluster.new_database(self._template)
        return self.cluster.url(self._databases[directory])

    def settings(self, directory: Path) -> dict[str, Any]:
        return {"database_url": self.url(directory)}

    def copy(self, directory: Path, to: Path) -> None:
        self._databases[to] = self.cluster.new_database(self._databases[directory])

    def places(self, directory: Path) -> list[Path]:
        files = self.cluster.files
        database = self.cluster.oid(self._databases[directory])
        shared = ("pg_wal", "pg_xact", "pg_stat", "pg_stat_tmp", "global", "log")
        return [files / "base" / database, *(files / name for name in shared)]

    def end(self) -> None:
        for name in self._databases.values():
            self.cluster.drop_database(name)
        self._databases.clear()


_started: list[Cluster] = []
current: Backend = Backend()
"""The backend of the test that runs; `using` sets it."""


def cluster() -> Cluster:
    """The session's server, started for the first test that wants it."""
    if not _started:
        server = Cluster()
        _started.append(server)
        server.start()
        name = server.new_database()
        engine = open_engine(server.url(name))
        migrate(engine)
        engine.dispose()
        server.rename_database(name, _TEMPLATE)
    return _started[0]


def end_server() -> None:
    """Stop the session's server and remove its files."""
    while _started:
        _started.pop().remove()


def begin(name: str, *, migrated: bool = True) -> Backend:
    """Make *name* the backend of what follows."""
    global current
    template = _TEMPLATE if migrated else "template1"
    current = PostgreSQL(cluster(), template=template) if name == POSTGRESQL else Backend()
    return current


@contextmanager
def using(name: str) -> Iterator[Backend]:
    """The backend *name*, for as long as a test runs."""
    chosen = begin(name)
    try:
        yield chosen
    finally:
        chosen.end()
        begin(SQLITE)
