"""Every screen by itself, in three languages: whole, quiet, usable, and with nothing around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screens import EVERY_SCREEN, UNSEEN
from tests.browser.stage import Stage

pytestmark = pytest.mark.long

AXE = Path(__file__).parents[2] / "clients/web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    running = Stage(browser, viewport={"width": 320, "height": 640})
    yield running
    running.close()


def violations(page: Page) -> list[str]:
    """What axe finds, with the elements it is about."""
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", RULES
    )["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]


def wider_than_the_screen(page: Page) -> list[str]:
    """Elements that reach out of a narrow screen."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter(e => e.checkVisibility() && !e.closest(".hidden, svg")
                && (e.getBoundingClientRect().right > innerWidth + 1
                    || (e.matches("button, h1, h2, label, dt, dd, p, li, summary")
                        && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)))
            .map(e => e.outerHTML.slice(0, 120))"""
    )
    return found


@pytest.mark.parametrize("language", ["be", "ru", "en"])
@pytest.mark.parametrize("name", EVERY_SCREEN)
def test_a_screen_fits_320_pixels_and_says_nothing_on_the_console(
    stage: Stage, name: str, language: str
) -> None:
    page = EVERY_SCREEN[name](stage, language)
    assert wider_than_the_screen(page) == []
    assert stage.console == []
    assert "{" not in page.locator("body").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY_SCREEN)
def test_axe_finds_nothing(browser: Browser, name: str, scheme: str) -> None:
    stage = Stage(browser, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page = EVERY_SCREEN[name](stage, "be")
    assert violations(page) == []
    stage.close()


@pytest.mark.parametrize("name", EVERY_SCREEN)
def test_a_screen_fits_with_letters_of_twice_the_size(stage: Stage, name: str) -> None:
    page = EVERY_SCREEN[name](stage, "be")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.set_viewport_size({"width": 640, "height": 900})
    assert wider_than_the_screen(page) == []


@pytest.mark.parametrize("name", sorted(set(EVERY_SCREEN) - UNSEEN))
def test_every_screen_says_who_sees_what(stage: Stage, name: str) -> None:
    said = EVERY_SCREEN[name](stage, "en").locator(".sees p").all_inner_texts()
    assert said
    assert all(said)


def test_a_list_that_is_shown_says_who_sees_it_in_the_sentence_it_has(stage: Stage) -> None:
    assert "Only you see this list." in EVERY_SCREEN["drawn"](stage, "en").inner_text("main")
