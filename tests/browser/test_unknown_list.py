"""Any list opens something: nobody can tell from a page whether it was ever used before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser

from tests.browser.town import VOUCHER, Neighbour, Town, wish
from tests.browser.visitor import Visitor

REGION = 6

Looked = tuple[list[tuple[str, str, int]], str]
Look = Callable[[Neighbour], Looked]


@pytest.fixture
def look(browser: Browser, town: Town) -> Look:
    """Type the list and look: every request with its length, and the whole page afterwards."""
    now = datetime.now(UTC)

    def looked(neighbour: Neighbour) -> Looked:
        context = browser.new_context()
        visitor = Visitor(context, town.url, neighbour.role, paper=neighbour.paper())
        visitor.page.clock.set_fixed_time(now)  # a day's name is the same in each
        visitor.come_back()
        page = visitor.page.content()
        assert visitor.complaints == []
        context.close()
        return visitor.requests, page

    return looked


@pytest.mark.parametrize("role", ["family", "donor"])
def test_a_list_looks_the_same_before_it_was_ever_used_and_after_it_has_asked(
    look: Look, town: Town, role: str
) -> None:
    neighbour = town.neighbour(role)
    unknown = look(neighbour)
    neighbour.does("ask" if role == "family" else "offer", wish(REGION, VOUCHER), "en", "words")
    assert look(neighbour) == unknown


def test_a_list_that_waits_in_the_queue_looks_like_one_that_was_never_used(
    look: Look, town: Town
) -> None:
    waiting = town.settled_family(REGION, VOUCHER)
    never_used = town.neighbour("family")
    assert waiting.does("visit")["status"] == "waiting"
    requests, page = look(waiting)
    other_requests, other_page = look(never_used)
    assert requests == other_requests
    assert _without_dish(page) == _without_dish(other_page)


def _without_dish(page: str) -> str:
    """Each list has a dish of its own, and nothing else of its own."""
    before, mark, rest = page.partition('<p class="dish-card">')
    assert mark
    return before + rest.partition("</p>")[2]
