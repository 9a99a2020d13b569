"""Claims: the first token holds a tag, and only the visits of a card take up any room."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from api.claims import Allowance
from api.days import drawn_expiry_of_permit
from api.sweep import tidy
from crypto.labels import hashed
from crypto.permits import Permit, PermitHash, permit_hash
from tests.api.nodes import Clock, TrialNode, assert_problem, running_node
from tests.api.people import (
    Card,
    Claim,
    a_record,
    begin_epoch,
    look,
    meet,
    new_card,
    no_pages,
    post,
    whole_round,
)
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS

KEPT, ANOTHERS, NOT_KEPT = 0, 1, 2
PER_DAY = 32


@pytest.fixture
def card(node: TrialNode) -> Card:
    card = new_card(node)
    assert post(node, card, 1).status_code == 201
    return card


def claims(node: TrialNode) -> int:
    return len(node.rows()["claims"])


def test_the_first_token_holds_a_tag(node: TrialNode, card: Card) -> None:
    mine = Claim(card.permit)
    theirs = Claim(card.permit, mine.tag)

    assert meet(node, mine)[1] == KEPT
    before = node.rows()
    assert meet(node, mine)[1] == KEPT
    assert meet(node, theirs)[1] == ANOTHERS
    assert node.rows() == before


def test_an_infiltrator_is_noticed_by_the_second_family_it_is_shown_to(node: TrialNode) -> None:
    """Whatever either of them did before, and when nothing of the second is kept any more."""
    families = [new_card(node) for _ in range(2)]
    for family in families:
        post(node, family, 1)
    infiltrators_tag = secrets.token_bytes(32)
    for _ in range(PER_DAY):
        meet(node, Claim(families[1].permit))

    assert meet(node, Claim(families[0].permit, infiltrators_tag))[1] == KEPT
    assert meet(node, Claim(families[1].permit, infiltrators_tag))[1] == ANOTHERS


@pytest.mark.parametrize("shown", ["random", "hash", "of a refused card"])
def test_without_a_cards_permit_nothing_is_kept(node: TrialNode, card: Card, shown: str) -> None:
    refused = new_card(node)
    assert_problem(post(node, refused, 2), 409, "epoch_closed")
    permit = {
        "random": Permit(secrets.token_bytes(32)),
        "hash": Permit(permit_hash(card.permit)),
        "of a refused card": refused.permit,
    }[shown]
    before = node.rows()

    assert meet(node, Claim(permit))[1] == NOT_KEPT
    assert node.rows() == before


def test_a_claim_that_is_not_kept_is_never_called_yours(node: TrialNode, card: Card) -> None:
    """It would be shown to a second family, and nobody would notice."""
    tag = secrets.token_bytes(32)

    assert meet(node, Claim(tag=tag))[1] == NOT_KEPT
    assert meet(node, Claim(card.permit, tag))[1] == KEPT


def test_a_claim_that_stands_is_answered_without_a_permit_too(node: TrialNode, card: Card) -> None:
    mine = Claim(card.permit)
    meet(node, mine)

    assert meet(node, Claim(tag=mine.tag, token=mine.token))[1] == KEPT
    assert meet(node, Claim(tag=mine.tag))[1] == ANOTHERS


def test_a_meet_reads_and_blanks_whatever_becomes_of_its_claim(node: TrialNode, card: Card) -> None:
    read = [drop.r for drop in card.drops[1:]]
    assert meet(node, four=read)[0] == [drop.record for drop in card.drops[1:]]

    _, verdict = meet(node, four=[drop.b for drop in card.drops[1:]])

    assert verdict == NOT_KEPT
    assert not {drop.record for drop in card.drops[1:]} & set(look(node, read))


def test_answers_differ_in_nothing_but_the_verdict(node: TrialNode, card: Card) -> None:
    mine = Claim(card.permit)
    asked = [mine, mine, Claim(card.permit, mine.tag), Claim()]

    answers = [node.post("/visit/meet", b"".join(no_pages()) + each.body) for each in asked]

    assert [answer.content[16_384] for answer in answers] == [KEPT, KEPT, ANOTHERS, NOT_KEPT]
    assert len({(a.status_code, len(a.content), tuple(a.headers.raw)) for a in answers}) == 1
    assert {answer.content[16_385:] for answer in answers} == {bytes(15)}


def test_a_card_adds_so_many_claims_a_day(node: TrialNode, card: Card, clock: Clock) -> None:
    today = [Claim(card.permit) for _ in range(PER_DAY)]
    assert [meet(node, each)[1] for each in today] == [KEPT] * PER_DAY
    late = Claim(card.permit)

    for _ in range(3):
        assert meet(node, late)[1] == NOT_KEPT
    assert [meet(node, each)[1] for each in today] == [KEPT] * PER_DAY
    assert claims(node) == PER_DAY

    clock.pass_days(1)
    assert meet(node, late)[1] == KEPT
    assert claims(node) == PER_DAY + 1


def test_what_adds_nothing_takes_no_place(node: TrialNode, card: Card) -> None:
    once = Claim(card.permit)
    for _ in range(PER_DAY + 5):
        assert meet(node, once)[1] == KEPT
        assert meet(node, Claim(card.permit, once.tag))[1] == ANOTHERS

    rest = [meet(node, Claim(card.permit))[1] for _ in range(PER_DAY)]

    assert rest == [KEPT] * (PER_DAY - 1) + [NOT_KEPT]


def test_each_card_has_its_own_places(node: TrialNode, card: Card) -> None:
    other = new_card(node)
    post(node, other, 1)
    for _ in range(PER_DAY + 1):
        meet(node, Claim(card.permit))

    assert meet(node, Claim(other.permit))[1] == KEPT


def test_a_card_that_was_carried_claims_as_one_that_was_just_posted(
    node: TrialNode, card: Card
) -> None:
    whole_round(node, 1)
    whole_round(node, 2)

    assert meet(node, Claim(card.permit))[1] == KEPT


def test_a_restart_forgets_the_count_and_keeps_the_claims(
    tmp_path: Path, trial: TrialCircle, clock: Clock
) -> None:
    card = Card(trial.stamp(secrets.token_bytes(32)))
    with running_node(tmp_path, trial, clock, claims_per_day=2) as node:
        begin_epoch(node, 1)
        post(node, card, 1)
        first = [Claim(card.permit) for _ in range(3)]
        assert [meet(node, each)[1] for each in first] == [KEPT, KEPT, NOT_KEPT]

    with running_node(tmp_path, trial, clock, claims_per_day=2) as node:
        assert meet(node, Claim(card.permit, first[0].tag))[1] == ANOTHERS
        assert [meet(node, each)[1] for each in first] == [KEPT] * 3
        assert claims(node) == 3


def test_no_count_is_on_the_disk(node: TrialNode, card: Card) -> None:
    before = {table: rows for table, rows in node.rows().items() if table != "claims"}

    for _ in range(PER_DAY):
        meet(node, Claim(card.permit))

    after = node.rows()
    assert len(after.pop("claims")) == PER_DAY
    assert after == before


def test_many_at_once_get_no_more_places(tmp_path: Path, trial: TrialCircle) -> None:
    card = Card(trial.stamp(secrets.token_bytes(32)))
    settings = {"claims_per_day": 8, "busy_seconds": PATIENCE_SECONDS}
    with running_node(tmp_path, trial, **settings) as node, ThreadPoolExecutor(16) as pool:
        begin_epoch(node, 1)
        post(node, card, 1)

        verdicts = list(pool.map(lambda _: meet(node, Claim(card.permit))[1], range(64)))

        assert sorted(verdicts) == [KEPT] * 8 + [NOT_KEPT] * 56
        assert claims(node) == 8


def flood(node: TrialNode, count: int) -> None:
    for _ in range(count):
        assert meet(node)[1] == NOT_KEPT


def test_a_flood_of_meets_adds_no_row_and_no_entry(node: TrialNode, card: Card) -> None:
    before = node.rows()

    flood(node, 300)

    assert node.rows() == before
    assert node.node.allowance.entries == 0


@pytest.mark.long
def test_a_large_flood_of_meets_adds_no_row_and_no_entry(node: TrialNode, card: Card) -> None:
    before = node.rows()

    flood(node, 10_000)

    assert node.rows() == before
    assert node.node.allowance.entries == 0


def test_a_permit_is_kept_as_a_hash_beside_a_day_alone(node: TrialNode, card: Card) -> None:
    (row,) = node.rows()["permits"]

    assert row[0] == permit_hash(card.permit)
    assert [type(column) for column in row] == [bytes, int]


def test_a_permit_outlives_every_drop_of_its_card(trial: TrialCircle) -> None:
    """Whoever has no permit has no outbox either, and shows nobody anything."""
    policy = trial.circle.policy
    drawn = {drawn_expiry_of_permit(100, policy) for _ in range(400)}

    latest_drop = 100 + policy.drop_days + policy.jitter_days
    assert drawn == set(range(latest_drop, latest_drop + policy.jitter_days + 1))


def test_whenever_a_permit_is_swept_its_cards_drops_are(
    node: TrialNode, card: Card, clock: Clock
) -> None:
    ((_, expires),) = node.rows()["permits"]
    clock.pass_days(expires - node.node.today())
    tidy(node.node.store, node.node.today())
    assert meet(node, Claim(card.permit))[1] == KEPT

    clock.pass_days(1)
    tidy(node.node.store, node.node.today())

    assert node.rows()["permits"] == node.rows()["drops"] == []
    assert meet(node, Claim(card.permit))[1] == NOT_KEPT


def test_a_permit_in_use_refuses_the_whole_card(node: TrialNode, card: Card) -> None:
    second = new_card(node)
    second.permit = card.permit
    before = node.rows()

    assert_problem(post(node, second, 1), 409, "address_taken")
    assert node.rows() == before


def test_two_cards_at_once_with_one_permit_one_wins(tmp_path: Path, trial: TrialCircle) -> None:
    patient = running_node(tmp_path, trial, busy_seconds=PATIENCE_SECONDS)
    with patient as node, ThreadPoolExecutor(8) as pool:
        begin_epoch(node, 1)
        for _ in range(3):
            cards = [new_card(node) for _ in range(8)]
            for each in cards:
                each.permit = cards[0].permit

            answers = list(pool.map(lambda each: post(node, each, 1), cards))

            assert sorted(a.status_code for a in answers) == [201] + [409] * 7
        assert len(node.rows()["permits"]) == len(node.rows()["cards"]) == 3


def test_the_same_card_again_keeps_one_permit(node: TrialNode, card: Card) -> None:
    card.record = a_record()

    assert post(node, card, 1).status_code == 201
    assert len(node.rows()["permits"]) == 1


def test_neither_tag_nor_token_is_stored(node: TrialNode, card: Card) -> None:
    claim = Claim(card.permit)
    meet(node, claim)

    (row,) = node.rows()["claims"]
    assert row[:2] == (hashed("klunak claim tag", claim.tag), hashed("klunak claim", claim.token))


def test_a_claim_outlives_every_card_of_its_quarter(node: TrialNode, card: Card) -> None:
    meet(node, Claim(card.permit))

    period = node.trial.circle.periods[-1]
    assert node.rows()["claims"][0][2] == period.to_day + 97


class TestAllowance:
    A, B = PermitHash(b"a" * 32), PermitHash(b"b" * 32)

    def added(self, allowance: Allowance, permit: PermitHash, day: int) -> bool:
        with allowance.place(permit, day) as place:
            place.is_used = place.is_free
        return place.is_free

    def test_places_are_counted_for_each_permit_and_day(self) -> None:
        allowance = Allowance(2)

        assert [self.added(allowance, self.A, 1) for _ in range(3)] == [True, True, False]
        assert self.added(allowance, self.B, 1)
        assert self.added(allowance, self.A, 2)
        assert allowance.entries == 1

    def test_a_place_is_given_back_by_whoever_fails(self) -> None:
        allowance = Allowance(1)

        with suppress(LookupError), allowance.place(self.A, 1):
            raise LookupError

        assert allowance.entries == 0
        assert self.added(allowance, self.A, 1)

    def test_a_place_of_yesterday_is_not_given_back_today(self) -> None:
        allowance = Allowance(1)

        with allowance.place(self.A, 1):
            assert self.added(allowance, self.A, 2)

        assert not self.added(allowance, self.A, 2)

    def test_nobody_waits_for_whoever_is_being_answered(self) -> None:
        allowance = Allowance(1)

        with allowance.place(self.A, 1) as first, allowance.place(self.A, 1) as second:
            assert (first.is_free, second.is_free) == (True, False)
            assert allowance.entries == 1
        assert allowance.entries == 0
