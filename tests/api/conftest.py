"""The fixtures of the node's tests."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import signature
from pathlib import Path

import pytest

from tests import backends
from tests.api.nodes import Clock, Running, TrialNode, running_node
from tests.api.people import begin_epoch
from tests.circles import TrialCircle, make_trial_circle

_NEEDS_A_DATABASE = {"node", "fresh_node", "tmp_path"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever may start a node on both databases."""
    if any(metafunc.definition.get_closest_marker(name) for name in ("sqlite", "no_database")):
        return
    if metafunc.definition.get_closest_marker("postgresql"):
        metafunc.parametrize("backend", [backends.POSTGRESQL], indirect=True)
    elif _NEEDS_A_DATABASE & set(metafunc.fixturenames) or _names_it(metafunc):
        metafunc.parametrize("backend", backends.NAMES, indirect=True)


def _names_it(metafunc: pytest.Metafunc) -> bool:
    return "backend" in signature(metafunc.function).parameters


@pytest.fixture(autouse=True)
def backend(request: pytest.FixtureRequest) -> Iterator[backends.Backend]:
    """The database of this test's nodes."""
    with backends.using(getattr(request, "param", backends.SQLITE)) as chosen:
        yield chosen


@pytest.fixture(scope="session")
def trial() -> TrialCircle:
    return make_trial_circle(intake_pool=4, intake_draw=2)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def running() -> Running:
    return Running()


@pytest.fixture
def fresh_node(tmp_path: Path, trial: TrialCircle, clock: Clock) -> Iterator[TrialNode]:
    """A node before the matcher's first epoch."""
    with running_node(tmp_path, trial, clock) as node:
        yield node


@pytest.fixture
def node(fresh_node: TrialNode) -> TrialNode:
    """A node whose epoch 1 is open."""
    assert begin_epoch(fresh_node, 1).status_code == 201
    return fresh_node
