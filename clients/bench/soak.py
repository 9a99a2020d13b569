"""Whether a node loses anything when it is killed again and again: `klunak bench soak`.

People visit, post cards and ask for certificates, all at once and as fast as they are answered. The
node is killed (SIGKILL) every half minute, and PostgreSQL is stopped every minute as a crash would,
sometimes under a node that lives on. Whoever gets no answer sends the same bytes again.

    acknowledged     records and claims that the node said it has, each time one was written
    lost             those that were not there when they were read back in the end, each of them, or
                     were overwritten by nobody in between
    duplicated       cards and intakes that were there more than once, or that nobody sent
    errors_by_code   what was told instead of an answer; `no_answer` is a broken connection
    rss_mb_*         of the node, before the first kill and after the last minute of load

Read back as everybody reads: drops by looks, claims by showing their tags, cards by the matcher,
intakes by both coordinators, after one more kill.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from threading import Event
from typing import Any

from clients.bench.memory import memory_mb
from clients.bench.town import Town, town_on
from clients.bench.town.person import Ledger, Person
from clients.operators.founding import TRIAL_POLICY
from clients.trial.circle import COORDINATORS
from crypto.drops import record_hash

PEOPLE = 8
NODE_KILL_SECONDS = 30.0
SERVER_KILL_SECONDS = 60.0

INVITES = 1_000
"""The most that a policy allows in a day; those who come later work for their place."""

_POLICY = TRIAL_POLICY.model_copy(
    update={"invites_per_day": INVITES, "intake_pool": 1_000_000, "intake_draw": 1_000_000}
)

Told = Callable[[str], None]


def soak(
    minutes: float,
    backend: str = "sqlite",
    *,
    node_kill_seconds: float = NODE_KILL_SECONDS,
    server_kill_seconds: float = SERVER_KILL_SECONDS,
    invites: int = INVITES,
    told: Told = lambda _now: None,
) -> dict[str, Any]:
    """The figures. *told* hears what is done now. Raises NobodyAnswers, ProcessFailed."""
    told("founding a circle")
    with town_on(backend, policy=_POLICY) as town:
        town.print_invites(invites)
        people = [Person(town) for _ in range(PEOPLE)]
        killing = _Killing(town, minutes * 60, node_kill_seconds, server_kill_seconds, told)
        over = Event()
        with ThreadPoolExecutor(PEOPLE) as pool:
            try:
                list(pool.map(Person.settle, people))
                living = [pool.submit(person.live_until, over) for person in people]
                killing.run()
                over.set()
                for life in living:
                    life.result()
                rss_end = memory_mb(town.node.pid)
                told("reading everything back")
                killing.kill_all()
                lost = sum(pool.map(Person.missing, people))
            except BaseException:
                over.set()
                town.ended.set()
                raise
        ledgers = [person.ledger for person in people]
        unlike, duplicated = compared(town, ledgers)
        lost += unlike + sum(ledger.lost for ledger in ledgers)
        for person in people:
            person.close()
        return {
            "backend": backend,
            "minutes": minutes,
            "node_kills": killing.node_kills,
            "server_kills": killing.server_kills,
            "acknowledged": sum(ledger.acknowledged for ledger in ledgers),
            "lost": lost,
            "duplicated": duplicated,
            "errors_by_code": _summed(person.asking.errors for person in people),
            "rss_mb_start": killing.rss_start,
            "rss_mb_end": rss_end,
        }


class _Killing:
    """Kills node and database by the clock."""

    def __init__(
        self, town: Town, seconds: float, node_every: float, server_every: float, told: Told
    ) -> None:
        self._town = town
        self._seconds = seconds
        self._node_every = node_every
        self._server_every = server_every
        self._told = told
        self.node_kills = self.server_kills = 0
        self.rss_start = 0.0

    def run(self) -> None:
        """Return when the time is over, with node and database running."""
        began = time.monotonic()
        due = [(at, self._kill_node) for at in _times(self._node_every, self._seconds)]
        if self._town.has_server:
            # Not on the minute: there the node dies, and a database's death is to be felt by it.
            early = self._server_every / 4
            due += [
                (at - early, self._kill_server)
                for at in _times(self._server_every, self._seconds + early)
            ]
        for at, kill in sorted(due, key=lambda each: each[0]):
            _sleep_until(began + at)
            kill()
        _sleep_until(began + self._seconds)
        self.rss_start = self.rss_start or memory_mb(self._town.node.pid)

    def kill_all(self) -> None:
        """The power fails: node and database at once."""
        self.node_kills += 1
        self._town.kill_node()
        self._town.restart_server()
        self._town.start_node()

    def _kill_node(self) -> None:
        self._told(f"killing the node, {self.node_kills + 1}")
        self.rss_start = self.rss_start or memory_mb(self._town.node.pid)
        self.node_kills += 1
        self._town.kill_node()
        self._town.start_node()

    def _kill_server(self) -> None:
        self._told(f"killing the database, {self.server_kills + 1}")
        self.server_kills += 1
        self._town.restart_server()


def _times(every: float, seconds: float) -> list[float]:
    """When something is due that is due *every* so many seconds, before *seconds* are over."""
    return [every * number for number in range(1, ceil(seconds / every))]


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def compared(town: Town, ledgers: Sequence[Ledger]) -> tuple[int, int]:
    """How many cards and intakes are missing, and how many there are too many, as their operators
    see them. Closes the epoch."""
    closed = town.epoch
    town.begin_epoch()  # freezes the cards, and hands out everybody who waits
    with town.matcher() as matcher:
        found = [_hashes(card.record for card in matcher.cards(closed))]
    sent = [Counter(card for ledger in ledgers for card in ledger.cards)]
    for number in range(COORDINATORS):
        with town.coordinator(number) as coordinator:
            found.append(_hashes(record for _, record in coordinator.intake()))
        sent.append(Counter(both[number] for ledger in ledgers for both in ledger.intakes))
    pairs = list(zip(sent, found, strict=True))
    return (
        sum((ours - theirs).total() for ours, theirs in pairs),
        sum((theirs - ours).total() for ours, theirs in pairs),
    )


def _hashes(records: Iterable[bytes]) -> Counter[bytes]:
    return Counter(record_hash(record) for record in records)


def _summed(errors: Iterable[Counter[str]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in errors:
        total += each
    return dict(sorted(total.items()))
