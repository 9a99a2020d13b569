"""A whole season through real processes, and what a thief of its node is left with."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

CERTIFIED_SLOTS = 3

WITHDRAWING = 2
"""Of eighteen families: one in ten, the fourth, whether it is matched or not."""


def tour(*arguments: str, seconds: int) -> dict[str, Any]:
    """The JSON that `klunak tour` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "clients.cli", "tour", "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def assert_nothing_to_seize(figures: dict[str, Any]) -> None:
    assert figures["markers"] > 1_000
    assert figures["marker_hits"] == 0
    assert figures["controls_found"] == figures["controls_planted"] > 0


def assert_a_season(figures: dict[str, Any]) -> None:
    assert figures["certified"] == figures["families"] + figures["donors"]
    assert figures["confirmed"] > 0
    assert figures["slots_earned"] > 0
    assert figures["slots_earned"] <= figures["confirmed"]
    assert figures["infiltrator_addresses"] <= CERTIFIED_SLOTS


@pytest.mark.journey
def test_what_was_accepted_arrives_and_the_node_knows_nobody() -> None:
    """The season itself notices a parcel that was accepted, in whichever mode, and did not come."""
    figures = tour("--families", "18", "--donors", "14", "--seed", "3", seconds=1_200)

    assert_a_season(figures)
    assert_nothing_to_seize(figures)
    assert figures["rounds_proved_optimal"] == figures["rounds"]
    # Which modes are dealt, and whether a silent donor is, the lots decide; not who withdraws.
    assert figures["withdrawn"] == WITHDRAWING


@pytest.mark.journey
def test_a_node_and_a_matcher_killed_three_times_each_lose_nothing() -> None:
    """The season itself notices a lost word, and a code, address or receipt that counts twice."""
    arguments = ["--families", "10", "--donors", "8", "--seed", "5", "--epochs", "12"]
    figures = tour(*arguments, "--kills", "3", seconds=1_200)

    assert figures["node_kills"] == figures["matcher_kills"] == 3
    assert_a_season(figures)
    assert_nothing_to_seize(figures)


@pytest.mark.long
def test_a_node_and_a_matcher_killed_twenty_times_each_lose_nothing() -> None:
    arguments = ["--families", "24", "--donors", "18", "--seed", "7", "--epochs", "24"]
    figures = tour(*arguments, "--kills", "20", seconds=1_800)

    assert figures["node_kills"] == figures["matcher_kills"] == 20
    assert_a_season(figures)
    assert_nothing_to_seize(figures)


@pytest.mark.long
def test_the_tour_of_the_readme_meets_its_targets() -> None:
    figures = tour("--families", "60", "--donors", "45", seconds=1_800)

    assert_a_season(figures)
    assert_nothing_to_seize(figures)
    assert figures["rounds_proved_optimal"] == figures["rounds"]
    assert figures["reopened"] > 0
    # In a season of this size something arrives in every mode.
    assert 0 < figures["family_visits"]["voucher"] <= 3
    assert 0 < figures["family_visits"]["locker"] <= 4
    assert 0 < figures["family_visits"]["delivery"] <= 4
