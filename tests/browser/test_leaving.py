"""What the page loads, and how it is left: by a button, by Escape twice, by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screens import SCREENS
from tests.browser.stage import ORIGIN, Stage, escape_twice, family, served_recipe, slot

FOUR = {"/", "/page.js", "/page.css", "/worker.js"}


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    running = Stage(browser, viewport={"width": 320, "height": 640})
    yield running
    running.close()


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
    served_recipe(page)
    assert page.evaluate("history.length") == before
    assert "parcel" not in page.content().casefold()


def test_leaving_ends_on_the_recipe_though_the_node_is_gone(stage: Stage) -> None:
    page = stage.stand(family("waiting", card=slot("waiting")))
    stage.context.route("**/soup-*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Leave").click()
    assert page.get_by_role("heading", name="Mushroom and barley soup").is_visible()
    assert page.url.endswith("/soup-en")
    assert "parcel" not in page.content().casefold()


def test_leaving_ends_the_worker_and_empties_all_that_was_typed(stage: Stage) -> None:
    page = stage.stand(family("question", questions=["Who?"]))
    page.locator("textarea").fill("half a sentence")
    assert held(page) == [1, 1]
    stage.context.route("**/soup-*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Leave").click()
    assert held(page) == [0, 0]


def held(page: Page) -> list[int]:
    """How many Workers live, and how many places hold what was typed."""
    found: list[int] = page.evaluate(
        """() => [workers.size, [...maps].filter(
            map => [...map.values()].includes("half a sentence")).length]"""
    )
    return found


def test_who_comes_back_in_the_history_finds_languages_and_no_text(stage: Stage) -> None:
    page = stage.stand(family("question", questions=["Who?"]))
    page.locator("textarea").fill("half a sentence")
    page.goto(ORIGIN + "/soup-en")
    page.go_back()
    page.locator(".languages").wait_for()
    assert "half a sentence" not in page.content()
    page.go_forward()
    served_recipe(page)


def test_escape_twice_leaves_and_once_does_not(stage: Stage) -> None:
    stage.page.clock.install()
    page = stage.stand(family("waiting", card=slot("waiting")))
    page.keyboard.press("Escape")
    page.clock.run_for(1_000)
    page.keyboard.press("Escape")
    page.clock.run_for(1_000)
    assert page.url.endswith("/")
    escape_twice(page)


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


def nearly_locked(stage: Stage) -> Page:
    """Half a sentence typed, and then four minutes of nothing."""
    stage.page.clock.install()
    page = stage.stand(family("question", questions=["Who?"]))
    page.locator("textarea").fill("half a sentence")
    page.clock.run_for(4 * 60_000 + 2_000)
    assert page.locator(".warning").is_visible()
    return page


@pytest.mark.parametrize("sign", ["key", "input", "touch in a field", "wheel"])
def test_whoever_types_or_scrolls_is_there(stage: Stage, sign: str) -> None:
    page = nearly_locked(stage)
    box = page.locator("textarea")
    if sign == "key":
        box.press("ArrowLeft")
    elif sign == "input":
        box.dispatch_event("input")
    elif sign == "touch in a field":
        box.dispatch_event("pointerdown")
    else:
        page.mouse.wheel(0, 10)
        page.locator(".warning").wait_for(state="hidden")
    assert not page.locator(".warning").is_visible()
    page.clock.run_for(2 * 60_000)
    assert box.input_value() == "half a sentence"


def test_a_touch_by_accident_does_not_stop_the_lock(stage: Stage) -> None:
    page = nearly_locked(stage)
    page.locator("h1").dispatch_event("pointerdown")
    page.clock.run_for(60_000)
    assert page.get_by_role("heading", name="Locked").is_visible()


def test_the_warning_says_that_a_list_on_the_screen_goes_with_it(stage: Stage) -> None:
    stage.page.clock.install()
    page = SCREENS["drawn"](stage, "en")
    page.clock.run_for(4 * 60_000 + 2_000)
    assert "the list goes with it" in page.locator(".warning").inner_text()


@pytest.mark.parametrize("name", ["welcome", "start-family", "ready", "typing", "needs"])
def test_the_rule_of_locking_is_said_before_there_is_anything_to_lose(
    stage: Stage, name: str
) -> None:
    assert "After five quiet minutes" in SCREENS[name](stage, "en").locator("footer").inner_text()


def test_a_worker_that_breaks_locks_the_page(stage: Stage) -> None:
    page = stage.stand(family("waiting", card=slot("waiting")))
    page.evaluate("[...workers].forEach(worker => worker.dispatchEvent(new Event('error')))")
    assert page.get_by_role("heading", name="Locked").is_visible()


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


def test_without_scripts_the_page_explains_itself_in_three_languages(browser: Browser) -> None:
    stage = Stage(browser, java_script_enabled=False)
    stage.page.goto(ORIGIN + "/")
    text = stage.page.locator("body").inner_text()
    for word in ("Патрэбны JavaScript", "Нужен JavaScript", "JavaScript is needed"):
        assert word in text
    assert stage.page.locator("form, input").count() == 0
    stage.close()
