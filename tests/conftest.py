"""What all tests share."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests import backends

# A busy machine is no defect: neither the time of an example nor that of drawing it counts.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first: whole seasons on one core, everything short on the others."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is None)


def pytest_sessionfinish() -> None:
    """End the PostgreSQL server, if a test wanted one."""
    backends.end_server()
