"""The picture of a drill's page: `python -m tests.browser.drill_picture drill.html drill.webp`."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.stage import chromium

WIDTH, HEIGHT = 1000, 1250
QUALITY = 60


def take(page: Path, picture: Path) -> None:
    """The beginning of *page*, with the matrix and what was searched."""
    with sync_playwright() as playwright, chromium(playwright) as browser:
        context = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1
        )
        shown = context.new_page()
        shown.goto(page.resolve().as_uri())
        taking = context.new_cdp_session(shown)
        taken = taking.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        picture.write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
