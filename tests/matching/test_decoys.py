"""Decoys last, and nobody is left out."""

from __future__ import annotations

from random import Random

import pytest

from matching.decoys import IdPair, pair_decoys
from matching.errors import PlanError


def once(pairs: tuple[IdPair, ...], odd: object) -> list[object]:
    return [card for pair in pairs for card in pair] + ([] if odd is None else [odd])


@pytest.mark.parametrize("count", range(8))
def test_everybody_has_one_decoy_but_an_odd_one(count: int) -> None:
    decoys = pair_decoys(range(count), lasting=[], randbelow=Random(count).randrange)

    assert sorted(once(decoys.pairs, decoys.odd), key=str) == list(range(count))
    assert (decoys.odd is None) == (count % 2 == 0)


def test_a_pair_lasts_while_both_wait() -> None:
    lasting: tuple[IdPair, ...] = ((0, 1), (2, 3), (4, 5))
    rng = Random(1)
    for _ in range(20):
        decoys = pair_decoys(range(6), lasting=lasting, randbelow=rng.randrange)
        assert set(decoys.pairs) == set(lasting)


def test_the_widowed_and_the_new_are_paired_with_each_other() -> None:
    decoys = pair_decoys([0, 1, 2, 9], lasting=[(0, 1), (2, 3)], randbelow=Random(1).randrange)

    assert decoys.pairs[0] == (0, 1)
    assert set(decoys.pairs[1]) == {2, 9}
    assert decoys.odd is None


def test_a_card_in_two_pairs_is_refused() -> None:
    for lasting in ([(0, 1), (1, 2)], [(0, 0)]):
        with pytest.raises(PlanError):
            pair_decoys(range(3), lasting=lasting, randbelow=Random(1).randrange)


def test_new_decoys_are_drawn_evenly() -> None:
    rng = Random(5)
    partners = [0] * 4
    for _ in range(3000):
        decoys = pair_decoys(range(4), lasting=[], randbelow=rng.randrange)
        for one, other in decoys.pairs:
            if 0 in (one, other):
                partners[int(str(other if one == 0 else one))] += 1

    assert all(900 < count < 1100 for count in partners[1:])
