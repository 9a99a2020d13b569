"""Everybody who is live in a round, and the two ways in which their state is written.

Always true of a population: no root, notice secret, outbox or page belongs to two cards. A card
that repeats one is void. A carried card goes before a posted one, because whoever was matched
knows a partner's certificate and could post it again to push its owner out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from clients.operators.rounds.opening import OpenedCard
from crypto.certifying_keys import CardClass
from crypto.drops import DropAddress
from crypto.messages import cards as wire
from crypto.messages.cards import Card
from crypto.messages.outboxes import Outbox
from crypto.messages.tokens import Earned, SpentReceipt
from matching.cards import Offer, Request, one_region
from matching.catalogue import Bits, Mode, Size
from matching.errors import MatchingError
from matching.states import Marks, Phase, State

NO_RENDEZVOUS = bytes(32)

T = TypeVar("T")


@dataclass(repr=False)
class Live:
    """One live card during a round. *state* is what the next epoch will be told."""

    address: DropAddress
    card: Card
    root: bytes
    state: State
    rendezvous: bytes = NO_RENDEZVOUS
    receipt: SpentReceipt | None = None
    earned: Earned | None = None
    outbox: Outbox | None = None
    partner: Live | None = None
    """The other card of a match, while it is live and names this one."""
    decoy: Live | None = None

    @property
    def is_request(self) -> bool:
        """Otherwise it is an offer."""
        return self.card.card_class == CardClass.REQUEST

    def as_request(self, *, reserved: bool = False) -> Request:
        """The attributes, for matching. Raises CardError, ValueError."""
        card = self.card
        return Request(
            id=self.root,
            region=one_region(card.regions),
            modes=Bits(card.modes),
            preset=card.preset,
            size=Size(card.size),
            needs=Bits(card.needs),
            urgency=card.urgency,
            waited=self.state.waited,
            agains=card.agains,
            reserved=reserved,
        )

    def as_offer(self, *, reserved: bool = False) -> Offer:
        """The attributes, for matching. Raises CardError, ValueError."""
        card = self.card
        return Offer(
            id=self.root,
            regions=Bits(card.regions),
            modes=Bits(card.modes),
            preset=card.preset,
            size=Size(card.size),
            needs=Bits(card.needs),
            agains=card.agains,
            reserved=reserved,
        )


@dataclass(repr=False)
class Population:
    """The live cards of a round by root, and the addresses of the void ones."""

    live: dict[bytes, Live] = field(default_factory=dict)
    void: list[DropAddress] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many cards are frozen."""
        return len(self.live) + len(self.void)


def populate(
    addresses: Sequence[DropAddress], opened: Sequence[OpenedCard | None], epoch: int
) -> Population:
    """Sort cards into live and void, and find each match's other half."""
    population = Population()
    taken: set[bytes] = set()
    rows = list(zip(addresses, opened, strict=True))
    rows.sort(key=lambda row: row[1] is None or row[1].state is None)  # carried ones first
    for address, one in rows:
        live = None if one is None else _living(address, one, epoch)
        if live is None or not _are_new(_secrets(live), taken):
            population.void.append(address)
        else:
            population.live[live.root] = live
    for live in population.live.values():
        live.partner = _partner(live, population.live)
    return population


def wire_state(live: Live) -> wire.State:
    """What the carried card says of *live*."""
    state = live.state
    return wire.State(
        posted=state.posted,
        phase=int(state.phase),
        since=state.since,
        waited=state.waited,
        counter=state.counter,
        peer=state.peer,
        rendezvous=live.rendezvous,
        matched=state.matched,
        mode=int(state.mode),
        store=state.store,
        marks=int(state.marks),
        marked=state.marked,
        receipt=live.receipt,
        earned=live.earned,
    )


def _living(address: DropAddress, one: OpenedCard, epoch: int) -> Live | None:
    if one.state is None:
        live = Live(address, one.card, one.root, State(posted=epoch, since=epoch))
    else:
        live = Live(
            address,
            one.card,
            one.root,
            _state(one.state),
            rendezvous=one.state.rendezvous,
            receipt=one.state.receipt,
            earned=one.state.earned,
        )
    try:
        _ = live.as_request() if live.is_request else live.as_offer()
    except (MatchingError, ValueError):
        return None
    return live


def _state(state: wire.State) -> State:
    return State(
        posted=state.posted,
        phase=Phase(state.phase),
        since=state.since,
        waited=state.waited,
        counter=state.counter,
        peer=state.peer,
        matched=state.matched,
        mode=Mode(state.mode),
        store=state.store,
        marks=Marks(state.marks),
        marked=state.marked,
    )


def _secrets(live: Live) -> list[bytes]:
    card = live.card
    return [live.root, card.notice_secret, card.outbox_read, *card.pages_read]


def _are_new(secrets: Iterable[bytes], taken: set[bytes]) -> bool:
    listed = list(secrets)
    fresh = set(listed)
    if len(fresh) != len(listed) or fresh & taken:
        return False
    taken |= fresh
    return True


def _partner(live: Live, everybody: dict[bytes, Live]) -> Live | None:
    """The card that *live* was matched with, if it still names *live* and the same match."""
    if live.rendezvous == NO_RENDEZVOUS or live.state.peer is None:
        return None
    other = everybody.get(live.state.peer)
    if other is None or other.state.peer != live.root or other.rendezvous != live.rendezvous:
        return None
    return other
