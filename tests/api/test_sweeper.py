"""A clock that is wrong costs nothing; a node that was off for long still forgets."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.layout import LayoutTimer
from api.sweeper import MOST_DAYS, Sweeper
from tests.api.nodes import Clock, Running, TrialNode, assert_problem, running_node
from tests.api.people import Card, begin_epoch, look, new_card, post
from tests.circles import TrialCircle
from tests.patience import wait_until

HOUR = 3_600.0
TEN_YEARS = 3_650
LEAPT = "the clock leapt: nothing is erased until the day has held"


@pytest.fixture
def sweeper(node: TrialNode, running: Running) -> Sweeper:
    """A sweeper of a node that has a card, and that sweeps nothing itself."""
    assert post(node, new_card(node), 1).status_code == 201
    return sweeper_of(node, running)


def sweeper_of(node: TrialNode, running: Running) -> Sweeper:
    timer = LayoutTimer(least_seconds=HOUR, bytes_per_second=1, most_bytes=0, running=running)
    return Sweeper(node.node.store, leap_seconds=HOUR, layout_timer=timer, running=running)


def is_kept(node: TrialNode) -> bool:
    """Whether the card, its drops, permit and burned stamp are there: all, or none is."""
    found = node.rows()
    there = [bool(found[table]) for table in ("cards", "drops", "burned", "permits")]
    assert len(set(there)) == 1
    return all(there)


def test_a_clock_that_leaps_and_comes_back_costs_nothing(
    tmp_path: Path, trial: TrialCircle, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """While the node runs, when it is restarted meanwhile, and when an epoch closes."""
    with running_node(tmp_path, trial, clock, housekeeping_seconds=0.05) as node:
        begin_epoch(node, 1)
        card = new_card(node)
        assert post(node, card, 1).status_code == 201
        before = node.rows()

        clock.pass_days(TEN_YEARS)
        wait_until(lambda: LEAPT in caplog.messages)
        assert node.rows() == before

    with running_node(tmp_path, trial, clock, housekeeping_seconds=0.05) as node:
        assert caplog.messages.count(LEAPT) == 2
        assert begin_epoch(node, 2).status_code == 201
        clock.pass_days(-TEN_YEARS)
        wait_until(lambda: not node.node.sweeper.is_waiting)
        assert look(node, [drop.r for drop in card.drops])[:5] == [d.record for d in card.drops]
        assert node.rows()["burned"] == before["burned"]
        assert_problem(post(node, Card(card.stamp), 2), 409, "stamp_spent")
        assert post(node, card, 2).status_code == 201  # a repetition, which adds nothing
        assert len(node.rows()["cards"]) == 1


def test_a_leapt_day_is_believed_once_it_has_held(
    node: TrialNode, sweeper: Sweeper, running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Days that follow in the meantime belong to it, and nothing is told twice."""
    day = node.node.today() + TEN_YEARS
    sweeper.keep_house(day)
    running.seconds = HOUR - 1
    sweeper.keep_house(day + 1)
    assert is_kept(node)

    running.seconds = HOUR
    sweeper.keep_house(day + 1)
    assert not is_kept(node)
    assert caplog.messages.count(LEAPT) == 1


@pytest.mark.parametrize("between", [0, -1, -TEN_YEARS])
def test_a_leap_that_does_not_hold_begins_anew(
    between: int, node: TrialNode, sweeper: Sweeper, running: Running
) -> None:
    today = node.node.today()
    for day in (today + TEN_YEARS, today + between, today + TEN_YEARS):
        sweeper.keep_house(day)
        running.seconds += HOUR - 1

    assert is_kept(node)


def test_another_leap_begins_anew(node: TrialNode, sweeper: Sweeper, running: Running) -> None:
    today = node.node.today()
    for years in (1, 2, 1, 3):
        sweeper.keep_house(today + 365 * years)
        running.seconds += HOUR - 1

    assert is_kept(node)


def test_each_process_waits_by_its_own_running_time(
    node: TrialNode, sweeper: Sweeper, running: Running
) -> None:
    """Monotonic clocks begin anywhere: one that was read by another process says nothing."""
    sweeper.keep_house(node.node.today() + TEN_YEARS)
    late = Running()
    late.seconds = 100 * HOUR
    other = sweeper_of(node, late)

    other.keep_house(node.node.today() + TEN_YEARS)

    assert is_kept(node)


@pytest.mark.parametrize(("days", "is_swept"), [(MOST_DAYS, True), (MOST_DAYS + 1, False)])
def test_a_short_absence_is_believed_at_once(
    days: int, is_swept: bool, node: TrialNode, sweeper: Sweeper
) -> None:
    today = node.node.today()

    sweeper.keep_house(today + days)

    assert sweeper.is_waiting is not is_swept
    ((*_, swept),) = node.rows()["circle"]
    assert swept == today + (days if is_swept else 0)
