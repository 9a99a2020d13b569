"""The page as one file: opened from a disk, and yet all of it works, against a node's address."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.browsers import visitor
from tests.browser.stage import LANGUAGES
from tests.browser.test_screens import violations, wider_than_the_screen
from tests.browser.town import Town
from tests.browser.visitor import UNTOLD
from tests.sizes import SIZES

FILE = Path(__file__).parents[2] / "clients/web/dist-one-file/recipes.html"
ADDRESS = {"be": "Адрас вузла", "ru": "Адрес узла", "en": "The node’s address"}
WRONG = ("", "a" * 10_000, "http://example.org", "ftp://a", "<b>", "\u202e.onion", "🥕")


def ask_for_the_address(page: Page, file: Path, language: str = "en") -> None:
    """Open *file* as somebody does who was handed it."""
    page.goto(file.as_uri())
    page.get_by_role("button", name=LANGUAGES[language]).click()
    page.get_by_label(ADDRESS[language]).wait_for()


@pytest.mark.parametrize("safer", [False, True], ids=["chromium", "firefox"])
def test_a_family_asks_from_a_file(
    playwright: Playwright, town: Town, tmp_path: Path, safer: bool
) -> None:
    person = visitor(playwright, town, tmp_path / "profile", "family", safer=safer)
    ask_for_the_address(person.page, FILE)
    person.fill(ADDRESS["en"], town.url)
    person.press_main()
    person.page.locator("main .stack button").first.click()
    person.draw()
    person.page.get_by_label("Minsk city").check()
    person.press_main()
    person.fill("Invite", town.invite())
    person.press_main()

    assert "Your request is with two coordinators" in person.stands()
    assert person.complaints == []
    asked = [(method, urlsplit(url), length) for method, url, length in person.requests]
    assert {path.scheme for _, path, _ in asked} <= {"file", "blob", "http"}
    over_http = [(method, at, length) for method, at, length in asked if at.scheme == "http"]
    assert {at.netloc for _, at, _ in over_http} == {urlsplit(town.url).netloc}
    assert ("POST", "/intake") in {(method, at.path) for method, at, _ in over_http}
    for method, at, length in over_http:
        assert length in ((SIZES[at.path] if method == "POST" else 0), UNTOLD)
        assert (at.query, at.fragment) == ("", "")
    person.context.close()


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_screen_that_asks_for_the_address_is_as_whole_as_every_other(
    browser: Browser, language: str, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    ask_for_the_address(page, FILE, language)
    page.locator("main button.main").click()
    page.get_by_role("alert").wait_for()
    assert wider_than_the_screen(page) == []
    assert violations(page) == []
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.set_viewport_size({"width": 640, "height": 900})
    assert wider_than_the_screen(page) == []
    page.close()


def test_a_wrong_address_is_refused_in_three_languages_and_stays_typed(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640})
    for language, label in ADDRESS.items():
        ask_for_the_address(page, FILE, language)
        for wrong in (
            "",
            "a" * 10_000,
            "http://example.org",
            "ftp://a",
            "<b>",
            "\u202e.onion",
            "🥕",
        ):
            page.get_by_label(label).fill(wrong)
            page.locator("main button.main").click()
            page.get_by_role("alert").wait_for()
            assert page.get_by_label(label).input_value() == wrong
    page.close()
