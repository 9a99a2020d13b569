"""The screens of the pictures, and those that differ from one of them by a sentence or a button."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page

from tests.browser.screens import (
    RECEIVED_KIND,
    SCREENS,
    Screen,
    donor_at,
    family_at,
    message,
)
from tests.browser.stage import (
    DELIVERY,
    ELSEWHERE,
    LOCKER,
    VOUCHER,
    Stage,
    donor,
    facts,
    family,
    slot,
)

MINUTE_MS = 60_000
DAY_SECONDS = 86_400
TOO_LONG = "buckwheat " * 13

OF_FAMILIES_VETTING = ("certified", "coordinator_failed", "period_over")
OF_FAMILIES = (
    *("agreed", "code_failed", "idle", "address_shown", "refused_match", "match_declined"),
    *("donor_shown_elsewhere", "withdrawn", "finished"),
)
OF_DONORS = (
    *("agreed", "code_sent", "ordered", "peer_silent", "idle", "refused_match"),
    *("match_declined", "received", "withdrawn"),
)
OF_DONORS_VETTING = ("question", "declined", "coordinator_failed", "period_over")
WITH_FACTS = ("agreed", "code_failed", "address_shown", "code_sent", "ordered")
SETTLED = ("period_over", "declined", "withdrawn", "finished", "received")
"""Where nothing is waited for, no day is named."""


def _quiet_for(minutes: int, screen: Screen) -> Screen:
    def bring(stage: Stage, language: str) -> Page:
        stage.page.clock.install()
        page = screen(stage, language)
        page.clock.run_for(minutes * MINUTE_MS + 2_000)
        page.locator(".warning:visible" if minutes < 5 else "h1").wait_for()
        return page

    return bring


def _on_another_day(screen: Screen) -> Screen:
    def bring(stage: Stage, language: str) -> Page:
        stage.page.clock.install(time=time.time() + 9 * DAY_SECONDS)
        return screen(stage, language)

    return bring


def _asked(role: str, view: dict[str, Any]) -> Screen:
    """Just after asking, with words, in the sitting in which the coordinators have answered."""

    def bring(stage: Stage, language: str) -> Page:
        stage.played["view"] = view
        page = SCREENS[f"words-{role}"](stage, language)
        page.locator("textarea").fill("words")
        page.locator("main form button.main").click()
        page.locator(".sees").wait_for()
        return page

    return bring


def _type_back(stage: Stage, language: str) -> Page:
    page = _asked("family", family("certified", parcelsLeft=3))(stage, language)
    page.locator("main > button.main").click()
    page.locator("ol.typed").wait_for()
    return page


def _another_list(stage: Stage, language: str) -> Page:
    stage.played["other"] = True
    page = _type_back(stage, language)
    for line, box in enumerate(page.locator("ol.typed input").all()):
        box.fill(f"good {line} 2")
    return _complained(page)


def _moved(screen: Screen) -> Screen:
    def bring(stage: Stage, language: str) -> Page:
        stage.played["circle"]["movedTo"] = [ELSEWHERE]
        page = screen(stage, language)
        page.locator(".carried").wait_for()
        return page

    return bring


def _busy(screen: Screen, *calls: str) -> Screen:
    """Half-way through one of *calls*."""

    def bring(stage: Stage, language: str) -> Page:
        stage.played |= {"slow": {"done": 0.4}, "slow_at": calls}
        page = screen(stage, language)
        page.locator("main .main").last.click()
        page.locator(".busy").wait_for()
        return page

    return bring


def _typed(stage: Stage, language: str) -> Page:
    page = stage.begin(language)
    page.locator("main .stack button").nth(1).click()
    for line, box in enumerate(page.locator("ol.typed input").all()):
        box.fill(f"good {line} 2")
    return page


def _invited(stage: Stage, language: str) -> Page:
    page = SCREENS["words-family"](stage, language)
    page.locator("input[type=text]").fill("an invite")
    return page


def _line_too_long(stage: Stage, language: str) -> Page:
    page = _typed(stage, language)
    page.get_by_role("combobox").first.fill(TOO_LONG)
    page.locator("main form button.main").click()
    page.locator(".wrong:visible").wait_for()
    return page


def _sent_empty(screen: Screen) -> Screen:
    return lambda stage, language: _complained(screen(stage, language))


def _complained(page: Page) -> Page:
    page.locator("main form button.main").first.click()
    page.locator(".notice").wait_for()
    return page


def _further(screen: Screen) -> Screen:
    def bring(stage: Stage, language: str) -> Page:
        page = screen(stage, language)
        page.locator("main button.main").first.click()
        page.locator("fieldset").first.wait_for()
        return page

    return bring


def _only_vouchers(stage: Stage, language: str) -> Page:
    page = SCREENS["needs"](stage, language)
    page.locator("#c-preset-0").check()
    return page


def _not_copied(stage: Stage, language: str) -> Page:
    page = SCREENS["family-code"](stage, language)
    page.evaluate("document.execCommand = () => false")
    page.locator(".carried button").click()
    return page


def _said(stage: Stage, language: str) -> Page:
    page = SCREENS["family-ordered"](stage, language)
    page.locator("summary").nth(1).click()
    page.locator("details[open] textarea").fill("words")
    page.locator("details[open] button.main").click()
    page.locator(".done").wait_for()
    return page


def _due(status: str) -> int:
    return 0 if status in SETTLED else 9


def _slot(status: str) -> dict[str, Any]:
    mode = VOUCHER if status.startswith("code") else DELIVERY
    known: dict[str, Any] = {"facts": facts(mode)} if status in WITH_FACTS else {}
    code = "KV-7731-0094" if status == "code_failed" else ""
    return slot(status, **known, code=code, comeBackEpoch=_due(status))


def _of_family(status: str, **changes: Any) -> Screen:
    card = None if status in OF_FAMILIES_VETTING else _slot(status)
    known = {"mayAsk": status in ("certified", "finished"), "comeBackEpoch": _due(status)}
    return family_at(family(status, card=card, **known | changes))


def _at_store(number: int) -> Screen:
    return family_at(family("held", card=slot("held", facts=facts(VOUCHER) | {"store": number})))


_OF_DONOR = donor_at(donor("certified", slot("certified", comeBackEpoch=0)))
_THREE = [slot("certified", index, comeBackEpoch=0) for index in range(3)]

EVERY_SCREEN: dict[str, Screen] = {
    **SCREENS,
    "start-moved": _moved(SCREENS["start-family"]),
    "family-moved": _moved(SCREENS["family-waiting"]),
    "family-clock": _on_another_day(SCREENS["family-asked"]),
    "donor-clock": _on_another_day(SCREENS["donor-asked"]),
    "family-first": _asked("family", family("certified", parcelsLeft=3)),
    "donor-first": _asked("donor", donor("certified", *_THREE)),
    "family-next": _further(_of_family("certified")),
    "donor-next": _further(_OF_DONOR),
    "locked": _quiet_for(5, SCREENS["drawn"]),
    "warned": _quiet_for(4, SCREENS["drawn"]),
    "warned-typing": _quiet_for(4, _typed),
    "type-back": _type_back,
    "another-list": _another_list,
    "line-too-long": _line_too_long,
    "opening": _busy(_typed, "open"),
    "looking": _busy(SCREENS["dish"], "family"),
    "sending": _busy(_invited, "ask"),
    "no-words": _sent_empty(SCREENS["words-family"]),
    "no-answer": _sent_empty(SCREENS["family-question"]),
    "only-vouchers": _only_vouchers,
    "not-copied": _not_copied,
    "said": _said,
    "family-none-left": _of_family("finished", parcelsLeft=0, mayAsk=False),
    "family-to-come": _of_family("finished", parcelsLeft=0, parcelsToCome=2, mayAsk=False),
    "family-closing": _of_family("received", mayAsk=False),
    "family-store-asks-nothing": _at_store(1),
    "family-store-unknown": _at_store(99),
    "donor-arrived": donor_at(
        donor(
            "certified", slot("finished", facts=facts(VOUCHER), message=message(RECEIVED_KIND, ""))
        )
    ),
    "family-held-locker": family_at(family("held", card=slot("held", facts=facts(LOCKER))), 0),
    **{f"family-{status}": _of_family(status) for status in (*OF_FAMILIES_VETTING, *OF_FAMILIES)},
    **{f"donor-{status}": donor_at(donor("certified", _slot(status))) for status in OF_DONORS},
    **{
        f"donor-{status}": donor_at(
            donor(status, questions=["Who could speak for you?"] if status == "question" else [])
        )
        for status in OF_DONORS_VETTING
    },
}

UNSEEN = {"languages", "drawn", "warned", "working", "opening", "looking", "sending", "left"}
"""Where nobody says who sees what: no language yet; a list that shall look like any other, with its
own sentence about it; and moments."""
