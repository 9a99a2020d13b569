"""A visitor in one of the two browsers that people have."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright

from clients.bench.browsers import chromium, safer_firefox
from tests.browser.town import Town
from tests.browser.visitor import Visitor


def visitor(
    playwright: Playwright, town: Town, profile: Path, role: str, *, safer: bool = False
) -> Visitor:
    """A visitor in Chromium on a phone, or in Firefox without JIT and WebAssembly."""
    launched = safer_firefox if safer else chromium
    return Visitor(launched(playwright, profile), town.url, role, safer=safer)
