"""Counters: what is said is heard, and nothing is said twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clients.people import shelves
from clients.people.outboxes import first_outbox, highest_counter, recovered, spoken
from clients.people.person import Place
from clients.people.shelves import NO_WISH, new_shelf, new_slot
from clients.people.state import State
from crypto.keys import Person
from crypto.messages.intake import FAMILY
from crypto.messages.notices import Notice
from crypto.messages.shelf import POSTED
from tests.circles import make_trial_circle


def state_with(*, outbox: int | None, shelf: int, notice: int | None) -> State:
    """A posted card whose three memories know these counters."""
    trial = make_trial_circle()
    person = Person.from_list_key(b"l" * 32, circle=trial.circle.digest, period=trial.period)
    slot = replace(new_slot(0, (), b"", None), stamp=None, stage=POSTED, counter=shelf)
    held = new_shelf(role=FAMILY, language="be", asked=1, wish=NO_WISH)
    held = shelves.with_slot(held, slot)
    said = None if outbox is None else replace(first_outbox(None), counter=outbox, accepted=4)
    told = None
    if notice is not None:
        told = Notice(phase=0, counter=notice, pages=(b"r" * 32,) * 4, match=None, delivery=None)
    return State(
        place=Place(person, 0),
        circle=trial.circle,
        epoch=9,
        committed=8,
        found=held,
        shelf=held,
        heard=said,
        outbox=said,
        notice=told,
    )


def counters(state: State) -> tuple[int, int]:
    assert state.outbox is not None
    assert state.slot is not None
    return state.outbox.counter, state.slot.counter


@pytest.mark.parametrize(
    ("outbox", "shelf", "notice", "highest"),
    [
        (3, 3, 2, 3),
        (3, 5, 4, 5),
        (3, 3, 7, 7),
        (None, 0, None, 0),
        (None, 2, 6, 6),
        (3, 3, 2**16 + 3, 2**16 + 3),
        (3, 3, 2**16 + 4, 3),
        (3, 3, 2**32 - 1, 3),
    ],
)
def test_the_highest_counter_anybody_knows_counts(outbox, shelf, notice, highest) -> None:
    assert highest_counter(state_with(outbox=outbox, shelf=shelf, notice=notice)) == highest


def test_a_word_goes_out_above_the_highest_and_the_shelf_remembers() -> None:
    state = spoken(state_with(outbox=3, shelf=3, notice=7), withdrawn=True)

    assert counters(state) == (8, 8)


def test_the_same_word_again_changes_nothing_unless_it_is_meant_anew() -> None:
    state = state_with(outbox=3, shelf=3, notice=3)

    assert spoken(state, accepted=4) is state
    assert counters(spoken(state, anew=True, accepted=4)) == (4, 4)


def test_nothing_can_be_said_without_a_card() -> None:
    state = state_with(outbox=None, shelf=3, notice=None)

    assert spoken(state, withdrawn=True) is state
    assert recovered(state) is state


def test_an_outbox_in_step_with_the_shelf_is_left_alone() -> None:
    state = state_with(outbox=3, shelf=3, notice=3)

    assert recovered(state) is state


def test_an_older_shelf_learns_from_the_outbox() -> None:
    state = recovered(state_with(outbox=5, shelf=3, notice=3))

    assert counters(state) == (5, 5)


def test_an_outbox_brought_back_goes_on_above_the_shelf() -> None:
    state = recovered(state_with(outbox=2, shelf=5, notice=4))

    assert counters(state) == (6, 6)
    assert state.outbox is not None
    assert state.outbox.accepted == 4


def test_a_blanked_outbox_begins_again_above_the_notice() -> None:
    state = recovered(state_with(outbox=None, shelf=2, notice=6))

    assert counters(state) == (7, 7)
