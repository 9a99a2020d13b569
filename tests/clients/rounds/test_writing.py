"""Commits: sorted, in parts, and the same outside whatever happened inside."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from clients.operators.operator import FrozenCard
from clients.operators.rounds.opening import Keys, OpenedCard, open_cards, open_round_key
from clients.operators.rounds.planning import move_everybody, plan_everybody
from clients.operators.rounds.population import Population, populate
from clients.operators.rounds.slots import make_batches
from clients.operators.rounds.writing import Commit, write_commit
from crypto.certifying_keys import CardClass
from crypto.commit_headers import PartKind, read_commit_header
from crypto.drops import DropAddress
from crypto.errors import CannotOpen
from crypto.sealing import SealingKey
from matching.catalogue import Catalogue
from tests.clients.operators import DAY, Desks, client_trial, donor, family

NEXT = SealingKey(b"\6" * 32)


@pytest.fixture
def desks(tmp_path: Path) -> Desks:
    return Desks(client_trial(), "http://nobody", tmp_path)


def everybody(desks: Desks, requests: int, offers: int, void: int) -> Population:
    owners = [family(desks) for _ in range(requests)] + [donor(desks) for _ in range(offers)]
    opened: list[OpenedCard | None] = [OpenedCard(one.card(), one.root, None) for one in owners]
    opened += [None] * void
    return populate([DropAddress(secrets.token_bytes(32)) for _ in opened], opened, 1)


def committed(desks: Desks, population: Population) -> Commit:
    circle = desks.trial.circle
    move_everybody(population, circle, 1)
    plan_everybody(population, circle, Catalogue.from_json(circle.catalogue), 1)
    return write_commit(
        population,
        make_batches(population, circle, 1),
        circle=circle,
        epoch=1,
        next_key=bytes(NEXT.public),
        signing_seed=desks.trial.matcher_seed,
    )


def test_a_round_of_pairs_and_one_of_nobody_look_alike(desks: Desks) -> None:
    shapes = []
    for requests, offers, void in ((2, 2, 0), (4, 0, 0), (0, 1, 3)):
        commit = committed(desks, everybody(desks, requests, offers, void))
        shapes.append([(body[0], len(body)) for body in commit.parts])
    assert shapes[0] == shapes[1] == shapes[2]


def test_rows_rise_and_the_header_names_every_part(desks: Desks) -> None:
    population = everybody(desks, 3, 2, 2)
    commit = committed(desks, population)
    header = read_commit_header(commit.header, desks.trial.circle)
    assert (header.cards, header.notices, header.rows(PartKind.BATCHES)) == (7, 7, 4)
    for body in commit.parts[:2]:
        addresses = [body[start : start + 32] for start in range(1, len(body), 4_128)]
        assert addresses == sorted(set(addresses))
    frozen = sorted([one.address for one in population.live.values()] + population.void)
    assert [commit.parts[0][start : start + 32] for start in range(1, 7 * 4_128, 4_128)] == frozen


def test_many_rows_go_into_several_parts(desks: Desks) -> None:
    commit = committed(desks, everybody(desks, 1, 1, 300))
    kinds = [(body[0], (len(body) - 1) // 4_096) for body in commit.parts]
    assert kinds == [(0, 258), (0, 46), (1, 258), (1, 46), (2, 4)]


def test_what_is_carried_opens_in_the_next_epoch_and_in_no_other(desks: Desks) -> None:
    population = everybody(desks, 2, 1, 1)
    commit = committed(desks, population)
    circle = desks.trial.circle
    header = read_commit_header(commit.header, circle)
    round_key = open_round_key(header.round_key, circle=circle, epoch=2, key=NEXT)
    with pytest.raises(CannotOpen):
        open_round_key(header.round_key, circle=circle, epoch=3, key=NEXT)

    records = [commit.parts[0][start + 32 : start + 4_128] for start in range(1, 4 * 4_128, 4_128)]
    keys = Keys(circle, 2, b"\6" * 32, round_key, DAY)
    cards = [FrozenCard(DropAddress(bytes(32)), bytes(32), record) for record in records]
    opened = open_cards(cards, keys)
    assert sum(one is None for one in opened) == 1
    assert {one.root for one in opened if one is not None} == set(population.live)
    assert open_cards(cards, Keys(circle, 3, b"\6" * 32, round_key, DAY)) == [None] * 4
    assert open_cards(cards, Keys(circle, 2, b"\6" * 32, None, DAY)) == [None] * 4

    again = populate([DropAddress(bytes([n]) * 32) for n in range(4)], opened, 2)
    paired = [one for one in again.live.values() if one.partner is not None]
    assert {one.card.card_class for one in paired} == {CardClass.REQUEST, CardClass.OFFER}
