"""Whoever is interrupted comes back with the list alone, and what was begun goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from tests.browser.stage import served_recipe
from tests.browser.town import Town
from tests.browser.visitor import Visitor
from tests.browser.ways import (
    CODE,
    DELIVERY,
    LOCKER,
    ORDERED,
    OTHER_CODE,
    TERMS,
    THANKS,
    VOUCHED,
    VOUCHER,
    Way,
)

pytestmark = pytest.mark.long

FIVE_MINUTES_MS = 5 * 60_000 + 2_000
FIRST_BUTTON = {"family": "Ask for a parcel", "donor": "Offer help"}
BETWEEN = "half a sentence"

Interruption = Callable[[Visitor], str]


def _reload(person: Visitor) -> str:
    person.page.reload()
    return person.come_back()


def _leave(person: Visitor) -> str:
    person.page.locator(".leave").click()
    served_recipe(person.page)
    return person.come_back()


def _lock(person: Visitor) -> str:
    """Five quiet minutes; the page that has locked itself is the way back."""
    person.page.clock.run_for(FIVE_MINUTES_MS)
    person.page.get_by_role("heading", name="Locked").wait_for()
    person.press("I have a list")
    person.type_list()
    person.press("Yes, it is mine")
    return person.stands()


@pytest.mark.parametrize(
    ("region", "interrupted"),
    [("Brest region", _reload), ("Vitebsk region", _leave), ("Homel region", _lock)],
    ids=["reload", "leave", "lock"],
)
@pytest.mark.parametrize("way", [VOUCHER, LOCKER, DELIVERY], ids=["voucher", "locker", "delivery"])
def test_two_who_are_interrupted_everywhere_bring_their_parcel_home(
    browser: Browser, town: Town, way: Way, region: str, interrupted: Interruption
) -> None:
    mother, giver = (_somebody(browser, town, role) for role in ("family", "donor"))
    here = replace(way, region=region)
    _ask(giver, here, interrupted, "Words for the coordinators", VOUCHED)
    _ask(mother, here, interrupted, "Invite", town.invite())
    town.epoch()
    town.certify()
    assert interrupted(giver).count("This slot is free") == 2
    assert "in the queue" in interrupted(mother)
    town.epoch()
    assert "has not answered yet" in interrupted(mother)

    said = (_voucher if way is VOUCHER else _parcel)(town, mother, giver, here, interrupted)

    mother.open("I have received it")
    mother.fill("Thanks", BETWEEN)
    assert said in interrupted(mother)
    mother.open("I have received it")
    assert mother.page.get_by_label("Thanks").input_value() == ""
    mother.fill("Thanks", THANKS)
    mother.press("Yes, confirm")
    assert "confirmed" in mother.stands()
    assert said not in interrupted(mother)
    town.epoch()
    town.epoch()
    again = "This family again next time"
    assert THANKS in interrupted(giver)
    giver.page.get_by_label(again).check()
    assert THANKS in interrupted(giver)
    assert not giver.page.get_by_label(again).is_checked()
    giver.press("Put this parcel away")
    giver.stands()
    stands = interrupted(giver)
    assert THANKS not in stands
    assert stands.count("This slot is free") == 3  # two kept back, and one earned
    for person in (mother, giver):
        # What a browser says when it forgets as it was told to.
        assert [said for said in person.complaints if not said.startswith("Clear-Site-Data")] == []
        person.context.close()


def _somebody(browser: Browser, town: Town, role: str) -> Visitor:
    person = Visitor(browser.new_context(), town.url, role)
    person.page.clock.install()
    return person


def _ask(person: Visitor, way: Way, interrupted: Interruption, label: str, vouched: str) -> None:
    """With a new list, broken off on each screen; from the same list it begins anew."""
    person.arrive()
    person.draw()
    person.page.get_by_label(way.region).check()
    for text in (BETWEEN, vouched):
        assert "Nothing new yet" in interrupted(person)
        person.open(FIRST_BUTTON[person.role])
        person.press("Continue")
        person.wish(*way.wanted, at_once=1 if person.role == "donor" else None)
        assert person.page.get_by_label(label).input_value() == ""
        person.fill(label, text)
    person.press_main()
    assert "with two coordinators" in person.stands()
    assert "Nothing new yet" in interrupted(person)


def _sends(person: Visitor, interrupted: Interruption, label: str, text: str, button: str) -> str:
    """*text*, after half of another was typed and lost; where things stand, come back again."""
    person.fill(label, BETWEEN)
    interrupted(person)
    assert person.page.get_by_label(label).input_value() == ""
    person.fill(label, text)
    person.press(button)
    person.stands()
    return interrupted(person)


def _voucher(
    town: Town, mother: Visitor, giver: Visitor, _way: Way, interrupted: Interruption
) -> str:
    """A code, which does not work, and another; what the family has of it."""
    field = "The voucher’s code"
    interrupted(giver)
    assert "The code is sent" in _sends(giver, interrupted, field, CODE, "Give the code")
    town.epoch()
    assert CODE in interrupted(mother)
    mother.open("The code does not work")
    mother.fill("What the store says", BETWEEN)
    assert CODE in interrupted(mother)
    mother.open("The code does not work")
    mother.press("Send")
    mother.stands()
    assert "does not work" in interrupted(mother)
    town.epoch()
    assert "Check it with the store" in interrupted(giver)
    stands = _sends(giver, interrupted, field, OTHER_CODE, "Give another code")
    assert "The code is sent" in stands
    town.epoch()
    assert OTHER_CODE in interrupted(mother)
    return OTHER_CODE


def _parcel(
    town: Town, mother: Visitor, giver: Visitor, way: Way, interrupted: Interruption
) -> str:
    """Where to, and then what is needed to receive it; what the family has of it."""
    interrupted(giver)
    giver.press("Accept")
    giver.stands()
    assert "You have accepted" in interrupted(giver)
    assert "who will see what" in interrupted(mother)
    stands = _sends(mother, interrupted, way.where_to, TERMS, "Show it to the donor")
    assert "knows where to send" in stands
    town.epoch()
    assert TERMS in interrupted(giver)
    field = "What is needed to receive it"
    stands = _sends(giver, interrupted, field, ORDERED, "I have ordered")
    assert "it is ordered" in stands
    town.epoch()
    assert ORDERED in interrupted(mother)
    return ORDERED
