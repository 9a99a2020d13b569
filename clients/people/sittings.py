"""What families and donors do alike: sit down, be caught up, decide, post.

    survey   pseudonym 0 of the current period, then every card that a shelf calls live
    settle   one place, again while something must be read back or blanked
    decide   one act at one place, then settle

An object of this class may live for one call only: it remembers between calls nothing but which
card was live, to spare a visit, and finds that out again when it does not know.
"""

from __future__ import annotations

from clients.errors import NodeRefused, NoPeriod, NotPossible, WrongRole
from clients.invites_text import InviteCodes
from clients.node import NodeClient
from clients.people import cards, shelves, vetting
from clients.people.following import blanks_due, keep_up, reads_back
from clients.people.person import Place
from clients.people.state import Act, State, nothing
from clients.people.visit import Sitting
from clients.people.wishes import checked_wish
from clients.people.work import Progress
from crypto.circle import Circle
from crypto.errors import InvalidKey
from crypto.messages.intake import FAMILY
from crypto.messages.shelf import ASKED, POSTED, Shelf, Wish

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
        states = [first]
        for slot in shelves.live_slots(first.shelf):
            if slot.index != first.place.index:
                states.append(self._settle(sitting, sitting.place(sitting.current, slot.index)))
        for index in _places_of_other(first.other):
            states.append(self._settle(sitting, sitting.place(sitting.previous, index)))
        return states

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
    ) -> list[State]:
        vetting.checked_words(words)
        checked_wish(wish, self.role)
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


def _places_of_other(shelf: Shelf | None) -> tuple[int, ...]:
    """The previous period: its live cards, or its thread while that is going on."""
    if shelf is not None and shelf.stage == ASKED:
        return (0,)
    return tuple(slot.index for slot in shelves.live_slots(shelf))
