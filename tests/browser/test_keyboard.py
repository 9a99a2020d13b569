"""A family asks and comes back with its list without ever touching a screen or a mouse."""

from __future__ import annotations

from playwright.sync_api import Browser, Locator, Page

from tests.browser.town import Town
from tests.browser.visitor import Visitor

MOST_TABS = 60


def test_everything_up_to_the_queue_can_be_done_by_keyboard(browser: Browser, town: Town) -> None:
    who = town.neighbour("family")
    context = browser.new_context()
    person = Visitor(context, town.url, "family", paper=who.paper())
    page = person.page
    page.goto(town.url)
    _press(page, _button(page, "English"))
    _press(page, _button(page, "I need a parcel"))
    _press(page, _button(page, "I have a list"))
    for line, written in enumerate(person.paper):
        good, _, many = written.partition(" — ")
        _type_good(page, line, good)
        page.keyboard.type(many[0])
    _press(page, _button(page, "Open"))
    _press(page, _button(page, "Yes, it is mine"))
    page.locator(".come-back").wait_for()
    _press(page, page.locator("summary", has_text="Ask for a parcel"))
    _press(page, _button(page, "Continue"))
    _tab_to(page, page.get_by_label("Minsk city"))
    page.keyboard.press("Space")
    _press(page, _button(page, "Continue"))
    _tab_to(page, page.get_by_label("Invite"))
    page.keyboard.type(town.invite())
    _press(page, _button(page, "Send"))
    assert "with two coordinators" in person.stands()
    assert who.does("visit")["status"] == "asked"
    assert person.complaints == []
    context.close()


def _type_good(page: Page, line: int, good: str) -> None:
    """A good by its first letters and the suggestion that says the rest; then its quantity."""
    box = page.get_by_role("combobox", name=f"Good {line + 1}", exact=True)
    _tab_to(page, box)
    page.keyboard.type(good)
    page.get_by_role("option", name=good, exact=True).wait_for()
    chosen = page.locator("[role=option][aria-selected=true]")
    # What was suggested for fewer letters may still be replaced, and with it what is chosen.
    while chosen.all_inner_texts() != [good]:
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert box.input_value() == good


def _button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def _press(page: Page, what: Locator) -> None:
    """Go there by Tab alone, see that it shows where one is, and press Enter."""
    what.wait_for()
    _tab_to(page, what)
    assert what.evaluate("e => getComputedStyle(e).outlineStyle") != "none"
    page.keyboard.press("Enter")


def _tab_to(page: Page, what: Locator) -> None:
    for _ in range(MOST_TABS):
        if what.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {what}")
