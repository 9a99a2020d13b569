"""The oracle is right itself, and notices what is wrong with a plan."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from random import Random

import pytest

from matching.catalogue import Mode
from matching.errors import SolveError
from matching.optimum import Optimum
from matching.oracle import Problem, optima, optimum, verify
from matching.plan import Plan, plan_round
from tests.matching.oracle import exhaustive_optimum
from tests.matching.populations import TRIAL, population
from tests.matching.test_agains import A
from tests.matching.test_cards import OFFER, REQUEST

REQUESTS, OFFERS = population(Random(1), requests=30, offers=22)


@pytest.fixture
def plan() -> Plan:
    return plan_round(REQUESTS, OFFERS, catalogue=TRIAL, randbelow=Random(2).randrange)


def test_highs_agrees_with_exhaustive_search() -> None:
    populations = [population(Random(seed), requests=5, offers=4, regions=2) for seed in range(80)]

    assert optima([Problem(*cards) for cards in populations], TRIAL) == [
        exhaustive_optimum(*cards, TRIAL) for cards in populations
    ]


def test_nobody_is_served_where_nobody_fits() -> None:
    assert optimum([REQUEST], [], TRIAL) == Optimum(0, (0,) * 6, 0)


def test_a_choice_that_is_not_among_the_best_is_refused() -> None:
    requests = [replace(REQUEST, id="late", waited=20), replace(REQUEST, id="new")]

    assert optimum(requests, [OFFER], TRIAL, chosen={"late"}).served == 1
    with pytest.raises(SolveError):
        optimum(requests, [OFFER], TRIAL, chosen={"new"})


def test_a_true_plan_is_verified(plan: Plan) -> None:
    assert verify(plan, REQUESTS, OFFERS, TRIAL) == plan.claim


def test_a_plan_with_agains_and_kept_cards_is_verified() -> None:
    wanted = replace(REQUEST, id="wanted", agains=(A,))
    donor = replace(OFFER, id="donor", agains=(A,))
    kept = replace(OFFER, id="kept", agains=(bytes(16),), reserved=True)
    requests, offers = [*REQUESTS, wanted], [*OFFERS, donor, kept]
    plan = plan_round(requests, offers, catalogue=TRIAL, randbelow=Random(2).randrange)

    assert verify(plan, requests, offers, TRIAL) == plan.claim


def test_one_pair_less_is_noticed(plan: Plan) -> None:
    with pytest.raises(SolveError):
        verify(replace(plan, pairs=plan.pairs[1:]), REQUESTS, OFFERS, TRIAL)


def test_a_false_claim_is_noticed(plan: Plan) -> None:
    claim = replace(plan.claim, exposure=plan.claim.exposure - 1)
    with pytest.raises(SolveError, match="claimed"):
        verify(replace(plan, claim=claim), REQUESTS, OFFERS, TRIAL)


def test_a_pair_by_another_way_is_noticed(plan: Plan) -> None:
    wrong = replace(plan.pairs[0], store=2, mode=Mode.VOUCHER)
    with pytest.raises(SolveError, match="does not fit"):
        verify(replace(plan, pairs=(wrong, *plan.pairs[1:])), REQUESTS, OFFERS, TRIAL)


def test_a_card_in_two_pairs_is_noticed(plan: Plan) -> None:
    twice = (plan.pairs[0], *plan.pairs)
    with pytest.raises(SolveError, match="two pairs"):
        verify(replace(plan, pairs=twice), REQUESTS, OFFERS, TRIAL)


def test_the_oracle_shares_no_solver_with_what_it_checks() -> None:
    programme = (
        "import sys, matching.oracle;"
        "print(sorted({'ortools', 'highspy', 'matching.solve', 'matching.types'} & {*sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", programme], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "[]"
