"""Inside a cell everybody is as likely to get anybody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import permutations
from random import Random

from matching.catalogue import Mode, Size, bits
from matching.pairing import deal, shuffled
from matching.solve import how, who
from matching.types import layers
from tests.matching.populations import TRIAL
from tests.matching.test_cards import OFFER, REQUEST


def test_shuffles_are_uniform() -> None:
    rng = Random(1)
    seen = Counter(tuple(shuffled("abcd", rng.randrange)) for _ in range(12000))

    assert len(seen) == 24
    assert all(400 < count < 600 for count in seen.values()), seen


def test_shuffling_leaves_the_original_and_draws_below_what_is_left() -> None:
    asked: list[int] = []

    def randbelow(limit: int) -> int:
        asked.append(limit)
        return limit - 1

    original = [1, 2, 3, 4]
    assert shuffled(original, randbelow) == original
    assert asked == [4, 3, 2]


def test_pairings_in_a_cell_are_uniform() -> None:
    voucher = bits([Mode.VOUCHER])
    requests = [replace(REQUEST, id=n, modes=voucher, preset=0) for n in range(3)]
    offers = [replace(OFFER, id=n, modes=voucher, preset=0) for n in range(10, 13)]
    graph = layers(requests, offers, TRIAL)
    rng = Random(2)

    seen: Counter[tuple[object, ...]] = Counter()
    for _ in range(6000):
        served = who(graph, rng.randrange)
        dealt = deal(graph, served, how(graph, served), rng.randrange)
        seen[tuple(one.offer.id for one in sorted(dealt, key=lambda one: str(one.request.id)))] += 1

    assert set(seen) == set(permutations([10, 11, 12]))
    assert all(850 < count < 1150 for count in seen.values()), seen


def test_small_parcels_climb_to_donors_of_larger_ones_by_lot() -> None:
    """Two small requests meet one small and one large offer: both pairings come up."""
    requests = [replace(REQUEST, id=n, size=Size.SMALL) for n in range(2)]
    offers = [
        replace(OFFER, id="small", size=Size.SMALL),
        replace(OFFER, id="large", size=Size.LARGE),
    ]
    graph = layers(requests, offers, TRIAL)
    rng = Random(3)

    seen: Counter[object] = Counter()
    for _ in range(2000):
        served = who(graph, rng.randrange)
        dealt = deal(graph, served, how(graph, served), rng.randrange)
        seen.update(one.request.id for one in dealt if one.offer.id == "large")

    assert 850 < seen[0] < 1150
    assert seen[0] + seen[1] == 2000
