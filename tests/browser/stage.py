"""The built pages without a node: every request is answered from `clients/web/dist`, and the Worker
is played, so that each screen can be brought up, looked at and examined by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route

from api.web import BUILT, read_pages
from clients.bench.browsers import CHROMIUM, CHROMIUM_FLAGS
from matching.trial_catalogue import TRIAL_CATALOGUE
from tests.patience import PATIENCE_SECONDS

HERE = Path(__file__).parent
ORIGIN = "http://localhost:9"
"""Nobody listens there; loopback, so that a browser takes all of the headers seriously."""
LANGUAGES = {"be": "Беларуская", "ru": "Русский", "en": "English"}

VOUCHER, LOCKER, DELIVERY = 0, 1, 2

ELSEWHERE = f"http://{'klunak2' * 8}.onion"
"""An address of the length that onion services have."""


def facts(mode: int) -> dict[str, int]:
    """A match of *mode*, as a view tells it."""
    store = {VOUCHER: 0, LOCKER: 2, DELIVERY: 3}[mode]
    return {"matched": 7, "mode": mode, "store": store, "region": 0, "size": 1, "needs": 3}


def slot(status: str, index: int = 0, **changes: Any) -> dict[str, Any]:
    """A card or slot in *status*."""
    return {
        "period": 227,
        "index": index,
        "status": status,
        "facts": None,
        "code": "",
        "terms": "",
        "ordered": "",
        "message": None,
        "again": False,
        "comeBackEpoch": 9,
        **changes,
    }


def family(status: str, **changes: Any) -> dict[str, Any]:
    """A family's view."""
    return {
        "status": status,
        "questions": [],
        "card": None,
        "parcelsLeft": 2,
        "parcelsToCome": 0,
        "mayAsk": False,
        "wish": None,
        "comeBackEpoch": 9,
        **changes,
    }


def donor(status: str, *slots: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A donor's view."""
    return {
        "status": status,
        "questions": [],
        "slots": list(slots),
        "comeBackEpoch": 9,
        "wish": None,
        **changes,
    }


@contextmanager
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, without the connections that it opens for itself."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(CHROMIUM_FLAGS))
    try:
        yield browser
    finally:
        browser.close()


class Stage:
    """One visitor of the pages, with a Worker that answers with *view*."""

    def __init__(self, browser: Browser, **look: Any) -> None:
        self.context: BrowserContext = browser.new_context(**look)
        self.played: dict[str, Any] = {
            "circle": _circle(),
            "view": {},
            "onlyLooked": False,
            "then": None,
            "fails": "",
            "fails_at": ["family", "donor", "ask", "offer"],
            "fails_after": 0,
            "slow": False,
            "slow_at": ["draw", "open", "family", "donor", "ask", "offer"],
            "other": False,
        }
        self.requests: list[str] = []
        self._pages = read_pages(BUILT)
        self.context.set_default_timeout(PATIENCE_SECONDS * 1_000)
        self.context.route("**/*", self._answer)
        self.page: Page = self.context.new_page()
        # What the page asks of the Worker, which Workers live, and where the page keeps what is
        # typed: nobody could tell from outside.
        self.page.add_init_script(
            """(() => {
                const {postMessage, terminate} = Worker.prototype;
                const {set} = Map.prototype;
                [window.asked, window.workers, window.maps] = [[], new Set(), new Set()];
                Worker.prototype.postMessage = function (message) {
                    window.asked.push(message);
                    window.workers.add(this);
                    postMessage.call(this, message);
                };
                Worker.prototype.terminate = function () {
                    window.workers.delete(this);
                    terminate.call(this);
                };
                Map.prototype.set = function (key, value) {
                    window.maps.add(this);
                    return set.call(this, key, value);
                };
            })()"""
        )
        self.console: list[str] = []
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))

    def acts(self) -> list[Any]:
        """What was done so far besides looking: each act's name and arguments."""
        return [act for act in self.sittings() if act[0] != "visit"]

    def sittings(self) -> list[Any]:
        """The name and the arguments of all that was asked of a family's or donor's client."""
        asked: list[Any] = self.page.evaluate("window.asked")
        acts = [call["arguments"][0] for call in asked if call["name"] in ("family", "donor")]
        return [[act["name"], act["arguments"]] for act in acts]

    def close(self) -> None:
        """End this visitor."""
        self.context.close()

    def begin(self, language: str = "en", role: str = "family") -> Page:
        """Load the page, and choose language and side."""
        page = self.page
        page.goto(ORIGIN + "/")
        page.get_by_role("button", name=LANGUAGES[language]).click()
        if self.played["circle"]["movedTo"]:  # learned by now, the screen is drawn anew
            page.locator(".carried").wait_for()
        page.locator("main .stack button").nth(0 if role == "family" else 1).click()
        return page

    def stand(self, view: dict[str, Any], language: str = "en", role: str = "family") -> Page:
        """Come back with a list, to where *view* says that things stand."""
        self.played["view"] = view
        page = self.begin(language, role)
        page.locator("main .stack button").nth(1).click()
        type_list(page)
        page.locator("main .stack button").nth(0).click()
        page.locator(".sees").wait_for()
        return page

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        self.requests.append(path)
        if path == "/worker.js":
            script = (HERE / "played_worker.js").read_text("utf-8")
            body = f"const played = {json.dumps(self.played)};\n{script}".encode()
        elif path in self._pages:
            body = self._pages[path].plain
        else:
            route.abort()
            return
        answered = self._pages[path]
        headers = {name.decode(): value.decode() for name, value in answered.headers}
        route.fulfill(status=200, headers=headers, body=body)


def served_recipe(page: Page) -> None:
    """Wait until the node's own recipe, which has no script, stands where the page was."""
    page.wait_for_url("**/soup-*")
    page.locator("script").wait_for(state="detached")
    page.locator("main.recipe").wait_for()


def escape_twice(page: Page) -> None:
    """Quickly, by a clock that was installed and stands still meanwhile."""
    page.clock.pause_at((page.evaluate("Date.now()") + 60_000) / 1_000)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    served_recipe(page)


def type_list(page: Page) -> None:
    """Nine lines, a few letters each."""
    for line, good in enumerate(page.locator("ol.typed > li").all()):
        good.get_by_role("combobox").first.fill(f"good {line} 2")
    page.locator("main form button.main").click()
    page.locator(".dish-card").wait_for()


def _circle() -> dict[str, Any]:
    return {
        "trial": True,
        "epochSeconds": 86_400,
        "answerEpochs": 2,
        "catalogue": TRIAL_CATALOGUE,
        "movedTo": [],
    }
