"""Every screen by itself, in three languages: whole, quiet, usable, and with nothing around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.every_screen import EVERY_SCREEN, UNSEEN
from tests.browser.said import english
from tests.browser.stage import LANGUAGES, Stage

pytestmark = pytest.mark.long

AXE = Path(__file__).parents[2] / "clients/web/node_modules/axe-core/axe.min.js"
NARROW: ViewportSize = {"width": 320, "height": 640}
PHONE: ViewportSize = {"width": 360, "height": 740}

EVERY_WORD = """() => [
    document.body.textContent,
    ...[...document.querySelectorAll("[aria-label], [title]")].map(e => e.ariaLabel + e.title),
    document.title,
].join("\\n")"""

BY_TABLE = ("error.", "refused.", "not_possible", "unpinned", "kind.", "days.", "line.when_")
"""One place shows each of many of these; `clients/web/tests` asks for them one by one."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    running = Stage(browser, viewport=NARROW)
    yield running
    running.close()


@dataclass(frozen=True)
class Shown:
    """A screen that was brought up, as several tests look at it."""

    page: Page
    console: list[str]


@pytest.fixture(
    scope="module",
    params=[(name, language) for name in EVERY_SCREEN for language in LANGUAGES],
    ids=lambda param: "-".join(param),
)
def shown(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Shown]:
    """Every screen in every language, on the narrowest of phones."""
    name, language = request.param
    running = Stage(browser, viewport=NARROW)
    yield Shown(EVERY_SCREEN[name](running, language), running.console)
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
            .map(e => e.outerHTML.slice(0, 120))
            .concat(document.documentElement.scrollWidth > innerWidth ? ["sideways"] : [])"""
    )
    return found


def torn(page: Page) -> list[str]:
    """What of a heading's words goes on in another line, where no hyphen says so.

    English is the browser's to hyphenate, and Debian's Chromium has no words to do it by.
    """
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("h1:not(.hidden, :lang(en))")].flatMap(h => {
            const text = h.firstChild;
            const lineOf = at => {
                const range = document.createRange();
                range.setStart(text, at);
                range.setEnd(text, at + 1);
                // What is before it is the hyphen that stands at the end of the line above.
                return [...range.getClientRects()].at(-1).top;
            };
            return [...text.data.matchAll(/[^\\s\\u00ad]+/g)].filter(({0: part, index}) =>
                lineOf(index) !== lineOf(index + part.length - 1)).map(([part]) => part);
        })"""
    )
    return found


def test_a_screen_fits_320_pixels_and_says_nothing_on_the_console(shown: Shown) -> None:
    assert wider_than_the_screen(shown.page) == []
    assert shown.console == []
    assert "{" not in shown.page.locator("body").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(shown: Shown, scheme: Literal["light", "dark"]) -> None:
    shown.page.emulate_media(color_scheme=scheme)
    assert violations(shown.page) == []


def test_a_screen_fits_a_phone_with_letters_of_twice_the_size(shown: Shown) -> None:
    page = shown.page
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.set_viewport_size(PHONE)
    assert wider_than_the_screen(page) == []
    assert torn(page) == []
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(NARROW)


def test_every_sentence_stands_on_one_of_these_screens(browser: Browser) -> None:
    read = []
    for name in EVERY_SCREEN:
        stage = Stage(browser, viewport=NARROW)
        read.append(EVERY_SCREEN[name](stage, "en").evaluate(EVERY_WORD))
        stage.close()
    unread = [key for key, said in english().items() if not any(map(said.search, read))]
    assert [key for key in unread if not key.startswith(BY_TABLE)] == []


@pytest.mark.parametrize("name", sorted(set(EVERY_SCREEN) - UNSEEN))
def test_every_screen_says_who_sees_what(stage: Stage, name: str) -> None:
    page = EVERY_SCREEN[name](stage, "en")
    said = page.locator(".sees p").all_inner_texts()
    assert said
    assert all(said)
    # Where a family is about to show its address, the store stands before the field.
    said += page.locator(".weigh").all_inner_texts()
    assert name == "help" or "store" in " ".join(said).casefold()


def test_a_list_that_is_shown_says_who_sees_it_in_the_sentence_it_has(stage: Stage) -> None:
    assert "Only you see this list." in EVERY_SCREEN["drawn"](stage, "en").inner_text("main")
