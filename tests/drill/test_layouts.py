"""A drill sees from outside when a node laid its tables out, and how often one in earnest would."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clients.drill import layouts
from clients.drill.layouts import DAY_SECONDS, Layouts, SinceLayout, laid_out_lately
from clients.drill.tables import rows_of
from tests import backends
from tests.api.nodes import TrialNode, running_node
from tests.api.people import begin_epoch, new_card, post
from tests.circles import TrialCircle, make_trial_circle


@pytest.fixture(params=[backends.SQLITE, backends.POSTGRESQL])
def backend(request: pytest.FixtureRequest) -> Iterator[backends.Backend]:
    with backends.using(request.param) as chosen:
        yield chosen


@pytest.fixture(scope="module")
def trial() -> TrialCircle:
    return make_trial_circle()


@pytest.fixture
def node(tmp_path: Path, trial: TrialCircle, backend: backends.Backend) -> Iterator[TrialNode]:
    """One that lays its tables out as soon as something was written."""
    often: dict[str, Any] = {"housekeeping_seconds": 0.2, "layout_seconds": 0.2}
    with running_node(tmp_path, trial, None, **often) as started:
        begin_epoch(started, 1)
        yield started


def test_it_comes_once_something_was_written(
    node: TrialNode, backend: backends.Backend, tmp_path: Path
) -> None:
    since = SinceLayout()
    more = None
    while more is None:
        assert post(node, new_card(node), 1).status_code == 201
        more = laid_out_lately(since, backend.url(tmp_path), 100_000, random.Random(1))

    assert not any(row.is_fresh for row in rows_of(node.engine, tmp_path / "data").values())
    assert since.requests == more
    # A small database: a minute, and one more until the node asks.
    assert since.seconds_of_a_day == 120
    assert 1 <= more <= round(100_000 * 120 / DAY_SECONDS)


def test_where_nothing_was_written_none_comes(
    tmp_path: Path, trial: TrialCircle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layouts, "PATIENCE_SECONDS", 0.5)
    with backends.using(backends.SQLITE) as backend, running_node(tmp_path, trial):
        assert laid_out_lately(SinceLayout(), backend.url(tmp_path), 10, random.Random(1)) is None


def test_a_node_that_leaves_its_tables_to_the_sweep_shows_a_whole_day(
    tmp_path: Path, trial: TrialCircle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.sqlite.mark_and_size", lambda _connection: (1, 3 << 30))
    with backends.using(backends.SQLITE) as backend, running_node(tmp_path, trial):
        with closing(Layouts(backend.url(tmp_path))) as looked_at:
            assert looked_at.seconds() == DAY_SECONDS
        since = SinceLayout()
        assert laid_out_lately(since, backend.url(tmp_path), 10, random.Random(1)) in range(1, 11)
        assert since.seconds_of_a_day == DAY_SECONDS
