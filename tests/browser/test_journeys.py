"""A family in one browser and a donor in another, all the way, and what they leave behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.browsers import visitor
from tests.browser.town import Town
from tests.browser.traces import leaves_nothing, only_asked_the_node
from tests.browser.visitor import Visitor
from tests.browser.ways import CODE, DELIVERY, LOCKER, ORDERED, TERMS, THANKS, VOUCHED, VOUCHER, Way

VISITS = {"E-voucher": 3, "Parcel locker": 4, "Delivery to the door": 4}


@pytest.mark.parametrize(
    ("way", "in_firefox"),
    [
        pytest.param(VOUCHER, "family", id="voucher, family in Firefox"),
        pytest.param(LOCKER, "donor", id="locker, donor in Firefox"),
        pytest.param(VOUCHER, "donor", id="voucher, donor in Firefox", marks=pytest.mark.long),
        pytest.param(LOCKER, "family", id="locker, family in Firefox", marks=pytest.mark.long),
        pytest.param(DELIVERY, "family", id="delivery, family in Firefox", marks=pytest.mark.long),
        pytest.param(DELIVERY, "donor", id="delivery, donor in Firefox", marks=pytest.mark.long),
    ],
)
def test_a_parcel_goes_from_one_browser_to_the_other_and_leaves_nothing(
    playwright: Playwright, tmp_path: Path, town: Town, way: Way, in_firefox: str
) -> None:
    profiles = tmp_path / "mother", tmp_path / "giver"
    mother, giver = (
        visitor(playwright, town, profile, role, safer=role == in_firefox)
        for role, profile in zip(("family", "donor"), profiles, strict=True)
    )

    assert "with two coordinators" in giver.ask(way.wanted, words=VOUCHED, at_once=1)
    assert "with two coordinators" in mother.ask(way.wanted, invite=town.invite())
    town.epoch()
    town.certify()
    assert giver.come_back().count("This slot is free") == 2
    assert "in the queue" in mother.come_back()
    assert mother.typed == 1
    town.epoch()

    said = _voucher(town, mother, giver) if way is VOUCHER else _parcel(town, mother, giver, way)

    mother.open("I have received it")
    mother.fill("Thanks", THANKS)
    mother.press("Yes, confirm")
    stands = mother.stands()
    assert "confirmed" in stands
    assert not any(text in stands for text in said)
    assert mother.typed == 1
    assert mother.visits <= VISITS[way.mode]

    town.epoch()
    town.epoch()
    stands = giver.come_back()
    assert THANKS in stands
    assert stands.count("This slot is free") == 3  # two kept back, and one earned
    assert TERMS not in stands
    for person, profile in zip((mother, giver), profiles, strict=True):
        assert person.complaints == []
        only_asked_the_node(person)
        leaves_nothing(person, profile, [*said, THANKS, VOUCHED])


def _voucher(town: Town, mother: Visitor, giver: Visitor) -> list[str]:
    giver.come_back()
    giver.fill("The voucher’s code", CODE)
    giver.press("Give the code")
    assert "The code is sent" in giver.stands()
    town.epoch()
    assert CODE in mother.come_back()
    return [CODE]


def _parcel(town: Town, mother: Visitor, giver: Visitor, way: Way) -> list[str]:
    giver.come_back()
    giver.press("Accept")
    assert "You have accepted" in giver.stands()
    assert "who will see what" in mother.come_back()
    mother.fill(way.where_to, TERMS)
    mother.press("Show it to the donor")
    assert "knows where to send" in mother.stands()
    town.epoch()
    assert TERMS in giver.come_back()
    giver.fill("What is needed to receive it", ORDERED)
    giver.press("I have ordered")
    giver.stands()
    town.epoch()
    assert ORDERED in mother.come_back()
    return [TERMS, ORDERED]
