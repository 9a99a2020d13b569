"""Clients that let the drill know what only two people know: conversation keys, claims' openings.

They are the clients of everybody. What a visit works out is noted on the way, since nobody could
work it out later: a conversation that is over leaves nothing to derive its key from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clients.donor import Donor
from clients.drill.one_sitting import OneSitting
from clients.family import Family
from clients.people.following import keep_up
from clients.people.sittings import PersonClient
from clients.people.state import State
from clients.people.visit import Sitting
from crypto.messages.intake import FAMILY


@dataclass(repr=False)
class Notes:
    """Keys of conversations, and tokens that open claims, 32 bytes each."""

    keys: set[bytes] = field(default_factory=set)
    tokens: set[bytes] = field(default_factory=set)
    _marked: set[bytes] = field(default_factory=set)

    def new_markers(self) -> Iterator[tuple[str, bytes]]:
        """Each by a name, once."""
        for kind, noted in (("conversation {} key", self.keys), ("claim {} token", self.tokens)):
            for value in noted - self._marked:
                self._marked.add(value)
                yield kind.format(len(self._marked)), value

    def note(self, state: State) -> State:
        """*state* itself, noted once everything that follows from a look has followed."""
        state = keep_up(state)
        key = state.conversation_key
        if key is not None:
            self.keys.add(key)
        if state.encounter is not None and state.encounter.role == FAMILY:
            tag = state.encounter.match.peer.claim_tag
            self.tokens.add(state.place.pseudonym.claim_token(tag))
        return state


class _Noted(PersonClient):
    """Notes every visit."""

    notes: Notes

    def _sit(self) -> Sitting:
        return Sitting(self._list_key, self._circle, self._node, self._today, self.notes.note)


Clients = tuple[type[Family], type[Donor]]


def noted_clients(notes: Notes) -> tuple[Clients, Clients]:
    """A family's and a donor's client that write into *notes*, and those of a crowd."""
    kept = notes

    class NotedFamily(_Noted, Family):
        notes = kept

    class NotedDonor(_Noted, Donor):
        notes = kept

    class CrowdsFamily(OneSitting, NotedFamily):
        pass

    class CrowdsDonor(OneSitting, NotedDonor):
        pass

    return (NotedFamily, NotedDonor), (CrowdsFamily, CrowdsDonor)
