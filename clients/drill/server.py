"""The PostgreSQL of a drill's node: a server of its own, whose memory and log are searched, too."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg

from clients.controls import control_word
from clients.drill.memory import with_descendants
from clients.drill.place import Place
from clients.drill.places import search_memory
from clients.drill.season import stop_processes
from clients.thief import Patterns, Value
from clients.trial.postgresql import Cluster

DATABASE = "klunak_1"
"""The first that a cluster makes."""

ANOTHER = "postgres"
"""A database beside it, where a row is planted: of the node's own nothing is changed."""

MEMORY = "postgresql_memory"


COUNTED = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0),
       count(last_vacuum) + count(last_autovacuum) + count(last_analyze) + count(last_autoanalyze)
FROM pg_stat_user_tables
"""
"""Read from a server that lives: one that is stopped as by a power cut forgets them."""


def begin_server(ending: ExitStack) -> Cluster:
    """A server with an empty database, which *ending* removes."""
    cluster = Cluster(durable=True)
    ending.callback(cluster.remove)
    cluster.start()
    cluster.new_database()
    return cluster


def plant(cluster: Cluster) -> tuple[dict[str, Value], dict[str, Value]]:
    """What its log says of us, and what it has in a row: names of both, and values."""
    in_log: dict[str, Value] = {"control server log": (missing := control_word("log"))}
    with suppress(psycopg.OperationalError):  # it says that there is no such database
        psycopg.connect(cluster.conninfo(ANOTHER), dbname=missing).close()
    word, key = control_word("row"), secrets.token_bytes(32)
    with psycopg.connect(cluster.conninfo(ANOTHER)) as session:
        session.execute("CREATE TABLE control (word text, key bytea)")
        session.execute("INSERT INTO control VALUES (%s, %s)", [word, key])
    return in_log, {"control server row word": word, "control server row key": key}


def search_the_server(cluster: Cluster, patterns: Patterns, in_row: dict[str, Value]) -> Place:
    """The memory of all its processes, which stand still meanwhile.

    What they share has the planted row, which is among *patterns*; a session of ours has a word.
    """
    held: dict[str, Value] = {"control server session": (word := control_word("session"))}
    patterns.add(held.items())
    with psycopg.connect(cluster.conninfo(DATABASE)) as session:
        session.execute("SELECT set_config('control.word', %s, false)", [word])
        ((written, times),) = session.execute(COUNTED).fetchall()
        with _frozen(cluster.pid):
            place = search_memory(MEMORY, cluster.pid, patterns, planted={**held, **in_row})
    place.note = f"statistics count {written} writes to tables and keep {times} times"
    return place


def seize_server(cluster: Cluster, seized: Path) -> None:
    """Copy everything that a stopped server wrote to *seized*."""
    shutil.copytree(cluster.files, seized / "postgresql")
    shutil.copy(cluster.log, seized / "postgresql.log")


@contextmanager
def _frozen(pid: int) -> Iterator[None]:
    stop_processes(pid)
    try:
        yield
    finally:
        for process in with_descendants(pid):
            os.kill(process, signal.SIGCONT)
