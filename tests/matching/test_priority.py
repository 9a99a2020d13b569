"""Waiting and urgency, added."""

from __future__ import annotations

from dataclasses import replace

from matching.priority import CLASSES, URGENCY_EPOCHS, priority
from tests.matching.test_cards import REQUEST


def test_urgency_counts_as_three_epochs_of_waiting() -> None:
    for waited in range(40):
        urgent = replace(REQUEST, waited=waited, urgency=1)
        patient = replace(REQUEST, waited=waited + URGENCY_EPOCHS)
        assert priority(urgent) == priority(patient)


def test_waiting_never_lowers_and_is_capped() -> None:
    classes = [priority(replace(REQUEST, waited=waited)) for waited in range(65536)]

    assert classes == sorted(classes)
    assert set(classes) == set(range(CLASSES))


def test_whoever_waits_long_enough_is_never_behind_anybody() -> None:
    assert priority(replace(REQUEST, waited=15)) == CLASSES - 1
