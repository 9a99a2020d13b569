"""Whoever is interrupted comes back with the list alone, and what was begun goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.stage import served_recipe
from tests.browser.town import VOUCHER, Town
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.long

CODE = "MARK-7731-0094"
FIVE_MINUTES_MS = 5 * 60_000 + 2_000


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
    ("number", "region", "interrupted"),
    [(1, "Brest region", _reload), (2, "Vitebsk region", _leave), (3, "Homel region", _lock)],
    ids=["reload", "leave", "lock"],
)
def test_a_family_that_is_interrupted_everywhere_gets_its_parcel(
    browser: Browser,
    town: Town,
    number: int,
    region: str,
    interrupted: Callable[[Visitor], str],
) -> None:
    donor = town.settled_donor(number, VOUCHER)
    mother = Visitor(browser.new_context(), town.url, "family")
    mother.page.clock.install()

    mother.arrive()
    mother.draw()
    mother.page.get_by_label(region).check()
    assert "Nothing new yet" in interrupted(mother)
    _begin(mother, region)
    invite = town.invite()
    mother.fill("Invite", invite)
    assert "Nothing new yet" in interrupted(mother)
    _begin(mother, region)
    mother.fill("Invite", invite)
    mother.press_main()
    assert "with two coordinators" in mother.stands()
    assert "Nothing new yet" in interrupted(mother)

    town.epoch()
    town.certify()
    assert "in the queue" in interrupted(mother)
    town.epoch()
    assert "has not answered yet" in interrupted(mother)
    donor.does("accept", donor.slot("held"), CODE)
    town.epoch()
    assert CODE in interrupted(mother)
    mother.open("I have received it")
    mother.fill("Thanks", "half a sentence")
    stands = interrupted(mother)
    assert CODE in stands
    mother.open("I have received it")
    assert mother.page.get_by_label("Thanks").input_value() == ""
    mother.press("Yes, confirm")
    assert "confirmed" in mother.stands()
    assert CODE not in interrupted(mother)
    # What a browser says when it forgets as it was told to.
    assert [said for said in mother.complaints if not said.startswith("Clear-Site-Data")] == []
    mother.context.close()


def _begin(mother: Visitor, region: str) -> None:
    """From a list with nothing new to where an invite is typed."""
    mother.open("Ask for a parcel")
    mother.press("Continue")
    mother.wish(region, "E-voucher")
