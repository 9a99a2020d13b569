"""What somebody types, and what others typed: it stays, it is explained, it is only ever text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.screens import SCREENS
from tests.browser.stage import Stage, family


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    running = Stage(browser, viewport={"width": 320, "height": 640})
    yield running
    running.close()


def test_the_keyboard_alone_types_a_line_with_a_suggestion(stage: Stage) -> None:
    page = stage.begin()
    page.locator("main .stack button").nth(1).focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("combobox").first
    box.focus()
    page.keyboard.type("s")  # one letter, so that no later suggestions undo what is chosen
    page.locator("[role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert box.input_value() == "Sour cream"
    page.keyboard.press("3")
    assert page.locator("ol.typed select").first.input_value() == "3"


def lines(stage: Stage) -> Page:
    page = stage.begin()
    page.locator("main .stack button").nth(1).click()
    return page


def test_enter_takes_no_suggestion_that_nobody_chose(stage: Stage) -> None:
    page = lines(stage)
    box = page.get_by_role("combobox").first
    box.press_sequentially("so")
    page.locator("[role=option]").nth(1).wait_for()
    box.press("Enter")
    assert box.input_value() == "so"
    assert page.locator("ol.typed select").first.evaluate("e => e === document.activeElement")


def test_enter_takes_the_only_suggestion_and_keeps_the_number(stage: Stage) -> None:
    page = lines(stage)
    boxes = page.get_by_role("combobox")
    boxes.first.press_sequentially("one 3")
    # The letters come one by one, and what "o" alone suggests may still be standing.
    expect(page.locator("[role=option]")).to_have_count(1)
    boxes.first.press("Enter")
    assert boxes.first.input_value() == "Buckwheat"
    assert page.locator("ol.typed select").first.input_value() == "3"
    # "two": selects are comboboxes to a screen reader as well
    assert page.locator("ol.typed input").nth(1).evaluate("e => e === document.activeElement")


def test_a_number_among_the_letters_is_seen_to_be_how_many(stage: Stage) -> None:
    page = lines(stage)
    box, select = page.locator("ol.typed input").first, page.locator("ol.typed select").first
    box.fill("buckwheat 4")
    assert select.input_value() == "4"
    select.select_option("7")
    assert box.input_value() == "buckwheat 7"
    box.fill("buckwheat 12")
    assert select.input_value() == ""


def test_enter_opens_the_list_only_once_all_nine_stand(stage: Stage) -> None:
    page = lines(stage)
    boxes = page.locator("ol.typed input")
    for line in reversed(range(1, 9)):
        boxes.nth(line).fill(f"good {'abcdefghi'[line]} 2")
    boxes.nth(8).press("Enter")
    assert boxes.first.evaluate("e => e === document.activeElement")
    assert page.locator(".wrong:not([hidden])").count() == 0
    boxes.first.fill("good a 2")
    boxes.nth(4).press("Enter")
    page.locator(".dish-card").wait_for()


def test_a_line_is_not_cut_but_called_too_long(stage: Stage) -> None:
    page = lines(stage)
    box = page.locator("ol.typed input").first
    box.fill("x" * 121)
    page.locator("main form button.main").click()
    page.locator(".wrong:not([hidden])", has_text="more than 120 characters").wait_for()
    assert box.input_value() == "x" * 121


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


WITH_FIELDS = {
    "words-family": 2,
    "words-donor": 1,
    "family-question": 1,
    "family-code": 3,
    "family-needs-locker": 2,
    "family-needs-address": 2,
    "family-ordered": 2,
    "donor-slots": 1,
    "donor-address": 3,
    "donor-code-failed": 3,
}
"""Where something is typed besides a list and a node's address, and into how many fields."""


@pytest.mark.long
@pytest.mark.parametrize("name", WITH_FIELDS)
def test_whatever_is_typed_into_any_field_stays_when_it_is_refused(stage: Stage, name: str) -> None:
    stage.played |= {"fails": "too_long", "fails_after": 0 if name.startswith("words") else 1}
    page = SCREENS[name](stage, "en")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    boxes = page.locator("main input[type=text], main textarea")
    assert boxes.count() == WITH_FIELDS[name]
    for box in boxes.all():
        for typed in ("x" * 10_000, f"🥟 שלום a\u200bb {MARKUP}"):
            box.fill(typed)
            stands = box.input_value()
            box.locator("xpath=ancestor::form").locator("button.main").click()
            page.locator(".notice", has_text="too long").wait_for()
            assert box.input_value() == stands
            assert page.locator("main img, main script").count() == 0
        box.fill("")
    assert stage.console == []


def test_what_went_wrong_is_said_in_the_language_that_is_chosen_next(stage: Stage) -> None:
    stage.played["fails"] = "node_unreachable"
    page = SCREENS["words-family"](stage, "en")
    page.locator("textarea").fill("half a sentence")
    page.locator("main form button.main").click()
    page.locator(".notice", has_text="could not be reached").wait_for()
    page.get_by_role("button", name="Рус").click()
    assert "Узел не отвечает" in page.locator(".notice").inner_text()
    assert page.locator("textarea").input_value() == "half a sentence"


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
