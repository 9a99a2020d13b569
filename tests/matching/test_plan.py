"""One round, whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Hashable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.cards import fits
from matching.errors import PlanError
from matching.plan import Plan, plan_round
from tests.matching.populations import TRIAL, population
from tests.matching.test_agains import A, B
from tests.matching.test_cards import OFFER, REQUEST


def everybody(plan: Plan) -> list[Hashable]:
    found = [card for pair in plan.pairs for card in (pair.request, pair.offer)]
    found += [card for pair in plan.decoys for card in pair]
    return found + ([] if plan.odd is None else [plan.odd])


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    requests=st.integers(0, 25),
    offers=st.integers(0, 25),
    bystanders=st.integers(0, 5),
)
def test_every_card_has_exactly_one_place(
    seed: int, requests: int, offers: int, bystanders: int
) -> None:
    rng = Random(seed)
    asking, giving = population(rng, requests=requests, offers=offers)
    resting = [("bystander", number) for number in range(bystanders)]
    plan = plan_round(asking, giving, catalogue=TRIAL, randbelow=rng.randrange, bystanders=resting)

    ids = [card.id for card in asking] + [card.id for card in giving] + resting
    assert sorted(everybody(plan), key=str) == sorted(ids, key=str)
    request_of = {card.id: card for card in asking}
    offer_of = {card.id: card for card in giving}
    for pair in plan.pairs:
        ways = fits(request_of[pair.request], offer_of[pair.offer], TRIAL)
        assert (pair.mode, pair.region, pair.store) in ways


def test_the_same_chance_gives_the_same_plan() -> None:
    requests, offers = population(Random(3), requests=80, offers=60)

    one, two = (
        plan_round(requests, offers, catalogue=TRIAL, randbelow=Random(4).randrange)
        for _ in range(2)
    )
    assert one == two


def test_the_same_chance_gives_the_same_plan_in_another_process() -> None:
    """Text hashes differ from process to process; nothing may hang on the order of a set."""
    programme = (
        "from random import Random; from matching.plan import plan_round;"
        "from tests.matching.populations import TRIAL, population;"
        "r, o = population(Random(3), requests=40, offers=40);"
        "print(plan_round(r, o, catalogue=TRIAL, randbelow=Random(4).randrange).pairs)"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", programme],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1


def test_decoys_last_from_round_to_round() -> None:
    rng = Random(6)
    requests, _ = population(rng, requests=21, offers=0)
    first = plan_round(requests, [], catalogue=TRIAL, randbelow=rng.randrange)
    second = plan_round(requests, [], catalogue=TRIAL, randbelow=rng.randrange, decoys=first.decoys)

    assert set(second.decoys) == set(first.decoys)
    assert second.odd == first.odd


def test_agains_come_first_and_are_not_in_the_claim() -> None:
    wanted = replace(REQUEST, id="wanted", agains=(A,))
    urgent = replace(REQUEST, id="urgent", urgency=1, waited=30)
    plan = plan_round(
        [urgent, wanted],
        [replace(OFFER, agains=(A,), reserved=True)],
        catalogue=TRIAL,
        randbelow=Random(1).randrange,
    )

    assert [(pair.request, pair.again) for pair in plan.pairs] == [("wanted", True)]
    assert plan.claim.served == 0
    assert plan.odd == "urgent"


def test_a_kept_card_is_among_the_decoys() -> None:
    plan = plan_round(
        [REQUEST],
        [replace(OFFER, agains=(B,), reserved=True)],
        catalogue=TRIAL,
        randbelow=Random(1).randrange,
    )

    assert plan.kept == {"offer"}
    assert not plan.pairs
    assert set(plan.decoys[0]) == {"request", "offer"}


def test_a_card_that_comes_twice_is_refused() -> None:
    for bystanders in (["request"], ["x", "x"]):
        with pytest.raises(PlanError):
            plan_round(
                [REQUEST],
                [OFFER],
                catalogue=TRIAL,
                randbelow=Random(1).randrange,
                bystanders=bystanders,
            )
