"""Forgetting: on the day, not before, and never what a round still answers for."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from api import sweep
from api.days import drawn_expiry, drawn_expiry_of_period, kept_until
from api.store import Store
from api.sweep import tidy
from crypto.almanac import DEFAULT_POLICY
from crypto.labels import hashed
from crypto.periods import days_of
from tests.api.nodes import Clock, TrialNode, running_node
from tests.api.people import (
    Claim,
    begin_epoch,
    look,
    meet,
    new_card,
    permit_in_database,
    post,
    round_work,
    whole_round,
)
from tests.api.test_intake import Intake, worked
from tests.api.test_invites import give_invites
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS, wait_until

EXPIRING = (
    *("drops", "cards", "burned", "claims", "permits"),
    *("invites", "waiting", "intake", "batches"),
)


def fill(node: TrialNode) -> None:
    """A row in every table that expires."""
    post(node, new_card(node), 1)
    whole_round(node, 1)
    card = new_card(node)
    post(node, card, 2)
    meet(node, Claim(card.permit))
    node.post("/intake", Intake(node.trial.period).invited(*give_invites(node)))
    node.post("/intake", worked(node, Intake(node.trial.period)))
    give_invites(node)
    assert all(node.rows()[table] for table in EXPIRING)


def test_nothing_goes_before_its_day(node: TrialNode) -> None:
    fill(node)
    before = node.rows()

    tidy(node.node.store, node.node.today())

    assert node.rows() == before


def test_each_row_goes_on_its_own_day(node: TrialNode) -> None:
    fill(node)
    with node.engine.connect() as connection:
        expiries = {
            table: connection.execute(text(f"SELECT expires FROM {table}")).scalars().all()
            for table in EXPIRING
        }
    last_days = {expiry for each in expiries.values() for expiry in each}

    # Between two of these days nothing has to go.
    for day in sorted(last_days | {last + 1 for last in last_days}):
        tidy(node.node.store, day)
        left = node.rows()
        for table in EXPIRING:
            assert len(left[table]) == sum(expiry >= day for expiry in expiries[table])


def test_a_shelf_outlives_the_cards_of_its_period(node: TrialNode, clock: Clock) -> None:
    """Asked on the period's first day; the last card goes out on its last."""
    period = node.trial.circle.period(node.trial.period)
    clock.seconds = period.from_day * 86_400.0
    intake = Intake(node.trial.period)
    assert node.post("/intake", intake.invited(*give_invites(node))).status_code == 201
    clock.seconds = period.to_day * 86_400.0
    assert post(node, new_card(node), 1).status_code == 201

    policy = node.trial.circle.policy
    tidy(node.node.store, period.to_day + policy.drop_days + policy.jitter_days)

    found = look(node, [drop.r for drop in intake.drops])
    assert found[:5] == [drop.record for drop in intake.drops]


def test_everything_is_gone_when_it_is_done(node: TrialNode) -> None:
    fill(node)

    tidy(node.node.store, node.node.today() + 400)

    assert not any(node.rows()[table] for table in (*EXPIRING, "invite_counts"))


def test_a_frozen_card_stays_until_its_commit(node: TrialNode, clock: Clock) -> None:
    post(node, new_card(node), 1)
    begin_epoch(node, 2)
    clock.pass_days(200)

    tidy(node.node.store, node.node.today())
    assert len(node.rows()["cards"]) == 1
    work = round_work(node, 1)
    work.upload(node)
    assert work.commit(node).status_code == 200

    tidy(node.node.store, node.node.today())
    assert node.rows()["cards"] == []


def test_closing_an_epoch_never_takes_a_card_from_its_round(node: TrialNode, clock: Clock) -> None:
    """The card expired before its epoch closed, and the sweep at the closing comes too late."""
    post(node, new_card(node), 1)
    clock.pass_days(200)

    begin_epoch(node, 2)

    work = round_work(node, 1)
    assert len(work.cards) == 1
    work.upload(node)
    assert work.commit(node).status_code == 200


def test_a_node_sweeps_when_it_starts(tmp_path: Path, trial: TrialCircle, clock: Clock) -> None:
    with running_node(tmp_path, trial, clock) as node:
        begin_epoch(node, 1)
        fill(node)

    clock.pass_days(400)

    with running_node(tmp_path, trial, clock, leap_seconds=0) as node:
        assert not any(node.rows()[table] for table in EXPIRING)


def test_a_node_sweeps_when_a_day_begins(tmp_path: Path, trial: TrialCircle, clock: Clock) -> None:
    permit = permit_in_database(tmp_path)
    settings = {"housekeeping_seconds": 0.05, "leap_seconds": 0}
    with running_node(tmp_path, trial, clock, **settings) as node:
        assert meet(node, Claim(permit))[1] == 0
        clock.pass_days(400)
        wait_until(lambda: not node.rows()["claims"])


def test_a_sweep_that_has_begun_ends_before_its_database_is_closed(
    tmp_path: Path, trial: TrialCircle, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, swept = threading.Event(), threading.Event(), []

    def slowly(store: Store, today: int) -> None:
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)
        tidy(store, today)
        swept.append(today)

    with running_node(tmp_path, trial, clock, housekeeping_seconds=0.05):
        monkeypatch.setattr("api.sweeper.tidy", slowly)
        clock.pass_days(1)
        assert begun.wait(PATIENCE_SECONDS)
        threading.Timer(0.3, go_on.set).start()  # while the node ends

    assert swept


def test_a_large_sweep_goes_in_small_steps(
    node: TrialNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "CHUNK_ROWS", 2)
    for _ in range(3):
        post(node, new_card(node), 1)

    tidy(node.node.store, node.node.today() + 400)

    assert node.rows()["drops"] == []


def test_expiry_is_drawn_over_the_whole_jitter(trial: TrialCircle) -> None:
    drawn = {drawn_expiry(100, trial.circle.policy) for _ in range(400)}

    assert drawn == set(range(190, 198))


@pytest.mark.parametrize("period", range(8_104, 8_112))
def test_a_shelf_lasts_to_the_end_of_the_quarter_in_which_it_is_exchanged(period: int) -> None:
    earliest = min(drawn_expiry_of_period(period, DEFAULT_POLICY) for _ in range(200))

    assert earliest >= days_of(period + 1)[1]


def test_burned_values_outlive_the_last_card_of_their_period(trial: TrialCircle) -> None:
    policy, period = trial.circle.policy, trial.circle.periods[-1]

    latest_card = period.to_day + policy.drop_days + policy.jitter_days
    assert kept_until(period.number, policy) >= latest_card


@pytest.mark.sqlite
def test_a_file_does_not_show_in_which_order_rows_came(node: TrialNode) -> None:
    """SQLite fills a page from its end: the place of a row in the file is the order of arrival."""
    card = new_card(node)
    post(node, card, 1)
    claims = [Claim(card.permit) for _ in range(20)]
    for claim in claims:
        meet(node, claim)
    hashes = [hashed("klunak claim tag", claim.tag) for claim in claims]
    tidy(node.node.store, node.node.today())

    stored = Path(str(node.engine.url.database)).read_bytes()
    places = [stored.index(each) for each in hashes]
    by_key = sorted(range(20), key=lambda n: hashes[n], reverse=True)
    assert [n for _, n in sorted((place, n) for n, place in enumerate(places))] == by_key
