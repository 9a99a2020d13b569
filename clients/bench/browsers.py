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


def chromium(
    playwright: Playwright, profile: Path, *flags: str, socks: int | None = None
) -> BrowserContext:
    """Chromium on a screen as large as a phone's, with *flags* besides the quiet ones; through
    tor's *socks* port on this machine if one is given."""
    return playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        args=[*CHROMIUM_FLAGS, *flags],
        viewport={"width": 360, "height": 740},
        proxy=None if socks is None else {"server": f"socks5://127.0.0.1:{socks}"},
    )


def safer_firefox(
    playwright: Playwright, profile: Path, *, socks: int | None = None
) -> BrowserContext:
    """Firefox ESR as near to Tor Browser's *Safer* level as its settings bring it; through tor's
    *socks* port on this machine if one is given."""
    return playwright.firefox.launch_persistent_context(
        str(profile),
        channel="moz-firefox",
        executable_path=FIREFOX,
        firefox_user_prefs=SAFER if socks is None else SAFER | _through_tor(socks),
    )


def _through_tor(socks: int) -> dict[str, str | float | bool]:
    """As Tor Browser has it: names are asked of tor, onion addresses among them."""
    return {
        "network.dns.blockDotOnion": False,
        "network.proxy.type": 1,
        "network.proxy.socks": "127.0.0.1",
        "network.proxy.socks_port": socks,
        "network.proxy.socks_version": 5,
        "network.proxy.socks_remote_dns": True,
    }
