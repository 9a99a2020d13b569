"""Numbers into pairs: inside a cell, everybody is as likely to get anybody.

The solver says how many travel each arc and nothing about whom. Here each cell shuffles everybody
who stands in it and deals them to the arcs that leave it, so the outcome says no more about two
people than their types and the numbers do. All shuffles draw from ``randbelow``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from matching.cards import Offer, Request, Way
from matching.solve import Routes, Served
from matching.types import Layers

Item = TypeVar("Item")


class Dealt(NamedTuple):
    """A request, the offer it got, and how the parcel travels."""

    request: Request
    offer: Offer
    way: Way


def shuffled(items: Iterable[Item], randbelow: Callable[[int], int]) -> list[Item]:
    """A new list in uniformly random order (Fisher and Yates)."""
    deck = list(items)
    for last in range(len(deck) - 1, 0, -1):
        other = randbelow(last + 1)
        deck[last], deck[other] = deck[other], deck[last]
    return deck


def deal(
    layers: Layers, served: Served, routes: Routes, randbelow: Callable[[int], int]
) -> list[Dealt]:
    """Pair exactly *served*, along *routes*."""
    pools: list[list[Request]] = [[] for _ in layers.cells]
    waiting = [shuffled(cards, randbelow) for cards in served]
    for (kind, cell), count in routes.enter.items():
        pools[cell] += _take(waiting[kind], count)

    ways_out: dict[int, list[tuple[int, int]]] = {}
    for (lower, upper), count in routes.climb.items():
        ways_out.setdefault(lower, []).append((upper, count))
    ways_off: dict[int, list[tuple[int, int]]] = {}
    for (cell, kind), count in routes.leave.items():
        ways_off.setdefault(cell, []).append((kind, count))

    offers = [shuffled(kind.cards, randbelow) for kind in layers.offers]
    pairs: list[Dealt] = []
    for cell, pool in enumerate(pools):  # every step leads to a later cell
        deck = shuffled(pool, randbelow)
        for upper, count in ways_out.get(cell, ()):
            pools[upper] += _take(deck, count)
        for kind, count in ways_off.get(cell, ()):
            way = layers.cells[cell].way
            got = _take(offers[kind], count)
            pairs += map(Dealt, _take(deck, count), got, [way] * count)
        assert not deck, "more came into a cell than left it"
    assert not any(waiting), "a served request entered no cell"
    return pairs


def _take(deck: list[Item], count: int) -> list[Item]:
    assert count <= len(deck), "an arc carries more than there are"
    taken = deck[len(deck) - count :]
    del deck[len(deck) - count :]
    return taken
