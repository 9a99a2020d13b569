"""Those that are compared, each with its own database, loaded with the same drops."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import httpx
import psycopg
from sqlalchemy import Connection, insert

from api.days import drawn_expiry
from api.memory import overwriting
from api.models import Epoch, Invite, Permit
from api.store import open_store
from clients.bench.memory import memory_mb
from clients.bench.node.floor import FAR_DAY, tables
from clients.bench.node.loading import fill_file, fill_server, load_drops
from clients.bench.node.people import EPOCH, Prepared
from clients.trial.ports import free_port
from clients.trial.postgresql import Cluster
from clients.trial.processes import READY_SECONDS, Process
from crypto.drops import address_of, reader_of

ROWS_A_SECOND = 1_000
"""A node that starts lays its tables out anew, which takes the longer the more there is."""


class Served:
    """A server on loopback, over a database of its own."""

    name: ClassVar[str]
    checks: ClassVar[bool]
    """Whether a stamp or an invite has to be a good one."""

    def __init__(
        self, home: Path, prepared: Prepared, cluster: Cluster | None, workers: int
    ) -> None:
        self.home = home
        self.prepared = prepared
        self.cluster = cluster
        self.workers = workers
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.load()
        self.process = self.start()

    def load(self) -> None:
        """Make the database and put in what stands there before the first request."""
        raise NotImplementedError

    def start(self) -> Process:
        """Start serving."""
        raise NotImplementedError

    def memory_mb(self) -> float:
        """The largest resident set of its processes."""
        return memory_mb(self.process.pid)

    def __enter__(self) -> Self:
        deadline = time.monotonic() + READY_SECONDS + self.prepared.rows // ROWS_A_SECOND
        while time.monotonic() < deadline and self.process.running:
            try:
                httpx.get(self.url, trust_env=False)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return self
        failed = self.process.failed(f"{self.name} did not start")
        self.process.stop()
        raise failed

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.stop()


class Ours(Served):
    """The node as it is served, an epoch open and the invites printed."""

    name = "ours"
    checks = True

    def load(self) -> None:
        """The tables by the node's own migrations; the drops in bulk."""
        data = self.home / "node"
        data.mkdir(mode=0o700)
        self.database = f"sqlite:///{data / 'node.db'}"
        if self.cluster is not None:
            self.database = self.cluster.url(self.cluster.new_database())
        store = open_store(self.database)
        store.write(self._open)
        store.close()
        today, policy = self.prepared.today, self.prepared.trial.circle().policy
        record = self.prepared.standing
        drops = [(address_of(w), record, drawn_expiry(today, policy)) for w in self.prepared.drops]
        load_drops(self.database, drops)

    def _open(self, connection: Connection) -> None:
        epoch = {"epoch": EPOCH, "descriptor": "{}", "signature": "", "challenge": bytes(16)}
        connection.execute(insert(Epoch), epoch)
        expires = self.prepared.today + 200
        connection.execute(
            insert(Permit),
            [{"permit": permit, "expires": expires} for permit in self.prepared.permits],
        )
        connection.execute(
            insert(Invite),
            [
                {
                    "kept": kept,
                    "coordinator": number,
                    "period": self.prepared.period,
                    "expires": expires,
                }
                for number, kept in self.prepared.invites
            ],
        )

    def start(self) -> Process:
        """`python -m api serve`."""
        return self.prepared.trial.node(
            self.port,
            data=self.home / "node",
            environment={
                "KLUNAK_WORKERS": str(self.workers),
                "KLUNAK_DATABASE_URL": self.database,
            },
        )


class PlainFloor(Served):
    """The floor, with the same drops under the secrets that requests show, in a process that takes
    no care of its memory."""

    name = "plain_floor"
    checks = False

    def load(self) -> None:
        """Straight into its tables."""
        columns = ("address", "record", "expires")
        if self.cluster is None:
            self.database = str(self.home / f"{self.name}.db")
            with closing(sqlite3.connect(self.database)) as file:
                for table in tables(sqlite=True):
                    file.execute(table)
            fill_file(Path(self.database), "drops", columns, self._rows())
            return
        self.database = self.cluster.conninfo(self.cluster.new_database())
        with psycopg.connect(self.database) as server:
            for table in tables(sqlite=False):
                server.execute(table.encode())
            fill_server(server, "drops", columns, self._rows())

    def _rows(self) -> list[tuple[bytes, bytes, int]]:
        # Reads show R and writes show w; the floor hashes nothing, so it has both.
        shown = [*map(reader_of, self.prepared.drops), *self.prepared.written]
        return [(secret, self.prepared.standing, FAR_DAY) for secret in sorted(shown)]

    def environment(self) -> Mapping[str, str]:
        """What its process is given beside ours."""
        return {}

    def start(self) -> Process:
        """A process of its own."""
        arguments = ["-m", "clients.bench.node.floor", self.database, str(self.port)]
        return Process(
            [*arguments, str(self.workers)],
            log=self.home / f"{self.name}.log",
            environment=self.environment(),
        )


class Floor(PlainFloor):
    """The floor in a process like the node's: what it frees is overwritten too."""

    name = "floor"

    def environment(self) -> Mapping[str, str]:
        """The node's allocator."""
        return overwriting(os.environ)
