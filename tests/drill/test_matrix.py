"""The matrix of a report says what was found in that drill, and nothing else."""

from __future__ import annotations

from collections import Counter

from clients.drill.attacks import Advantage
from clients.drill.coercion import Coerced
from clients.drill.estimates import Estimate
from clients.drill.matrix import ATTRIBUTES, PAIRS, PEOPLE, SECRETS, Matrix, Yield, matrix_of
from clients.drill.place import Place
from clients.thief import Find

OPENS = {
    "matcher_passphrase": {"attributes of a card": 40, "a pair": 19},
    "coordinator_passphrase": {"pending threads": 3, "family: words": 2},
    "family_list": {"family: street": 5, "code": 1, "shelf": 9, "a partner": 2},
    "donor_list": {},
}
ESTIMATES = {
    "open_cards": Estimate(40, 40),
    "matches": Estimate(20, 20),
    "active_people": Estimate(33.4, 30),
}


def drilled(*, lower: float = -0.1, places: dict[str, Place] | None = None) -> Matrix:
    opened = {name: Coerced(tried=1, opens=Counter(opens)) for name, opens in OPENS.items()}
    guessed = {"request_offer": Advantage(200, "place", 20, 1 / 64, 0.2, lower)}
    return matrix_of(places or {}, opened, guessed, ESTIMATES)


def told(matrix: Matrix, adversary: str) -> list[str]:
    return [str(matrix[adversary][secret]) for secret in SECRETS]


def test_what_was_opened_is_counted_by_what_it_is() -> None:
    matrix = drilled()

    nothing = "nothing"
    assert told(matrix, "matcher, running, with the node's records") == [
        *(nothing, nothing, "all: 40", "some: 19", nothing, "all: 40")
    ]
    assert told(matrix, "one coordinator's passphrase") == [
        *(nothing, "some: 2", nothing, nothing, nothing, "some: 3")
    ]
    assert told(matrix, "one family's list") == [
        *("some: 5", "some: 1", "some: 9", "some: 2", nothing, nothing)
    ]
    assert set(told(matrix, "one donor's list")) == {nothing}


def test_a_node_tells_how_many_and_what_is_certainly_guessed() -> None:
    for lower, matched in ((-0.01, "nothing"), (0.01, "a guess: +0.084")):
        for adversary in ("node, switched off", "node, running"):
            row = drilled(lower=lower)[adversary]
            assert str(row[PAIRS]) == matched
            assert str(row[PEOPLE]) == "a guess: 33 of 30"
            assert row[ATTRIBUTES].much is Yield.NOTHING


def test_a_hit_and_a_name_too_many_stand_where_they_were_found() -> None:
    memory = Place("node_memory", hits=[Find("family 3: street", "raw", "heap", 9)])
    disk = Place("matcher_disk", hits=[Find("donor 1: list key", "raw", "log", 9)])
    disk.common["catalogue: region 0"] = 2
    matrix = drilled(places={"node_memory": memory, "matcher_disk": disk})

    assert told(matrix, "node, running")[0] == "some: 1"
    assert told(matrix, "node, switched off")[0] == "nothing"
    off = matrix["matcher, off, without its passphrase"]
    assert str(off["lists"]) == "some: 1"
    assert str(off[ATTRIBUTES]) == "some: 2"
