"""The page, opened at its onion address by the browsers that stand in for Tor Browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from clients.bench.browsers import chromium, safer_firefox
from clients.trial.onion_town import STRANGERS, OnionTown
from tests.browser.traces import only_asked_the_node
from tests.browser.visitor import Visitor

WANTED = ("Brest region", "E-voucher", "")
INSECURE = "The Cross-Origin-Opener-Policy header has been ignored"
"""Said by Chromium, to which an onion address without https is not trustworthy; Tor Browser says
otherwise."""


@pytest.mark.parametrize("safer", [False, True], ids=["Chromium", "Firefox ESR"])
def test_a_request_is_completed_at_the_onion_address(
    town: OnionTown, playwright: Playwright, tmp_path: Path, *, safer: bool
) -> None:
    launched = safer_firefox if safer else chromium
    town.round()
    with launched(playwright, tmp_path, socks=town.socks[STRANGERS]) as context:
        mother = Visitor(context, town.public, "family", safer=safer)
        assert "with two coordinators" in mother.ask(WANTED, words="help")
        town.round()
        town.certify()
        assert "in the queue" in mother.come_back()

        assert [said for said in mother.complaints if INSECURE not in said] == []
        only_asked_the_node(mother)
