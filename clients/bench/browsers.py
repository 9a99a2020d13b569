"""The two browsers, as people have them: Debian's, with a profile on disk.

Firefox without JIT, without WebAssembly and resisting fingerprints stands in for Tor Browser's
*Safer* level.
"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

CHROMIUM = "/usr/bin/chromium"
FIREFOX = "/usr/bin/firefox-esr"

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No connection that a browser opens for itself."""

NO_JIT_FLAG = "--js-flags=--jitless"

SAFER: dict[str, str | float | bool] = {
    "javascript.options.baselinejit": False,
    "javascript.options.ion": False,
    "javascript.options.wasm": False,
    "privacy.resistFingerprinting": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


def chromium(playwright: Playwright, profile: Path, *flags: str) -> BrowserContext:
    """Chromium on a screen as large as a phone's, with *flags* besides the quiet ones."""
    return playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        args=[*CHROMIUM_FLAGS, *flags],
        viewport={"width": 360, "height": 740},
    )


def safer_firefox(playwright: Playwright, profile: Path) -> BrowserContext:
    """Firefox ESR as near to Tor Browser's *Safer* level as its settings bring it."""
    return playwright.firefox.launch_persistent_context(
        str(profile),
        channel="moz-firefox",
        executable_path=FIREFOX,
        firefox_user_prefs=SAFER,
    )
