"""Random small populations, and eligibility written a second time in the plainest words."""

from __future__ import annotations

from random import Random

from matching.cards import Offer, Request, Way
from matching.catalogue import Bits, Catalogue, Mode, Need, Region, Size
from matching.trial_catalogue import TRIAL_CATALOGUE

TRIAL = Catalogue.from_json(TRIAL_CATALOGUE)


def some(rng: Random, codes: int) -> Bits:
    """A random non-empty set."""
    return Bits(rng.randrange(1, 1 << codes))


def few(rng: Random, codes: int) -> Bits:
    """A random set of one or two."""
    return Bits(1 << rng.randrange(codes) | 1 << rng.randrange(codes))


def population(
    rng: Random, *, requests: int, offers: int, regions: int = len(Region)
) -> tuple[list[Request], list[Offer]]:
    """Cards with random attributes; few *regions* make them meet more often."""
    asking = [
        Request(
            id=("request", number),
            region=Region(rng.randrange(regions)),
            modes=some(rng, len(Mode)),
            preset=rng.randrange(3),
            size=Size(rng.randrange(len(Size))),
            needs=few(rng, len(Need)),
            urgency=rng.randrange(2),
            waited=rng.randrange(12),
        )
        for number in range(requests)
    ]
    giving = [
        Offer(
            id=("offer", number),
            regions=some(rng, regions),
            modes=some(rng, len(Mode)),
            preset=rng.randrange(3),
            size=Size(rng.randrange(len(Size))),
            needs=some(rng, len(Need)),
        )
        for number in range(offers)
    ]
    return asking, giving


def plain_fits(request: Request, offer: Offer, catalogue: Catalogue) -> set[Way]:
    """Eligibility as one would say it aloud, with sets instead of bits."""

    def held(bits: int) -> set[int]:
        return {code for code in range(16) if bits & 2**code}

    ways = set()
    for number, store in enumerate(catalogue.stores):
        for mode in Mode:
            if (
                number in catalogue.presets[request.preset]
                and number in catalogue.presets[offer.preset]
                and mode in held(request.modes) & held(offer.modes) & held(store.modes)
                and request.region in held(offer.regions) & held(store.regions)
                and held(request.needs) <= held(offer.needs) & held(store.needs)
                and request.size <= offer.size
            ):
                ways.add(Way(mode, request.region, number))
    return ways
