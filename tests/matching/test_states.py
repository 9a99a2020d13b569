"""The numbers that are the format, and durations that cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from matching.errors import PolicyError
from matching.states import Marks, Phase, Policy


def test_phases_and_marks_are_the_wire_format() -> None:
    assert [(phase.name, int(phase)) for phase in Phase] == [
        ("WAITING", 0),
        ("HELD", 1),
        ("AGREED", 2),
        ("IDLE", 3),
        ("FINISHED", 4),
        ("VOID", 5),
    ]
    assert [int(mark) for mark in Marks] == [1, 2, 4, 8]


def test_the_longest_match_fits_the_life_left_and_not_an_epoch_less() -> None:
    assert replace(Policy(), match_left_epochs=35)
    with pytest.raises(PolicyError):
        replace(Policy(), match_left_epochs=34)


@pytest.mark.parametrize(
    "name", ["answer_epochs", "respond_epochs", "send_epochs", "confirm_epochs"]
)
def test_no_duration_is_nothing(name: str) -> None:
    with pytest.raises(PolicyError):
        replace(Policy(), **{name: 0})


def test_cards_outlive_the_time_they_must_have_left() -> None:
    with pytest.raises(PolicyError):
        replace(Policy(), card_epochs=41)
