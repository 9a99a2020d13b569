"""Agains: two people who both asked for each other again are paired before everybody else.

An equal value on a request and an offer is the wish of both: only the two ends of an earlier
conversation can compute it. Whoever carries a value that has not come yet is kept for it while
``reserved``; if it came and the two no longer fit, there is nothing to wait for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from matching.cards import CardId, Offer, Request, Way, fits
from matching.catalogue import Catalogue
from matching.pairing import Dealt, shuffled
from matching.priority import priority

Card = TypeVar("Card", Request, Offer)


@dataclass(frozen=True, slots=True)
class Reunion:
    """Who found each other, who is kept waiting for somebody, and everybody else."""

    pairs: list[Dealt]
    kept: list[Request | Offer]
    requests: list[Request]
    offers: list[Offer]


def reunite(
    requests: Iterable[Request],
    offers: Iterable[Offer],
    *,
    catalogue: Catalogue,
    randbelow: Callable[[int], int],
) -> Reunion:
    """Pair equal agains, higher classes first; a tie goes by the order of the cards."""
    requests, offers = list(requests), list(offers)
    by_value: dict[bytes, list[Offer]] = {}
    for offer in offers:
        for again in offer.agains:
            by_value.setdefault(again, []).append(offer)

    pairs: list[Dealt] = []
    taken: set[CardId] = set()
    asking = [request for request in requests if request.agains]
    for request in sorted(asking, key=priority, reverse=True):
        for offer in (offer for again in request.agains for offer in by_value.get(again, ())):
            ways = fits(request, offer, catalogue)
            if offer.id not in taken and ways:
                pairs.append(Dealt(request, offer, _least_exposed(ways, randbelow)))
                taken |= {request.id, offer.id}
                break

    asked = {again for request in asking for again in request.agains}
    waiting_requests, free_requests = _split(requests, taken, came=by_value.keys())
    waiting_offers, free_offers = _split(offers, taken, came=asked)
    return Reunion(pairs, [*waiting_requests, *waiting_offers], free_requests, free_offers)


def _split(
    cards: Iterable[Card], taken: set[CardId], *, came: Iterable[bytes]
) -> tuple[list[Card], list[Card]]:
    """Those still kept for somebody, and those free for anybody."""
    present = set(came)
    kept: list[Card] = []
    free: list[Card] = []
    for card in cards:
        if card.id not in taken:
            missing = not present.issuperset(card.agains)
            (kept if card.reserved and missing else free).append(card)
    return kept, free


def _least_exposed(ways: Iterable[Way], randbelow: Callable[[int], int]) -> Way:
    # sorted first: the order of a set is not the caller's chance
    return min(shuffled(sorted(ways), randbelow), key=lambda way: way.mode)
