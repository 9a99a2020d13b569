"""A family: ask, wait, show where to, confirm. Everything is on the shelf or derived from the list.

    ask ─▶ visit … ─▶ visit: code, or show_address ─▶ visit … ─▶ received

A new process with the list continues at any step, and every step may be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from clients.errors import NotPossible, NotToday, NotYet
from clients.invites_text import InviteCodes
from clients.people import exchange, shelves, vetting
from clients.people.decisions import declining, in_match, saying, wishing, withdrawing
from clients.people.meetings import MOST_REPLACED, VOUCHER, checked, count, said
from clients.people.outboxes import spent_receipt, spoken
from clients.people.person import Place
from clients.people.sittings import PersonClient
from clients.people.state import Act, Claimed, State
from clients.people.views import SlotView, Status, slot_view, vetting_status
from clients.people.visit import Sitting
from clients.people.wishes import checked_wish
from clients.people.work import Progress
from crypto.conversations import again_value
from crypto.labels import BLIND_COUNT
from crypto.messages.cards import FINISHED
from crypto.messages.intake import FAMILY
from crypto.messages.pages import Kind
from crypto.messages.shelf import DONE, POSTED, Shelf, Wish


@dataclass(frozen=True, repr=False)
class FamilyView:
    """What a family is shown. ``questions`` are the coordinators' words; ``card`` is its parcel,
    posted or finished; ``parcels_left`` how many more it may ask for in this quarter, and
    ``parcels_to_come`` how many are still on their way there from the one before. ``may_ask``
    tells whether `Family.post_card` would post now, and ``wish`` is what was asked for last."""

    status: Status
    questions: tuple[str, ...] = ()
    card: SlotView | None = None
    parcels_left: int = 0
    parcels_to_come: int = 0
    may_ask: bool = False
    wish: Wish | None = None
    come_back_epoch: int = 0

    def __repr__(self) -> str:
        return "<FamilyView>"


class Family(PersonClient):
    """A family's client."""

    role = FAMILY
    _live: tuple[int, int] | None = None

    def ask(
        self,
        wish: Wish,
        language: str,
        words: str = "",
        invite: InviteCodes | None = None,
        progress: Progress | None = None,
    ) -> FamilyView:
        """Ask both coordinators. Raises TooLong, WrongRole, NodeRefused."""
        states = self._ask(
            wish=wish, language=language, words=words, invite=invite, progress=progress
        )
        return self._view(states)

    def visit(self, *, post: bool = True) -> FamilyView:
        """Do what needs no decision; with *post*, the first card goes out once certified."""
        sitting = self._sit()
        states = self._post_lost(sitting, self._survey(sitting))
        states = self._exchanged(sitting, states)
        if post and _never_posted(states):
            states[0] = self._post(sitting, states[0].place, states[0])
        return self._view(states)

    def post_card(self, wish: Wish) -> FamilyView:
        """Ask for a parcel with *wish*. While one is on its way, that one stays the only one.

        Raises NotYet while the matcher has still to hear that the last one is over.
        """
        checked_wish(wish, self.role)
        sitting = self._sit()
        states = self._survey(sitting)
        live = [state for state in states if _is_live(state)]
        if any(_is_going_on(state) for state in live):
            return self._view(states)
        if live:
            raise NotYet
        unspent = shelves.unspent_slots(states[0].shelf)
        if not unspent:
            raise NotPossible
        place = sitting.place(sitting.current, unspent[0].index)
        # The wish lies on the shelf before the card goes: a match is held against what was chosen.
        state = self._settle(sitting, place, wishing(wish))
        return self._view([*states, self._post(sitting, place, state)])

    def answer_question(self, words: str) -> FamilyView:
        """Answer every coordinator that has asked. Raises TooLong, NotPossible."""
        sitting = self._sit()
        states = self._survey(sitting)
        asked = [state for state in states if vetting.open_questions(state)]
        if not asked:
            raise NotPossible
        state = self._decide(sitting, asked[0].place, lambda s: vetting.answer(s, words))
        return self._view([state])

    def show_address(self, terms: str, matched: int | None = None) -> FamilyView:
        """Show the donor where to send, unless it was shown to another family before.

        Raises NotToday.
        """
        checked(terms)
        return self._decided(in_match(_showing(terms), matched), claims=matched or 0)

    def code_failed(self, words: str = "", matched: int | None = None) -> FamilyView:
        """Say that the code does not work; `MOST_REPLACED` + 1 times in a match at most."""
        return self._decided(in_match(_code_failing(words), matched))

    def received(self, thanks: str = "", *, again: bool = False) -> FamilyView:
        """Confirm the parcel: spends the receipt, erases address and code."""
        return self._decided(_receiving(thanks, again=again))

    def say(
        self, words: str, *, kind: Kind = Kind.ANSWER, matched: int | None = None
    ) -> FamilyView:
        """A question or an answer to the donor."""
        return self._decided(in_match(saying(kind, words), matched))

    def decline(self, matched: int | None = None) -> FamilyView:
        """Not with this donor; the place in the queue is kept."""
        return self._decided(in_match(declining, matched))

    def withdraw(self) -> FamilyView:
        """Take the card back for good."""
        return self._decided(withdrawing)

    def _decided(self, act: Act, *, claims: int | None = None) -> FamilyView:
        sitting = self._sit()
        place = self._live_place(sitting)
        return self._view([self._decide(sitting, place, act, claims=claims)])

    def _live_place(self, sitting: Sitting) -> Place:
        if self._live is None:
            self._view(self._survey(sitting))
        if self._live is None:
            raise NotPossible
        period, index = self._live
        person = sitting.current if period == sitting.current.period else sitting.previous
        return sitting.place(person, index)

    def _view(self, states: list[State]) -> FamilyView:
        posted = [s for s in states if s.slot is not None and s.slot.stage in (POSTED, DONE)]
        # What the matcher has finished stays on the shelf for a visit more.
        live = [state for state in posted if _is_live(state)] or posted
        state = live[-1] if live else states[-1]
        self._live = (state.place.period, state.place.index) if live else None
        card = slot_view(state) if live or _has_finished(state) else None
        status = card.status if card is not None else vetting_status(_vetted(states))
        current, before = _shelves(states[-1])
        parcels_left = len(shelves.unspent_slots(current))
        return FamilyView(
            status=status,
            questions=tuple(words for s in states for _, words in vetting.open_questions(s)),
            card=card,
            parcels_left=parcels_left,
            parcels_to_come=exchange.count_to_come(self._circle, current, before, self._today),
            wish=shelves.wish_of(current, before),
            may_ask=parcels_left > 0 and not any(_is_live(one) for one in states),
            come_back_epoch=state.epoch + 1 if card is None else card.come_back_epoch,
        )


def _vetted(states: list[State]) -> State:
    """The state whose vetting matters: the current period's, or the previous one's."""
    return next((state for state in states if state.shelf is not None), states[0])


def _shelves(state: State) -> tuple[Shelf | None, Shelf | None]:
    """The shelf of this quarter, and of the one before."""
    found = (state.shelf, state.other)
    return found if state.is_current else found[::-1]


def _is_live(state: State) -> bool:
    """Whether a card stands that the matcher has not finished."""
    finished = state.notice is not None and state.notice.phase == FINISHED
    return state.slot is not None and state.slot.stage in (POSTED, DONE) and not finished


def _is_going_on(state: State) -> bool:
    """Whether the owner of a live card still wants it."""
    assert state.slot is not None
    withdrawn = state.outbox is not None and state.outbox.withdrawn
    return state.slot.stage == POSTED and not withdrawn


def _has_finished(state: State) -> bool:
    return state.shelf is not None and slot_view(state).status == Status.FINISHED


def _never_posted(states: list[State]) -> bool:
    """Certified, and no card ever: the first one needs no further word."""
    shelf: Shelf | None = states[0].shelf
    return len(states) == 1 and len(shelves.unspent_slots(shelf)) == BLIND_COUNT


def _showing(terms: str) -> Act:
    def act(state: State) -> State:
        assert state.encounter is not None
        if state.encounter.match.mode == VOUCHER or state.conversation_key is None:
            raise NotPossible
        if state.claimed is None:
            raise NotPossible
        if state.claimed is Claimed.NOT_KEPT:
            raise NotToday
        if state.claimed is Claimed.ANOTHERS:
            return spoken(state, declined=state.matched)
        state = replace(state, mine=said(state.mine, Kind.TERMS, terms))
        return spoken(state, shown=state.matched)

    return act


def _code_failing(words: str) -> Act:
    def act(state: State) -> State:
        assert state.encounter is not None
        if state.encounter.match.mode != VOUCHER or state.conversation_key is None:
            raise NotPossible
        if count(state.mine, Kind.CODE_FAILED) > count(state.theirs, Kind.CODE_REPLACED):
            return state
        if count(state.mine, Kind.CODE_FAILED) > MOST_REPLACED:
            raise NotPossible
        state = replace(state, mine=said(state.mine, Kind.CODE_FAILED, words, anew=True))
        return spoken(state, anew=True, failed=state.matched)

    return act


def _receiving(thanks: str, *, again: bool) -> Act:
    def act(state: State) -> State:
        slot, shelf = state.slot, state.shelf
        if slot is None or shelf is None or state.outbox is None:
            raise NotPossible
        if slot.stage == DONE:
            return state
        receipt = spent_receipt(state.place, slot)
        if state.encounter is None or receipt is None:
            raise NotPossible
        key = state.conversation_key
        if key is not None:
            mine = said((), Kind.RECEIVED)
            mine = said(mine, Kind.THANKS, thanks) if thanks else mine
            state = replace(state, mine=said(mine, Kind.AGAIN) if again else mine)
            if again:
                state = replace(state, shelf=shelves.with_again(shelf, again_value(key)))
        state = spoken(state, received=state.matched, receipt=receipt)
        return state.with_slot(stage=DONE, code="")

    return act
