"""When a drill's figures are a failure, and not only something to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clients.drill.attacks import Advantage

MOST_ADVANTAGE = 0.02
"""Of a guess at what belongs together, once it was tried often enough to tell."""

ENOUGH_TRIALS = 2_000
"""So many guesses that are no better than blind ones are known to be below that."""

ENOUGH_PARCELS = 300
"""After so many every guess can be tried."""


def of_guesses(link: Mapping[str, Advantage], *, parcels: int) -> Iterator[str]:
    """What tells rows that belong together, or was not tried in a season of *parcels*."""
    for name, one in link.items():
        if one.lower > MOST_ADVANTAGE:
            yield f"{name}: guessed better than blindly, by {one.trace}"
        elif one.trials >= ENOUGH_TRIALS and one.upper99 > MOST_ADVANTAGE:
            yield f"{name}: perhaps guessed {one.upper99:.3f} better than blindly"
        elif parcels >= ENOUGH_PARCELS and not one.trials:
            yield f"{name}: never tried"
