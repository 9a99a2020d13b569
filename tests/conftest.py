"""What all tests share."""

from __future__ import annotations

from tests import backends


def pytest_sessionfinish() -> None:
    """End the PostgreSQL server, if a test wanted one."""
    backends.end_server()
