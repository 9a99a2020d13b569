"""Who and how are exact, and fair among equals."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from matching.cards import Request, fits
from matching.catalogue import Bits, Mode, Region, Size, bits
from matching.errors import SolveError
from matching.optimum import achieved
from matching.oracle import Problem, optima
from matching.pairing import Dealt, deal
from matching.priority import priority
from matching.solve import how, who
from matching.types import layers
from tests.matching.oracle import exhaustive_optimum
from tests.matching.populations import TRIAL, population
from tests.matching.test_cards import OFFER, REQUEST


def solve(requests: list[Request], offers: list, rng: Random) -> list[Dealt]:  # type: ignore[type-arg]
    graph = layers(requests, offers, TRIAL)
    served = who(graph, rng.randrange)
    return deal(graph, served, how(graph, served), rng.randrange)


def test_who_and_how_are_exact_against_highs_on_individuals() -> None:
    problems, found = [], []
    for seed in range(150):
        rng = Random(seed)
        requests, offers = population(
            rng,
            requests=rng.randrange(1, 60),
            offers=rng.randrange(1, 60),
            regions=rng.randrange(1, 8),
        )
        dealt = solve(requests, offers, rng)
        problems.append(Problem(requests, offers, {one.request.id for one in dealt}))
        found.append(achieved((one.request, one.way) for one in dealt))

    assert found == optima(problems, TRIAL)
    assert sum(best.served for best in found) > 1000, "the populations must be worth matching"
    assert any(best.by_priority[0] < best.served for best in found)


def test_who_is_exact_against_exhaustive_search() -> None:
    for seed in range(120):
        rng = Random(seed)
        requests, offers = population(rng, requests=5, offers=4, regions=2)
        dealt = solve(requests, offers, rng)

        best = exhaustive_optimum(requests, offers, TRIAL)
        here = achieved((one.request, one.way) for one in dealt)
        assert (here.served, here.by_priority) == (best.served, best.by_priority)
        assert here.exposure >= best.exposure


def test_every_pair_fits_and_nobody_is_paired_twice() -> None:
    for seed in range(30):
        rng = Random(seed)
        requests, offers = population(rng, requests=60, offers=50)
        dealt = solve(requests, offers, rng)

        assert all(one.way in fits(one.request, one.offer, TRIAL) for one in dealt)
        assert len({one.request.id for one in dealt}) == len(dealt)
        assert len({one.offer.id for one in dealt}) == len(dealt)


def test_the_donor_two_could_have_goes_to_the_urgent_one_and_no_donor_is_wasted() -> None:
    urgent = replace(REQUEST, id="urgent", urgency=1, waited=9)
    patient = replace(REQUEST, id="patient")
    other = replace(REQUEST, id="elsewhere", region=Region.BREST)
    narrow = replace(OFFER, id="narrow", regions=bits([Region.BREST]))

    dealt = solve([patient, urgent, other], [OFFER, narrow], Random(0))

    assert {one.request.id for one in dealt} == {"urgent", "elsewhere"}


def test_the_least_exposed_way_is_taken_when_it_costs_nobody() -> None:
    locker = replace(REQUEST, id="locker", modes=bits([Mode.LOCKER]))
    either = replace(REQUEST, id="either")
    no_voucher = replace(OFFER, id="no voucher", modes=bits([Mode.LOCKER, Mode.DELIVERY]))

    dealt = solve([locker, either], [OFFER, no_voucher], Random(0))

    assert {one.request.id: one.way.mode for one in dealt} == {
        "locker": Mode.LOCKER,
        "either": Mode.VOUCHER,
    }


def test_equals_are_served_by_lot_whatever_it_exposes() -> None:
    """Ten equals for five offers; half of them can only have it delivered, the most exposed way."""
    modes = [bits([Mode.DELIVERY]), bits([Mode.VOUCHER])]
    requests = [replace(REQUEST, id=number, modes=modes[number % 2]) for number in range(10)]
    offers = [replace(OFFER, id=("offer", number)) for number in range(5)]
    rng = Random(7)

    served = Counter(one.request.id for _ in range(1000) for one in solve(requests, offers, rng))

    assert all(440 < served[number] < 560 for number in range(10)), served


def test_larger_parcels_are_not_preferred_or_lost_among_equals() -> None:
    sizes = [Size.SMALL, Size.LARGE]
    requests = [replace(REQUEST, id=number, size=sizes[number % 2]) for number in range(6)]
    offers = [replace(OFFER, id=("offer", number)) for number in range(3)]
    rng = Random(8)

    served = Counter(one.request.size for _ in range(600) for one in solve(requests, offers, rng))

    assert abs(served[Size.SMALL] - served[Size.LARGE]) < 140, served


def test_priority_decides_over_the_lot() -> None:
    requests = [replace(REQUEST, id=number, waited=number) for number in range(15)]
    rng = Random(9)

    for _ in range(50):
        dealt = solve(requests, [OFFER], rng)
        assert [priority(one.request) for one in dealt] == [4]


def test_how_refuses_those_who_cannot_all_be_served() -> None:
    graph = layers([REQUEST, replace(REQUEST, id="second")], [OFFER], TRIAL)

    with pytest.raises(SolveError):
        how(graph, [list(kind.cards) for kind in graph.requests])


def test_nobody_fits_is_an_answer() -> None:
    far = replace(OFFER, regions=Bits(1 << Region.BREST))

    assert solve([REQUEST], [far], Random(0)) == []
    assert solve([], [], Random(0)) == []
