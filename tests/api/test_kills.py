"""A node that is killed at any point of anything it does has done it, or has not.

Every kill falls on a copy of the same database, which is opened anew each time. What it may hold
then is what it held before or what it holds after the deed undisturbed, every row of every table;
and when the deed is asked once more, it is done.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from api.partitions import has_partitions, reserved
from api.store import open_engine
from tests import backends
from tests.api.deeds import DEEDS, Deed, Request, Sweep
from tests.api.faults import COMMITTING, NEVER, WRITE, died_at, points_passed
from tests.api.nodes import Clock, running_node
from tests.api.people import begin_epoch
from tests.circles import TrialCircle, make_trial_circle

Contents = dict[str, list[tuple[Any, ...]]]

DRAWN = {
    "cards": {"address"},
    "waiting": {"id"},
    "intake": {"id"},
    "batches": {"id"},
    "epochs": {"challenge"},
}
"""What a node draws by lot: two that did the same differ by it."""


OF_EACH_KIND = ("card", "meet", "close_epoch", "commit", "sweep")
"""People's, operators' and the node's own; the others are killed on PostgreSQL in the long run."""


@pytest.fixture(scope="session")
def trial() -> TrialCircle:
    """No jitter: two nodes that did the same keep it as long."""
    return make_trial_circle(intake_pool=4, intake_draw=2, drop_days=6, jitter_days=0)


class Kept:
    """A database at rest, and what is about to be done to it."""

    def __init__(self, directory: Path, trial: TrialCircle, name: str) -> None:
        self.trial = trial
        self._directory = directory
        self._copies = 0
        at_rest = directory / "at rest"
        at_rest.mkdir()
        with running_node(at_rest, trial, leap_seconds=0) as node:
            assert begin_epoch(node, 1).status_code == 201
            self.deed: Deed = DEEDS[name](node)
            self._seconds = node.clock.seconds
            self._records = {row[1] for row in node.rows()["drops"]}
        self.before = self.contents(at_rest)

    def copy(self) -> Path:
        """The directory of a node with a copy of the database."""
        self._copies += 1
        to = self._directory / f"copy {self._copies}"
        to.mkdir()
        backends.current.copy(self._directory / "at rest", to)
        return to

    def dies_at(self, point: int, copy: Path) -> bool:
        """Whether a node of *copy* that does the deed gets as far as *point*, and so dies."""
        return died_at(point, copy, self.trial, self.deed, self._clock())

    def is_done_again(self, copy: Path) -> bool:
        with running_node(copy, self.trial, self._clock(), leap_seconds=0) as node:
            return self.deed.is_done_by(node)

    def contents(self, directory: Path) -> Contents:
        """What the database in *directory* holds, but for what was drawn by lot."""
        engine = open_engine(backends.current.url(directory))
        try:
            with engine.connect() as connection:
                more = [reserved] if has_partitions(connection) else []
                found = {
                    table.name: sorted(
                        (self._without_lots(table.name, dict(row)) for row in rows), key=repr
                    )
                    for table in (*SQLModel.metadata.sorted_tables, *more)
                    for rows in [connection.execute(select(table)).mappings()]
                }
        finally:
            engine.dispose()
        return found if isinstance(self.deed, Sweep) else handed_out(found)

    def _clock(self) -> Clock:
        clock = Clock()
        clock.seconds = self._seconds
        return clock

    def _without_lots(self, table: str, row: dict[str, Any]) -> tuple[Any, ...]:
        if table == "drops" and row["record"] not in self._records:
            # Of all that the deed may have put there, only what it said itself is no lot.
            row["record"] = row["record"] if row["record"] in self._said else "blank"
        return tuple(value for name, value in row.items() if name not in DRAWN.get(table, ()))

    @property
    def _said(self) -> bytes:
        return self.deed.body if isinstance(self.deed, Request) else b""


def handed_out(contents: Contents) -> Contents:
    """*contents* with those who wait and those who were drawn in one table, and their numbers."""
    waiting, drawn = contents["waiting"], contents["intake"]
    everybody = [*drawn, *((row[i], row[i + 1], row[4]) for row in waiting for i in (0, 2))]
    counts: list[tuple[Any, ...]] = [(len(waiting), len(drawn))]
    return {**contents, "waiting": counts, "intake": sorted(everybody, key=repr)}


def assert_between(found: Contents, before: Contents, whole: Contents) -> None:
    """*found* has all that *whole* has, and nothing more than *before*: a part was erased."""
    for table in found:
        if table == "circle":  # the day of the sweep is written first
            assert found[table] in (before[table], whole[table])
            continue
        rows = Counter(found[table])
        assert Counter(whole[table]) <= rows <= Counter(before[table]), table
    drops = {(row[0], row[2]) for row in found["drops"]}
    assert set(found.get("reserved", drops)) == drops


def survives(kept: Kept, whole: Contents, point: int) -> None:
    """Kill at *point*, open the database anew, and do the deed again."""
    copy = kept.copy()
    assert kept.dies_at(point, copy)

    found = kept.contents(copy)
    if isinstance(kept.deed, Sweep):
        assert_between(found, kept.before, whole)
    else:
        assert found in (kept.before, whole)
    assert kept.is_done_again(copy)
    assert kept.contents(copy) == whole


def undisturbed(kept: Kept) -> tuple[Contents, list[str]]:
    """What the deed makes of the database when its node dies right after the answer, and the
    points on the way."""
    copy = kept.copy()
    assert not kept.dies_at(NEVER, copy)
    whole = kept.contents(copy)
    assert whole != kept.before
    assert kept.is_done_again(copy)
    assert kept.contents(copy) == whole
    return whole, points_passed(copy)


@pytest.fixture
def kept(tmp_path: Path, trial: TrialCircle, request: pytest.FixtureRequest) -> Kept:
    return Kept(tmp_path, trial, request.param)


def survives_its_commit(kept: Kept) -> None:
    """Kill right before the deed is committed, and right after."""
    whole, points = undisturbed(kept)
    before = points.index(COMMITTING, points.index(WRITE))

    for point in (before, before + 1):
        survives(kept, whole, 1 + point)


@pytest.mark.sqlite
@pytest.mark.parametrize("kept", DEEDS, indirect=True)
def test_a_kill_on_either_side_of_a_commit_leaves_a_deed_undone_or_done(kept: Kept) -> None:
    survives_its_commit(kept)


@pytest.mark.postgresql
@pytest.mark.parametrize("kept", OF_EACH_KIND, indirect=True)
def test_a_kill_of_a_node_leaves_a_server_with_a_deed_undone_or_done(kept: Kept) -> None:
    survives_its_commit(kept)


@pytest.mark.long
@pytest.mark.parametrize("kept", DEEDS, indirect=True)
def test_a_kill_at_any_point_leaves_a_deed_undone_or_done(kept: Kept) -> None:
    whole, points = undisturbed(kept)

    for point in range(len(points)):
        survives(kept, whole, 1 + point)
