"""The database: acknowledged is on the disk, refused is nowhere, erased is overwritten."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, insert, text

from api.errors import Broken, Busy, NoStorage
from api.models import Claim
from api.sqlite import PRAGMAS
from api.store import open_store
from tests import backends
from tests.api.nodes import OCTETS, TrialNode
from tests.api.people import Drop, a_record, look, new_card, permit_in_database, post
from tests.api.servers import ServedProcess
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS


def a_claim(connection: Connection) -> None:
    row = {"tag": secrets.token_bytes(32), "token": bytes(32), "expires": 1}
    connection.execute(insert(Claim), row)


def url(directory: Path) -> str:
    return backends.current.url(directory)


def count(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM claims")).scalar_one())


@pytest.mark.sqlite
def test_every_connection_takes_every_precaution(tmp_path: Path) -> None:
    store = open_store(url(tmp_path))
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "temp_store": 2,
        "mmap_size": 0,
        "trusted_schema": 0,
    }
    assert set(expected) == set(PRAGMAS)

    with store.engine.connect() as first, store.engine.connect() as second:
        for connection in (first, second):
            for name, value in expected.items():
                assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
    store.close()


@pytest.mark.sqlite
def test_the_files_are_nobody_elses(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'data' / 'node.db'}")
    store.write(a_claim)

    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    for file in (tmp_path / "data").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
    store.close()


def test_what_raises_undoes_all_of_it(tmp_path: Path) -> None:
    store = open_store(url(tmp_path))

    def half(connection: Connection) -> None:
        a_claim(connection)
        raise LookupError

    with pytest.raises(LookupError):
        store.write(half)

    assert store.read(count) == 0
    store.close()


def test_many_writers_take_turns_and_none_fails(tmp_path: Path) -> None:
    store = open_store(url(tmp_path))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: store.write(a_claim), range(200)))

    assert store.read(count) == 200
    store.close()


def test_two_processes_take_turns_too(tmp_path: Path) -> None:
    """Two stores stand for two workers: only the database is between them."""
    stores = [open_store(url(tmp_path), busy_seconds=PATIENCE_SECONDS) for _ in range(2)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: stores[n % 2].write(a_claim), range(100)))

    assert stores[0].read(count) == 100
    for store in stores:
        store.close()


def test_reading_does_not_wait_for_writing(tmp_path: Path) -> None:
    store = open_store(url(tmp_path))
    inside, finish = threading.Event(), threading.Event()

    def slowly(connection: Connection) -> None:
        a_claim(connection)
        inside.set()
        finish.wait(PATIENCE_SECONDS)

    writer = threading.Thread(target=store.write, args=(slowly,))
    writer.start()
    assert inside.wait(PATIENCE_SECONDS)
    assert store.read(count) == 0
    finish.set()
    writer.join()
    assert store.read(count) == 1
    store.close()


def test_a_write_that_waits_too_long_is_told_busy(tmp_path: Path) -> None:
    store = open_store(url(tmp_path), busy_seconds=0.1, writers=1)
    inside, finish = threading.Event(), threading.Event()

    def slowly(_connection: Connection) -> None:
        inside.set()
        finish.wait(PATIENCE_SECONDS)

    def until_done(work: Callable[[Connection], None]) -> None:
        # On a busy machine even the first in the queue may wait for a tenth of a second.
        while True:
            with suppress(Busy):
                return store.write(work)

    writer = threading.Thread(target=until_done, args=(slowly,))
    writer.start()
    assert inside.wait(PATIENCE_SECONDS)
    with pytest.raises(Busy):
        store.write(a_claim)
    finish.set()
    writer.join()
    until_done(a_claim)
    store.close()


def test_a_full_queue_is_told_busy_at_once(tmp_path: Path) -> None:
    store = open_store(url(tmp_path), writes_waiting=1, busy_seconds=60)

    def nested(_connection: Connection) -> None:
        with pytest.raises(Busy):
            store.write(a_claim)

    store.write(nested)
    store.close()


def test_a_writer_that_cannot_be_started_is_told_busy_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    store = open_store(url(tmp_path), writes_waiting=1, busy_seconds=60)
    with monkeypatch.context() as exhausted:
        exhausted.setattr(threading.Thread, "start", fail)
        for _ in range(2):
            with pytest.raises(Busy):
                store.write(a_claim)

    store.write(a_claim)
    store.close()


@pytest.mark.sqlite
def test_another_process_that_holds_the_lock_makes_us_busy(tmp_path: Path) -> None:
    store = open_store(url(tmp_path), busy_seconds=0.1)
    other = sqlite3.connect(tmp_path / "data" / "node.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(Busy):
        store.write(a_claim)

    other.close()
    store.close()


def test_no_error_of_the_database_travels_further(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(url(tmp_path))
    marked = b"marked words of somebody".ljust(32, b"!")

    def twice(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(insert(Claim), {"tag": marked, "token": marked, "expires": 1})

    with pytest.raises(Broken):
        store.write(twice)

    assert "IntegrityError" in caplog.text
    assert "marked" not in caplog.text
    store.close()


@pytest.mark.sqlite
def test_a_database_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    store = open_store(url(tmp_path))

    def on_a_read_only_disk(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        try:
            a_claim(connection)
        finally:
            connection.exec_driver_sql("PRAGMA query_only = OFF")

    with pytest.raises(NoStorage):
        store.write(on_a_read_only_disk)
    store.close()


@pytest.mark.sqlite
def test_what_was_replaced_is_nowhere_in_the_files(tmp_path: Path, node: TrialNode) -> None:
    card = new_card(node)
    marked = b"marked by a test " * 240
    card.drops[0].record = marked.ljust(4_096, b"!")
    post(node, card, 1)
    new = a_record()
    write = card.drops[0].write(new)
    node.post("/visit/leave", write + b"".join(Drop().write(new) for _ in range(7)))
    assert look(node, [card.drops[0].r])[0] == new

    node.node.store.shed_erased()

    for file in (tmp_path / "data").iterdir():
        assert b"marked by a test" not in file.read_bytes(), file.name
    assert (tmp_path / "data" / "node.db-wal").stat().st_size == 0


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, trial: TrialCircle) -> None:
    permit = permit_in_database(tmp_path)
    process = ServedProcess(tmp_path, trial, claims_per_day=100_000)
    acknowledged: list[bytes] = []

    def claim_until_killed(address: str) -> None:
        headers = {"content-type": OCTETS}
        with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS) as client:
            while True:
                body = secrets.token_bytes(128) + permit + secrets.token_bytes(64)
                try:
                    answer = client.post("/visit/meet", content=body)
                except httpx.TransportError:
                    return
                if answer.status_code == 200:
                    assert answer.content[16_384] == 0
                    acknowledged.append(body)

    for _ in range(2):
        address = process.start()
        threads = [threading.Thread(target=claim_until_killed, args=(address,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        wanted = len(acknowledged) + 40
        while len(acknowledged) < wanted and any(thread.is_alive() for thread in threads):
            threading.Event().wait(0.01)
        process.kill()
        for thread in threads:
            thread.join()

    address = process.start()
    headers = {"content-type": OCTETS}
    with httpx.Client(base_url=address, headers=headers, timeout=PATIENCE_SECONDS) as client:
        for body in acknowledged:
            another_token = body[:192] + bytes(32)
            assert client.post("/visit/meet", content=another_token).content[16_384] == 1
    process.stop()
    assert len(acknowledged) >= 80
