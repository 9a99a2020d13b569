"""What may stand in a live process's memory, and how much of it: no more than it is at work on.

Everything else that is found there is a hit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from clients.drill.marking import shown_by
from clients.drill.place import Place
from clients.thief import FIRST_HALF, LAST_HALF, Find, Patterns

MOST_COPIES = 8
"""Of a value in flight, in a node's memory: the buffer it came in, the body, a row, a stack."""

AS_THEY_CAME = ("raw", FIRST_HALF, LAST_HALF)
"""A body comes in pieces, which may part a secret."""

_OF_EPOCHS = re.compile(r"epoch \d+ key")
_ON_CARDS = re.compile(
    r"(family|donor) \d+: pseudonym \d+ ("
    r"public key|claim tag|notice secret|R of outbox|R of page \d"  # stand on a card
    r"|stamp nonce|outbox key|notice key \d+|[wBR] of notice \d+"  # follow from what does
    r"|receipt nonce|blinded root \d|blinded stamp)"  # stand in an outbox
)


def between_rounds(find: Find) -> bool:
    """A matcher has the keys of its epochs."""
    return _OF_EPOCHS.fullmatch(find.marker) is not None


def in_a_round(find: Find) -> bool:
    """In a round it has besides what cards and outboxes hold, and what follows from that."""
    return between_rounds(find) or _ON_CARDS.fullmatch(find.marker) is not None


class InFlight:
    """Secrets of the requests that were on their way when a node was frozen, as they came."""

    def __init__(self, bodies: Sequence[bytes], patterns: Patterns) -> None:
        self._requests = len(bodies)
        self._shown = shown_by(bodies, patterns)

    def __call__(self, find: Find) -> bool:
        """Whether *find* is one of them; written in another way nothing is."""
        return find.marker in self._shown and find.encoding in AS_THEY_CAME

    def judge(self, place: Place, *, at_once: int) -> None:
        """Bound what was excused in *place* for at most *at_once* people at their sittings."""
        place.note = f"{self._requests} requests were in flight"
        place.weaknesses += self._too_much(place.excused, at_once)

    def _too_much(self, excused: Iterable[Find], at_once: int) -> Iterator[str]:
        if self._requests > at_once:
            yield f"{self._requests} requests in flight of {at_once} people"
        copies = Counter(find.marker for find in excused)
        if any(count > MOST_COPIES for count in copies.values()):
            yield f"{max(copies.values())} copies of a value in flight"
