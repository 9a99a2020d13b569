"""The pictures of README: `make screenshots`, or `python -m tests.browser.screenshots DIRECTORY`.

A family and a donor go one way through a trial circle that is thrown away afterwards. What they see
on the way is kept: real screens, in the three languages, in light and dark.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.stage import chromium
from tests.browser.town import VOUCHER, Town, wish
from tests.browser.visitor import Visitor

PHONE = {"width": 360, "height": 720}
DESKTOP = {"width": 1000, "height": 720}
SHORT = {"be": "Бел", "ru": "Рус", "en": "Eng"}
QUALITY = 70
CODE = "4417-0093-2258"


class Album:
    """Where pictures go."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def keep(self, person: Visitor, name: str, language: str, scheme: str = "light") -> None:
        """What *person* sees, in another language for a moment: nothing typed is lost by that."""
        page = person.page
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.get_by_role("button", name=SHORT[language], exact=True).click()
        page.evaluate("scrollTo(0, 0)")
        taking = person.context.new_cdp_session(page)
        taken = taking.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        (self._directory / f"{name}.webp").write_bytes(base64.b64decode(taken["data"]))
        page.get_by_role("button", name=SHORT["en"], exact=True).click()


@contextmanager
def sitting(browser: Browser, town: Town, role: str, size: dict[str, int]) -> Iterator[Visitor]:
    """Somebody at a screen of *size*, with the sharpness of today's."""
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]}, device_scale_factor=1.5
    )
    yield Visitor(context, town.url, role)
    context.close()


def take(album: Album, browser: Browser, town: Town) -> None:
    """From the first screen to the next slot."""
    with (
        sitting(browser, town, "family", PHONE) as family,
        sitting(browser, town, "donor", DESKTOP) as donor,
    ):
        family.page.goto(town.url)
        family.page.get_by_role("button", name="English").click()
        album.keep(family, "welcome", "be")
        donor_list = town.neighbour("donor")
        # One slot, so that the match is the first thing on the screen.
        donor_list.does("offer", wish(0, VOUCHER, size=2), "en", "words", at_once=1)
        donor.paper = donor_list.paper()
        town.epoch()
        town.certify()
        donor_list.does("visit")

        family.arrive()
        family.page.locator("main .stack button").first.click()
        family.page.locator("main .stack button").first.click()
        family.page.locator("ul.paper").wait_for()
        album.keep(family, "list", "be")
        family.paper = family.page.locator("ul.paper li").all_inner_texts()
        family.press_main()
        family.page.get_by_label("Minsk city").check()
        album.keep(family, "needs", "ru")
        family.press_main()
        family.fill("Invite", town.invite())
        family.press_main()
        family.stands()
        town.epoch()

        family.come_back()
        town.epoch()
        donor.come_back()
        album.keep(donor, "donor", "en")
        donor.fill("The voucher’s code", CODE)
        donor.press("Give the code")
        donor.stands()
        town.epoch()
        family.arrive()
        family.page.locator("main .stack button").nth(1).click()
        family.type_list()
        album.keep(family, "dish", "be", "dark")
        family.page.locator("main .stack button").first.click()
        family.stands()
        album.keep(family, "code", "be")


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="screenshots-") as home,
        sync_playwright() as playwright,
        chromium(playwright) as running,
        Town(Path(home) / "trial") as circle,
    ):
        take(Album(Path(sys.argv[1])), running, circle)
