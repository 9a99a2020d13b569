"""How far rows are apart: by lists in order what every two rows give."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from clients.drill.nearness import FAR, TRACES, Row


def number(row: Row) -> int:
    return int.from_bytes(row.address, "big")


def between_logs(one: Row, other: Row) -> int:
    return min((abs(a - b) for a in one.log for b in other.log), default=FAR)


OF_TWO: dict[str, Callable[[Row, Row], int]] = {
    "place": lambda one, other: abs(one.place - other.place),
    "place_after": lambda one, other: (other.place - one.place) % FAR,
    "order": lambda one, other: abs(one.order - other.order),
    "log": between_logs,
    "locked": lambda one, other: (
        abs(one.locked - other.locked) if one.locked * other.locked else FAR
    ),
    "updates": lambda one, other: abs(one.versions - other.versions),
    "day": lambda one, other: abs(one.expires - other.expires),
    "address": lambda one, other: number(one) ^ number(other),
    "address_sum": lambda one, other: abs(number(one) - number(other)),
}


def row(lot: random.Random) -> Row:
    return Row(
        address=lot.randbytes(32),
        expires=lot.randrange(90, 98),
        place=lot.randrange(1 << 20),
        order=lot.randrange(50),
        log=tuple(sorted(lot.sample(range(1000), lot.randrange(4)))),
        versions=lot.randrange(1, 5),
        locked=lot.randrange(4),
    )


def test_every_trace_is_held_against_what_two_rows_give() -> None:
    assert TRACES.keys() == OF_TWO.keys()


@pytest.mark.parametrize("name", TRACES)
def test_two_cards_are_as_far_apart_as_the_nearest_of_their_rows(name: str) -> None:
    lot = random.Random(name)
    trace = TRACES[name]
    for _ in range(500):
        one, other = ([row(lot) for _ in range(lot.randrange(1, 8))] for _ in range(2))
        least = min(OF_TWO[name](a, b) for a in one for b in other)
        assert trace.apart(trace.of(one), trace.of(other)) == least
