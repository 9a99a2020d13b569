"""The tier's one network, with a real node, matcher and clerks behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright, sync_playwright

from clients.trial.onion_town import OnionTown


@pytest.fixture(scope="session")
def town() -> Iterator[OnionTown]:
    with OnionTown() as running:
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running
