"""Whoever is interrupted leaves nothing on any screen, and comes back with the list alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screens import SCREENS
from tests.browser.stage import Stage, escape_twice, served_recipe

FIVE_MINUTES_MS = 5 * 60_000 + 2_000
NOTHING_TO_FORGET = {"languages", "welcome", "start-family", "start-donor", "ready", "help"}
"""Nobody typed or was shown anything of their own there: such a screen need not lock."""
UNTOUCHABLE = {"left", "working"}
"""The recipe itself; and work that would be lost, which a quiet phone must not end."""


def _reload(page: Page) -> None:
    page.reload()
    page.locator(".languages").wait_for()


def _leave(page: Page) -> None:
    page.locator(".leave").click()
    served_recipe(page)


def _quiet(page: Page) -> None:
    page.clock.run_for(FIVE_MINUTES_MS)
    page.get_by_role("heading", name="Locked").wait_for()


def _hidden(page: Page) -> None:
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", {value: true, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    # Asleep: no timer runs until somebody looks again.
    page.clock.pause_at((page.evaluate("Date.now()") + FIVE_MINUTES_MS) / 1_000)
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", {value: false, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    page.get_by_role("heading", name="Locked").wait_for()


INTERRUPTIONS: dict[str, Callable[[Page], None]] = {
    "reload": _reload,
    "leave": _leave,
    "escape twice": escape_twice,
    "five quiet minutes": _quiet,
    "five minutes out of sight": _hidden,
}


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(SCREENS) - {"left"}))
def test_no_interruption_leaves_anything_and_the_list_alone_leads_back(
    browser: Browser, name: str
) -> None:
    stage = Stage(browser, viewport={"width": 360, "height": 740})
    stage.page.clock.install()
    for how, interrupt in INTERRUPTIONS.items():
        locks = interrupt in (_quiet, _hidden)
        if locks and name in NOTHING_TO_FORGET | UNTOUCHABLE:
            continue
        page = SCREENS[name](stage, "en")
        page.clock.resume()
        before = page.locator("main").inner_text()
        typed = page.locator("main textarea, main input[type=text]").filter(visible=True)
        if typed.count() > 0:
            typed.last.fill("half a sentence")
        interrupt(page)
        content = page.content()
        assert "half a sentence" not in content, how
        assert page.evaluate("document.querySelectorAll('input, textarea').length") == 0, how
        if "-" in name and stage.played["view"]:
            assert SCREENS[name](stage, "en").locator("main").inner_text() == before, how
    assert stage.console == []
    stage.close()
