"""The layered graph says exactly what eligibility says."""

from __future__ import annotations

from random import Random

import pytest

from matching.cards import Way, fits
from matching.types import Layers, layers
from tests.matching.populations import TRIAL, population


def reached(graph: Layers) -> dict[tuple[object, object], set[Way]]:
    """Every request and offer joined by a path, and the ways of these paths."""
    onward: dict[int, list[int]] = {}
    for lower, upper in graph.steps:
        onward.setdefault(lower, []).append(upper)
    found: dict[tuple[object, object], set[Way]] = {}
    for kind in graph.requests:
        todo = list(kind.cells)
        seen = set(todo)
        while todo:
            new = set(onward.get(todo.pop(), ())) - seen
            seen |= new
            todo += new
        for other in graph.offers:
            ways = {graph.cells[cell].way for cell in seen & set(other.cells)}
            for request in kind.cards:
                for offer in other.cards:
                    if ways:
                        found[request.id, offer.id] = ways
    return found


@pytest.mark.parametrize("seed", range(25))
def test_paths_are_exactly_the_pairs_that_fit(seed: int) -> None:
    rng = Random(seed)
    requests, offers = population(rng, requests=rng.randrange(30), offers=rng.randrange(30))

    expected = {
        (request.id, offer.id): ways
        for request in requests
        for offer in offers
        if (ways := fits(request, offer, TRIAL))
    }
    assert reached(layers(requests, offers, TRIAL)) == expected


def test_every_step_leads_to_a_later_cell_of_the_same_way() -> None:
    requests, offers = population(Random(3), requests=200, offers=200)
    graph = layers(requests, offers, TRIAL)

    assert graph.steps
    for lower, upper in graph.steps:
        assert lower < upper
        assert graph.cells[lower].way == graph.cells[upper].way


def test_cards_that_can_do_the_same_are_one_type() -> None:
    requests, offers = population(Random(4), requests=3000, offers=3000)
    graph = layers(requests, offers, TRIAL)

    tuples = {(card.region, card.modes, card.preset, card.size, card.needs) for card in requests}
    assert len(graph.requests) < len(tuples)
    assert len({kind.cells for kind in graph.offers}) <= len(graph.offers)


def test_nobody_is_counted_twice() -> None:
    requests, offers = population(Random(5), requests=300, offers=300)
    graph = layers(requests, offers, TRIAL)

    for kinds, cards in ((graph.requests, requests), (graph.offers, offers)):
        ids = [card.id for kind in kinds for card in kind.cards]
        assert len(ids) == len(set(ids))
        assert set(ids) <= {card.id for card in cards}


def test_an_empty_round_is_an_empty_graph() -> None:
    assert layers([], [], TRIAL) == Layers((), (), (), ())
