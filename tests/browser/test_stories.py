"""What can also happen between a page and a command line, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.town import DELIVERY, VOUCHER, Neighbour, Town, wish
from tests.browser.visitor import Visitor

# Minutes of two browsers, for ways that the command line's own tests walk in every run.
pytestmark = pytest.mark.long

CODE, OTHER_CODE = "MARK-7731-0094", "MARK-0002-1188"
TERMS = "Alena, Zhudro 42, +375 29 000-00-00"
CANNOT = 7

At = Callable[[Neighbour], Visitor]


@pytest.fixture
def at_the_page(browser: Browser, town: Town) -> Iterator[At]:
    """Somebody who sits down at the page with a list that the command line used before."""
    sitting: list[Visitor] = []

    def sit(neighbour: Neighbour) -> Visitor:
        context = browser.new_context(viewport={"width": 360, "height": 740})
        visitor = Visitor(context, town.url, neighbour.role, paper=neighbour.paper())
        sitting.append(visitor)
        return visitor

    yield sit
    for visitor in sitting:
        assert visitor.complaints == []
        visitor.context.close()


def matched(town: Town, region: int, mode: int) -> tuple[Neighbour, Neighbour]:
    """A family and a donor who were found for each other, and whom no other card waits for."""
    donor = town.settled_donor(region, mode)
    family = town.settled_family(region, mode)
    town.epoch()
    for index in {0, 1, 2} - {donor.slot("held")}:
        donor.does("withdraw", index)
    return family, donor


def card(family: Neighbour) -> Any:
    """A family's card as the command line sees it."""
    return family.does("visit")["card"]


def test_a_code_that_does_not_work_is_replaced(town: Town, at_the_page: At) -> None:
    family, donor = matched(town, 0, VOUCHER)
    donor.does("accept", donor.slot("held"), CODE)
    town.epoch()
    mother = at_the_page(family)
    assert CODE in mother.come_back()
    mother.open("The code does not work")
    mother.press("Send")
    assert "does not work" in mother.stands()
    town.epoch()

    giver = at_the_page(donor)
    assert "Check it with the store" in giver.come_back()
    giver.fill("The voucher’s code", OTHER_CODE)
    giver.press("Give another code")
    assert "The code is sent" in giver.stands()
    town.epoch()
    assert OTHER_CODE in mother.come_back()


def test_a_donor_who_declines_costs_the_family_nothing(town: Town, at_the_page: At) -> None:
    family, donor = matched(town, 1, VOUCHER)
    mother, giver = at_the_page(family), at_the_page(donor)
    assert "has not answered yet" in mother.come_back()
    giver.come_back()
    giver.open("Decline")
    giver.press("Yes, decline")
    assert "You declined" in giver.stands()
    town.epoch()
    assert "place in the queue is kept" in mother.come_back()


def test_a_family_takes_its_request_back(town: Town, at_the_page: At) -> None:
    family = town.settled_family(2, VOUCHER)
    mother = at_the_page(family)
    mother.come_back()
    mother.open("Take it back")
    mother.press("Yes, take it back")
    taken = mother.stands()
    assert "taken the request back" in taken
    assert "then you can ask for the next one" in taken
    town.epoch()
    mother.come_back()
    mother.press("Ask for the next one")
    mother.wish("Vitebsk region", "E-voucher")
    assert "in the queue" in mother.stands()
    assert card(family)["status"] == "waiting"


def test_a_donor_says_that_it_cannot_be_done_and_then_gives_up(town: Town, at_the_page: At) -> None:
    family, donor = matched(town, 3, DELIVERY)
    donor.does("accept", donor.slot("held"))
    card(family)
    family.does("show_address", TERMS)
    giver = at_the_page(donor)
    assert TERMS in giver.come_back()
    giver.open("I cannot send it")
    giver.page.get_by_label("Your words").last.fill("The store does not deliver there")
    giver.press("Tell the family")
    assert "Sent." in giver.stands()
    assert card(family)["message"] == {
        "kind": CANNOT,
        "words": "The store does not deliver there",
    }
    mother = at_the_page(family)
    assert "cannot be done that way" in mother.come_back()

    giver.open("I cannot send it")
    giver.press("Yes, decline")
    assert "You declined" in giver.stands()
    town.epoch()
    assert "place in the queue is kept" in mother.come_back()


def test_a_donor_who_falls_silent_is_spoken_of_and_nothing_need_be_done(
    town: Town, at_the_page: At
) -> None:
    family, _donor = matched(town, 4, VOUCHER)
    mother = at_the_page(family)
    assert "has not answered yet" in mother.come_back()
    for _ in range(3):
        town.epoch()
    stands = mother.come_back()
    assert "It did not work out with that donor: no answer came" in stands
    assert "there is nothing to do" in stands


def test_two_who_both_wish_so_meet_again(town: Town, at_the_page: At) -> None:
    family, donor = matched(town, 5, VOUCHER)
    slot = donor.slot("held")
    donor.does("accept", slot, CODE)
    town.epoch()
    mother = at_the_page(family)
    mother.come_back()
    mother.open("I have received it")
    mother.page.get_by_label("This donor again next time").check()
    mother.press("Yes, confirm")
    mother.stands()
    for _ in range(2):
        town.epoch()
    # Others wait there too: only the wish of both can bring the two together.
    others = [town.settled_donor(5, VOUCHER) for _ in range(2)]
    town.epoch()

    giver = at_the_page(donor)
    giver.come_back()
    giver.page.get_by_label("This family again next time").check()
    giver.press("Put this parcel away")
    giver.stands()
    donor.does("post_card", None, wish(5, VOUCHER, size=2))
    mother.come_back()
    mother.press("Ask for the next one")
    mother.wish("Minsk region", "E-voucher")
    mother.stands()
    town.epoch()
    assert [one["status"] for one in donor.does("visit")["slots"]].count("held") == 1
    for other in others:
        assert {one["status"] for one in other.does("visit")["slots"]} == {"waiting"}
