"""The tier's one network, with a real node, matcher and clerks behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clients.trial.onion_town import OnionTown


@pytest.fixture(scope="session")
def town() -> Iterator[OnionTown]:
    with OnionTown() as running:
        yield running
