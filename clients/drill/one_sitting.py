"""One of a crowd who has come: everything is read once, and every decision rests on that reading.

A client of everybody reads all cards again before each decision, since a page may stay open for
hours between two of them. A crowd's sitting lasts some seconds.
"""

from __future__ import annotations

from clients.people.sittings import PersonClient
from clients.people.state import State
from clients.people.visit import Sitting


class OneSitting(PersonClient):
    """Lives for one sitting."""

    _sitting: Sitting | None = None
    _read: list[State] | None = None

    def _sit(self) -> Sitting:
        if self._sitting is None:
            self._sitting = super()._sit()
        return self._sitting

    def _survey(self, sitting: Sitting) -> list[State]:
        if self._read is None:
            self._read = super()._survey(sitting)
        return list(self._read)

    def _followed(self, sitting: Sitting, state: State) -> State:
        state = super()._followed(sitting, state)
        if self._read is not None:
            place = _name(state)
            self._read = [*(one for one in self._read if _name(one) != place), state]
        return state


def _name(state: State) -> tuple[int, int]:
    return state.place.period, state.place.index
