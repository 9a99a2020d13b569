"""What all tests share."""

from __future__ import annotations

import pytest

from tests import backends


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first: whole seasons on one core, everything short on the others."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


def pytest_sessionfinish() -> None:
    """End the PostgreSQL server, if a test wanted one."""
    backends.end_server()
