"""What is excused in memory is what a process is at work on, as it came, and bounded."""

from __future__ import annotations

import random
from collections.abc import Iterator

import httpx
import pytest

from clients.drill.excuses import MOST_COPIES, InFlight, between_rounds, in_a_round
from clients.drill.place import Place, kind_of
from clients.drill.traffic import Traffic
from clients.thief import Find, Patterns
from clients.tour.markers import markers_of
from clients.tour.scenario import compose
from matching.catalogue import Catalogue
from matching.trial_catalogue import TRIAL_CATALOGUE
from tests.circles import TrialCircle, make_trial_circle

LOT = random.Random(3)
W, OTHER = LOT.randbytes(32), LOT.randbytes(32)
MARKED = {"family 1: w of shelf": W, "family 2: w of shelf": OTHER}

OF_A_ROUND = {
    *("public key", "claim tag", "notice secret", "outbox key", "notice key"),
    *("w of notice", "B of notice", "R of notice", "R of outbox", "R of page"),
    *("stamp nonce", "receipt nonce", "blinded root", "blinded stamp"),
}


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    return make_trial_circle()


def everything(trial: TrialCircle) -> Iterator[str]:
    catalogue = Catalogue.from_json(TRIAL_CATALOGUE)
    for name, _ in markers_of(
        compose(2, 2, seed=4, catalogue=catalogue),
        circle=trial.circle,
        period=trial.period,
        epochs=range(1, 3),
        codes=["KV-1"],
    ):
        yield name
    yield from ("conversation 1 key", "claim 1 token", "epoch 4 key")


def found(marker: str, how: str = "raw") -> Find:
    return Find(marker, how, "[heap]", 0)


def test_a_round_has_what_cards_and_outboxes_hold_and_nothing_else(trial: TrialCircle) -> None:
    names = list(everything(trial))
    excused = {kind_of(name) for name in names if in_a_round(found(name))}

    of_pseudonyms = {f"{who}: pseudonym {of}" for who in ("family", "donor") for of in OF_A_ROUND}
    assert excused == of_pseudonyms | {"epoch key"}
    assert {name for name in names if between_rounds(found(name))} == {"epoch 4 key"}


def test_what_is_in_flight_is_excused_as_it_came() -> None:
    in_flight = InFlight([b"...." + W], Patterns(MARKED.items()))

    assert in_flight(found("family 1: w of shelf"))
    assert in_flight(found("family 1: R of shelf"))
    assert not in_flight(found("family 1: w of shelf", "hex"))
    assert not in_flight(found("family 1: w of shelf", "backwards"))
    assert not in_flight(found("family 2: w of shelf"))


@pytest.mark.parametrize("copies", [1, MOST_COPIES, MOST_COPIES + 1])
def test_copies_of_one_value_are_bounded(copies: int) -> None:
    place = Place("node_memory", excused=[found("family 1: w of shelf")] * copies)
    InFlight([W], Patterns(MARKED.items())).judge(place, at_once=4)

    many = [f"{copies} copies of a value in flight"]
    assert place.weaknesses == (many if copies > MOST_COPIES else [])


@pytest.mark.parametrize("requests", [4, 5])
def test_no_more_is_in_flight_than_there_are_people(requests: int) -> None:
    place = Place("node_memory")
    InFlight([W] * requests, Patterns(MARKED.items())).judge(place, at_once=4)

    assert bool(place.weaknesses) is (requests > 4)


def test_a_request_that_failed_is_not_in_flight() -> None:
    traffic = Traffic()
    passing = traffic.passing(W)
    passing.__enter__()
    assert traffic.in_flight == [W]
    away = httpx.ReadError("the node was away for a moment")
    assert not passing.__exit__(httpx.ReadError, away, None)

    assert traffic.in_flight == []
