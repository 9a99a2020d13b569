"""Where a visit goes: one pseudonym of one list, in one circle and one period."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from crypto.certificates import CardClass, root_of, stamp_nonce
from crypto.drops import ReadSecret, blank_secret, reader_of
from crypto.keys import Person, Pseudonym, Thread
from crypto.messages.intake import FAMILY

THREADS = (0, 1)
"""The threads with the two duty coordinators, in the order of duty."""


def class_of(role: int) -> CardClass:
    """Families post requests, donors offers."""
    return CardClass.REQUEST if role == FAMILY else CardClass.OFFER


@dataclass(frozen=True, repr=False)
class Place:
    """Pseudonym *index* of *person*; *asking* is whose threads a visit there reads."""

    person: Person
    index: int
    asking: int = 0

    def __repr__(self) -> str:
        return "<Place>"

    @property
    def circle(self) -> bytes:
        """The circle's digest."""
        return self.person.circle

    @property
    def period(self) -> int:
        """The period whose shelf this pseudonym stands on."""
        return self.person.period

    def thread(self, number: int) -> Thread:
        """The thread with duty coordinator 0 or 1."""
        return self.person.thread(number, self.asking)

    def thread_reads(self) -> tuple[ReadSecret, ...]:
        """R of in 0, in 1."""
        return tuple(reader_of(self.thread(number).in_write) for number in THREADS)

    def out_reads(self) -> tuple[ReadSecret, ...]:
        """R of out 0, out 1."""
        return tuple(reader_of(self.thread(number).out_write) for number in THREADS)

    def shelf_read(self) -> ReadSecret:
        """R of the shelf."""
        return reader_of(self.person.shelf_write)

    @cached_property
    def pseudonym(self) -> Pseudonym:
        """Kept for the sitting: drawing a key pair anew for each use would cost most of it."""
        return self.person.pseudonym(self.index)

    @cached_property
    def page_blanks(self) -> tuple[bytes, ...]:
        """B of this card's own pages, which a partner is given."""
        return tuple(blank_secret(write) for write in self.pseudonym.pages_write)

    def root(self, role: int) -> bytes:
        """The certified root of this pseudonym."""
        pseudonym = self.pseudonym
        return root_of(
            self.circle,
            class_of(role),
            self.period,
            pseudonym.sealing_key.public,
            pseudonym.claim_tag,
        )

    def stamp_nonce(self, role: int) -> bytes:
        """The message of the stamp that goes with this root."""
        return stamp_nonce(self.root(role))

    def own_reads(self) -> tuple[ReadSecret, ...]:
        """R of outbox and pages 1 to 4."""
        writes = (self.pseudonym.outbox_write, *self.pseudonym.pages_write)
        return tuple(reader_of(write) for write in writes)
