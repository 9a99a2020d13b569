"""A sitting: visits of one list, each of three requests of one shape.

    look ─▶ meet ─▶ act (pure) ─▶ leave ──stale──▶ look …      at most three times

Somebody may be killed between any two of them. Nothing is therefore remembered between requests
that the next look would not show again, and every act may be applied twice.
"""

from __future__ import annotations

from clients.errors import NodeMisbehaves, NotPossible, VisitContended
from clients.node import NodeClient, OpenEpoch
from clients.people.leaving import leave_body
from clients.people.looking import decoy_claim, look_body, meet_body, read_look, read_meet
from clients.people.person import Place
from clients.people.state import Act, State, both, nothing
from crypto.circle import Circle
from crypto.keys import Person
from crypto.periods import period_of

ATTEMPTS = 3
_KEPT, _STALE = 0, 1


class Sitting:
    """One list, one node, one day; the epoch is asked for once, at the start.

    *keep_up* is the act of every visit before any decision: what follows from what was read.
    """

    def __init__(
        self, list_key: bytes, circle: Circle, node: NodeClient, today: int, keep_up: Act
    ) -> None:
        self.circle = circle
        self.node = node
        self.today = today
        period = period_of(today)
        self.current = Person.from_list_key(list_key, circle=circle.digest, period=period)
        self.previous = Person.from_list_key(list_key, circle=circle.digest, period=period - 1)
        self.open: OpenEpoch = node.epoch(circle)
        self._keep_up = keep_up
        self._places: dict[tuple[int, int, int], Place] = {}

    def __repr__(self) -> str:
        return "<Sitting>"

    def place(self, person: Person, index: int, asking: int = 0) -> Place:
        """The place of a pseudonym, the same object each time."""
        name = (person.period, index, asking)
        return self._places.setdefault(name, Place(person, index, asking))

    def node_for(self, place: Place) -> NodeClient:
        """The node on the circuit of this card, which no other card of the list is on."""
        return self.node.apart((place.period, place.index))

    @property
    def first_place(self) -> Place:
        """Where every sitting begins, since the list alone says no more."""
        return self.place(self.current, 0)

    def refresh_epoch(self) -> OpenEpoch:
        """Ask again which epoch is open."""
        self.open = self.node.epoch(self.circle)
        return self.open

    def visit(
        self,
        place: Place,
        act: Act = nothing,
        *,
        blanks: tuple[bytes, ...] | None = None,
        claims: int | None = None,
    ) -> State:
        """Look, meet, leave. What the act left is returned.

        *blanks* are the partner's B, to be blanked instead of read; *claims* is the match epoch
        for which the act is going to show the partner an address, 0 for any. Raises whatever the
        act raises, after a leave that looks like any other, and VisitContended.
        """
        decoy = decoy_claim()
        for _ in range(ATTEMPTS):
            state, refused, verdicts = self._visit_once(place, act, decoy, blanks, claims)
            if any(verdict not in (_KEPT, _STALE) for verdict in verdicts):
                raise NodeMisbehaves
            if refused is not None:
                raise refused
            if _STALE not in verdicts:
                return state
        raise VisitContended

    def _visit_once(
        self,
        place: Place,
        act: Act,
        decoy: bytes,
        blanks: tuple[bytes, ...] | None,
        claims: int | None,
    ) -> tuple[State, NotPossible | None, bytes]:
        node = self.node_for(place)
        body = look_body(self.current, self.previous, place, self.open.committed)
        answer = node.look(body)
        state, seen = read_look(answer, self.current, self.previous, place, self.circle, self.open)
        answer = node.meet(meet_body(state, decoy, blanks=blanks, claims=claims))
        state, seen = read_meet(state, seen, answer, blanks=blanks, claims=claims)
        refused = None
        try:
            after = both(self._keep_up, act)(state)
            body = leave_body(after, seen)
        except NotPossible as error:
            # Whoever is told "no" by this program leaves like everybody else.
            refused, after = error, self._keep_up(state)
            body = leave_body(after, seen)
        return after, refused, node.leave(body)
