"""What families and donors do alike: sit down, be caught up, decide, post.

    survey   pseudonym 0 of the current period, then every card that a shelf calls live
    settle   one place, again while something must be read back or blanked
    decide   one act at one place, then settle

An object of this class may live for one call only: it remembers between calls nothing but which
card was live, to spare a visit, and finds that out again when it does not know.
"""

from __future__ import annotations

from dataclasses import replace

from clients.errors import (
    NodeRefused,
    NodeUnreachable,
    NoPeriod,
    NotPossible,
    WishRefused,
    WrongRole,
)
from clients.invites_text import InviteCodes
from clients.node import NodeClient
from clients.people import cards, exchange, shelves, vetting
from clients.people.following import blanks_due, keep_up, reads_back
from clients.people.person import Place
from clients.people.state import Act, State, nothing
from clients.people.visit import Sitting
from clients.people.wishes import checked_wish
from clients.people.work import Progress
from crypto.circle import Circle
from crypto.errors import InvalidKey
from crypto.labels import BLIND_COUNT
from crypto.messages.intake import FAMILY
from crypto.messages.shelf import ASKED, POSTED, UNSPENT, Shelf, Wish

FOLLOW_UPS = 5
"""Read back, acknowledge, blank: three would do. Bounded, so that a hostile node wins no loop."""


class PersonClient:
    """One list in one circle, through one node, on one day."""

    role: int

    def __init__(self, list_key: bytes, circle: Circle, node: NodeClient, today: int) -> None:
        self._list_key = list_key
        self._circle = circle
        self._node = node
        self._today = today

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _sit(self) -> Sitting:
        return Sitting(self._list_key, self._circle, self._node, self._today, keep_up)

    def _survey(self, sitting: Sitting) -> list[State]:
        """Every place that has something to say, the first place first. Raises WrongRole."""
        first = self._settle(sitting, sitting.first_place)
        for shelf in (first.shelf, first.other):
            if shelf is not None and shelf.role != self.role:
                raise WrongRole
        if first.shelf is not None and first.shelf.stage == ASKED and first.shelf.asking:
            asked = sitting.place(sitting.current, 0, first.shelf.asking)
            first = self._settle(sitting, asked)
        states = [first]
        for slot in shelves.live_slots(first.shelf):
            if slot.index != first.place.index:
                states.append(self._settle(sitting, sitting.place(sitting.current, slot.index)))
        for index, asking in _places_of_other(first.other):
            states.append(self._settle(sitting, sitting.place(sitting.previous, index, asking)))
        return states

    def _exchanged(self, sitting: Sitting, states: list[State]) -> list[State]:
        """Exchange what the quarter before left unspent, one slot at a time. A node that refuses
        or is not reached stops nothing else; the next visit asks again."""
        first = states[0]
        if not exchange.is_open(self._circle, sitting.current.period, self._today):
            return states
        if not exchange.is_under_way(first.shelf):
            # The first visit read the shelf of the quarter before; a later one may have filled it.
            before = [state.shelf for state in states if not state.is_current]
            first = self._planned(sitting, first, before[-1] if before else first.other)
        if exchange.is_under_way(first.shelf) and not exchange.is_posted(first):
            first = self._post_exchange(sitting, first, is_new=False)
        if not exchange.is_under_way(first.shelf):
            return [first, *states[1:]]
        # What is being exchanged is not over, and nobody's to decide about.
        return [first, *(s for s in states[1:] if s.is_current or not _is_unspent(s))]

    def _planned(self, sitting: Sitting, first: State, before: Shelf | None) -> State:
        """The first place, with the next exchange of shelf *before* on its own; posted if it
        brings the shelf."""
        shelf = first.shelf
        last = None if shelf is None else exchange.still_there(shelf, before)
        if last is not None:
            # What went before leaves the old shelf first.
            before = self._settle(sitting, sitting.place(sitting.previous, last.index)).shelf
        slot = exchange.to_exchange(before)
        if slot is None or before is None:
            return first
        if shelf is not None:
            place = sitting.place(sitting.current, 0, shelf.asking)
            return self._settle(sitting, place, exchange.planning(slot.index))
        asked = sitting.open.descriptor.epoch
        fresh = exchange.first_shelf(before, asked=asked, index=slot.index)
        return self._post_exchange(sitting, replace(first, shelf=fresh), is_new=True)

    def _post_exchange(self, sitting: Sitting, planned: State, *, is_new: bool) -> State:
        shelf = planned.shelf
        assert shelf is not None
        assert shelf.exchanged is not None
        place = sitting.place(sitting.current, 0, shelf.asking)
        # Whether its card stands after all is seen at its own place.
        old = self._settle(sitting, sitting.place(sitting.previous, shelf.exchanged))
        slot = old.slot
        if slot is None or slot.stage != UNSPENT or slot.stamp is None:
            return self._settle(sitting, place, exchange.giving_up(shelf.asking))
        body = exchange.exchange_body(self._circle, place, shelf, old.place, slot, is_new=is_new)
        try:
            self._node.apart("exchange").intake(body)
        except NodeRefused as error:
            if error.code == "stamp_spent":
                self._settle(sitting, old.place, exchange.dropping(slot.index))
                return self._settle(sitting, place, exchange.giving_up(shelf.asking))
        except NodeUnreachable:
            pass  # it has a circuit of its own, and nothing else waits for that
        return self._settle(sitting, place)

    def _settle(self, sitting: Sitting, place: Place, act: Act = nothing) -> State:
        """Visit, and visit again while something follows from it. The last reading is returned."""
        return self._followed(sitting, sitting.visit(place, act))

    def _followed(self, sitting: Sitting, state: State) -> State:
        for _ in range(FOLLOW_UPS):
            if not reads_back(state):
                break
            state = sitting.visit(state.place)
        blanks = blanks_due(state)
        if blanks is not None:
            sitting.visit(state.place, blanks=blanks)
        return state

    def _ask(
        self,
        *,
        wish: Wish,
        language: str,
        words: str,
        invite: InviteCodes | None,
        progress: Progress | None,
        at_once: int = 1,
    ) -> list[State]:
        vetting.checked_words(words)
        checked_wish(wish, self.role)
        if not 1 <= at_once <= BLIND_COUNT:
            raise WishRefused
        if invite is not None and self.role != FAMILY:
            raise NotPossible
        sitting = self._sit()
        states = self._survey(sitting)
        if states[0].shelf is not None:
            return states  # asked before: the same again is the same
        circle, node = self._circle, self._node
        try:
            circle.period_on(self._today)
        except InvalidKey:
            raise NoPeriod from None
        body = vetting.intake_body(
            circle,
            sitting.current,
            role=self.role,
            language=language,
            words=words,
            wish=wish,
            at_once=at_once,
            asked=sitting.open.descriptor.epoch,
            invite=invite,
            terms=node.node(circle),
            progress=progress,
        )
        try:
            node.apart("intake").intake(body)
        except NodeRefused as error:
            # Another phone with this list was faster; its intake is this one's.
            if error.code != "address_taken":
                raise
        states[0] = self._settle(sitting, sitting.first_place)
        return states

    def _post_lost(self, sitting: Sitting, states: list[State]) -> list[State]:
        """Post again what the shelf calls posted and the node does not have: the stamp and the
        retry token make it the same card."""
        return [
            self._post(sitting, state.place, state)
            if state.slot is not None and state.slot.stage == POSTED and not state.stands
            else state
            for state in states
        ]

    def _post(self, sitting: Sitting, place: Place, state: State | None = None) -> State:
        """Post the card of *place* if it does not stand, and see it stand. *state* is its reading
        of a moment ago, if there is one."""
        if state is None:
            state = self._settle(sitting, place)
        if cards.post(sitting, state):
            state = self._settle(sitting, place)
        return state

    def _decide(
        self, sitting: Sitting, place: Place, act: Act, *, claims: int | None = None
    ) -> State:
        return self._followed(sitting, sitting.visit(place, act, claims=claims))


def _is_unspent(state: State) -> bool:
    return state.slot is not None and state.slot.stage == UNSPENT


def _places_of_other(shelf: Shelf | None) -> tuple[tuple[int, int], ...]:
    """Index and asking in the previous period: of its threads while an asking is going on, and of
    its live cards."""
    live = tuple((slot.index, 0) for slot in shelves.live_slots(shelf))
    if shelf is None or shelf.stage != ASKED:
        return live
    return ((0, shelf.asking), *(place for place in live if place[0] != 0))
