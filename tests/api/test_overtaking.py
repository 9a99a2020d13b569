"""Two nodes over one database write to the same drop, and nobody else hears of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, text

from api import drops, posting
from api.burned import Kind, burned_hash
from api.store import Store, open_store
from api.visiting import Write, Written, leave
from crypto.drops import address_of, record_hash
from crypto.labels import u32
from tests import backends
from tests.api.nodes import TrialNode, assert_problem, running_node
from tests.api.people import (
    FAR_AWAY,
    Drop,
    a_record,
    begin_epoch,
    look,
    meet,
    new_card,
    no_pages,
)
from tests.api.test_groups import a_posting, an_admission
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS, wait_until

T = TypeVar("T")

PEOPLE = 30
"""More than there are writers, so that most of them are in one group."""

ROUNDS = 25


@pytest.fixture
def node(tmp_path: Path, trial: TrialCircle) -> Iterator[TrialNode]:
    """One of the nodes; nobody is told busy for the machine's slowness."""
    with running_node(tmp_path, trial, busy_seconds=PATIENCE_SECONDS) as node:
        yield node


@pytest.fixture
def other(node: TrialNode, tmp_path: Path) -> Iterator[Store]:
    """The database as another node has it."""
    store = open_store(backends.current.url(tmp_path), busy_seconds=PATIENCE_SECONDS)
    yield store
    store.close()


def reserved(store: Store, count: int) -> list[Drop]:
    """So many drops, of as many people."""
    new = [Drop() for _ in range(count)]
    rows = [(address_of(drop.w), drop.record) for drop in new]
    store.write(lambda connection: drops.reserve(connection, rows, lambda: FAR_AWAY))
    return new


def leaving(*writes: bytes) -> bytes:
    return b"".join([*writes, *(Drop().write(a_record()) for _ in range(8 - len(writes)))])


def replacing(drop: Drop, before: bytes, after: bytes) -> Write:
    return Write(address_of(drop.w), record_hash(before), after)


def is_waited_for(connection: Connection) -> bool:
    """Whether somebody waits for what *connection* wrote and did not commit yet."""
    waiting = (
        "SELECT EXISTS (SELECT FROM pg_locks"
        " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
    )
    return bool(connection.execute(text(waiting)).scalar_one())


def overtaken(other: Store, drop: Drop, records: Sequence[bytes], ask: Callable[[], T]) -> T:
    """What *ask* answers when *records* come into *drop*, each when it has read the one before."""
    with ThreadPoolExecutor(1) as pool:
        asked: list[Future[T]] = []

        def has_gone_on(connection: Connection) -> bool:
            return asked[0].done() or is_waited_for(connection)

        for before, after in pairwise([drop.record, *records]):
            with other.transaction(alone=False) as connection:
                leave(connection, [[replacing(drop, before, after)]])
                asked = asked or [pool.submit(ask)]
                wait_until(partial(has_gone_on, connection))
        return asked[0].result(PATIENCE_SECONDS)


@pytest.mark.postgresql
def test_whoever_overtakes_their_own_writes_makes_nobody_else_ask_again(
    node: TrialNode, other: Store
) -> None:
    flooded, *theirs = reserved(other, PEOPLE + 1)
    new = [a_record() for _ in theirs]
    coming = [a_record() for _ in range(7)]
    over_any = [Drop(flooded.w, record).write(a_record()) for record in [flooded.record, *coming]]
    bodies = [leaving(drop.write(record)) for drop, record in zip(theirs, new, strict=True)]

    answers = overtaken(
        other,
        flooded,
        coming,
        lambda: node.at_once("POST", "/visit/leave", [*bodies, leaving(*over_any)]),
    )

    assert {answer.status_code for answer in answers} == {200}
    assert [answer.content for answer in answers[:-1]] == [bytes(8)] * PEOPLE
    assert set(answers[-1].content) == {Written.STALE}
    assert [look(node, [drop.r])[0] for drop in theirs] == new
    assert look(node, [flooded.r])[0] == coming[-1]


@pytest.mark.postgresql
def test_a_write_that_another_node_overtook_with_the_same_is_kept(
    node: TrialNode, other: Store
) -> None:
    (drop,) = reserved(other, 1)
    new = a_record()

    answer = overtaken(
        other, drop, [new], lambda: node.post("/visit/leave", leaving(drop.write(new)))
    )

    assert answer.content == bytes(8)
    assert look(node, [drop.r])[0] == new


@pytest.mark.postgresql
def test_a_drop_that_is_written_to_while_it_is_blanked_is_blank(
    node: TrialNode, other: Store
) -> None:
    (drop,) = reserved(other, 1)
    new = a_record()

    overtaken(other, drop, [new], lambda: meet(node, four=[drop.b, *no_pages()[1:]]))

    assert look(node, [drop.r])[0] not in (drop.record, new)


@pytest.mark.postgresql
def test_a_stamp_that_another_node_burns_first_costs_nobody_else_their_card(
    node: TrialNode, other: Store
) -> None:
    begin_epoch(node, 1)
    cards = [new_card(node) for _ in range(PEOPLE)]
    stamp = cards[0].stamp
    rival = a_posting(
        an_admission(spent=[burned_hash(Kind.STAMP, u32(stamp.period) + stamp.nonce)])
    )
    with ThreadPoolExecutor(1) as pool:
        with other.transaction(alone=False) as connection:
            assert posting.post(connection, [rival]) == [None]
            bodies = [card.body(1) for card in cards]
            asked = pool.submit(node.at_once, "POST", "/cards", bodies)
            wait_until(lambda: asked.done() or is_waited_for(connection))
        answers = asked.result(PATIENCE_SECONDS)

    assert_problem(answers[0], 409, "stamp_spent")
    assert [answer.status_code for answer in answers[1:]] == [201] * (PEOPLE - 1)
    assert len(node.rows()["cards"]) == PEOPLE


def test_of_all_who_write_over_one_record_one_is_kept(node: TrialNode, other: Store) -> None:
    """On both databases, however the groups of two nodes fall together."""
    drop, *theirs = reserved(other, 5)

    def write(number: int) -> list[tuple[bytes, bytes]]:
        """The changes that were kept, in groups with somebody else's."""
        store = (node.node.store, other)[number % 2]
        kept, mine = [], theirs[number]
        for _ in range(ROUNDS):
            before = look(node, [drop.r])[0]
            after, new = a_record(), a_record()
            group = [
                [replacing(mine, mine.record, new)],
                [replacing(drop, before, after)],
            ]
            my_own, shared = store.write(partial(leave, leaves=group))
            assert my_own == bytes([Written.KEPT])
            mine.record = new
            if shared == bytes([Written.KEPT]):
                kept.append((before, after))
        return kept

    with ThreadPoolExecutor(4) as pool:
        kept = [change for changes in pool.map(write, range(4)) for change in changes]

    followed_by = dict(kept)
    assert len(followed_by) == len(kept), "two were kept over the same record"
    standing = drop.record
    while standing in followed_by:
        standing = followed_by.pop(standing)
    assert not followed_by, "one was kept that was written over nothing"
    assert look(node, [drop.r])[0] == standing
    assert [look(node, [each.r])[0] for each in theirs] == [each.record for each in theirs]
