"""A whole season through real processes, and what a thief of its node is left with."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

CERTIFIED_SLOTS = 3


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
def test_parcels_travel_in_every_mode_and_the_node_knows_nobody() -> None:
    figures = tour("--families", "18", "--donors", "14", "--seed", "3", seconds=1_200)

    assert_a_season(figures)
    assert_nothing_to_seize(figures)
    assert figures["rounds_proved_optimal"] == figures["rounds"]
    # Whether a silent donor is dealt a family at all is up to the lots; who withdraws is not.
    assert figures["withdrawn"] > 0
    assert all(figures["family_visits"].values()), "a mode in which nothing arrived"


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
    assert figures["family_visits"]["voucher"] <= 3
    assert figures["family_visits"]["locker"] <= 4
    assert figures["family_visits"]["delivery"] <= 4
