"""A drill fails for each thing that it is there to find, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from clients.cli import drill as command
from clients.cli.app import command as klunak
from clients.drill.attacks import Advantage
from clients.drill.coercion import Coerced
from clients.drill.place import Place
from clients.drill.result import Drill
from clients.thief import Find

BY_CHANCE = 1 / 64


def sound(parcels: int = 5) -> Drill:
    """A drill that found nothing."""
    drill = Drill("sqlite", wanted=parcels, parcels=parcels)
    drill.places["node_disk"] = Place("node_disk", controls_planted=2, controls_found=2)
    drill.coercion["family_list"] = Coerced(tried=1, controls_found=1)
    drill.link["page_page"] = guessed(trials=200, upper99=0.05)
    return drill


def guessed(*, trials: int, upper99: float, lower: float = -0.01) -> Advantage:
    return Advantage(trials, "place", trials // 64, BY_CHANCE, upper99, lower)


def has_a_hit(drill: Drill) -> None:
    drill.places["node_disk"].hits.append(Find("family 3: street", "raw", "node.db", 9))


def has_a_line_more_than_an_idle_node(drill: Drill) -> None:
    line = "donor 4: line 0 of the list"
    drill.places["node_disk"].if_idle[line] = 1
    drill.places["node_disk"].hits += [Find(line, "raw", "node.db", at) for at in (9, 99)]


def has_a_region_more_than_an_idle_node(drill: Drill) -> None:
    drill.places["node_disk"].if_idle["catalogue: region 0"] = 1
    drill.places["node_disk"].common["catalogue: region 0"] = 2


def lost_a_control(drill: Drill) -> None:
    drill.places["node_disk"].controls_found = 1


def planted_no_control(drill: Drill) -> None:
    drill.places["node_disk"].controls_planted = drill.places["node_disk"].controls_found = 0


def has_a_weakness(drill: Drill) -> None:
    drill.places["node_disk"].weaknesses.append("rows are numbered")


def opened_too_much(drill: Drill) -> None:
    drill.coercion["family_list"].must_not.append("family: street")


def opened_too_much_of_the_past(drill: Drill) -> None:
    drill.recorded.opened["donor_list"] = Coerced(tried=1, must_not=["family: street"])


def opened_nothing(drill: Drill) -> None:
    drill.coercion["family_list"].controls_found = 0


def tried_nothing(drill: Drill) -> None:
    drill.coercion["family_list"] = Coerced()


def is_too_small(drill: Drill) -> None:
    drill.parcels -= 1


def tells_drops_apart(drill: Drill) -> None:
    drill.told_apart.append("an unknown drop is answered with another status")


def is_guessed(drill: Drill) -> None:
    drill.link["page_page"] = guessed(trials=200, upper99=0.3, lower=0.1)


def is_perhaps_guessed(drill: Drill) -> None:
    drill.link["page_page"] = guessed(trials=4_000, upper99=0.021)


FAULTS: dict[Callable[[Drill], None], str] = {
    has_a_hit: "node_disk: hits of family: street",
    has_a_line_more_than_an_idle_node: "node_disk: hits of donor: line of the list",
    has_a_region_more_than_an_idle_node: (
        "node_disk: catalogue: region 0 outside the circle's document"
    ),
    lost_a_control: "node_disk: a control was not found",
    planted_no_control: "node_disk: a control was not found",
    has_a_weakness: "node_disk: rows are numbered",
    opened_too_much: "coercion, family_list: opened family: street",
    opened_too_much_of_the_past: "coercion, donor_list: opened family: street",
    opened_nothing: "coercion, family_list: not everything opened what it is known to open",
    tried_nothing: "coercion, family_list: not everything opened what it is known to open",
    is_too_small: "only 4 of 5 parcels came to be confirmed",
    tells_drops_apart: "an unknown drop is answered with another status",
    is_guessed: "page_page: guessed better than blindly, by place",
    is_perhaps_guessed: "page_page: perhaps guessed 0.021 better than blindly",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_each_finding_is_a_failure(fault: Callable[[Drill], None]) -> None:
    drill = sound()
    assert drill.failures == []
    fault(drill)

    assert drill.failures == [FAULTS[fault]]


def test_a_line_that_stands_in_an_idle_node_is_nobodys() -> None:
    drill = sound()
    has_a_line_more_than_an_idle_node(drill)
    drill.places["node_disk"].hits.pop()

    assert drill.failures == []


@pytest.mark.parametrize("parcels", [5, 300])
def test_a_guess_that_was_never_tried_fails_a_season_that_could(parcels: int) -> None:
    drill = sound(parcels)
    drill.link["page_page"] = guessed(trials=0, upper99=1.0, lower=0.0)

    assert drill.failures == ([] if parcels == 5 else ["page_page: never tried"])


def test_a_guess_that_is_well_bounded_is_none() -> None:
    drill = sound(3_000)
    drill.link["page_page"] = guessed(trials=4_000, upper99=0.0199)

    assert drill.failures == []


@pytest.mark.parametrize("fault", [None, has_a_hit])
def test_a_command_that_found_something_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, fault: Callable[[Drill], None] | None
) -> None:
    drill = sound()
    if fault is not None:
        fault(drill)
    monkeypatch.setattr(command, "run_drill", lambda *_, **__: drill)
    ended = CliRunner().invoke(klunak(), ["drill", "--json"])

    assert ended.exit_code == (1 if fault else 0)


def test_it_says_what_it_was_too_small_for() -> None:
    drill = sound()
    drill.uncovered.append("9 cards are too few")
    drill.link["page_outbox"] = guessed(trials=4_000, upper99=0.01)

    assert drill.not_covered[-2:] == [
        "9 cards are too few",
        "tried too seldom to be held to two hundredths: page_page",
    ]
    assert drill.as_json()["not_covered"] == drill.not_covered
