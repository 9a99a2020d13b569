"""Whatever is typed or answered: a clear word, what was typed stays, and nothing is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, Route

from crypto.periods import period_of
from tests.browser.browsers import visitor
from tests.browser.town import LOCKER, VOUCHER, Neighbour, Town, wish
from tests.browser.visitor import Visitor

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TURNED = "\u202e\u05e9\u05dc\u05d5\u05dd Zhudro 42"
STRANGE = f"\U0001f95f {MARKUP} {TURNED} a\u200bb"
NOTHING = ["", "   ", "\u200b\u200d\u2060"]
ENDLESS = "x" * 10_000
CODE = "MARK-3307-5512"
DAY_MS = 86_400_000
WRONG_CLOCK = """{
    const now = Date.now, shift = %d;
    globalThis.Date = class extends Date {
        constructor(...given) { super(...(given.length > 0 ? given : [now() + shift])); }
        static now() { return now() + shift; }
    };
}
"""

Answer = Callable[[Route], None]
Sit = Callable[[Neighbour], Visitor]


in_both_browsers = pytest.mark.parametrize(
    "safer",
    [
        pytest.param(False, id="Chromium"),
        pytest.param(True, id="Firefox", marks=pytest.mark.long),
    ],
)


@pytest.fixture
def safer() -> bool:
    """Whether it is Firefox, without JIT; what a Worker asks cannot be answered falsely there."""
    return False


@pytest.fixture
def sit(
    playwright: Playwright, browser: Browser, town: Town, tmp_path: Path, safer: bool
) -> Iterator[Sit]:
    """Somebody new at the page; everybody who sat down is seen off afterwards."""
    sitting: list[Visitor] = []

    def new(who: Neighbour) -> Visitor:
        if safer:
            profile = tmp_path / str(len(sitting))
            person = visitor(playwright, town, profile, who.role, safer=True)
            person.paper = who.paper()
        else:
            context = browser.new_context(viewport={"width": 360, "height": 740})
            person = Visitor(context, town.url, who.role, paper=who.paper())
        sitting.append(person)
        return person

    yield new
    for one in sitting:
        one.context.close()


def kept(page: Page, label: str, text: str, button: str, said: str = "") -> None:
    """*text* is refused with a notice that says *said*, and still stands in its field."""
    page.get_by_label(label, exact=True).fill(text)
    stands = page.get_by_label(label, exact=True).input_value()
    page.get_by_role("button", name=button, exact=True).click()
    page.locator(".notice").filter(has_text=said).wait_for()
    assert page.get_by_label(label, exact=True).input_value() == stands


def to_the_words(person: Visitor) -> None:
    """As far as who vouches."""
    person.arrive()
    person.draw()
    if person.role == "family":
        person.page.get_by_label("Minsk city").check()
    person.press_main()
    person.page.locator("textarea").wait_for()


@in_both_browsers
def test_what_a_family_may_type_while_it_asks(sit: Sit, town: Town) -> None:
    person = sit(town.neighbour("family"))
    page = person.page
    to_the_words(person)
    for nothing in NOTHING:
        kept(page, "Words for the coordinators", nothing, "Send", "An invite or a few words")
    kept(page, "Words for the coordinators", ENDLESS, "Send", "too long")
    page.get_by_label("Words for the coordinators").fill("")
    for wrong in ("not an invite", ENDLESS, STRANGE):
        kept(page, "Invite", wrong, "Send", "This is not an invite")
    invite = town.invite()
    mistyped = invite[:-1] + ("2" if invite[-1] != "2" else "3")
    kept(page, "Invite", mistyped, "Send", "nvite")
    page.get_by_label("Invite").fill(invite)
    person.press("Send")
    assert "with two coordinators" in person.stands()

    late = sit(town.neighbour("family"))
    to_the_words(late)
    kept(late.page, "Invite", invite, "Send", "This invite was used already")
    assert person.complaints == late.complaints == []


@in_both_browsers
def test_what_a_family_may_type_to_a_donor_reaches_it_as_text(sit: Sit, town: Town) -> None:
    donor = town.settled_donor(0, LOCKER)
    family = town.settled_family(0, LOCKER)
    town.epoch()
    donor.does("accept", donor.slot("held"))
    mother = sit(family)
    mother.come_back()
    for nothing in NOTHING:
        kept(mother.page, "Locker, name, phone", nothing, "Show it to the donor", "Write something")
    kept(mother.page, "Locker, name, phone", ENDLESS, "Show it to the donor", "too long")
    mother.fill("Locker, name, phone", STRANGE)
    mother.press("Show it to the donor")
    assert "knows where to send" in mother.stands()
    town.epoch()

    giver = sit(donor)
    stands = giver.come_back()
    assert STRANGE.replace("\u202e", "") in stands
    assert giver.page.locator("main img, main script").count() == 0
    kept(
        giver.page,
        "What is needed to receive it: number, day",
        ENDLESS,
        "I have ordered",
        "too long",
    )
    giver.open("Write to the family")
    words = giver.page.locator("details[open] textarea")
    words.fill(ENDLESS)
    giver.page.locator("details[open] button").click()
    giver.page.locator(".notice").filter(has_text="too long").wait_for()
    assert words.input_value() == ENDLESS
    assert mother.complaints == giver.complaints == []


@in_both_browsers
def test_a_code_may_be_no_nothing_and_no_novel(sit: Sit, town: Town) -> None:
    donor = town.settled_donor(1, VOUCHER)
    family = town.settled_family(1, VOUCHER)
    town.epoch()
    giver = sit(donor)
    giver.come_back()
    for nothing in NOTHING:
        kept(giver.page, "The voucher’s code", nothing, "Give the code", "Write something")
    kept(giver.page, "The voucher’s code", ENDLESS, "Give the code", "too long")
    giver.fill("The voucher’s code", CODE)
    giver.press("Give the code")
    giver.stands()
    town.epoch()

    mother = sit(family)
    assert CODE in mother.come_back()
    mother.open("The code does not work")
    kept(mother.page, "What the store says", ENDLESS, "Send", "too long")
    mother.open("I have received it")
    kept(mother.page, "Thanks, if you like", ENDLESS, "Yes, confirm", "too long")
    mother.fill("Thanks, if you like", "")
    mother.press("Yes, confirm")
    assert "confirmed" in mother.stands()
    assert mother.complaints == giver.complaints == []


def gone(route: Route) -> None:
    """Nobody answers."""
    route.abort("connectionrefused")


def garbage(route: Route) -> None:
    """Something answers, and it is no node."""
    route.fulfill(status=200, content_type="text/html", body="<h1>It works!</h1>")


def noise(route: Route) -> None:
    """Bytes of the right type and the wrong size."""
    path = urlsplit(route.request.url).path
    is_visit = path.startswith("/visit")
    media = "application/octet-stream" if is_visit else "application/json"
    route.fulfill(status=200, content_type=media, body=b"{}\x00\xff" * 7)


ASKED_FOR = ("circle", "epoch", "visit/look", "visit/meet", "visit/leave")
"""By one who comes back, in this order; the first until it was answered once."""


@pytest.mark.parametrize(
    ("answer", "said"), [(gone, "could not be reached"), (garbage, "node"), (noise, "node")]
)
def test_a_node_that_answers_nothing_or_nonsense_is_spoken_of_and_the_list_need_not_be_typed_again(
    sit: Sit, town: Town, answer: Answer, said: str
) -> None:
    person = sit(town.neighbour("family"))
    go_on = person.page.locator("main .stack button").first
    for path in ASKED_FOR:
        address = re.compile(f"/{path}$")
        person.context.route(address, answer)
        if not person.visits:
            person.arrive()
            person.page.locator("main .stack button").nth(1).click()
            person.type_list()
        # Still at its dish: the same button goes on.
        go_on.click()
        person.page.locator(".notice").filter(has_text=said).wait_for()
        person.context.unroute(address)
    go_on.click()
    assert "Nothing new yet" in person.stands()


@pytest.mark.parametrize("answer", [gone, garbage, noise])
def test_words_that_could_not_be_sent_are_still_there_and_are_sent_later(
    sit: Sit, town: Town, answer: Answer
) -> None:
    who = town.neighbour("family")
    who.does("ask", wish(2, VOUCHER), "en", "words")
    town.epoch()
    town.ask("Who told you about us?")
    person = sit(who)
    assert "Who told you about us?" in person.come_back()
    for path in ("look", "meet", "leave"):
        address = re.compile(f"/visit/{path}$")
        person.context.route(address, answer)
        kept(person.page, "Your answer", "A friend of my sister", "Send", "node")
        person.context.unroute(address)
    person.press("Send")
    person.stands()
    assert who.does("visit")["status"] == "asked"


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_wrong_by_a_day_loses_nothing_and_one_that_is_late_is_told_so(
    sit: Sit, town: Town, days: int
) -> None:
    wrong = WRONG_CLOCK % (days * DAY_MS)

    def worker(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=wrong + answer.text())

    person = sit(town.neighbour("family"))
    person.context.route("**/worker.js", worker)
    person.page.add_init_script(wrong)
    to_the_words(person)
    person.fill("Invite", town.invite())
    person.press("Send")
    today = int(time.time() * 1_000) // DAY_MS
    if period_of(today + days) != period_of(today):
        person.page.locator(".notice").filter(has_text="the date").wait_for()
        return
    stands = person.stands()
    assert "with two coordinators" in stands
    assert ("Check the date of this device" in stands) == (days < 0)
