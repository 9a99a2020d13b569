"""Decoys: whoever has no partner gets somebody's pages to read, always the same ones.

Two waiting cards that read each other's pages look, from outside, like two that are matched. A pair
of decoys lasts as long as both wait, because a partner that changed every epoch would tell waiting
from matched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from matching.cards import CardId
from matching.errors import PlanError
from matching.pairing import shuffled

IdPair = tuple[CardId, CardId]


@dataclass(frozen=True, slots=True)
class Decoys:
    """Everybody who waits, two by two."""

    pairs: tuple[IdPair, ...]
    odd: CardId | None
    """The one that is left over reads its own pages."""


def pair_decoys(
    waiting: Iterable[CardId], *, lasting: Iterable[IdPair], randbelow: Callable[[int], int]
) -> Decoys:
    """Keep the *lasting* pairs of which both still wait; pair the rest of *waiting* at random."""
    alone = dict.fromkeys(waiting)
    seen: set[CardId] = set()
    pairs: list[IdPair] = []
    for one, other in lasting:
        if one == other or one in seen or other in seen:
            raise PlanError("a card is in two pairs of decoys")
        seen |= {one, other}
        if one in alone and other in alone:
            pairs.append((one, other))
            del alone[one], alone[other]
    rest = shuffled(alone, randbelow)
    odd = rest.pop() if len(rest) % 2 else None
    pairs += zip(rest[::2], rest[1::2], strict=True)
    return Decoys(tuple(pairs), odd)
