"""Cards from one round to the next: the table of ``lifecycle`` applied to states and words.

The matcher calls ``advance`` once for every pair and once for every other card, then plans, then
``hold`` for every new pair. Words come from people and may be nonsense: what does not fit is
ignored. States come from the matcher's own record and may not: a state that cannot be is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from matching.cards import WAITED_MAX
from matching.catalogue import Mode
from matching.errors import LifeError
from matching.lifecycle import ALONE, Event, Stage, after, due
from matching.states import Marks, Phase, Policy, State, Words


@dataclass(frozen=True, slots=True)
class Turn:
    """The states after a round, for the cards that came in."""

    request: State | None
    offer: State | None
    owed: bool
    """The family confirmed with a receipt: the donor is owed a slot."""
    unwanted: bool = False
    """One of the two said no to the other; their agains, if they have one in common, are over."""


def advance(
    request: State | None,
    offer: State | None,
    *,
    family: Words | None = None,
    donor: Words | None = None,
    epoch: int,
    policy: Policy,
) -> Turn:
    """One round for a matched pair, or for one card (the other ``None``).

    A held or agreed card that comes alone has lost its partner (expired or void).
    """
    cards = [card for card in (request, offer) if card is not None]
    stage = _common_stage(cards, epoch)
    matched = cards[0].matched
    said = _family_events(request, family, matched) | _donor_events(offer, donor, matched, stage)
    if stage not in ALONE:
        said |= {Event.FAMILY_LEFT} if request is None else set()
        said |= {Event.DONOR_LEFT} if offer is None else set()

    match = _Match(stage, since=cards[0].since, marked=cards[0].marked)
    for event in Event:
        if event in said:
            match.apply(event, epoch)
    if match.overdue(matched, epoch, policy):
        match.apply(Event.OVERDUE, epoch)

    request, offer = _heard(request, family), _heard(offer, donor)
    request = request and _next(_waited(request), match, match.request, epoch)
    offer = offer and _next(offer, match, match.offer, epoch)
    # A donor that was turned away keeps the mark while it is idle and sits out the round in which
    # it comes back, so that the family has had others to be matched with before.
    if offer and match.unwanted and offer.phase in (Phase.WAITING, Phase.IDLE):
        offer = replace(offer, marks=Marks.RESTS)
    return Turn(request, offer, owed=match.received, unwanted=match.unwanted)


def hold(
    request: State,
    offer: State,
    *,
    family_root: bytes,
    donor_root: bytes,
    mode: Mode,
    store: int,
    epoch: int,
) -> tuple[State, State]:
    """Both states after they were paired in the round of *epoch*."""
    if request.phase is not Phase.WAITING or offer.phase is not Phase.WAITING:
        raise LifeError("only waiting cards are paired")

    def held(card: State, peer: bytes) -> State:
        return replace(
            card,
            phase=Phase.HELD,
            since=epoch,
            peer=peer,
            matched=epoch,
            mode=mode,
            store=store,
            marks=Marks.NONE,
            marked=0,
        )

    return held(request, donor_root), held(offer, family_root)


def may_match(card: State, *, epoch: int, policy: Policy) -> bool:
    """Whether a card takes part in the round of *epoch*: it waits, does not rest, and has time."""
    rests = Marks.RESTS in card.marks and card.since == epoch
    left = card.posted + policy.card_epochs - epoch
    return card.phase is Phase.WAITING and not rests and left >= policy.match_left_epochs


def is_reserved(card: State, *, epoch: int, policy: Policy) -> bool:
    """Whether a card with agains is still kept for those that have not come."""
    return epoch - card.posted < policy.again_epochs


class _Match:
    """One fold over the events: together in ``stage`` until parted, then each for itself."""

    def __init__(self, stage: Stage, *, since: int, marked: int) -> None:
        self.stage = self.request = self.offer = stage
        self.together = stage not in ALONE
        self.since, self.marked = since, marked
        self.unwanted = self.received = False

    def apply(self, event: Event, epoch: int) -> None:
        if not self.together:
            if event in _FAMILY:
                self.request = _alone(self.request, event)
            if event in _DONOR:
                self.offer = _alone(self.offer, event)
            return
        before, then = self.stage, after(self.stage, event)
        if isinstance(then, tuple):
            self.together = False
            self.request, self.offer = then
            self.received = event is Event.RECEIVED
            self.unwanted = event in (Event.DECLINED, Event.REFUSED)
        elif then is not before:
            self.stage = self.request = self.offer = then
            if before in _HELD:
                self.since = epoch
            if then in _CLOCKED_BY_MARK:
                self.marked = epoch

    def overdue(self, matched: int, epoch: int, policy: Policy) -> bool:
        if not self.together:
            return False
        limit = due(
            self.stage, matched=matched, since=self.since, marked=self.marked, policy=policy
        )
        return limit is not None and epoch >= limit


_HELD: Final = (Stage.HELD, Stage.CODE_HELD)
_CLOCKED_BY_MARK: Final = (Stage.SHOWN, Stage.CODE_FAILED)
_FAMILY: Final = (Event.SPOKE, Event.FAMILY_LEFT)
_DONOR: Final = (Event.SPOKE, Event.DONOR_LEFT)

# What a card carries for each stage of a pair, and the way back. Two stages never look alike.
_AS_CARRIED: Final[dict[Stage, tuple[Phase, bool, Marks]]] = {
    Stage.HELD: (Phase.HELD, False, Marks.NONE),
    Stage.AGREED: (Phase.AGREED, False, Marks.NONE),
    Stage.SHOWN: (Phase.AGREED, False, Marks.SHOWN),
    Stage.SENT: (Phase.AGREED, False, Marks.SENT),
    Stage.CODE_HELD: (Phase.HELD, True, Marks.NONE),
    Stage.CODE_SENT: (Phase.AGREED, True, Marks.SENT),
    Stage.CODE_FAILED: (Phase.AGREED, True, Marks.SENT | Marks.FAILED),
}
_STAGES: Final = {carried: stage for stage, carried in _AS_CARRIED.items()}


def stage_of(card: State) -> Stage:
    """The row of the table in which a state stands."""
    if card.phase in (Phase.WAITING, Phase.IDLE, Phase.FINISHED):
        return Stage[card.phase.name]
    stage = _STAGES.get((card.phase, card.mode is Mode.VOUCHER, card.marks))
    if stage is None:
        raise LifeError("no stage has this phase, mode and marks")
    if not card.matched or card.peer is None:
        raise LifeError("a matched card names no match")
    return stage


def _common_stage(cards: list[State], epoch: int) -> Stage:
    if not cards:
        raise LifeError("no card to advance")
    for card in cards:
        if epoch < max(card.posted, card.since) or (card.matched and epoch <= card.matched):
            raise LifeError("a card is ahead of the round")
    stages = {stage_of(card) for card in cards}
    matches = {
        (card.matched, card.since, card.mode, card.store, card.marks, card.marked) for card in cards
    }
    stage = stages.pop()
    if len(cards) == 2 and (stages or len(matches) != 1 or stage in ALONE):
        raise LifeError("these two are not matched with each other")
    return stage


def _fresh(card: State | None, words: Words | None) -> bool:
    return card is not None and words is not None and words.counter > card.counter


def _family_events(card: State | None, words: Words | None, matched: int) -> set[Event]:
    if words is None or not _fresh(card, words):
        return set()
    heard = {
        Event.SPOKE: True,
        Event.SHOWN: words.shown == matched,
        Event.FAILED: words.failed == matched,
        Event.RECEIVED: words.received == matched and words.receipt,
        Event.FAMILY_LEFT: words.withdrawn,
        Event.REFUSED: words.declined == matched,
    }
    return {event for event, true in heard.items() if true}


def _donor_events(
    card: State | None, words: Words | None, matched: int, stage: Stage
) -> set[Event]:
    if words is None or not _fresh(card, words):
        return set()
    code_is_out = stage in (Stage.CODE_SENT, Stage.CODE_FAILED)
    heard = {
        Event.SPOKE: True,
        Event.ACCEPTED: words.accepted == matched,
        Event.SENT: words.sent == matched and not code_is_out,
        Event.REPLACED: words.sent == matched and code_is_out,
        Event.DECLINED: words.declined == matched,
        Event.DONOR_LEFT: words.withdrawn,
    }
    return {event for event, true in heard.items() if true}


def _alone(stage: Stage, event: Event) -> Stage:
    then = after(stage, event)
    assert isinstance(then, Stage), "a card alone does not part"
    return then


def _waited(request: State) -> State:
    """A lost match costs a family no place: every round counts but those of its own silence."""
    if request.phase in (Phase.IDLE, Phase.FINISHED):
        return request
    return replace(request, waited=min(request.waited + 1, WAITED_MAX))


def _heard(card: State | None, words: Words | None) -> State | None:
    if card is None or words is None:
        return card
    return replace(card, counter=max(card.counter, words.counter))


def _next(card: State, match: _Match, own: Stage, epoch: int) -> State:
    """The state that carries where the fold has led one card."""
    if match.together:
        phase, _, marks = _AS_CARRIED[match.stage]
        return replace(card, phase=phase, since=match.since, marks=marks, marked=match.marked)
    phase = Phase[own.name]
    if phase is card.phase:
        return card
    if card.phase in (Phase.WAITING, Phase.IDLE) or phase is Phase.FINISHED:
        # A finished card goes on naming its partner; one that was alone keeps its decoy.
        return replace(card, phase=phase, since=epoch)
    return replace(
        card,
        phase=phase,
        since=epoch,
        peer=None,
        matched=0,
        mode=Mode.VOUCHER,
        store=0,
        marks=Marks.NONE,
        marked=0,
    )
