"""A second oracle, with no solver at all: exhaustive search over tiny populations.

``matching.oracle`` trusts HiGHS and an argument about corners. This one trusts neither, and the two
are compared; together they stand behind every exactness test.
"""

from __future__ import annotations

from collections.abc import Sequence

from matching.cards import Offer, Request
from matching.catalogue import Catalogue
from matching.optimum import Optimum
from matching.priority import CLASSES, priority
from tests.matching.populations import plain_fits


def exhaustive_optimum(
    requests: Sequence[Request], offers: Sequence[Offer], catalogue: Catalogue
) -> Optimum:
    """The best figures over every set of pairs there is."""
    states: set[tuple[frozenset[int], tuple[int, ...], int]] = {
        (frozenset(), (0,) * CLASSES, 0),
    }
    for request in requests:
        options = [
            (number, min(way.mode for way in ways))
            for number, offer in enumerate(offers)
            if (ways := plain_fits(request, offer, catalogue))
        ]
        place = CLASSES - 1 - priority(request)
        for used, served, exposure in list(states):
            one_more = (*served[:place], served[place] + 1, *served[place + 1 :])
            states |= {
                (used | {number}, one_more, exposure + cost)
                for number, cost in options
                if number not in used
            }
    figures = {(sum(served), served, -exposure) for _, served, exposure in states}
    total, served, exposure = max(figures)
    return Optimum(total, served, -exposure)
