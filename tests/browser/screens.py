"""Every screen by name: how to bring it up on a `Stage`. Tests examine them, pictures show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.browser.stage import (
    DELIVERY,
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

QUESTION_KIND, ANSWER_KIND, RECEIVED_KIND, THANKS_KIND = 5, 6, 10, 11
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


def family_at(view: dict[str, Any], *opened: int) -> Screen:
    """Where *view* says that a family stands, with what is out of the way *opened*."""
    return lambda stage, language: _open(stage.stand(view, language), *opened)


def donor_at(view: dict[str, Any], *opened: int) -> Screen:
    """The same for a donor."""
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


def message(kind: int, words: str) -> dict[str, Any]:
    """The partner's newest one."""
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
    "family-asked": family_at(family("asked")),
    "family-question": family_at(family("question", questions=["Who told you about us?"])),
    "family-declined": family_at(family("declined")),
    "family-waiting": family_at(family("waiting", card=slot("waiting"))),
    "family-held": family_at(family("held", card=slot("held", facts=facts(VOUCHER))), 0),
    "family-code": family_at(
        family("code", card=slot("code", facts=facts(VOUCHER), code="KV-7731-0094")), 0, 1
    ),
    "family-needs-locker": family_at(
        family("needs_address", card=slot("needs_address", facts=facts(LOCKER)))
    ),
    "family-needs-address": family_at(
        family("needs_address", card=slot("needs_address", facts=facts(DELIVERY)))
    ),
    "family-ordered": family_at(
        family(
            "ordered",
            card=slot(
                "ordered",
                facts=facts(DELIVERY),
                ordered="No. 5512-08, Thursday after 18:00",
                message=message(ANSWER_KIND, "It may be an hour late"),
            ),
        )
    ),
    "family-silent": family_at(family("peer_silent", card=slot("peer_silent"))),
    "family-received": family_at(
        family("received", card=slot("received", comeBackEpoch=0), comeBackEpoch=0)
    ),
    "donor-asked": donor_at(donor("asked")),
    "donor-slots": donor_at(
        donor(
            "certified",
            slot("held", 0, facts=facts(VOUCHER)),
            slot("waiting", 1),
            slot("certified", 2, comeBackEpoch=0),
        )
    ),
    "donor-held-locker": donor_at(donor("certified", slot("held", 0, facts=facts(LOCKER)))),
    "donor-address": donor_at(
        donor("certified", slot("address_shown", 0, facts=facts(LOCKER), terms=TERMS))
    ),
    "donor-code-failed": donor_at(
        donor(
            "certified",
            slot("code_failed", 0, facts=facts(VOUCHER), message=message(8, "Already used")),
        )
    ),
    "donor-finished": donor_at(
        donor(
            "certified",
            slot("finished", 0, facts=facts(VOUCHER), message=message(THANKS_KIND, "Thank you!")),
            slot("certified", 3, comeBackEpoch=0),
        )
    ),
}
