"""One trial circle for the tests of the command line: each uses lists of its own."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from clients.trial.circle import Trial
from clients.trial.ports import free_port
from tests.clients.cli.commands import Circle, today
from tests.patience import PATIENCE_SECONDS


@pytest.fixture(scope="session")
def circle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Circle]:
    trial, port = Trial(tmp_path_factory.mktemp("trial")), free_port()
    trial.found(today=today(), address=f"http://127.0.0.1:{port}")
    with trial.node(port) as node, httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        node.wait_until_ready()
        found = Circle(trial, node.url, http)
        found.round()
        yield found
