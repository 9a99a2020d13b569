"""Drops loaded in bulk are as a node's own: it reads, replaces and refuses to reserve them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from api import drops
from api.errors import AddressTaken
from api.store import open_store
from clients.bench.node.loading import TooLittleDisk, load_drops, require_disk
from crypto.drops import DropAddress
from tests import backends

DAYS = (21_000, 21_001, 21_050)


@pytest.fixture(params=backends.NAMES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with the node's tables."""
    chosen = backends.begin(request.param)
    url = chosen.url(tmp_path)
    open_store(url).close()
    yield url
    chosen.end()
    backends.begin(backends.SQLITE)


def test_a_node_uses_drops_that_were_loaded_as_its_own(database: str) -> None:
    rows = {
        DropAddress(secrets.token_bytes(32)): (secrets.token_bytes(4_096), DAYS[number % 3])
        for number in range(60)
    }

    load_drops(database, [(at, record, day) for at, (record, day) in rows.items()])

    store = open_store(database)
    assert store.read(lambda c: drops.read_to_change(c, list(rows))) == {
        at: (day, record) for at, (record, day) in rows.items()
    }
    first, second = list(rows)[:2]
    after = secrets.token_bytes(4_096)
    before, day = rows[first]

    def replace(connection: Connection) -> None:
        drops.replace(connection, {first: drops.Change(day, before, after)})

    store.write(replace)
    store.forget_order()
    assert store.read(lambda c: drops.read(c, [first])) == {first: after}
    with pytest.raises(AddressTaken):
        store.write(lambda c: drops.reserve(c, [(second, after)], lambda: DAYS[0]))
    store.close()


@pytest.mark.parametrize("backend", backends.NAMES)
def test_more_drops_than_the_disk_holds_are_not_begun(backend: str, tmp_path: Path) -> None:
    require_disk(tmp_path, backend, 1)
    with pytest.raises(TooLittleDisk):
        require_disk(tmp_path, backend, 1 << 50)
