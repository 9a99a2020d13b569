"""Two nodes over one database: whatever both do at once is done once, and nothing is lost."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import pytest

from tests.api.nodes import Clock, TrialNode, running_node
from tests.api.people import (
    JSON,
    Card,
    RoundWork,
    a_record,
    as_matcher,
    begin_epoch,
    epoch_descriptor,
    frozen_rows,
    look,
    new_card,
    post,
    round_work,
)
from tests.circles import TrialCircle, make_trial_circle
from tests.patience import PATIENCE_SECONDS, wait_until

T = TypeVar("T")

DAYS = 3
"""Between two rounds."""

DROP_DAYS = 5
"""So what came in the first round ends in the third, and what came in the second outlives it."""


BREATH_SECONDS = 0.1
"""Between two sweeps: each lays all tables out anew, and meanwhile nobody writes."""


@pytest.fixture
def nodes(tmp_path: Path, trial: TrialCircle, clock: Clock) -> Iterator[tuple[TrialNode, ...]]:
    """Both, with epoch 1 open; nobody is told busy for the machine's slowness."""
    settings = {"busy_seconds": PATIENCE_SECONDS, "leap_seconds": 0}
    with ExitStack() as running:
        both = tuple(
            running.enter_context(running_node(tmp_path, trial, clock, **settings))
            for _ in range(2)
        )
        assert begin_epoch(both[0], 1).status_code == 201
        yield both


def at_both(nodes: tuple[TrialNode, ...], ask: Callable[[TrialNode], T]) -> list[T]:
    """What both answer when they are asked at once."""
    with ThreadPoolExecutor(len(nodes)) as pool:
        return list(pool.map(ask, nodes))


def test_of_all_who_spend_one_stamp_one_is_served(nodes: tuple[TrialNode, ...]) -> None:
    for _ in range(4):
        stamp = nodes[0].trial.stamp(secrets.token_bytes(32))
        bodies = [Card(stamp).body(1) for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda n, b=bodies: nodes[n % 2].post("/cards", b[n]), range(8))
            )
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert len(nodes[0].rows()["drops"]) == 20


def test_of_two_who_replace_one_record_one_is_told_that_it_was_stale(
    nodes: tuple[TrialNode, ...],
) -> None:
    card = new_card(nodes[0])
    assert post(nodes[0], card, 1).status_code == 201
    drop = card.drops[0]
    for _ in range(10):
        new = {node: a_record() for node in nodes}
        rest = b"".join(secrets.token_bytes(64) + a_record() for _ in range(7))

        def leave(node: TrialNode, new: dict[TrialNode, bytes] = new, rest: bytes = rest) -> int:
            return node.post("/visit/leave", drop.write(new[node]) + rest).content[0]

        verdicts = at_both(nodes, leave)
        assert sorted(verdicts) == [0, 1]
        drop.record = new[nodes[verdicts.index(0)]]
        assert look(nodes[1], [drop.r])[0] == drop.record


@dataclass
class Visitors:
    """People who post cards at one node and write over them, until they are told to end."""

    node: TrialNode
    posted: list[tuple[Card, int]] = field(default_factory=list)
    """Each with the day on which it was acknowledged."""
    quiet: threading.Lock = field(default_factory=threading.Lock)
    """Whoever holds it may change the day."""

    def live(self, ending: threading.Event) -> None:
        while not ending.is_set():
            with self.quiet:
                self._post()
                self._write()

    def _post(self) -> None:
        card = new_card(self.node)
        answer: httpx.Response | None = None
        while answer is None or answer.status_code == 409:
            assert answer is None or answer.json()["code"] == "epoch_closed"
            epoch = json.loads(self.node.get("/epoch").json()["descriptor"])["epoch"]
            answer = post(self.node, card, epoch)
        assert answer.status_code == 201
        self.posted.append((card, self.node.node.today()))

    def _write(self) -> None:
        card = self.posted[-1][0]
        new = [a_record() for _ in card.drops]
        writes = b"".join(d.write(r) for d, r in zip(card.drops, new, strict=True))
        rest = b"".join(secrets.token_bytes(64) + a_record() for _ in range(3))
        answer = self.node.post("/visit/leave", writes + rest)
        assert (answer.status_code, answer.content) == (200, bytes(8))
        for drop, record in zip(card.drops, new, strict=True):
            drop.record = record


def sweep_until(ending: threading.Event, node: TrialNode) -> int:
    """How often *node* swept; in between whoever waits for it gets a turn."""
    count = 0
    while not ending.wait(BREATH_SECONDS if count else 0):
        node.node.sweeper.sweep(node.node.today())
        count += 1
    return count


def a_round(nodes: tuple[TrialNode, ...], epoch: int) -> RoundWork:
    """Close and commit *epoch*, everything at both nodes at once."""
    document = epoch_descriptor(nodes[0], epoch + 1)
    begun = at_both(nodes, lambda n: as_matcher(n, "POST", "/operator/epochs", document, JSON))
    assert sorted(answer.status_code for answer in begun) == [200, 201]
    first, second = at_both(nodes, lambda n: frozen_rows(n, epoch))
    assert first == second

    work = round_work(nodes[0], epoch)
    work.part_rows = 4
    at_both(nodes, work.upload)
    header = work.header(nodes[0])
    committed = at_both(nodes, lambda n: work.commit(n, header))
    assert [answer.status_code for answer in committed] == [200, 200]
    assert [answer.json() for answer in committed] == [{"committed": epoch}] * 2
    return work


@pytest.mark.postgresql
@pytest.mark.parametrize("rounds", [3, pytest.param(12, marks=pytest.mark.long)])
def test_both_sweep_and_commit_at_once_while_people_come(
    rounds: int, tmp_path: Path, clock: Clock
) -> None:
    """Every round is closed and committed at both nodes at once, while both sweep all the time."""
    trial = make_trial_circle(drop_days=DROP_DAYS, jitter_days=0)
    settings = {"busy_seconds": PATIENCE_SECONDS, "leap_seconds": 0}
    ending = threading.Event()
    with (
        running_node(tmp_path, trial, clock, **settings) as one,
        running_node(tmp_path, trial, clock, **settings) as other,
        ThreadPoolExecutor(4) as pool,
    ):
        nodes = (one, other)
        begin_epoch(one, 1)
        visitors = [Visitors(node) for node in nodes]
        try:
            living = [pool.submit(each.live, ending) for each in visitors]
            sweeping = [pool.submit(sweep_until, ending, node) for node in nodes]
            works: list[tuple[RoundWork, int]] = []
            for epoch in range(1, rounds + 1):
                more = [len(each.posted) + 2 for each in visitors]
                wait_until(
                    lambda more=more: all(
                        len(each.posted) >= wanted or living[n].done()
                        for n, (each, wanted) in enumerate(zip(visitors, more, strict=True))
                    )
                )
                works.append((a_round(nodes, epoch), one.node.today()))
                if epoch < rounds:
                    with visitors[0].quiet, visitors[1].quiet:
                        clock.pass_days(DAYS)
        finally:
            ending.set()
        for each in living:
            each.result(PATIENCE_SECONDS)
        assert all(count.result(PATIENCE_SECONDS) for count in sweeping)

        today = one.node.today()
        at_both(nodes, lambda node: node.node.sweeper.sweep(today))
        acknowledged = [card for each in visitors for card in each.posted]
        alive = [card for card, day in acknowledged if day + DROP_DAYS >= today]
        assert len(alive) < len(acknowledged)
        found = one.rows()
        records = sorted(drop.record for card in alive for drop in card.drops)
        assert sorted(row[1] for row in found["drops"]) == records
        assert len(found["cards"]) == len(alive)
        carried = dict(works[-1][0].cards)
        mine = {card.record for card in alive}
        assert all(row[1] == carried.get(row[0]) or row[1] in mine for row in found["cards"])
        assert len(found["burned"]) == len(acknowledged)
        assert len(found["permits"]) == len(alive)
        recent = [row for work, _ in works[-2:] for row in work.notices]
        assert sorted((row[0], row[1]) for row in found["notices"]) == sorted(recent)
        batches = [b for work, day in works if day + DROP_DAYS >= today for b in work.batches]
        assert sorted((row[1], row[2]) for row in found["batches"]) == sorted(batches)
        assert found["parts"] == []
