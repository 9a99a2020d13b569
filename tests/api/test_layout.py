"""Between two sweeps: what was written together does not lie together for long."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from api.errors import Busy
from api.layout import Layout, LayoutTimer
from api.postgresql import take_turn
from api.store import Store, open_store
from api.sweeper import Sweeper
from tests import backends
from tests.api.nodes import Clock, Running, TrialNode, running_node
from tests.api.people import Card, Drop, a_record, begin_epoch, look, new_card, post
from tests.circles import TrialCircle
from tests.patience import wait_until

MINUTE = 60.0
LARGE = 1 << 30
CARDS = 6


@pytest.fixture
def node(tmp_path: Path, trial: TrialCircle, clock: Clock) -> Iterator[TrialNode]:
    """A node with an open epoch that keeps no house by itself."""
    with running_node(tmp_path, trial, clock, housekeeping_seconds=3_600) as started:
        begin_epoch(started, 1)
        yield started


def timer(running: Running, most_bytes: int = LARGE) -> LayoutTimer:
    return LayoutTimer(
        least_seconds=MINUTE, bytes_per_second=1_000_000, most_bytes=most_bytes, running=running
    )


def keeper(store: Store, running: Running, today: int, most_bytes: int = LARGE) -> Sweeper:
    """Whoever keeps house in *store*; today's sweep is done."""
    sweeper = Sweeper(
        store, leap_seconds=0, layout_timer=timer(running, most_bytes), running=running
    )
    sweeper.keep_house(today)
    return sweeper


def posted(node: TrialNode) -> list[Card]:
    cards = [new_card(node) for _ in range(CARDS)]
    for card in cards:
        assert post(node, card, 1).status_code == 201
    return cards


def shows_who_came_together(node: TrialNode) -> bool:
    """Whether drops lie otherwise than by their keys, or tell different transactions."""
    with node.engine.connect() as connection:
        run = connection.exec_driver_sql
        if connection.dialect.name == "postgresql":
            tables = run(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname <> 'alembic_version'"
                " AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0"
            ).scalars()
            told = [set(run(f"SELECT CAST(xmin AS text) FROM {t}").scalars()) for t in tables]
            lying = list(run("SELECT address FROM reserved").scalars())
            return len(set.union(*told)) < sum(map(len, told)) or (
                max(map(len, told)) > 1 or lying != sorted(lying)
            )
        rows = run("SELECT address, record FROM drops ORDER BY address").all()
    stored = Path(str(node.engine.url.database)).read_bytes()
    # In the log is as bad: that one shows it too.
    places = [stored.find(record[2_000:2_032]) for _, record in rows]
    return places != sorted(places) or -1 in places


def log_of(node: TrialNode, backend: backends.Backend, tmp_path: Path) -> bytes:
    """The write-ahead log as it lies on the disk."""
    if node.node.store.is_postgresql:
        files = [place for place in backend.places(tmp_path) if place.name == "pg_wal"]
        return b"".join(f.read_bytes() for f in files[0].iterdir() if f.is_file())
    return Path(f"{node.engine.url.database}-wal").read_bytes()


def _write(store: Store) -> None:
    store.write(lambda connection: connection.exec_driver_sql("UPDATE circle SET swept = swept"))


def mark_of(node: TrialNode) -> int:
    return node.node.store.layout().mark


def test_what_was_written_is_laid_out_when_its_time_has_come(
    node: TrialNode, running: Running, backend: backends.Backend, tmp_path: Path
) -> None:
    today = node.node.today()
    sweeper = keeper(node.node.store, running, today)
    cards = posted(node)
    secrets = [drop.record[2_000:2_032] for card in cards for drop in card.drops]
    assert any(secret in log_of(node, backend, tmp_path) for secret in secrets)

    running.seconds = MINUTE - 1
    sweeper.keep_house(today)
    assert shows_who_came_together(node)

    running.seconds = MINUTE
    sweeper.keep_house(today)
    assert not shows_who_came_together(node)
    log = log_of(node, backend, tmp_path)
    assert not any(secret in log for secret in secrets)
    assert not any(drop.row[:32] in log for card in cards for drop in card.drops)


def test_what_is_replaced_later_does_not_show_either(node: TrialNode, running: Running) -> None:
    today = node.node.today()
    cards = posted(node)
    sweeper = keeper(node.node.store, running, today)
    assert not shows_who_came_together(node)
    drops = [card.drops[0] for card in cards] + [cards[0].drops[1], cards[0].drops[2]]
    body = b"".join(drop.write(a_record()) for drop in drops)
    assert node.post("/visit/leave", body).status_code == 200

    running.seconds = MINUTE
    sweeper.keep_house(today)

    assert not shows_who_came_together(node)


def test_where_nothing_was_written_nothing_is_laid_out(node: TrialNode, running: Running) -> None:
    today = node.node.today()
    sweeper = keeper(node.node.store, running, today)
    (card, *_) = posted(node)
    running.seconds = MINUTE
    sweeper.keep_house(today)
    after = mark_of(node)

    for _ in range(3):
        running.seconds += MINUTE
        look(node, [drop.r for drop in card.drops])
        sweeper.keep_house(today)

    assert mark_of(node) == after


def test_a_large_database_is_left_to_the_sweep(node: TrialNode, running: Running) -> None:
    today = node.node.today()
    sweeper = keeper(node.node.store, running, today, most_bytes=1)
    posted(node)
    before = mark_of(node)
    running.seconds = 1_000 * MINUTE
    sweeper.keep_house(today)
    assert mark_of(node) == before
    assert shows_who_came_together(node)

    sweeper.keep_house(today + 1)
    assert not shows_who_came_together(node)


def test_a_busy_database_is_tried_again(node: TrialNode, running: Running, tmp_path: Path) -> None:
    """Somebody writes for longer than anybody waits."""
    today, cards = node.node.today(), posted(node)
    with closing(open_store(backends.current.url(tmp_path), busy_seconds=2)) as store:
        sweeper = keeper(store, running, today)
        cards += posted(node)
        _write(store)
        running.seconds = MINUTE
        with ExitStack() as meanwhile:
            writing = node.engine.execution_options(klunak_writes=True).connect()
            connection = meanwhile.enter_context(writing)
            meanwhile.enter_context(connection.begin())
            if store.is_postgresql:
                take_turn(connection, alone=False)
                with pytest.raises(Busy):
                    sweeper.keep_house(today)
            else:
                sweeper.keep_house(today)  # and its log says so
            assert shows_who_came_together(node)

        running.seconds += MINUTE
        sweeper.keep_house(today)

    assert not shows_who_came_together(node)
    for card in cards:
        assert look(node, [drop.r for drop in card.drops])[:5] == [d.record for d in card.drops]


def test_who_comes_second_does_nothing_and_waits_anew(
    node: TrialNode, running: Running, tmp_path: Path
) -> None:
    """Two processes on one database, both of which have written."""
    today, one = node.node.today(), node.node.store
    with closing(open_store(backends.current.url(tmp_path))) as other:
        first, second = (keeper(store, running, today) for store in (one, other))
        for sweeper in (first, second):
            sweeper.keep_house(today)  # and knows the other's mark
        posted(node)
        _write(other)
        stale = other.layout()
        assert stale.is_worn
        running.seconds = MINUTE
        first.keep_house(today)
        mark = mark_of(node)
        assert mark != stale.mark

        other.forget_order(stale.mark)  # it had asked before the first was done
        second.keep_house(today)

        assert mark_of(node) == mark
        assert not shows_who_came_together(node)


def test_visits_go_on_while_tables_are_laid_out(node: TrialNode) -> None:
    """Prepared statements and snapshots survive the exchange of every table."""
    cards = posted(node)
    store, over = node.node.store, threading.Event()
    layouts = 0

    def lay_out() -> None:
        nonlocal layouts
        while not over.is_set():
            store.forget_order(store.layout().mark)
            layouts += 1

    thread = threading.Thread(target=lay_out)
    thread.start()
    try:
        number = 0
        while number < 60 or (layouts < 2 and thread.is_alive()):
            drops = cards[number % CARDS].drops
            found = look(node, [drop.r for drop in drops])
            assert found[:5] == [drop.record for drop in drops]
            if number % 5 == 0 or not layouts:
                eight = [*drops, *cards[(number + 1) % CARDS].drops[:3]]
                records = [a_record() for _ in eight]
                body = b"".join(map(Drop.write, eight, records))
                assert node.post("/visit/leave", body).status_code == 200
                for drop, record in zip(eight, records, strict=True):
                    drop.record = record
            number += 1
    finally:
        over.set()
        thread.join()
    assert layouts > 1


def test_a_running_node_does_it_by_itself(tmp_path: Path, trial: TrialCircle, clock: Clock) -> None:
    settings = {"housekeeping_seconds": 0.05, "layout_seconds": 0.1}
    with running_node(tmp_path, trial, clock, **settings) as node:
        begin_epoch(node, 1)
        posted(node)

        wait_until(lambda: not shows_who_came_together(node))


@pytest.mark.no_database
@pytest.mark.parametrize(
    ("size", "seconds"), [(0, MINUTE), (60_000_000, MINUTE), (LARGE, LARGE / 1_000_000)]
)
def test_a_large_one_is_laid_out_less_often(running: Running, size: int, seconds: float) -> None:
    asked, worn = timer(running), Layout(mark=1, size=size, is_worn=True)

    assert asked.seconds(size) == seconds
    running.seconds = seconds - 1
    assert not asked.is_due(worn)
    running.seconds = seconds
    assert asked.is_due(worn)
    assert not asked.is_due(worn)
    running.seconds = 2 * seconds
    assert asked.is_due(worn)


@pytest.mark.no_database
def test_who_sees_that_another_did_it_waits_anew(running: Running) -> None:
    asked = timer(running)
    assert not asked.is_due(Layout(mark=1, size=0, is_worn=True))
    running.seconds = MINUTE - 1
    assert not asked.is_due(Layout(mark=2, size=0, is_worn=True))
    running.seconds = 2 * MINUTE - 2
    assert not asked.is_due(Layout(mark=2, size=0, is_worn=True))
    running.seconds = 2 * MINUTE - 1
    assert not asked.is_due(Layout(mark=2, size=0, is_worn=False))
    assert asked.is_due(Layout(mark=2, size=0, is_worn=True))
    asked.left(3)
    running.seconds = 3 * MINUTE - 1
    assert asked.is_due(Layout(mark=3, size=0, is_worn=True))
