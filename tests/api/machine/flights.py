"""A node that is killed while requests are on their way: each of them is done whole, or not at all.

Which of them were done is read from the tables; the model then does just those, and every row of
every table has to agree. Whoever had an answer has to be among them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crypto.labels import hashed, u32
from crypto.permits import permit_hash
from tests.api.machine.desks import Desks
from tests.api.machine.rounds import Rounds
from tests.api.machine.visiting import Visiting
from tests.api.model import STAMP, Tables, burned_name
from tests.api.people import (
    JSON,
    Card,
    Claim,
    Drop,
    a_record,
    as_matcher,
    epoch_descriptor,
    no_pages,
)
from tests.api.servers import SocketNode


@dataclass
class Flight:
    """A request that nothing speaks against."""

    send: Callable[[], httpx.Response]
    is_done: Callable[[Tables], bool]
    do: Callable[[], None]
    """Does it to the model."""


class Flights(Rounds, Visiting, Desks):
    """Requests that a kill overtakes."""

    node: SocketNode

    def kill(self) -> None:
        """End the node without a warning."""
        raise NotImplementedError

    @precondition(lambda self: self.model.opened)
    @rule(cards=st.integers(1, 3), pause=st.sampled_from((0, 2, 5, 10, 20, 50)))
    def die_while_people_come(self, cards: int, pause: int) -> None:
        new = [Card(self.trial.stamp(secrets.token_bytes(32))) for _ in range(cards)]
        epoch = self.model.opened
        flights = [
            self.posting(card, epoch) for card in new if not self.model.card_reasons(card, epoch)
        ]
        lasting = [
            drop
            for drop in self.drops
            if drop.row[:32] in self.model.drops
            and self.model.drops[drop.row[:32]].expires >= self.model.day
        ]
        if lasting:
            flights.append(self.leaving(lasting[-1]))
        claim = Claim(self.cards[-1].permit) if self.cards else Claim()
        if self.would_keep(claim):
            flights.append(self.claiming(claim))
        self.die_during(flights, pause)
        self.cards += new
        self.drops += [drop for card in new for drop in card.drops]

    @rule(pause=st.sampled_from((0, 2, 5, 10, 20, 50)))
    def die_while_an_epoch_closes(self, pause: int) -> None:
        epoch = self.model.opened + 1
        document = epoch_descriptor(self.node, epoch, secrets.token_bytes(1_216))
        if self.model.epoch_reasons(epoch, document):
            return

        def do() -> None:
            self.model.begin_epoch(epoch, document)
            self.documents[epoch] = document
            tables = self.tables()
            self.challenges = [row[3] for row in sorted(tables["epochs"])[-2:]]
            self.model.learn(tables)

        flight = Flight(
            lambda: as_matcher(self.node, "POST", "/operator/epochs", document, JSON),
            lambda tables: epoch in {row[0] for row in tables["epochs"]},
            do,
        )
        self.die_during([flight], pause)

    @precondition(lambda self: self.model.closed)
    @rule(pause=st.sampled_from((0, 2, 5, 10, 20, 50)))
    def die_while_a_round_is_committed(self, pause: int) -> None:
        self.collect(part_rows=2)
        assert self.work is not None
        work, own = self.work, self.own
        for number, body in enumerate(work.parts):
            self.upload_part(work.epoch, number, body)
        header = work.header(self.node)
        flight = Flight(
            lambda: work.commit(self.node, header),
            lambda tables: work.epoch in {row[0] for row in tables["epochs"] if row[4]},
            lambda: self.model.commit(work, header, own),
        )
        self.die_during([flight], pause)
        self.headers.append((work, header))

    def die_during(self, flights: list[Flight], milliseconds: int) -> None:
        """Send all at once, kill the node so much later, and see what became of each."""
        with ThreadPoolExecutor(len(flights) or 1) as pool:
            sent = [pool.submit(_answered, flight.send) for flight in flights]
            time.sleep(milliseconds / 1_000)
            self.kill()
            acknowledged = [each.result() for each in sent]
        self.node.close()
        self.start()
        tables = self.tables()
        for flight, was_told in zip(flights, acknowledged, strict=True):
            is_done = flight.is_done(tables)
            assert is_done or not was_told
            if is_done:
                flight.do()
        self.model.added.clear()  # what a node counts, it counts in memory
        self.model.sweep()

    def posting(self, card: Card, epoch: int) -> Flight:
        name = burned_name(STAMP, u32(card.stamp.period) + card.stamp.nonce)
        return Flight(
            lambda: self.node.post("/cards", card.body(epoch)),
            lambda tables: name in {row[0] for row in tables["burned"]},
            lambda: self.model.post_card(card, epoch),
        )

    def leaving(self, drop: Drop) -> Flight:
        address, new = drop.row[:32], a_record()
        replaced = hashed("klunak record", self.model.drops[address].record or b"")
        body = drop.w + replaced + new + b"".join(Drop().write(a_record()) for _ in range(7))
        return Flight(
            lambda: self.node.post("/visit/leave", body),
            lambda tables: (address, new) in {row[:2] for row in tables["drops"]},
            lambda: _kept(self.model.write(address, replaced, new)),
        )

    def claiming(self, claim: Claim) -> Flight:
        tag = hashed("klunak claim tag", claim.tag)
        return Flight(
            lambda: self.node.post("/visit/meet", b"".join(no_pages()) + claim.body),
            lambda tables: tag in {row[0] for row in tables["claims"]},
            lambda: _kept(self.model.claim(claim)),
        )

    def would_keep(self, claim: Claim) -> bool:
        """Whether its card is there and has not had its share today."""
        permit = permit_hash(claim.permit)
        lasts = self.model.permits.get(permit, 0) >= self.model.day
        return lasts and self.model.added[permit, self.model.day] < self.model.claims_per_day


def _answered(send: Callable[[], httpx.Response]) -> bool:
    """Whether the node said that it is done, before it died."""
    try:
        answer = send()
    except httpx.TransportError:
        return False
    assert answer.is_success, answer.text
    return True


def _kept(verdict: int) -> None:
    assert verdict == 0
