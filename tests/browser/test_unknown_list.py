"""Any list opens something: one that nobody ever used is met as one that was used."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.town import VOUCHER, Neighbour, Town, wish
from tests.browser.visitor import Visitor


def test_an_unknown_list_asks_as_much_as_a_known_one_and_looks_alike(
    browser: Browser, town: Town
) -> None:
    known, unknown = town.neighbour("family"), town.neighbour("family")
    known.does("ask", wish(6, VOUCHER), "en", "words")
    seen = [_seen(browser, town, neighbour) for neighbour in (known, unknown)]
    assert seen[0] == seen[1]


def _seen(browser: Browser, town: Town, neighbour: Neighbour) -> tuple[object, list[str]]:
    """Every request with its length, and what the screen is made of before its words."""
    context = browser.new_context()
    visitor = Visitor(context, town.url, neighbour.role, paper=neighbour.paper())
    visitor.come_back()
    made_of: list[str] = visitor.page.evaluate(
        "() => [...document.querySelectorAll('main > *')].map(e => e.tagName + '.' + e.className)"
    )
    context.close()
    return visitor.requests, made_of[:2]
