"""A donor: offer, accept, send, and earn the next slot by a family's confirmation.

    offer ─▶ visit … ─▶ accept(code)                        voucher
                    └─▶ accept ─▶ visit: terms ─▶ ordered   locker, delivery
                                                  … ─▶ visit: finished, a slot earned ─▶ post_card

Each slot is a card of its own and gets a visit of its own. A new process with the list continues
at any step, and every step may be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from clients.errors import NotPossible, SlotUnclear, TooLong
from clients.people import shelves, vetting
from clients.people.decisions import declining, in_match, saying, wishing, withdrawing
from clients.people.meetings import MOST_REPLACED, VOUCHER, checked, count, said
from clients.people.outboxes import spoken
from clients.people.person import Place
from clients.people.sittings import PersonClient
from clients.people.state import Act, State, nothing
from clients.people.views import SlotView, Status, slot_view, vetting_status
from clients.people.wishes import checked_wish
from clients.people.work import Progress
from crypto.conversations import again_value
from crypto.labels import BLIND_COUNT
from crypto.messages.intake import DONOR
from crypto.messages.pages import CODE_BYTES, Kind
from crypto.messages.shelf import DONE, UNSPENT, Wish

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class DonorView:
    """What a donor is shown: where vetting stands, each slot, and in ``wish`` what was offered
    last."""

    status: Status
    questions: tuple[str, ...] = ()
    slots: tuple[SlotView, ...] = ()
    come_back_epoch: int = 0
    wish: Wish | None = None

    def __repr__(self) -> str:
        return "<DonorView>"

    def slot(self, index: int, period: int | None = None) -> SlotView:
        """The slot of pseudonym *index* in *period*, or in the only one that has it.

        Raises KeyError, SlotUnclear.
        """
        found = [v for v in self.slots if v.index == index and period in (None, v.period)]
        if not found:
            raise KeyError(index)
        return _only(found)


class Donor(PersonClient):
    """A donor's client.

    A slot is told by its index and *period*; without a period it is the only one of that index,
    and SlotUnclear is raised where two quarters have one.
    """

    role = DONOR

    def offer(
        self,
        wish: Wish,
        language: str,
        words: str = "",
        progress: Progress | None = None,
        *,
        at_once: int = BLIND_COUNT,
    ) -> DonorView:
        """Ask both coordinators; *at_once* of the three slots are to be offered as soon as they are
        certified. Raises TooLong, WrongRole, WishRefused, NodeRefused."""
        states = self._ask(
            wish=wish,
            language=language,
            words=words,
            invite=None,
            progress=progress,
            at_once=at_once,
        )
        return self._view(states)

    def visit(self, *, post: bool = True) -> DonorView:
        """Do what needs no decision; with *post*, the first cards go out once certified,
        as many as were to be offered at once."""
        sitting = self._sit()
        states = self._post_lost(sitting, self._survey(sitting))
        states = self._exchanged(sitting, states)
        if post:
            for index in [slot.index for slot in shelves.slots_due(states[0].shelf)]:
                place = sitting.place(sitting.current, index)
                fresh = states[0] if len(states) == 1 and index == 0 else None
                states = _with(states, self._post(sitting, place, fresh))
        return self._view(states)

    def post_card(self, index: int | None = None, wish: Wish | None = None) -> DonorView:
        """Post the card of a free slot: the one of *index*, or the first there is."""
        if wish is not None:
            checked_wish(wish, self.role)
        sitting = self._sit()
        states = self._survey(sitting)
        unspent = [slot.index for slot in shelves.unspent_slots(states[-1].shelf)]
        if states[-1].place.period != sitting.current.period:
            unspent = [slot.index for slot in shelves.unspent_slots(states[0].shelf)]
        if index is None and unspent:
            index = unspent[0]
        if index not in unspent:
            return self._view(states) if _is_posted(states, index) else _refuse()
        place = sitting.place(sitting.current, index)
        state = None if wish is None else self._settle(sitting, place, wishing(wish))
        return self._view(_with(states, self._post(sitting, place, state)))

    def answer_question(self, words: str) -> DonorView:
        """Answer every coordinator that has asked. Raises TooLong, NotPossible."""
        sitting = self._sit()
        states = self._survey(sitting)
        asked = [state for state in states if vetting.open_questions(state)]
        if not asked:
            raise NotPossible
        state = self._decide(sitting, asked[0].place, lambda s: vetting.answer(s, words))
        return self._view(_with(states, state))

    def accept(
        self,
        index: int,
        code: str | None = None,
        matched: int | None = None,
        period: int | None = None,
    ) -> DonorView:
        """Accept a match. A voucher goes with its *code*; a parcel waits to learn where to."""
        return self._decided(index, in_match(_accepting(checked_code(code)), matched), period)

    def decline(
        self, index: int, matched: int | None = None, period: int | None = None
    ) -> DonorView:
        """Not this one; both go back into the queue."""
        return self._decided(index, in_match(declining, matched), period)

    def ordered(
        self, index: int, words: str = "", matched: int | None = None, period: int | None = None
    ) -> DonorView:
        """Say that the parcel was ordered, with what the family must know to receive it."""
        checked(words)
        return self._decided(index, in_match(_ordering(words), matched), period)

    def replace_code(
        self, index: int, code: str, matched: int | None = None, period: int | None = None
    ) -> DonorView:
        """Give another code for one that did not work, `MOST_REPLACED` times in a match at most."""
        return self._decided(index, in_match(_replacing(checked_code(code)), matched), period)

    def say(
        self,
        index: int,
        words: str,
        *,
        kind: Kind = Kind.ANSWER,
        matched: int | None = None,
        period: int | None = None,
    ) -> DonorView:
        """A question or an answer to the family."""
        return self._decided(index, in_match(saying(kind, checked(words)), matched), period)

    def withdraw(self, index: int, period: int | None = None) -> DonorView:
        """Take a card back for good."""
        return self._decided(index, withdrawing, period)

    def close(self, index: int, *, again: bool = False, period: int | None = None) -> DonorView:
        """A finished parcel is put away: the family's pages are blanked. With *again* the two are
        reserved for each other for a while, if the family said so too."""
        sitting = self._sit()
        states = self._survey(sitting)
        state = _live(states, index, period)
        if state is None or (state.page_one is None and not again):
            return self._view(states)
        after = sitting.visit(
            state.place,
            _closing if again else nothing,
            blanks=None if state.page_one is None else state.page_one.blanks,
        )
        return self._view(_with(states, replace(after, theirs=state.theirs)))

    def _decided(self, index: int, act: Act, period: int | None) -> DonorView:
        sitting = self._sit()
        states = self._survey(sitting)
        place = _live_place(states, index, period)
        return self._view(_with(states, self._decide(sitting, place, act)))

    def _view(self, states: list[State]) -> DonorView:
        newest = states[-1]
        views = [slot_view(state) for state in states if state.slot is not None]
        seen = {(view.period, view.index) for view in views}
        # What the quarter before left unspent is exchanged by itself and nobody's to decide about.
        current = next(state for state in reversed(states) if state.is_current)
        for slot in shelves.unspent_slots(current.shelf):
            if (current.place.period, slot.index) not in seen:
                views.append(SlotView(current.place.period, slot.index, Status.CERTIFIED))
        status = vetting_status(_vetted(states))
        return DonorView(
            # A donor is never finished: what was sent earns the next slot.
            status=Status.CERTIFIED if status == Status.FINISHED else status,
            questions=tuple(words for s in states for _, words in vetting.open_questions(s)),
            slots=tuple(sorted(views, key=lambda view: (view.period, view.index))),
            come_back_epoch=newest.epoch + 1,
            wish=shelves.wish_of(newest.shelf, newest.other),
        )


def checked_code(code: str | None) -> str:
    """A voucher's code, trimmed; empty for none. Raises TooLong."""
    text = checked("" if code is None else code.strip())
    if len(text.encode()) > CODE_BYTES:
        raise TooLong
    return text


def _accepting(code: str) -> Act:
    def act(state: State) -> State:
        assert state.encounter is not None
        assert state.slot is not None
        assert state.outbox is not None
        is_voucher = state.encounter.match.mode == VOUCHER
        if is_voucher != (code != "") or state.outbox.declined == state.matched:
            raise NotPossible
        if state.slot.code not in ("", code):
            raise NotPossible  # a code that is out is replaced, not swapped
        sent = state.matched if is_voucher else state.outbox.sent
        return spoken(state.with_slot(code=code), accepted=state.matched, sent=sent)

    return act


def _ordering(words: str) -> Act:
    def act(state: State) -> State:
        if state.conversation_key is None or not count(state.theirs, Kind.TERMS):
            raise NotPossible
        state = replace(state, mine=said(state.mine, Kind.ORDERED, words))
        return spoken(state, sent=state.matched)

    return act


def _replacing(code: str) -> Act:
    def act(state: State) -> State:
        slot = state.slot
        if slot is None or slot.code == "" or code == "" or state.conversation_key is None:
            raise NotPossible
        if slot.code == code:
            return state
        if count(state.mine, Kind.CODE_REPLACED) >= MOST_REPLACED:
            raise NotPossible
        state = replace(state, mine=said(state.mine, Kind.CODE_REPLACED, code, anew=True))
        return spoken(state.with_slot(code=code), anew=True, sent=state.matched)

    return act


def _closing(state: State) -> State:
    key = state.conversation_key
    if state.shelf is None or key is None or state.slot is None or state.slot.stage != DONE:
        raise NotPossible
    return replace(state, shelf=shelves.with_again(state.shelf, again_value(key)))


def _with(states: list[State], state: State) -> list[State]:
    """*states* with *state* in the place of an older reading; the newest stands last."""
    place = (state.place.period, state.place.index)
    return [s for s in states if (s.place.period, s.place.index) != place] + [state]


def _live(states: list[State], index: int, period: int | None) -> State | None:
    """The card of *index* in *period*, or in the only one that has it; None if none was posted."""
    found = [
        state
        for state in states
        if state.place.index == index and state.slot is not None and state.slot.stage != UNSPENT
        if period in (None, state.place.period)
    ]
    return _only(found) if found else None


def _only(found: list[T]) -> T:
    if len(found) > 1:
        raise SlotUnclear
    return found[0]


def _live_place(states: list[State], index: int, period: int | None) -> Place:
    """Where the card of *index* is. Raises NotPossible if none was posted."""
    found = _live(states, index, period)
    if found is None:
        raise NotPossible
    return found.place


def _is_posted(states: list[State], index: int | None) -> bool:
    return any(s.is_current and s.place.index == index and s.slot is not None for s in states)


def _refuse() -> DonorView:
    raise NotPossible


def _vetted(states: list[State]) -> State:
    """The state whose vetting is shown: one with a coordinator's bad signature before all."""
    known = [state for state in reversed(states) if state.shelf is not None]
    return next((state for state in known if state.coordinator_failed), (known or states)[0])
