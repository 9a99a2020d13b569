"""Pictures of the screens: `python -m tests.browser.pictures DIRECTORY [SCREEN…]`.

Two widths, light and dark; for README and for looking at.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.every_screen import EVERY_SCREEN
from tests.browser.screens import SCREENS
from tests.browser.stage import Stage, chromium

LOOKS = {
    "360-light": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light"},
    "360-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"},
    "1280-light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
}


def take(directory: Path, names: list[str], language: str, looks: list[str]) -> None:
    """A picture of each screen in each look."""
    directory.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for look in looks:
            for name in names:
                stage = Stage(browser, **LOOKS[look])
                page = EVERY_SCREEN[name](stage, language)
                page.evaluate("scrollTo(0, 0)")
                page.screenshot(path=directory / f"{name}-{language}-{look}.png", full_page=True)
                stage.close()


if __name__ == "__main__":
    where, *wanted = sys.argv[1:]
    spoken = [word for word in wanted if word in ("be", "ru", "en")] or ["be"]
    seen = [word for word in wanted if word in LOOKS] or list(LOOKS)
    shown = [word for word in wanted if word in EVERY_SCREEN] or list(SCREENS)
    for tongue in spoken:
        take(Path(where), shown, tongue, seen)
