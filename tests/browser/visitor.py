"""Somebody at the pages: clicks and types as a person does, and remembers nothing but a list."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Page, Request

from tests.browser.stage import LANGUAGES
from tests.patience import PATIENCE_SECONDS

LONG_MS = PATIENCE_SECONDS * 1_000

UNTOLD = -1
"""Firefox does not tell a test what a Worker sends; Chromium does."""


@dataclass
class Visitor:
    """One person with a phone; *paper* is what it wrote down."""

    context: BrowserContext
    url: str
    role: str
    language: str = "en"
    safer: bool = False
    paper: list[str] = field(default_factory=list)
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dish: str = ""
    visits: int = 0
    """How often the page was loaded."""
    typed: int = 0
    """How often nine lines were typed since it was loaded last."""
    opened_in: float = 0
    """Seconds from the last line to the dish."""

    def __post_init__(self) -> None:
        self.context.set_default_timeout(LONG_MS)
        self.context.on("request", self._note)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text))

    def arrive(self) -> None:
        """Load the page, and choose language and side."""
        self.visits += 1
        self.typed = 0
        self.page.goto(self.url)
        self.page.get_by_role("button", name=LANGUAGES[self.language]).click()
        self.page.locator("main .stack button").nth(0 if self.role == "family" else 1).click()

    def draw(self) -> None:
        """Take a new list and write it down."""
        self.page.locator("main .stack button").first.click()
        self.page.locator("main .stack button").first.click()
        self.page.locator("ul.paper").wait_for()
        self.paper = self.page.locator("ul.paper li").all_inner_texts()
        self.dish = self.page.locator(".dish-card strong").inner_text()
        self.press_main()
        self.page.locator("fieldset").first.wait_for()

    def come_back(self) -> str:
        """Another day: the page anew, nine lines typed, the dish known; where things stand."""
        self.arrive()
        self.page.locator("main .stack button").nth(1).click()
        self.type_list()
        dish = self.page.locator(".dish-card strong").inner_text()
        assert dish == (self.dish or dish)
        self.dish = dish
        self.page.locator("main .stack button").first.click()
        return self.stands()

    def wish(self, region: str, mode: str, need: str = "", *, at_once: int | None = None) -> None:
        """One region and one way, and *need* instead of groceries; a donor's slots *at_once*."""
        regions = self.page.locator("fieldset").first.locator("input")
        for box in regions.all() if self.role == "donor" else []:
            box.uncheck()
        self.page.get_by_label(region).check()
        if need:
            self.page.get_by_label("Groceries").uncheck()
            self.page.get_by_label(need).check()
        if mode != "E-voucher":
            self.page.get_by_label("E-voucher").uncheck()
            self.page.get_by_label(mode).check()
        if at_once is not None:
            self.page.get_by_label(str(at_once), exact=True).check()
        self.press_main()

    def ask(
        self,
        wanted: tuple[str, str, str],
        *,
        invite: str = "",
        words: str = "",
        at_once: int | None = None,
    ) -> str:
        """A new list, what is wanted, and who vouches; where things stand."""
        self.arrive()
        self.draw()
        self.wish(*wanted, at_once=at_once)
        if invite:
            self.fill("Invite", invite)
        else:
            self.fill("Words for the coordinators", words)
        self.press_main()
        return self.stands()

    def type_list(self) -> None:
        """The nine lines, last first: good by its name, quantity beside it."""
        self.typed += 1
        rows = self.page.locator("ol.typed > li").all()
        for row, line in zip(rows, reversed(self.paper), strict=True):
            good, _, many = line.partition(" — ")
            row.get_by_role("combobox").first.fill(good)
            row.locator("select").select_option(re.sub(r"\D", "", many))
        began = time.monotonic()
        self.page.locator("main form button.main").click()
        self.page.locator(".dish-card").wait_for()
        self.opened_in = time.monotonic() - began

    def press_main(self) -> None:
        """The one button that goes on."""
        self.page.locator("main button.main").last.click()

    def press(self, name: str) -> None:
        """A button by its words."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def open(self, name: str) -> None:
        """Something out of the way, by its words."""
        self.page.locator("summary", has_text=name).click()

    def fill(self, label: str, text: str) -> None:
        """A field by its label."""
        self.page.get_by_label(label).fill(text)

    def stands(self) -> str:
        """What the page says about where things stand, once it says so."""
        self.page.locator(".busy").wait_for(state="detached")
        self.page.locator(".come-back, .lead, .slot").first.wait_for()
        return self.page.locator("main").inner_text()

    def _note(self, request: Request) -> None:
        body = request.post_data_buffer
        untold = UNTOLD if self.safer and request.method == "POST" else 0
        self.requests.append((request.method, request.url, untold if body is None else len(body)))
