"""Every screen by itself, in three languages: whole, quiet, usable, and with nothing around it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screens import SCREENS
from tests.browser.stage import ORIGIN, Stage, family, slot

pytestmark = pytest.mark.long

AXE = Path(__file__).parents[2] / "clients/web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FOUR = {"/", "/page.js", "/page.css", "/worker.js"}


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
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_fits_320_pixels_and_says_nothing_on_the_console(
    stage: Stage, name: str, language: str
) -> None:
    page = SCREENS[name](stage, language)
    assert wider_than_the_screen(page) == []
    assert stage.console == []
    assert "{" not in page.locator("body").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", SCREENS)
def test_axe_finds_nothing(browser: Browser, name: str, scheme: str) -> None:
    stage = Stage(browser, viewport={"width": 360, "height": 740}, color_scheme=scheme)
    page = SCREENS[name](stage, "be")
    assert violations(page) == []
    stage.close()


@pytest.mark.parametrize("name", ["needs", "family-code", "donor-address", "typing"])
def test_a_screen_fits_with_letters_of_twice_the_size(stage: Stage, name: str) -> None:
    page = SCREENS[name](stage, "be")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.set_viewport_size({"width": 640, "height": 900})
    assert wider_than_the_screen(page) == []


def test_a_first_load_is_four_requests_and_nothing_follows(stage: Stage) -> None:
    stage.stand(family("waiting", card=slot("waiting")))
    assert sorted(stage.requests) == sorted(FOUR)


def test_the_address_and_the_history_never_change(stage: Stage) -> None:
    page = stage.stand(family("waiting", card=slot("waiting")))
    assert page.url == ORIGIN + "/"
    assert page.evaluate("history.length") <= 2
    assert page.title() == "Recipes"


def test_leaving_shows_a_recipe_and_takes_the_place_of_the_page(stage: Stage) -> None:
    page = stage.stand(family("waiting", card=slot("waiting")))
    before = page.evaluate("history.length")
    page.get_by_role("button", name="Leave").click()
    page.wait_for_url("**/soup-en")
    assert page.evaluate("history.length") == before
    assert "parcel" not in page.content().casefold()


def test_escape_twice_leaves_and_once_does_not(stage: Stage) -> None:
    page = stage.stand(family("waiting", card=slot("waiting")))
    page.keyboard.press("Escape")
    page.wait_for_timeout(1_000)
    assert page.url.endswith("/")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/soup-en")


def test_five_quiet_minutes_lock_the_page_after_a_warning(stage: Stage) -> None:
    stage.page.clock.install()
    page = stage.stand(family("question", questions=["Who?"]))
    page.locator("textarea").fill("half a sentence")
    page.clock.run_for(4 * 60_000 + 2_000)
    assert page.locator(".warning").is_visible()
    page.get_by_role("button", name="Stay").click()
    assert not page.locator(".warning").is_visible()
    assert page.locator("textarea").input_value() == "half a sentence"
    page.clock.run_for(5 * 60_000 + 2_000)
    assert page.get_by_role("heading", name="Locked").is_visible()
    assert "half a sentence" not in page.content()


def test_five_minutes_out_of_sight_lock_the_page(stage: Stage) -> None:
    stage.page.clock.install()
    page = stage.stand(family("question", questions=["Who?"]))
    page.locator("textarea").fill("half a sentence")
    page.evaluate(
        """() => {
            Object.defineProperty(document, "hidden", {value: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    page.clock.run_for(2 * 60_000)
    page.keyboard.press("Shift")
    page.clock.run_for(3 * 60_000 + 2_000)
    assert page.get_by_role("heading", name="Locked").is_visible()


def test_the_keyboard_alone_types_a_line_with_a_suggestion(stage: Stage) -> None:
    page = stage.begin()
    page.locator("main .stack button").nth(1).focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("combobox").first
    box.focus()
    page.keyboard.type("so")
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert box.input_value() == "Sour cream"
    page.keyboard.press("3")
    assert page.locator("ol.typed select").first.input_value() == "3"


def test_another_language_keeps_what_was_typed(stage: Stage) -> None:
    page = stage.stand(family("question", questions=["Who?"]))
    page.locator("textarea").fill("half a sentence")
    page.get_by_role("button", name="Бел").click()
    assert page.locator("textarea").input_value() == "half a sentence"
    assert page.locator("html").get_attribute("lang") == "be"


MARKUP = "<img src=x onerror=alert(1)>\u202e<script>alert(2)</script>"


def test_words_of_others_are_text_and_nothing_else(stage: Stage) -> None:
    page = stage.stand(family("question", questions=[MARKUP]))
    assert page.locator("blockquote img, blockquote script").count() == 0
    assert page.locator("blockquote").inner_text() == MARKUP.replace("\u202e", "")
    assert stage.console == []


@pytest.mark.parametrize(
    "typed", ["", " ", "x" * 10_000, "🙂🙂🙂", "שלום", "\u200b\u200d", MARKUP, "-1", "½"]
)
def test_whatever_is_typed_into_a_line_stays_and_is_explained(stage: Stage, typed: str) -> None:
    stage.played["fails"] = ""
    page = stage.begin()
    page.locator("main .stack button").nth(1).click()
    box = page.get_by_role("combobox").first
    box.fill(typed)
    kept = box.input_value()
    page.locator("main form button.main").click()
    page.locator(".wrong:not([hidden])").first.wait_for()
    assert box.input_value() == kept


@pytest.mark.parametrize(
    "code",
    ["node_unreachable", "node_misbehaves", "circle_substituted", "busy", "unknown_invite",
     "invite_spent", "intake_full", "no_period", "wrong_shape", "never_heard_of", "defect"],
)  # fmt: skip
def test_what_fails_is_said_and_the_words_stay(stage: Stage, code: str) -> None:
    stage.played["fails"] = code
    page = SCREENS["words-family"](stage, "en")
    page.locator("textarea").fill("half a sentence")
    page.locator("main form button.main").click()
    assert len(page.locator(".notice").inner_text()) > 10
    assert page.locator("textarea").input_value() == "half a sentence"


def test_without_scripts_the_page_explains_itself_in_three_languages(browser: Browser) -> None:
    stage = Stage(browser, java_script_enabled=False)
    stage.page.goto(ORIGIN + "/")
    text = stage.page.locator("body").inner_text()
    for word in ("Патрэбны JavaScript", "Нужен JavaScript", "JavaScript is needed"):
        assert word in text
    assert stage.page.locator("form, input").count() == 0
    stage.close()
