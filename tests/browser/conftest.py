"""Real browsers, real pages, a real town around them: `make test-browser` installs what is needed.

Nothing is left out here: without a browser, its driver or the built pages, these tests fail.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.stage import chromium
from tests.browser.town import Town
from tests.patience import PATIENCE_SECONDS

expect.set_options(timeout=PATIENCE_SECONDS * 1_000)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers; ended with each file, since its event loop bars any other."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium; each test takes a context of its own."""
    with chromium(playwright) as running:
        yield running


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One trial circle; each test takes a region of its own."""
    with Town(tmp_path_factory.mktemp("town") / "trial") as running:
        yield running
