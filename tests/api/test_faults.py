"""Whatever breaks in the middle: what was acknowledged stays, nothing is ever half done."""

from __future__ import annotations

import resource
import secrets
import signal
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from api.errors import ApiError
from api.models import Claim
from api.store import open_store
from clients.trial.postgresql import Cluster
from tests import backends
from tests.api.nodes import Clock, TrialNode, assert_problem, running_node
from tests.api.people import (
    Intake,
    a_record,
    begin_epoch,
    look,
    new_card,
    post,
    round_work,
    whole_round,
)
from tests.api.test_store import a_claim, count
from tests.circles import TrialCircle
from tests.disks import remount, small_disk
from tests.patience import PATIENCE_SECONDS, wait_until


def counted(node: TrialNode) -> tuple[int, int, int]:
    found = node.rows()
    return len(found["cards"]), len(found["drops"]), len(found["burned"])


@pytest.fixture
def closed(node: TrialNode) -> TrialNode:
    """Epoch 1 is closed with three cards; its round is uploaded and not committed."""
    for _ in range(3):
        assert post(node, new_card(node), 1).status_code == 201
    assert begin_epoch(node, 2).status_code == 201
    return node


@pytest.mark.parametrize("at", [1, 2, 4, 7])
def test_a_round_whose_commit_breaks_changes_nothing(at: int, closed: TrialNode) -> None:
    """The nth statement of the commit fails; the same header then puts the round in force."""
    work = round_work(closed, 1)
    work.upload(closed)
    before = closed.rows()
    seen = 0

    def fail(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal seen
        seen += not statement.startswith("SELECT")
        if seen == at:
            raise OSError("the fault")

    event.listen(closed.engine, "before_cursor_execute", fail)
    broken = work.commit(closed)
    event.remove(closed.engine, "before_cursor_execute", fail)

    assert broken.status_code == 500
    assert closed.rows() == before
    assert work.commit(closed).status_code == 200
    assert {row[2] for row in closed.rows()["cards"]} == {2}


@pytest.mark.sqlite
def test_a_full_disk_is_told_and_loses_nothing(node: TrialNode) -> None:
    """A file that may not grow stands for a disk that is full; Python ignores the signal."""
    cards = [new_card(node) for _ in range(40)]
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
        answers = [post(node, card, 1) for card in cards]
        read = node.post("/visit/look", cards[0].drops[0].r + bytes(32 * 11))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))

    refused = [answer for answer in answers if answer.status_code != 201]
    assert 0 < len(refused) < 40
    assert {answer.json()["code"] for answer in refused} == {"no_storage"}
    assert read.content[:4_096] == cards[0].drops[0].record
    assert counted(node)[0] == 40 - len(refused)
    assert all(post(node, card, 1).status_code == 201 for card in cards)
    assert counted(node) == (40, 200, 40)


@pytest.mark.sqlite
def test_a_read_only_disk_is_told_and_still_read(node: TrialNode) -> None:
    card = new_card(node)
    post(node, card, 1)

    def read_only(raw: Any, _record: object, _proxy: object) -> None:
        raw.execute("PRAGMA query_only = ON")

    event.listen(node.engine, "checkout", read_only)
    refused = post(node, new_card(node), 1)
    found = node.post("/visit/look", b"".join([card.drops[0].r, *[bytes(32)] * 11]))
    event.remove(node.engine, "checkout", read_only)

    assert (refused.status_code, refused.json()["code"]) == (503, "no_storage")
    assert found.content[:4_096] == card.drops[0].record


def test_clocks_that_jump_lose_nothing(node: TrialNode, clock: Clock) -> None:
    """A day back, two days on and a day back again: each as any other day."""
    card = new_card(node)
    for days in (0, -1, 2, -1):
        clock.pass_days(days)
        assert post(node, card, 1).status_code == 201
    work = whole_round(node, 1)
    assert len(work.cards) == 1
    assert post(node, card, 1).json() == {"status": "accepted"}


def test_many_of_one_group_fail_and_the_others_do_not(tmp_path: Path) -> None:
    store = open_store(backends.current.url(tmp_path))

    def spoilt(connection: Connection) -> None:
        a_claim(connection)
        raise LookupError

    def one(number: int) -> bool:
        try:
            store.write(spoilt if number % 3 == 0 else a_claim)
        except LookupError:
            return False
        return True

    with ThreadPoolExecutor(24) as pool:
        done = list(pool.map(one, range(120)))

    assert done == [number % 3 != 0 for number in range(120)]
    assert store.read(count) == 80
    store.close()


def test_writes_that_wait_share_a_commit(tmp_path: Path) -> None:
    store = open_store(backends.current.url(tmp_path), writers=1)
    commits = 0

    def counted(_connection: Connection) -> None:
        nonlocal commits
        commits += 1

    inside, finish = threading.Event(), threading.Event()

    def slowly(connection: Connection) -> None:
        a_claim(connection)
        inside.set()
        finish.wait(PATIENCE_SECONDS)

    with ThreadPoolExecutor(21) as pool:
        first = pool.submit(store.write, slowly)
        assert inside.wait(PATIENCE_SECONDS)
        event.listen(store.engine, "commit", counted)
        rest = [pool.submit(store.write, a_claim) for _ in range(20)]
        wait_until(lambda: store._writer._queue.qsize() == len(rest))
        finish.set()
        first.result()
        for each in rest:
            each.result()

    assert commits == 2
    assert store.read(count) == 21
    store.close()


@pytest.fixture
def own_server(backend: backends.Backend) -> Iterator[Cluster]:
    """A PostgreSQL of this test's own, durable, to be killed."""
    server = Cluster(durable=True)
    server.start()
    yield server
    server.remove()


@pytest.mark.sqlite  # it brings its own PostgreSQL
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_is_restarted_is_found_again(
    how: signal.Signals, own_server: Cluster
) -> None:
    """Politely or as by a power cut: what was acknowledged is there, nothing is a 500."""
    store = open_store(own_server.url(own_server.new_database()), busy_seconds=2)
    acknowledged, refused, ending = 0, set[str](), threading.Event()

    def keep_writing() -> None:
        nonlocal acknowledged
        while not ending.is_set():
            try:
                store.write(a_claim)
                acknowledged += 1
            except ApiError as error:
                refused.add(error.code)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    for _ in range(2):
        wait_until(lambda wanted=acknowledged + 20: acknowledged >= wanted)
        own_server.stop(how)
        own_server.start()
    wait_until(lambda wanted=acknowledged + 20: acknowledged >= wanted)
    ending.set()
    writer.join()

    assert refused <= {"busy", "no_storage"}
    # One whose acknowledgement was lost may be there besides, once for each restart.
    assert acknowledged <= store.read(count) <= acknowledged + 8
    store.close()


@pytest.mark.sqlite
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_is_gone_is_told_and_nothing_is_lost(
    how: signal.Signals, own_server: Cluster, tmp_path: Path, trial: TrialCircle
) -> None:
    """Whatever needs the database says the same, as often as it is asked."""
    at = own_server.url(own_server.new_database())
    with running_node(tmp_path, trial, database_url=at, busy_seconds=PATIENCE_SECONDS) as node:
        begin_epoch(node, 1)
        kept, lost = new_card(node), new_card(node)
        assert post(node, kept, 1).status_code == 201
        own_server.stop(how)
        for _ in range(3):
            answers = [
                *(node.get(path) for path in ("/circle", "/epoch", "/node")),
                *node.at_once("POST", "/visit/look", [bytes(384)] * 8),
                *node.at_once("POST", "/visit/leave", [bytes(33_280)] * 8),
                node.post("/visit/meet", bytes(224)),
                node.post("/intake", Intake(trial.period).invited(bytes(32), bytes(32))),
                post(node, lost, 1),
            ]
            for answer in answers:
                assert_problem(answer, 503, "no_storage")
                assert int(answer.headers["retry-after"]) > 0

        own_server.start()
        assert post(node, kept, 1).status_code == 201
        assert post(node, lost, 1).status_code == 201
        assert counted(node) == (2, 10, 2)
        assert look(node, [kept.drops[0].r])[0] == kept.drops[0].record


@pytest.mark.sqlite
def test_a_full_disk_of_the_server_is_told_and_loses_nothing() -> None:
    """A small file system of its own; only root can make one, and CI is root."""
    at = Path(tempfile.mkdtemp(prefix="klunak-disk-"))
    with ExitStack() as ending:
        ending.callback(at.rmdir)
        disk = ending.enter_context(small_disk(at, "size=80m"))
        server = Cluster(durable=True, under=disk, max_wal_size="32MB", min_wal_size="32MB")
        ending.callback(server.remove)
        server.start()
        store = open_store(server.url(server.new_database()), busy_seconds=2)
        stored, codes = 0, set[str]()
        for _ in range(40):
            try:
                store.write(a_thousand_claims)
                stored += 1_000
            except ApiError as error:
                codes.add(error.code)
                if len(codes) > 1 or stored > 0:
                    break
        assert codes <= {"busy", "no_storage"}
        assert codes
        remount(disk, "size=400m")
        server.stop(signal.SIGQUIT)
        server.start()
        assert stored <= store.read(count) <= stored + 1_000
        store.write(a_claim)
        store.close()


def a_thousand_claims(connection: Connection) -> None:
    new = [
        {"tag": secrets.token_bytes(32), "token": a_record(), "expires": 1} for _ in range(1_000)
    ]
    connection.execute(insert(Claim), new)
