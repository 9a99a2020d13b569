"""Records tell nothing of whose they are: neither in any bit nor in what repeats (P2).

Keys and nonces are drawn anew in every run. Every bound is so wide (Hoeffding's inequality over all
bits and comparisons) that a run in which nothing is wrong fails less often than once in 10^9, and
one in which a bit is always the same passes as seldom.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from clients.operators.rounds.opening import OpenedCard
from clients.operators.rounds.planning import move_everybody, plan_everybody
from clients.operators.rounds.population import Live, Population, populate
from clients.operators.rounds.writing import write_commit
from crypto.drops import DropAddress, address_of
from crypto.keys import notice_write
from crypto.labels import RECORD_BYTES, bound, u32
from crypto.messages.cards import Card, RoundKey
from crypto.records import random_record
from crypto.sealing import SealingKey, seal
from matching.catalogue import Catalogue
from tests.clients.operators import Desks, client_trial, donor, family

RECORDS = 400
"""Of each kind."""

OF_A_KIND = 4
BLOCK = 16
SELDOM = 1e-10
KEY = SealingKey(b"\7" * 32)


def bits(records: list[bytes]) -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(b"".join(records), np.uint8).reshape(len(records), -1), 1)


def apart(count: int, comparisons: int) -> float:
    """How far the shares of two times *count* draws of 0 or 1 are apart, almost never.

    Hoeffding, "Probability inequalities for sums of bounded random variables" (1963), eq. 2.6.
    """
    return math.sqrt(math.log(2 * comparisons / SELDOM) / count)


def tellings(kinds: Mapping[str, list[bytes]]) -> set[str]:
    """What tells some kind of record from another, or a record from another of its kind."""
    found = set()
    if len({len(record) for records in kinds.values() for record in records}) > 1:
        return {"length"}
    everything = [record for records in kinds.values() for record in records]
    blocks = [r[at : at + BLOCK] for r in everything for at in range(0, RECORD_BYTES, BLOCK)]
    if len(set(blocks)) < len(blocks):
        found.add("a block that repeats")
    drawn = {name: bits(records) for name, records in kinds.items()}
    pairs = list(combinations(drawn.values(), 2))
    for one, other in pairs:
        bound_of_one = apart(RECORDS, 8 * RECORD_BYTES * len(pairs))
        if (np.abs(one.mean(0) - other.mean(0)) > bound_of_one).any():
            found.add("a bit")
        if abs(one.mean() - other.mean()) > apart(one.size, len(pairs)):
            found.add("how many bits are set")
    return found


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Desks:
    return Desks(client_trial(), "http://nobody", tmp_path_factory.mktemp("desks"))


@pytest.fixture(scope="module")
def population(desks: Desks) -> Population:
    """Four pairs, four requests and four offers that fit nobody, and four void cards."""
    circle = desks.trial.circle
    owners = [family(desks) for _ in range(OF_A_KIND)] + [donor(desks) for _ in range(OF_A_KIND)]
    owners += [family(desks, regions=0b10) for _ in range(OF_A_KIND)]
    owners += [donor(desks, regions=0b100) for _ in range(OF_A_KIND)]
    opened: list[OpenedCard | None] = [OpenedCard(one.card(), one.root, None) for one in owners]
    opened += [None] * OF_A_KIND
    addresses = [DropAddress(bytes([n]) * 32) for n in range(len(opened))]
    found = populate(addresses, opened, 1)
    move_everybody(found, circle, 1)
    plan_everybody(found, circle, Catalogue.from_json(circle.catalogue), 1)
    return found


def kind_of(live: Live) -> str:
    role = "request" if live.is_request else "offer"
    return f"{role} that {'waits' if live.partner is None else 'is matched'}"


def written(desks: Desks, population: Population) -> tuple[dict[str, list[bytes]], ...]:
    """Carried cards and notices of many commits, by whose they are."""
    carried: dict[str, list[bytes]] = {}
    notices: dict[str, list[bytes]] = {}
    lives = list(population.live.values())
    owner_of = {bytes(live.address): kind_of(live) for live in lives}
    owner_of |= {
        bytes(address_of(notice_write(live.card.notice_secret, 1))): kind_of(live) for live in lives
    }
    for _ in range(RECORDS // OF_A_KIND):
        commit = write_commit(
            population,
            [],
            circle=desks.trial.circle,
            epoch=1,
            next_key=bytes(KEY.public),
            signing_seed=desks.trial.matcher_seed,
        )
        for body, into in zip(commit.parts, (carried, notices), strict=False):
            for start in range(1, len(body), 32 + RECORD_BYTES):
                address, record = body[start : start + 32], body[start + 32 :][:RECORD_BYTES]
                into.setdefault(owner_of.get(address, "void"), []).append(record)
    return carried, notices


def test_what_a_round_stores_tells_neither_matched_from_waiting_nor_request_from_offer(
    desks: Desks, population: Population
) -> None:
    for kinds in written(desks, population):
        assert {name: len(records) for name, records in kinds.items()} == dict.fromkeys(
            (
                "request that is matched",
                "offer that is matched",
                "request that waits",
                "offer that waits",
                "void",
            ),
            RECORDS,
        )
        assert tellings(kinds) == set()


def sealed(desks: Desks, card: Card) -> bytes:
    info = bound("card", desks.trial.circle.digest, u32(1))
    return seal(card, recipient=KEY.public, info=info)


def test_a_posted_request_is_not_told_from_a_posted_offer(desks: Desks) -> None:
    cards = {"request": family(desks).card(), "offer": donor(desks).card()}
    kinds = {name: [sealed(desks, c) for _ in range(RECORDS)] for name, c in cards.items()}

    assert tellings(kinds) == set()


ROUND_KEY = RoundKey(key=b"\1" * 32)

WEAKNESSES: dict[str, tuple[Callable[[int], bytes], str]] = {
    "sealed to a key": (lambda _: seal(ROUND_KEY, recipient=KEY.public, info=b""), "a bit"),
    "a flag": (lambda _: random_record()[:-1] + b"\1", "a bit"),
    "not sealed": (lambda n: u32(n).ljust(RECORD_BYTES, b"\0"), "how many bits are set"),
    "one nonce for all": (lambda _: b"n" * 24 + random_record()[24:], "a block that repeats"),
    "shorter": (lambda _: random_record()[1:], "length"),
}


@pytest.mark.parametrize(("weak", "reason"), WEAKNESSES.values(), ids=WEAKNESSES)
def test_a_record_that_tells_is_told(weak: Callable[[int], bytes], reason: str) -> None:
    kinds = {
        "weak": [weak(number) for number in range(RECORDS)],
        "void": [random_record() for _ in range(RECORDS)],
    }
    assert reason in tellings(kinds)
