"""The table, cell by cell, and what must hold of all of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from matching.lifecycle import ALONE, Event, Parted, Stage, after, due
from matching.states import Policy

# Written by hand from the rules, not from the code. A dot: nothing changes. Two letters: where the
# request goes and where the offer goes, W(aiting), I(dle), F(inished).
GRID = """
             SPOKE   ACCEPTED  SHOWN  SENT      FAILED      REPLACED  RECEIVED  FAMILY_LEFT REFUSED DECLINED DONOR_LEFT OVERDUE
WAITING      .       .         .      .         .           .         .         FINISHED    .       .        FINISHED   .
IDLE         WAITING .         .      .         .           .         .         FINISHED    .       .        FINISHED   .
FINISHED     .       .         .      .         .           .         .         .           .       .        .          .
HELD         .       AGREED    SHOWN  SENT      .           .         FF        FW          WI      WW       WF         WI
AGREED       .       .         SHOWN  SENT      .           .         FF        FW          WI      WI       WF         IW
SHOWN        .       .         .      SENT      .           .         FF        FF          .       WF       WF         WF
SENT         .       .         .      .         .           .         FF        FF          .       WF       WF         FF
CODE_HELD    .       CODE_SENT .      CODE_SENT .           .         FF        FW          WI      WW       WF         WI
CODE_SENT    .       .         .      .         CODE_FAILED .         FF        FF          .       WF       WF         FF
CODE_FAILED  .       .         .      .         .           CODE_SENT FF        FF          .       WF       WF         WF
"""  # noqa: E501

LETTERS = {"W": Stage.WAITING, "I": Stage.IDLE, "F": Stage.FINISHED}
PAIRED = [stage for stage in Stage if stage not in ALONE]


def cells() -> Iterator[tuple[Stage, Event, Stage | Parted]]:
    head, *rows = GRID.strip().splitlines()
    for row in rows:
        name, *entries = row.split()
        for event, entry in zip(head.split(), entries, strict=True):
            stage = Stage[name]
            if entry == ".":
                yield stage, Event[event], stage
            elif len(entry) == 2:
                yield stage, Event[event], (LETTERS[entry[0]], LETTERS[entry[1]])
            else:
                yield stage, Event[event], Stage[entry]


@pytest.mark.parametrize(
    ("stage", "event", "then"),
    list(cells()),
    ids=lambda one: getattr(one, "name", "parted"),
)
def test_cell(stage: Stage, event: Event, then: Stage | Parted) -> None:
    assert after(stage, event) == then


def test_the_grid_has_every_cell() -> None:
    assert [(stage, event) for stage, event, _ in cells()] == [*product(Stage, Event)]


def test_a_card_alone_never_parts_and_a_pair_parts_into_cards_alone() -> None:
    for stage, event in product(Stage, Event):
        then = after(stage, event)
        if stage in ALONE:
            assert then in ALONE
        elif isinstance(then, tuple):
            assert set(then) <= set(ALONE)


def test_finished_is_final() -> None:
    assert all(after(Stage.FINISHED, event) is Stage.FINISHED for event in Event)


def test_a_donor_that_may_have_seen_an_address_or_sent_a_code_is_spent() -> None:
    """P5: from these stages no event leads an offer anywhere but to its end."""
    spent = [Stage.SHOWN, Stage.SENT, Stage.CODE_SENT, Stage.CODE_FAILED]
    for stage, event in product(spent, Event):
        then = after(stage, event)
        assert then[1] is Stage.FINISHED if isinstance(then, tuple) else then in spent


def test_a_family_loses_its_place_only_by_its_own_doing_or_after_goods_were_sent() -> None:
    own = {Event.RECEIVED, Event.FAMILY_LEFT}
    for stage, event in product(PAIRED, Event):
        then = after(stage, event)
        if isinstance(then, tuple) and then[0] is Stage.FINISHED and event not in own:
            assert (stage, event) in {
                (Stage.SENT, Event.OVERDUE),
                (Stage.CODE_SENT, Event.OVERDUE),
            }


def test_hearing_the_same_word_twice_changes_nothing_more() -> None:
    for stage, event in product(PAIRED, Event):
        then = after(stage, event)
        if isinstance(then, Stage):
            assert after(then, event) is then


def test_every_pair_has_a_clock_and_its_end_parts_it() -> None:
    for stage in Stage:
        limit = due(stage, matched=10, since=11, marked=12, policy=Policy())
        if stage in ALONE:
            assert limit is None
        else:
            assert limit is not None
            assert isinstance(after(stage, Event.OVERDUE), tuple)


def test_clocks_run_from_match_agreement_and_mark() -> None:
    limits = {
        stage.name: due(stage, matched=100, since=200, marked=300, policy=Policy())
        for stage in PAIRED
    }

    assert limits == {
        "HELD": 102,
        "CODE_HELD": 102,
        "AGREED": 207,
        "SHOWN": 303,
        "CODE_FAILED": 303,
        "SENT": 230,
        "CODE_SENT": 230,
    }
