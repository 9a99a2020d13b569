"""Every screen by name: how to bring it up on a `Stage`. Tests examine them, pictures show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

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
    served_recipe,
    slot,
)

Screen = Callable[[Stage, str], Page]

QUESTION_KIND, ANSWER_KIND, THANKS_KIND = 5, 6, 11
TERMS = "Locker 114, Žudro 42\nAlena, +375 29 000-00-00"


def _languages(stage: Stage, _language: str) -> Page:
    stage.page.goto(ORIGIN + "/")
    stage.page.locator(".languages").wait_for()
    return stage.page


def _welcome(stage: Stage, language: str) -> Page:
    page = stage.begin(language)
    page.locator("main .stack button").nth(2).click()
    return page


def _start(role: str) -> Screen:
    return lambda stage, language: stage.begin(language, role)


def _ready(stage: Stage, language: str) -> Page:
    page = stage.begin(language)
    page.locator("main .stack button").first.click()
    return page


def _drawn(stage: Stage, language: str) -> Page:
    page = _ready(stage, language)
    page.locator("main .stack button").first.click()
    page.locator(".paper").wait_for()
    return page


def _needs(stage: Stage, language: str, role: str = "family") -> Page:
    page = stage.begin(language, role)
    page.locator("main .stack button").first.click()
    page.locator("main .stack button").first.click()
    page.locator("main > button.main").click()
    page.locator("fieldset").first.wait_for()
    return page


def _offer(stage: Stage, language: str) -> Page:
    return _needs(stage, language, "donor")


def _words(role: str) -> Screen:
    def bring(stage: Stage, language: str) -> Page:
        page = _needs(stage, language, role)
        if role == "family":
            page.locator("fieldset").first.locator("input").first.check()
        page.locator("main form button.main").click()
        page.locator("textarea").wait_for()
        return page

    return bring


def _working(stage: Stage, language: str) -> Page:
    stage.played["slow"] = {"tries": 41, "expected": 64}
    page = stage.begin(language)
    page.locator("main .stack button").first.click()
    page.locator("main .stack button").first.click()
    page.locator(".busy .quiet:not(:empty)").wait_for()
    return page


def _typing(stage: Stage, language: str) -> Page:
    page = stage.begin(language)
    page.locator("main .stack button").nth(1).click()
    boxes = page.get_by_role("combobox")
    boxes.nth(0).fill("buckwheat 2")
    boxes.nth(2).fill("wrong")
    page.locator("main form button.main").click()
    page.locator(".wrong:not([hidden])").first.wait_for()
    boxes.nth(4).press_sequentially("gr")
    page.locator("[role=option]").first.wait_for()
    return page


def _dish(stage: Stage, language: str) -> Page:
    page = stage.begin(language)
    page.locator("main .stack button").nth(1).click()
    for line, box in enumerate(page.locator("ol.typed input").all()):
        box.fill(f"good {line} 2")
    page.locator("main form button.main").click()
    page.locator(".dish-card").wait_for()
    return page


def _help(stage: Stage, language: str) -> Page:
    page = stage.begin(language)
    page.locator("footer button").click()
    for topic in page.locator("summary").all():
        topic.click()
    return page


def _failed(stage: Stage, language: str) -> Page:
    stage.played["fails"] = "node_unreachable"
    page = _dish(stage, language)
    page.locator("main .stack button").first.click()
    page.locator(".notice").wait_for()
    return page


def _left(stage: Stage, language: str) -> Page:
    page = stage.begin(language)
    page.locator(".leave").click()
    served_recipe(page)
    return page


def _locked(stage: Stage, language: str) -> Page:
    stage.page.clock.install()
    page = _drawn(stage, language)
    page.clock.run_for(5 * 60_000 + 2_000)
    return page


def _warned(stage: Stage, language: str) -> Page:
    stage.page.clock.install()
    page = _drawn(stage, language)
    page.clock.run_for(4 * 60_000 + 2_000)
    page.locator(".warning").wait_for()
    return page


def _type_back(stage: Stage, language: str) -> Page:
    stage.played["view"] = family("certified", parcelsLeft=3)
    page = _words("family")(stage, language)
    page.locator("textarea").fill("words")
    page.locator("main form button.main").click()
    page.locator("main > button.main").click()
    page.locator("ol.typed").wait_for()
    return page


def _first_offers(stage: Stage, language: str) -> Page:
    free = (slot("certified", index, comeBackEpoch=0) for index in range(3))
    stage.played["view"] = donor("certified", *free)
    page = _words("donor")(stage, language)
    page.locator("textarea").fill("words")
    page.locator("main form button.main").click()
    page.locator(".slot").first.wait_for()
    return page


def _moved(screen: Screen) -> Screen:
    def bring(stage: Stage, language: str) -> Page:
        stage.played["circle"]["movedTo"] = [ELSEWHERE]
        page = screen(stage, language)
        page.locator(".carried").wait_for()
        return page

    return bring


def _family(view: dict[str, Any], *opened: int) -> Screen:
    return lambda stage, language: _open(stage.stand(view, language), *opened)


def _donor(view: dict[str, Any], *opened: int) -> Screen:
    return lambda stage, language: _open(stage.stand(view, language, "donor"), *opened)


def _quiet(role: str, view: dict[str, Any]) -> Screen:
    def bring(stage: Stage, language: str) -> Page:
        stage.played["onlyLooked"] = True
        return _open(stage.stand(view, language, role), 0)

    return bring


def _open(page: Page, *which: int) -> Page:
    for number in which:
        page.locator("summary").nth(number).click()
    return page


def _message(kind: int, words: str) -> dict[str, Any]:
    return {"kind": kind, "words": words}


SCREENS: dict[str, Screen] = {
    "languages": _languages,
    "welcome": _welcome,
    "start-family": _start("family"),
    "start-donor": _start("donor"),
    "ready": _ready,
    "drawn": _drawn,
    "needs": _needs,
    "offer": _offer,
    "words-family": _words("family"),
    "words-donor": _words("donor"),
    "working": _working,
    "typing": _typing,
    "dish": _dish,
    "help": _help,
    "failed": _failed,
    "left": _left,
    "family-quiet": _quiet("family", family("nothing")),
    "donor-quiet": _quiet("donor", donor("nothing")),
    "family-asked": _family(family("asked")),
    "family-question": _family(family("question", questions=["Who told you about us?"])),
    "family-declined": _family(family("declined")),
    "family-waiting": _family(family("waiting", card=slot("waiting"))),
    "family-held": _family(family("held", card=slot("held", facts=facts(VOUCHER))), 0),
    "family-code": _family(
        family("code", card=slot("code", facts=facts(VOUCHER), code="KV-7731-0094")), 0, 1
    ),
    "family-needs-locker": _family(
        family("needs_address", card=slot("needs_address", facts=facts(LOCKER)))
    ),
    "family-needs-address": _family(
        family("needs_address", card=slot("needs_address", facts=facts(DELIVERY)))
    ),
    "family-ordered": _family(
        family(
            "ordered",
            card=slot(
                "ordered",
                facts=facts(DELIVERY),
                ordered="No. 5512-08, Thursday after 18:00",
                message=_message(ANSWER_KIND, "It may be an hour late"),
            ),
        )
    ),
    "family-silent": _family(family("peer_silent", card=slot("peer_silent"))),
    "family-received": _family(family("received", card=slot("received", comeBackEpoch=0))),
    "donor-asked": _donor(donor("asked")),
    "donor-slots": _donor(
        donor(
            "certified",
            slot("held", 0, facts=facts(VOUCHER)),
            slot("waiting", 1),
            slot("certified", 2, comeBackEpoch=0),
        )
    ),
    "donor-held-locker": _donor(donor("certified", slot("held", 0, facts=facts(LOCKER)))),
    "donor-address": _donor(
        donor("certified", slot("address_shown", 0, facts=facts(LOCKER), terms=TERMS))
    ),
    "donor-code-failed": _donor(
        donor(
            "certified",
            slot("code_failed", 0, facts=facts(VOUCHER), message=_message(8, "Already used")),
        )
    ),
    "donor-finished": _donor(
        donor(
            "certified",
            slot("finished", 0, facts=facts(VOUCHER), message=_message(THANKS_KIND, "Thank you!")),
            slot("certified", 3, comeBackEpoch=0),
        )
    ),
}

OF_FAMILIES = (
    *("certified", "coordinator_failed", "period_over", "agreed", "code_failed", "idle"),
    *("address_shown", "refused_match", "match_declined", "donor_shown_elsewhere"),
    *("withdrawn", "finished"),
)
OF_DONORS = (
    *("agreed", "code_sent", "ordered", "peer_silent", "idle", "refused_match"),
    *("match_declined", "received", "withdrawn"),
)
OF_DONORS_VETTING = ("question", "declined", "coordinator_failed", "period_over")
WITH_FACTS = ("agreed", "code_failed", "address_shown", "code_sent", "ordered")


def _facts_of(status: str) -> dict[str, Any]:
    mode = VOUCHER if status.startswith("code") else DELIVERY
    return {"facts": facts(mode)} if status in WITH_FACTS else {}


EVERY_SCREEN: dict[str, Screen] = {
    **SCREENS,
    "start-moved": _moved(_start("family")),
    "family-moved": _moved(_family(family("waiting", card=slot("waiting")))),
    "donor-first": _first_offers,
    "locked": _locked,
    "warned": _warned,
    "type-back": _type_back,
    **{
        f"family-{status}": _family(
            family(
                status,
                card=slot(status, **_facts_of(status)),
                comeBackEpoch=0 if status in ("withdrawn", "finished") else 9,
            )
        )
        for status in OF_FAMILIES
    },
    **{
        f"donor-{status}": _donor(donor("certified", slot(status, **_facts_of(status))))
        for status in OF_DONORS
    },
    **{
        f"donor-{status}": _donor(
            donor(status, questions=["Who could speak for you?"] if status == "question" else [])
        )
        for status in OF_DONORS_VETTING
    },
}
"""The screens of the pictures, and those that differ from one of them by a sentence or a button."""

UNSEEN = {"languages", "drawn", "warned", "working", "left"}
"""Where nobody says who sees what: no language yet; a list that shall look like any other, with its
own sentence about it; and moments."""
