"""One round: cards in, pairs and decoys out (protocol.md, section 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from matching.agains import reunite
from matching.cards import CardId, Offer, Request
from matching.catalogue import Catalogue, Mode, Region
from matching.decoys import IdPair, pair_decoys
from matching.errors import PlanError
from matching.optimum import Optimum, achieved
from matching.pairing import Dealt, deal, shuffled
from matching.solve import how, who
from matching.types import layers


@dataclass(frozen=True, slots=True)
class Pair:
    """A request, the offer it got, and how the parcel travels."""

    request: CardId
    offer: CardId
    mode: Mode
    region: Region
    store: int
    again: bool
    """Paired because both asked for each other, before the solve."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every card that came in is in exactly one pair, or one pair of decoys, or is the odd one."""

    pairs: tuple[Pair, ...]
    decoys: tuple[IdPair, ...]
    odd: CardId | None
    kept: frozenset[CardId]
    """Cards kept for an *again* that has not come: among the decoys, and not in the solve."""
    claim: Optimum
    """What the solve says it achieved; pairs by again are not in it (``oracle.verify``)."""


def plan_round(
    requests: Iterable[Request],
    offers: Iterable[Offer],
    *,
    catalogue: Catalogue,
    randbelow: Callable[[int], int],
    decoys: Iterable[IdPair] = (),
    bystanders: Iterable[CardId] = (),
) -> Plan:
    """Pair *requests* with *offers*, and whoever is left with a decoy.

    *decoys* are last round's; *bystanders* are cards that may not be matched and need a decoy all
    the same (resting, too near their end, idle).
    """
    # By lot from here on: ties that the solver decides by the order of its arcs, agains of equal
    # priority, and which cards of a type are served.
    asking = shuffled(requests, randbelow)
    giving = shuffled(offers, randbelow)
    everybody = [card.id for card in asking] + [card.id for card in giving] + list(bystanders)
    if len(set(everybody)) != len(everybody):
        raise PlanError("a card came twice")

    reunion = reunite(asking, giving, catalogue=catalogue, randbelow=randbelow)
    graph = layers(reunion.requests, reunion.offers, catalogue)
    served = who(graph, randbelow)
    dealt = deal(graph, served, how(graph, served), randbelow)

    pairs = [_pair(one, again=True) for one in reunion.pairs]
    pairs += [_pair(one, again=False) for one in dealt]
    matched = {card for pair in pairs for card in (pair.request, pair.offer)}
    left = pair_decoys(
        (card for card in everybody if card not in matched), lasting=decoys, randbelow=randbelow
    )
    return Plan(
        pairs=tuple(shuffled(pairs, randbelow)),
        decoys=left.pairs,
        odd=left.odd,
        kept=frozenset(card.id for card in reunion.kept),
        claim=achieved((one.request, one.way) for one in dealt),
    )


def _pair(dealt: Dealt, *, again: bool) -> Pair:
    way = dealt.way
    return Pair(dealt.request.id, dealt.offer.id, way.mode, way.region, way.store, again)
