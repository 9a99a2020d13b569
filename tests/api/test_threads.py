"""Many at once on a real socket: nothing breaks, and nothing that was acknowledged is lost."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from queue import Empty, SimpleQueue

import httpx
import pytest

from crypto.certificates import Stamp
from crypto.labels import hashed
from crypto.permits import Permit
from tests.api.nodes import Spoken
from tests.api.people import (
    JSON,
    Card,
    Claim,
    Drop,
    Intake,
    a_record,
    as_coordinator,
    begin_epoch,
    no_pages,
    permit_in_database,
)
from tests.api.servers import served
from tests.api.test_invites import invites_body
from tests.circles import TrialCircle, make_trial_circle
from tests.patience import PATIENCE_SECONDS

THREADS = 16
SECONDS, LONG_SECONDS = 3, 60
STAMPS = 120
SLIPS = 120

EXPECTED = {200, 201, 503}
"""503 is `busy` and says so; whoever gets it comes again."""


class Socket(Spoken):
    """A node over a socket, with a connection for each thread that asks."""

    def __init__(self, trial: TrialCircle, address: str) -> None:
        self.trial = trial
        limits = httpx.Limits(max_connections=2 * THREADS)
        self._client = httpx.Client(
            base_url=address, trust_env=False, limits=limits, timeout=PATIENCE_SECONDS
        )

    def request(self, method: str, path: str, **kwargs: object) -> httpx.Response:
        return self._client.request(method, path, **kwargs)  # type: ignore[arg-type]

    def close(self) -> None:
        self._client.close()


@dataclass
class Crowd:
    """What people did, and what they were told stands."""

    node: Socket
    permit: Permit
    stamps: SimpleQueue[Stamp] = field(default_factory=SimpleQueue)
    slips: SimpleQueue[tuple[bytes, bytes]] = field(default_factory=SimpleQueue)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    def person(self, until: float) -> list[Drop]:
        """One thread's life: cards, intakes and visits. Its own drops as they should stand."""
        own: list[Drop] = []
        acts: list[Callable[[list[Drop]], None]] = [self.card, self.visit, self.intake, self.visit]
        for act in cycle(acts):
            if time.monotonic() > until:
                return own
            act(own)
        raise AssertionError  # unreachable: a cycle has no end

    def card(self, own: list[Drop]) -> None:
        try:
            card = Card(self.stamps.get_nowait())
        except Empty:
            return
        # Sent twice at least, as somebody does who lost the answer.
        for _ in range(2):
            self.sent("/cards", card.body(1), 201)
        own += card.drops

    def intake(self, own: list[Drop]) -> None:
        try:
            slip = self.slips.get_nowait()
        except Empty:
            return
        intake = Intake(self.node.trial.period)
        body = intake.invited(*slip)
        for _ in range(2):
            self.sent("/intake", body, 201)
        own += intake.drops

    def visit(self, own: list[Drop]) -> None:
        mine = [own[secrets.randbelow(len(own))]] if own else []
        reads = [drop.r for drop in mine] + [secrets.token_bytes(32) for _ in range(12 - len(mine))]
        found = self.sent("/visit/look", b"".join(reads), 200)
        for drop in mine:
            assert found[:4_096] == drop.record
        met = self.sent("/visit/meet", b"".join(no_pages()) + Claim(self.permit).body, 200)
        assert met[16_384] == 0
        new = a_record()
        writes = [drop.write(new) for drop in mine]
        writes += [Drop().write(a_record()) for _ in range(8 - len(mine))]
        assert self.sent("/visit/leave", b"".join(writes), 200) == bytes(8)
        for drop in mine:
            drop.record = new

    def sent(self, path: str, body: bytes, status: int) -> bytes:
        """What was answered, in the end, with *status*."""
        for _ in range(200):
            answer = self.node.post(path, body)
            self.statuses[path, answer.status_code] += 1
            if answer.status_code == status:
                return answer.content
            assert (answer.status_code, answer.json()["code"]) == (503, "busy")
            time.sleep(0.05)
        raise AssertionError("busy for ever")


def live_together(directory: Path, seconds: float) -> None:
    trial = make_trial_circle(invites_per_day=1_000)
    stamps = [trial.stamp(secrets.token_bytes(32)) for _ in range(STAMPS)]
    permit = permit_in_database(directory)
    with served(directory, trial, claims_per_day=100_000) as address:
        node = Socket(trial, address)
        assert begin_epoch(node, 1).status_code == 201  # type: ignore[arg-type]
        crowd = Crowd(node, permit)
        for stamp in stamps:
            crowd.stamps.put(stamp)
        for slip in printed(node):
            crowd.slips.put(slip)

        until = time.monotonic() + seconds
        with ThreadPoolExecutor(THREADS) as pool:
            lives = [pool.submit(crowd.person, until) for _ in range(THREADS)]
            standing = [drop for life in lives for drop in life.result()]

        assert {status for _, status in crowd.statuses} <= EXPECTED
        assert standing
        assert_stands(crowd, standing)
        node.close()
    # And once more from the disk, by a node that knows nothing of it.
    with served(directory, trial) as address:
        node = Socket(trial, address)
        assert_stands(Crowd(node, permit), standing)
        node.close()


def printed(node: Socket) -> list[tuple[bytes, bytes]]:
    slips = [(secrets.token_bytes(32), secrets.token_bytes(32)) for _ in range(SLIPS)]
    for number in (0, 1):
        for start in range(0, SLIPS, 20):
            kept = [hashed("klunak kept", slip[number]) for slip in slips[start : start + 20]]
            body = invites_body(node.trial.period, kept)
            answer = as_coordinator(node, number, "POST", "/operator/invites", body, JSON)  # type: ignore[arg-type]
            assert answer.status_code == 201
    return slips


def assert_stands(crowd: Crowd, standing: list[Drop]) -> None:
    """Every record that was acknowledged last is the one that is read."""
    for start in range(0, len(standing), 12):
        some = standing[start : start + 12]
        reads = [drop.r for drop in some] + [secrets.token_bytes(32) for _ in range(12 - len(some))]
        found = crowd.sent("/visit/look", b"".join(reads), 200)
        assert found[: 4_096 * len(some)] == b"".join(drop.record for drop in some)


def test_sixteen_at_once_lose_nothing(tmp_path: Path) -> None:
    live_together(tmp_path, SECONDS)


@pytest.mark.long
def test_sixteen_at_once_lose_nothing_for_long(tmp_path: Path) -> None:
    live_together(tmp_path, LONG_SECONDS)
