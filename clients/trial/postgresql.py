"""A PostgreSQL of one's own, for tests and benches: on a socket, in a temporary directory.

It is Debian's server, started as an unprivileged user (the server refuses root) and removed in the
end. Durability is switched off unless it is what somebody measures or tests.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from clients.trial.accounts import as_unprivileged, give
from clients.trial.interrupts import uninterrupted

SETTINGS = {
    "listen_addresses": "",  # no network at all
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",  # the node has its own sweep; a test waits for nothing
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "logging_collector": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_recycle": "off",  # a segment that is used again holds what it held
    "deadlock_timeout": "100ms",
}

_HOW = ("-A", "trust", "--no-sync", "-E", "UTF8", "--no-locale")

PATIENCE_SECONDS = 300
"""With a machine that is busy with much else; a server that ends is noticed at once."""

NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binaries() -> Path:
    """Where the server's programs are."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    debian = Path("/usr/lib/postgresql")
    versions = sorted(debian.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    assert versions, "no PostgreSQL server; scripts/need-postgresql.sh installs one"
    return versions[-1].parent


class Cluster:
    """One server process and its files."""

    def __init__(
        self, *, durable: bool = False, under: Path | None = None, **settings: str
    ) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="klunak-pg-", dir=under))
        self.files = self.directory / "files"
        self._settings = {**SETTINGS, **({} if durable else NOT_DURABLE), **settings}
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._as = as_unprivileged("postgres")
        give(self.directory, self._as)
        subprocess.run(  # noqa: S603 - Debian's program with our own arguments
            [binaries() / "initdb", "-D", self.files, "-U", "klunak", *_HOW],
            check=True,
            capture_output=True,
            cwd=self.directory,
            **self._as,
        )

    @property
    def pid(self) -> int:
        """The process that began all others of the server."""
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def log(self) -> Path:
        """What the server printed."""
        return self.directory / "printed"

    def start(self) -> None:
        """Start and wait until it answers."""
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        with self.log.open("ab") as printed, uninterrupted():
            self._process = subprocess.Popen(  # noqa: S603 - as above
                [binaries() / "postgres", "-D", self.files, "-k", self.directory, *options],
                stdout=printed,
                stderr=printed,
                cwd=self.directory,
                **self._as,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.conninfo("postgres")).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, self.log.read_text()
                time.sleep(0.02)
            else:
                return
        raise AssertionError("PostgreSQL did not start")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT politely but at once, SIGQUIT as a crash does."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def remove(self) -> None:
        """End it and leave nothing behind."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)

    def conninfo(self, database: str) -> str:
        """What libpq connects to."""
        return f"host={self.directory} user=klunak dbname={database}"

    def url(self, database: str) -> str:
        """What the node connects to."""
        return f"postgresql+psycopg://klunak@/{database}?host={self.directory}"

    def new_database(self, template: str = "template1") -> str:
        """The name of a new database, a copy of *template*."""
        self._made += 1
        name = f"klunak_{self._made}"
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return name

    def oid(self, name: str) -> str:
        """The number under which a database has its files."""
        with psycopg.connect(self.conninfo("postgres")) as connection:
            found = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", [name])
            return str(found.fetchall()[0][0])

    def rename_database(self, name: str, new: str) -> None:
        """Call a database otherwise."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{name}" RENAME TO "{new}"'.encode())

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever still uses it."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
