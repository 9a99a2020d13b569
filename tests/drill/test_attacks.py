"""Guesses and their bounds: right on databases whose truth is known."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from clients.drill.attacks import link
from clients.drill.bounds import FALSE_ALARM, lower_bound, upper_bound
from clients.drill.nearness import TRACES, Row
from clients.drill.truth import TrueCard

CARDS = 40


def season(place_of: str) -> tuple[list[TrueCard], dict[bytes, Row]]:
    """Cards in pairs, their rows placed either as they came or by lot; the same every time."""
    lot = random.Random(1)
    cards: list[TrueCard] = []
    rows: dict[bytes, Row] = {}
    partners = [lot.randbytes(32) for _ in range(CARDS)]
    for number, own in enumerate(partners):
        outbox, notice, shelf, thread, *pages = (lot.randbytes(32) for _ in range(8))
        cards.append(
            TrueCard(
                row=own,
                outbox=outbox,
                pages=tuple(pages),
                notice=notice,
                is_request=number % 2 == 0,
                is_matched=True,
                posted=1,
                partner=partners[number ^ 1],
                shelf=shelf,
                thread=thread,
            )
        )
        for address in (own, notice, shelf, thread, outbox, *pages):
            place = len(rows) if place_of == "arrival" else lot.randrange(1 << 40)
            rows[address] = Row(address, lot.randrange(90, 98), place, place)
    return cards, rows


def test_rows_as_they_came_are_linked() -> None:
    found = link(*season("arrival"))

    assert found["page_outbox"].advantage > 0.9
    assert found["request_offer"].advantage > 0.9
    assert found["page_outbox"].trace in ("place", "place_after", "order")


def test_rows_that_were_locked_together_are_linked() -> None:
    cards, rows = season("lot")
    for number, card in enumerate(cards, 1):
        for address in (card.outbox, *card.pages):
            rows[address] = replace(rows[address], locked=number)

    assert link(cards, rows)["page_outbox"].trace == "locked"
    assert link(cards, rows)["page_outbox"].advantage > 0.9


def test_rows_by_lot_are_not() -> None:
    found = link(*season("lot"))

    for name in (
        "request_offer",
        "page_outbox",
        "page_page",
        "notice_card",
        "shelf_card",
        "thread_card",
    ):
        assert found[name].trials >= CARDS // 2
        assert found[name].advantage < 0.25
        assert found[name].advantage < found[name].upper99 < 1


def test_the_same_database_gives_the_same_figures() -> None:
    cards, rows = season("lot")

    assert link(cards, rows) == link(cards, rows)
    assert len(TRACES) >= 5


def test_what_a_visit_wrote_together_is_linked_by_the_log() -> None:
    """By any place there: what was written again since then stands elsewhere too."""
    cards, rows = season("lot")
    visited = cards[: CARDS // 2]
    for number, card in enumerate(visited):
        for line, address in enumerate(card.drops):
            together, again = 1 + 1_000 * number + line, 1_000_000 + 7_000 * (5 * number + line)
            rows[address] = replace(rows[address], log=(together, again))
    found = link(visited, rows)

    assert found["page_outbox"].trials == CARDS // 2
    assert (found["page_outbox"].trace, found["page_outbox"].advantage) == ("log", 0.95)
    assert link(cards, rows)["page_outbox"].advantage > 0.4


def test_rows_that_are_left_out_are_not_asked_about() -> None:
    cards, rows = season("arrival")
    few = {address: rows[address] for card in cards[:10] for address in card.drops}
    found = link(cards, few)

    assert found["page_outbox"].trials == 10
    assert found["notice_card"].trials == 0


def test_what_was_written_equally_often_is_linked() -> None:
    cards, rows = season("lot")
    for number, card in enumerate(cards):
        for address in card.drops:
            rows[address] = replace(rows[address], versions=1 + number)
    found = link(cards, rows)

    assert (found["page_page"].trace, found["page_page"].advantage) == ("updates", 0.975)


def test_two_slots_of_one_person_are_asked_about() -> None:
    cards, rows = season("arrival")
    owned = [replace(card, shelf=cards[n // 2 * 2].shelf) for n, card in enumerate(cards)]

    assert link(owned, rows)["slot_slot"].trials == CARDS // 2
    assert link(owned, rows)["slot_slot"].advantage > 0.9


@pytest.mark.parametrize("trials", [1, 10, 300, 5_000])
def test_no_success_bounds_as_the_formula_says(trials: int) -> None:
    assert upper_bound(0, trials, attacks=1) == pytest.approx(1 - 0.01 ** (1 / trials), rel=1e-9)
    assert upper_bound(0, trials, attacks=20) == pytest.approx(1 - 0.0005 ** (1 / trials), rel=1e-9)


def test_a_bound_is_where_so_few_successes_become_surprising() -> None:
    bound = upper_bound(5, 50, attacks=1)
    so_few = sum(math.comb(50, k) * bound**k * (1 - bound) ** (50 - k) for k in range(6))

    assert so_few == pytest.approx(0.01, rel=1e-6)
    assert upper_bound(10, 10, attacks=1) == 1.0
    assert upper_bound(0, 0, attacks=1) == 1.0


def test_a_lower_bound_is_where_so_many_successes_become_surprising() -> None:
    bound = lower_bound(45, 50, attacks=4)
    so_many = sum(math.comb(50, k) * bound**k * (1 - bound) ** (50 - k) for k in range(45, 51))

    assert so_many == pytest.approx(FALSE_ALARM / 4, rel=1e-6)
    assert lower_bound(0, 10, attacks=1) == lower_bound(0, 0, attacks=1) == 0.0
    assert lower_bound(10, 10, attacks=1) == pytest.approx(FALSE_ALARM ** (1 / 10), rel=1e-9)
