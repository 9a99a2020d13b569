"""Every migration runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import backends


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every migration on both databases."""
    if "tmp_path" in metafunc.fixturenames:
        only = metafunc.definition.get_closest_marker("sqlite")
        names = [backends.SQLITE] if only else backends.NAMES
        metafunc.parametrize("backend", names, indirect=True)


@pytest.fixture(autouse=True)
def backend(request: pytest.FixtureRequest) -> Iterator[backends.Backend]:
    """An empty database of either kind."""
    chosen = backends.begin(getattr(request, "param", backends.SQLITE), migrated=False)
    yield chosen
    chosen.end()
    backends.begin(backends.SQLITE)
