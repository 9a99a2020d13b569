"""The databases that a node is measured on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from clients.trial.postgresql import Cluster

BACKENDS = ("sqlite", "postgresql")


@contextmanager
def server_of(backend: str) -> Iterator[Cluster | None]:
    """A PostgreSQL server that is as careful as in service; none for SQLite."""
    if backend == "sqlite":
        yield None
        return
    cluster = Cluster(durable=True, shared_buffers="128MB", max_wal_size="1GB")
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()
