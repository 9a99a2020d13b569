"""What can be done where things stand, and what is said before it is done."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.every_screen import EVERY_SCREEN
from tests.browser.screens import SCREENS
from tests.browser.stage import (
    DELIVERY,
    ELSEWHERE,
    LOCKER,
    ORIGIN,
    VOUCHER,
    Stage,
    donor,
    facts,
    family,
    slot,
    type_list,
)

CODE = "KV-7731-0094"


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    running = Stage(browser, viewport={"width": 320, "height": 640})
    yield running
    running.close()


def matched(status: str, mode: int = VOUCHER, **changes: object) -> dict[str, object]:
    return family(status, card=slot(status, facts=facts(mode), **changes))


def test_order_facts_stay_beside_a_later_message(stage: Stage) -> None:
    said = {"kind": 6, "words": "It may be late"}
    page = stage.stand(matched("ordered", DELIVERY, ordered="No. 5512", message=said))
    assert page.locator(".carried output").inner_text() == "No. 5512"
    assert page.locator("blockquote").inner_text() == "It may be late"


def test_a_code_that_failed_is_shown_and_can_be_confirmed_or_written_about(stage: Stage) -> None:
    page = stage.stand(matched("code_failed", code=CODE))
    assert page.locator(".carried output").inner_text() == CODE
    topics = page.locator("summary").all_inner_texts()
    assert {"I have received it", "Write to the donor"} <= set(topics)


def test_what_follows_is_said_before_a_code_is_complained_about(stage: Stage) -> None:
    page = stage.stand(matched("code", code=CODE))
    page.locator("summary", has_text="The code does not work").click()
    assert "gives another code" in page.locator("details[open]").inner_text()
    assert page.locator("summary", has_text="Write to the donor").is_visible()


@pytest.mark.parametrize("name", ["The code does not work", "I have received it"])
def test_enter_sends_nothing_that_cannot_be_taken_back(stage: Stage, name: str) -> None:
    page = stage.stand(matched("code", code=CODE))
    page.locator("summary", has_text=name).click()
    page.locator("details[open] input[type=text]").press("Enter")
    for box in page.locator("details[open] input[type=checkbox]").all():
        box.press("Enter")
    assert stage.acts() == []
    page.locator("details[open] button.main").click()
    page.locator(".busy").wait_for(state="detached")
    assert len(stage.acts()) == 1


def test_enter_does_not_say_that_it_is_ordered(stage: Stage) -> None:
    terms = "Locker 114"
    view = donor("certified", slot("address_shown", facts=facts(DELIVERY), terms=terms))
    page = stage.stand(view, role="donor")
    page.get_by_label("What is needed to receive it").press("Enter")
    assert stage.acts() == []


@pytest.mark.parametrize(
    "status",
    ["held", "agreed", "needs_address", "address_shown", "ordered", "code", "code_failed",
     "waiting", "peer_silent", "idle", "refused_match", "match_declined"],
)  # fmt: skip
def test_a_request_can_be_taken_back_at_any_time_as_help_advises(stage: Stage, status: str) -> None:
    mode = VOUCHER if status.startswith("code") else DELIVERY
    page = stage.stand(matched(status, mode, code=CODE if mode == VOUCHER else ""))
    page.locator("summary", has_text="Take it back").click()
    page.get_by_role("button", name="Yes, take it back").click()
    page.locator(".busy").wait_for(state="detached")
    assert stage.acts() == [["withdraw", []]]


@pytest.mark.parametrize("status", ["received", "withdrawn", "finished"])
@pytest.mark.parametrize("may_ask", [True, False])
def test_the_next_parcel_has_a_button_or_a_day(stage: Stage, status: str, may_ask: bool) -> None:
    view = family(status, card=slot(status, comeBackEpoch=0), comeBackEpoch=0, mayAsk=may_ask)
    page = stage.stand(view)
    assert page.get_by_role("button", name="Ask for the next one").count() == int(may_ask)
    assert page.locator(".come-back").count() == int(not may_ask)


def test_a_family_without_parcels_is_told_of_the_next_quarter(stage: Stage) -> None:
    over = slot("finished", comeBackEpoch=0)
    none = family("finished", card=over, comeBackEpoch=0, parcelsLeft=0)
    assert "next quarter, with the same list" in stage.stand(none).locator("main").inner_text()
    coming = stage.stand({**none, "parcelsToCome": 2}).locator("main").inner_text()
    assert "from the quarter before: 2" in coming
    assert "next quarter, with the same list" not in coming


def test_where_the_first_parcel_does_not_go_by_itself_it_is_asked_for(stage: Stage) -> None:
    """Parcels carried over from the quarter before: typing the list back would post nothing."""
    page = stage.stand(family("certified", parcelsLeft=1, parcelsToCome=1, mayAsk=True))
    assert page.get_by_role("button", name="Ask for the next one").is_visible()
    assert page.get_by_role("button", name="Send it now").count() == 0


def test_a_quarter_that_is_over_is_said_once_with_its_button(stage: Stage) -> None:
    view = donor("period_over", slot("code_sent", facts=facts(VOUCHER)), slot("period_over", 1))
    page = stage.stand(view, role="donor")
    assert page.locator("main").inner_text().count("Offer again, with the same list") == 1
    assert page.get_by_role("button", name="Offer help").is_visible()
    assert page.locator(".slot").count() == 1


def test_slots_of_two_quarters_are_named_apart_and_acted_on_apart(stage: Stage) -> None:
    old = {**slot("waiting"), "period": 226}
    page = stage.stand(donor("certified", old, slot("waiting")), role="donor")
    assert page.locator(".slot h2").all_inner_texts() == ["Slot 3-1", "Slot 4-1"]
    first = page.locator(".slot").first
    first.locator("summary").click()
    first.get_by_role("button", name="Yes, take it back").click()
    page.locator(".busy").wait_for(state="detached")
    assert stage.acts() == [["withdraw", [0, 226]]]


FREE = [slot("certified", index, comeBackEpoch=0) for index in range(3)]
CERTIFIED = {"family": family("certified", parcelsLeft=3), "donor": donor("certified", *FREE)}
POSTS = ["visit", [{"post": True}]]


def asked(stage: Stage, role: str) -> Page:
    """With a new list, in the sitting in which it was certified."""
    stage.played["view"] = CERTIFIED[role]
    page = SCREENS[f"words-{role}"](stage, "en")
    page.locator("textarea").fill("words")
    page.locator("main form button.main").click()
    return page


def type_back(page: Page) -> None:
    page.get_by_role("button", name="Send it now").click()
    for line, box in enumerate(page.locator("ol.typed input").all()):
        box.fill(f"good {'abcdefghi'[line]} 2")
    page.get_by_role("button", name="Open", exact=True).click()


@pytest.mark.parametrize("role", ["family", "donor"])
def test_nothing_is_posted_before_nine_lines_were_typed_back(stage: Stage, role: str) -> None:
    page = asked(stage, role)
    page.get_by_role("button", name="Look again").click()
    page.locator(".busy").wait_for(state="detached")
    assert stage.sittings() == [["visit", [{"post": False}]]]
    assert page.get_by_role("button", name="Offer another parcel").count() == 0

    type_back(page)
    page.get_by_role("button", name="Look again").wait_for()
    assert stage.sittings()[1:] == [POSTS]


def test_lines_that_were_typed_back_are_not_asked_for_again(stage: Stage) -> None:
    stage.played["fails"] = "node_unreachable"
    stage.played["fails_at"] = ["family"]
    page = asked(stage, "family")
    type_back(page)
    page.get_by_role("alert").wait_for()
    assert page.locator("ol.typed").count() == 0
    page.get_by_role("button", name="Look again").click()
    page.get_by_role("alert").wait_for()
    assert stage.sittings() == [POSTS, POSTS]


@pytest.mark.parametrize("role", ["family", "donor"])
def test_who_came_with_a_list_and_asks_with_it_types_it_once(stage: Stage, role: str) -> None:
    stage.played["then"] = CERTIFIED[role]
    page = SCREENS[f"{role}-quiet"](stage, "en")
    page.get_by_role("button", name="Continue").click()
    if role == "family":
        page.get_by_label("Minsk city").check()
    page.get_by_role("button", name="Continue").click()
    page.locator("textarea").fill("words")
    page.evaluate("window.asked = []")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="Look again").click()
    page.locator(".busy").wait_for(state="detached")
    assert stage.sittings() == [["visit", [{"post": False}]]]
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".busy").wait_for(state="detached")
    assert stage.sittings()[1:] == [POSTS]
    assert page.locator("ol.typed").count() == 0


def test_on_another_day_the_first_offers_go_by_themselves_and_the_others_have_a_button(
    stage: Stage,
) -> None:
    page = stage.stand(CERTIFIED["donor"], role="donor")
    assert stage.sittings() == [POSTS]
    assert page.get_by_role("button", name="Offer another parcel").count() == len(FREE)


@pytest.mark.parametrize("many", [1, 2, 3])
def test_a_donor_says_how_many_slots_go_out_at_once(stage: Stage, many: int) -> None:
    stage.played["view"] = donor("asked")
    page = SCREENS["offer"](stage, "en")
    assert page.get_by_label("3", exact=True).is_checked()
    page.get_by_label(str(many), exact=True).check()
    page.get_by_role("button", name="Continue").click()
    page.locator("textarea").fill("words")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".lead").wait_for()
    calls = page.evaluate("window.asked")
    (intake,) = (call["arguments"][0] for call in calls if call["name"] == "offer")
    assert intake["atOnce"] == many


@pytest.mark.parametrize("name", ["start-moved", "family-moved"])
def test_an_address_that_has_moved_is_shown_to_be_copied_and_nobody_is_taken_there(
    stage: Stage, name: str
) -> None:
    page = EVERY_SCREEN[name](stage, "en")
    assert "This node has moved" in page.locator(".notice").inner_text()
    assert page.locator(".notice output").inner_text() == ELSEWHERE
    assert page.locator(".notice a").count() == 0
    page.locator(".notice button").click()
    assert page.locator(".notice button").inner_text() == "Copied"
    assert page.url == ORIGIN + "/"


def test_where_the_circle_names_the_address_nothing_is_said_of_moving(stage: Stage) -> None:
    for name in ("start-family", "family-waiting"):
        assert EVERY_SCREEN[name](stage, "en").locator(".notice").count() == 0


def test_there_is_a_way_back_from_every_beginning(stage: Stage) -> None:
    for name in ("ready", "typing", "needs"):
        page = SCREENS[name](stage, "en")
        page.get_by_role("button", name="Back", exact=True).click()
        assert page.get_by_role("heading", name="Your key is a grocery list").is_visible()
    page = asking_from_a_quiet_list(stage)
    page.get_by_role("button", name="Back", exact=True).click()
    assert "Nothing new yet" in page.locator(".lead").inner_text()


def asking_from_a_quiet_list(stage: Stage) -> Page:
    page = SCREENS["family-quiet"](stage, "en")
    page.get_by_role("button", name="Continue").click()
    return page


def test_what_was_typed_under_one_list_is_gone_under_the_next(stage: Stage) -> None:
    page = asking_from_a_quiet_list(stage)
    page.get_by_label("Minsk city").check()
    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name="Type the list again").click()
    type_list(page)
    page.get_by_role("button", name="Yes, it is mine").click()
    page.locator("summary").first.click()
    page.get_by_role("button", name="Continue").click()
    assert not page.get_by_label("Minsk city").is_checked()


def test_who_sees_what_is_said_in_each_slot_that_is_matched(stage: Stage) -> None:
    view = donor(
        "certified", slot("held", facts=facts(VOUCHER)), slot("agreed", 1, facts=facts(LOCKER))
    )
    page = stage.stand(view, role="donor")
    assert "The family sees only the code" in page.locator(".slot").first.inner_text()
    assert "You will see where to send" in page.locator(".slot").last.inner_text()


def test_a_copy_that_fails_is_not_called_copied(stage: Stage) -> None:
    page = stage.stand(matched("code", code=CODE))
    copy = page.locator(".carried button")
    page.evaluate("document.execCommand = () => false")
    copy.click()
    assert copy.inner_text() == "Not copied: select the text yourself."


def test_a_store_was_tried_on_a_day_of_a_year(stage: Stage) -> None:
    page = SCREENS["offer"](stage, "en")
    assert re.search(r"tried on \d+ \w+ 2026\)", page.locator("main").inner_text())


def test_needs_are_asked_once_and_only_confirmed_for_the_next_parcel(stage: Stage) -> None:
    wish = {"regions": 0b10, "needs": 0b11, "size": 1, "preset": 1, "modes": 0b101, "urgency": 0}
    over = slot("finished", comeBackEpoch=0)
    page = stage.stand(family("finished", card=over, comeBackEpoch=0, mayAsk=True, wish=wish))
    page.get_by_role("button", name="Ask for the next one").click()
    page.get_by_role("button", name="Continue").click()
    page.locator(".busy").wait_for(state="detached")
    assert stage.acts() == [["postCard", [wish]]]
