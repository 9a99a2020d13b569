"""What a round decides: every card's next state, who meets whom, and who reads whose pages.

The table of `matching.lifecycle` moves pairs and single cards, `matching.plan` pairs those that
wait. Everybody who has no partner afterwards, also who is idle or finished, gets a decoy.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from clients.operators.rounds.hearing import words_of
from clients.operators.rounds.population import NO_RENDEZVOUS, Live, Population
from crypto.circle import Circle
from matching.advance import advance, hold, is_reserved, may_match
from matching.cards import Offer, Request
from matching.catalogue import Catalogue
from matching.plan import Plan, plan_round
from matching.states import Phase, Policy

TOGETHER = (Phase.HELD, Phase.AGREED)


def durations(circle: Circle) -> Policy:
    """The circle's durations, as the lifecycle takes them."""
    policy = circle.policy
    return Policy(
        answer_epochs=policy.answer_epochs,
        respond_epochs=policy.respond_epochs,
        send_epochs=policy.send_epochs,
        confirm_epochs=policy.confirm_epochs,
        card_epochs=policy.card_epochs,
        match_left_epochs=policy.match_left_epochs,
        again_epochs=policy.again_epochs,
    )


def move_everybody(population: Population, circle: Circle, epoch: int) -> tuple[int, int, int]:
    """Apply the table to every pair and every other card: (reopened, withdrawn, confirmed)."""
    policy = durations(circle)
    reopened = confirmed = 0
    withdrawn = sum(_says_farewell(one) for one in population.live.values())
    for request, offer in list(_pairs_and_singles(population)):
        was_held = request is not None and request.state.phase in TOGETHER
        turn = advance(
            None if request is None else request.state,
            None if offer is None else offer.state,
            family=None if request is None else words_of(request, circle),
            donor=None if offer is None else words_of(offer, circle),
            epoch=epoch,
            policy=policy,
        )
        if turn.owed:
            confirmed += 1
            _owe(request, offer)
        if turn.unwanted:
            _part_for_good(request, offer)
        if request is not None and turn.request is not None:
            request.state = turn.request
            reopened += was_held and turn.request.phase is Phase.WAITING
        if offer is not None and turn.offer is not None:
            offer.state = turn.offer
    parted = [one for one in population.live.values() if not _meets(one)]
    for one in parted:
        _forget_match(one)
    return reopened, withdrawn, confirmed


def plan_everybody(
    population: Population, circle: Circle, catalogue: Catalogue, epoch: int
) -> tuple[list[Request], list[Offer], Plan]:
    """Pair who waits, give everybody else a decoy; who took part, and the plan."""
    policy = durations(circle)
    single = [one for one in population.live.values() if one.partner is None]
    free = [one for one in single if may_match(one.state, epoch=epoch, policy=policy)]
    reserved = {one.root: is_reserved(one.state, epoch=epoch, policy=policy) for one in free}
    requests = [one.as_request(reserved=reserved[one.root]) for one in free if one.is_request]
    offers = [one.as_offer(reserved=reserved[one.root]) for one in free if not one.is_request]
    made = plan_round(
        requests,
        offers,
        catalogue=catalogue,
        randbelow=secrets.randbelow,
        decoys=list(_lasting_decoys(single, population)),
        bystanders=[one.root for one in single if one.root not in reserved],
    )
    for pair in made.pairs:
        request, offer = _found(population, pair.request), _found(population, pair.offer)
        request.state, offer.state = hold(
            request.state,
            offer.state,
            family_root=request.root,
            donor_root=offer.root,
            mode=pair.mode,
            store=pair.store,
            epoch=epoch,
        )
        request.rendezvous = offer.rendezvous = secrets.token_bytes(len(NO_RENDEZVOUS))
        request.partner, offer.partner = offer, request
    for first, second in made.decoys:
        _set_decoys(_found(population, first), _found(population, second))
    if made.odd is not None:
        odd = _found(population, made.odd)
        odd.state = replace(odd.state, peer=None)
    return requests, offers, made


def _pairs_and_singles(population: Population) -> Iterator[tuple[Live | None, Live | None]]:
    """Every live card once: both of a match together, or one alone, as (request, offer)."""
    for one in population.live.values():
        together = one.partner is not None and one.state.phase in TOGETHER
        if one.is_request:
            yield one, one.partner if together else None
        elif not together:
            yield None, one


def _owe(request: Live | None, offer: Live | None) -> None:
    if request is not None and offer is not None and request.outbox is not None:
        offer.receipt = request.outbox.receipt


def _part_for_good(request: Live | None, offer: Live | None) -> None:
    """Without this, two who asked for each other again would be paired anew in every round."""
    if request is None or offer is None:
        return
    shared = {*request.card.agains} & {*offer.card.agains}
    for one in (request, offer):
        kept = tuple(again for again in one.card.agains if again not in shared)
        one.card = replace(one.card, agains=kept)


def _meets(one: Live) -> bool:
    """Whether a match goes on, or both sides finished it together and may still read each other."""
    other = one.partner
    phase = one.state.phase
    return other is not None and phase is other.state.phase and phase in (*TOGETHER, Phase.FINISHED)


def _forget_match(one: Live) -> None:
    one.partner = None
    if one.rendezvous != NO_RENDEZVOUS:  # otherwise its peer is a decoy, which lasts
        one.rendezvous = NO_RENDEZVOUS
        one.state = replace(one.state, peer=None, matched=0)


def _says_farewell(one: Live) -> bool:
    alive = one.state.phase is not Phase.FINISHED
    fresh = one.outbox is not None and one.outbox.counter > one.state.counter
    return alive and fresh and one.outbox is not None and one.outbox.withdrawn


def _lasting_decoys(single: list[Live], population: Population) -> Iterator[tuple[bytes, bytes]]:
    """Pairs of decoys of the round before of which both are still without a partner."""
    alone = {one.root for one in single}
    for one in single:
        other = population.live.get(one.state.peer) if one.state.peer else None
        if other is None or other.root not in alone or other.state.peer != one.root:
            continue
        if one.root < other.root:
            yield one.root, other.root


def _set_decoys(first: Live, second: Live) -> None:
    for one, other in ((first, second), (second, first)):
        one.decoy = other
        one.state = replace(one.state, peer=other.root)


def _found(population: Population, root: object) -> Live:
    assert isinstance(root, bytes), "cards are planned by root"
    return population.live[root]
