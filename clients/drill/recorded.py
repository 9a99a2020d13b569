"""A recorded past: what a node that kept everything links, and what a captured list then opens.

Nothing here is a failure: it is what remains (docs/threat-model.md), measured. Of everybody the
addresses are noted that a request shows; of the people who go the ordinary way all requests and
answers are recorded whole, at the node's socket, a sitting being a connection.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from clients.drill.coercion import Coerced, add_opened, of_the_past, words_within
from clients.node import OpenEpoch
from clients.people.looking import read_look, read_meet
from clients.people.person import Place
from clients.people.state import State
from clients.thief import Patterns
from clients.tour.donors import DonorMemory
from clients.tour.families import FamilyMemory
from clients.tour.markers import PSEUDONYMS, typed_markers
from clients.tour.season import Season
from clients.trial.onlooker import Exchange
from crypto.drops import DropAddress, ReadSecret, drop_address, reader_of
from crypto.keys import Person, notice_write
from crypto.labels import HASH_BYTES, RECORD_BYTES, SECRET_BYTES

SHELF, NOTICE, OUTBOX = 0, 6, 7
"""Which of the twelve R of a look is which."""

KEPT = ("/visit/look", "/visit/meet", "/intake", "/cards")
DROPS = 5
REFUSED = 300
"""The lowest status of an answer that did not do what was asked."""


@dataclass(frozen=True, repr=False)
class Visit:
    """A look, and the meet that followed on the same connection."""

    reads: tuple[bytes, ...]
    look_answer: bytes
    meet_answer: bytes


@dataclass
class Recording:
    """Everything a node was sent, as far as it is needed, and what follows."""

    exchanges: list[Exchange] = field(default_factory=list, repr=False)
    visits: int = 0
    shelf_of: dict[DropAddress, DropAddress] = field(default_factory=dict, repr=False)
    """By the outbox that was read in the same look."""
    asked: set[DropAddress] = field(default_factory=set, repr=False)
    """Shelves that came with an intake."""
    posted: set[DropAddress] = field(default_factory=set, repr=False)
    """Outboxes that came with a card."""
    opened: dict[str, Coerced] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def keep(self, one: Exchange) -> None:
        """Keep *one* whole if it is a person's and was answered."""
        if one.path in KEPT and one.status < REFUSED:
            self.exchanges.append(one)
        self.note(one.path, one.body, one.status)

    def note(self, path: str, body: bytes, status: int) -> None:
        """Remember what a request that was answered shows by its addresses."""
        if path not in KEPT or status >= REFUSED:
            return
        with self._lock:
            if path == "/visit/look":
                reads = _cut(body, SECRET_BYTES)
                shelf = drop_address(ReadSecret(reads[SHELF]))
                self.shelf_of[drop_address(ReadSecret(reads[OUTBOX]))] = shelf
                self.visits += 1
            elif path == "/intake":
                self.asked.add(_addresses(body)[0])
            elif path == "/cards":
                self.posted.add(_addresses(body)[0])

    def as_json(self) -> dict[str, object]:
        """The figures."""
        return {
            "visits": self.visits,
            "lists_told_apart": len(set(self.shelf_of.values())),
            "cards": len(self.posted),
            "cards_linked_to_intake": sum(
                self.shelf_of.get(outbox) in self.asked for outbox in self.posted
            ),
            **{name: one.as_json() for name, one in self.opened.items()},
        }


def look_back(recording: Recording, season: Season, now: OpenEpoch) -> None:
    """Work out what *recording* tells with each list of those recorded whole.

    *now* is the seized node's epoch.
    """
    patterns = Patterns(typed_markers(season.scenario, season.world.codes))
    visits = list(_visits(recording.exchanges))
    by_shelf: dict[bytes, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_shelf[visit.reads[SHELF]].append(visit)
    people: tuple[tuple[str, Sequence[FamilyMemory | DonorMemory]], ...] = (
        ("family", season.families),
        ("donor", season.donors),
    )
    for kind, memories in people:
        found = recording.opened[f"{kind}_list"] = Coerced()
        for player in (memory.player for memory in memories if not memory.player.is_of_crowd):
            list_key = player.key()
            own = by_shelf.get(reader_of(_person(list_key, season, 0).shelf_write), [])
            places = _places(list_key, season)
            states = [state for visit in own for state in _opened(visit, places, season, now)]
            opened = b"\0".join(words_within(states))
            may = partial(of_the_past, own=f"{kind} {player.number}")
            add_opened(found, patterns, opened, may)


def _visits(exchanges: Sequence[Exchange]) -> Iterator[Visit]:
    looked: dict[int, Exchange] = {}
    for one in exchanges:
        if one.path == "/visit/look":
            looked[one.connection] = one
        elif one.path == "/visit/meet" and one.connection in looked:
            look = looked.pop(one.connection)
            yield Visit(_cut(look.body, SECRET_BYTES), look.answer, one.answer)


def _addresses(body: bytes) -> tuple[DropAddress, ...]:
    """Of the five drops at the end of an intake or a card."""
    row = HASH_BYTES + RECORD_BYTES
    return tuple(DropAddress(drop[:HASH_BYTES]) for drop in _cut(body[-DROPS * row :], row))


def _places(list_key: bytes, season: Season) -> dict[bytes, Place]:
    """Of both quarters, the current one first, by R of the outbox."""
    people = (_person(list_key, season, 0), _person(list_key, season, 1))
    places = [Place(person, index) for person in people for index in range(PSEUDONYMS)]
    return {place.own_reads()[0]: place for place in places}


def _opened(
    visit: Visit, places: Mapping[bytes, Place], season: Season, now: OpenEpoch
) -> Iterator[State]:
    """What a list, to which *places* belong, opens of one recorded visit."""
    place = places.get(visit.reads[OUTBOX])
    if place is None:
        return
    first, *_, last = places.values()
    current, previous = first.person, last.person
    secret = place.pseudonym.notice_secret
    committed = next(
        epoch
        for epoch in range(now.descriptor.epoch + 1)
        if reader_of(notice_write(secret, epoch)) == visit.reads[NOTICE]
    )
    then = OpenEpoch(now.descriptor.model_copy(update={"epoch": committed + 1}), committed)
    state, seen = read_look(visit.look_answer, current, previous, place, season.circle, then)
    state, _ = read_meet(state, seen, visit.meet_answer, blanks=None, claims=None)
    yield state


def _person(list_key: bytes, season: Season, ago: int) -> Person:
    period = season.circle.period_on(season.today).number - ago
    return Person.from_list_key(list_key, circle=season.circle.digest, period=period)


def _cut(data: bytes, size: int) -> tuple[bytes, ...]:
    return tuple(data[start : start + size] for start in range(0, len(data), size))
