"""The two browsers, as people have them: Debian's, with a profile on disk."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright

from tests.browser.stage import CHROMIUM_FLAGS
from tests.browser.town import Town
from tests.browser.visitor import Visitor

SAFER: dict[str, str | float | bool] = {
    "javascript.options.baselinejit": False,
    "javascript.options.ion": False,
    "javascript.options.wasm": False,
    "privacy.resistFingerprinting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
"""A stand-in for Tor Browser's Safer level, in Debian's Firefox."""


def visitor(
    playwright: Playwright, town: Town, profile: Path, role: str, *, safer: bool = False
) -> Visitor:
    """A visitor in Chromium on a phone, or in Firefox without JIT and WebAssembly."""
    if safer:
        context = playwright.firefox.launch_persistent_context(
            str(profile),
            channel="moz-firefox",
            executable_path="/usr/bin/firefox-esr",
            firefox_user_prefs=SAFER,
        )
        return Visitor(context, town.url, role, safer=True)
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path="/usr/bin/chromium",
        args=list(CHROMIUM_FLAGS),
        viewport={"width": 360, "height": 740},
    )
    return Visitor(context, town.url, role)
