"""A card's state, an outbox's words, the circle's durations (protocol.md, sections 4 and 6)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from matching.catalogue import Mode
from matching.errors import PolicyError


class Phase(IntEnum):
    """Where a card stands, as its notice says it. The numbers are the format."""

    WAITING = 0
    HELD = 1
    AGREED = 2
    IDLE = 3
    FINISHED = 4
    VOID = 5
    """Could not be opened: the matcher carries it, and no table here speaks of it."""


class Marks(IntFlag):
    """How far the present match has come. The bits are the format."""

    NONE = 0
    SHOWN = 1
    """The family has shown an address or a locker, and nothing has been sent."""
    SENT = 2
    """The donor has sent: a parcel, or in voucher mode the code."""
    FAILED = 4
    """The code did not work and none has replaced it."""
    RESTS = 8
    """One of the two said no: the offer sits out the round of ``since``, which for one that was
    turned away is the round in which its donor is heard again."""


@dataclass(frozen=True, slots=True)
class State:
    """What a carried card remembers. Both cards of a pair carry the same match and marks.

    ``peer`` is the partner while held, agreed or finished, and a decoy while waiting; the table
    reads it only to see that a card has one. ``rendezvous``, ``receipt``, ``next`` and
    ``delivery`` travel beside this in the record and mean nothing here.
    """

    posted: int
    phase: Phase = Phase.WAITING
    since: int = 0
    """The epoch in which the phase began."""
    waited: int = 0
    """A request's rounds that were not its own silence; a lost match does not reset it."""
    counter: int = 0
    """The highest outbox counter heard."""
    peer: bytes | None = None
    matched: int = 0
    """The epoch of the match; 0 without one."""
    mode: Mode = Mode.VOUCHER
    store: int = 0
    marks: Marks = Marks.NONE
    marked: int = 0
    """The epoch in which SHOWN, or the last FAILED, was first seen; 0 without one."""


@dataclass(frozen=True, slots=True)
class Words:
    """An outbox as far as the table hears it. A number names the match epoch it speaks of."""

    counter: int
    accepted: int = 0
    declined: int = 0
    sent: int = 0
    shown: int = 0
    failed: int = 0
    received: int = 0
    withdrawn: bool = False
    receipt: bool = False
    """A receipt is there and verifies."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The almanac's durations, in epochs."""

    answer_epochs: int = 2
    respond_epochs: int = 7
    send_epochs: int = 3
    confirm_epochs: int = 30
    card_epochs: int = 90
    match_left_epochs: int = 42
    again_epochs: int = 7

    def __post_init__(self) -> None:
        durations = (
            self.answer_epochs,
            self.respond_epochs,
            self.send_epochs,
            self.confirm_epochs,
            self.match_left_epochs,
        )
        if min(durations) < 1 or self.again_epochs < 0:
            raise PolicyError("a duration is not positive")
        longest = self.answer_epochs + self.send_epochs
        longest += max(self.respond_epochs, self.confirm_epochs)
        if not longest <= self.match_left_epochs <= self.card_epochs:
            raise PolicyError("a pair could outlive its cards")
