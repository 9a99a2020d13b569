"""The life of a card, as one table: *state × event → state*.

A card alone is waiting, idle or finished. Two matched cards share one state, of parcels (locker and
delivery) or of codes (voucher), until they part:

                    ┌────────────── reopened: the request keeps its place ──────────────┐
                    ▼                                                                   │
    IDLE ─spoke─▶ WAITING ─match─▶ HELD ─accepted─▶ AGREED ─shown─▶ SHOWN ─sent─▶ SENT ─┤
      ▲                                                                                 │
      │                            CODE_HELD ─accepted─▶ CODE_SENT ◀─replaced─┐        │
      │                                                      └──failed──▶ CODE_FAILED ──┤
      └── whoever stayed silent                      received, or time up ─▶ FINISHED

In a round the events of a pair are folded in the order of ``Event``, so every combination of words
has one reading: what helps a parcel along counts before what ends the match, received ends it well
before anything can end it badly, words count before clocks, and a word that fits nothing changes
nothing. A later word implies the earlier ones (sent implies accepted; a family can only have shown
to a donor that accepted), because two outboxes are never read at the same instant.

A donor that may have seen an address, or whose code is out, never returns to WAITING: its slot is
spent (P5). ``due`` gives every stage of a pair a clock, so a match ends after
answer + max(respond, confirm) + send epochs at the latest, which ``Policy`` keeps below the life
that its cards have left.

``advance`` applies this page to states; nothing else decides what becomes of a card.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, TypeAlias

from matching.states import Policy


class Stage(Enum):
    """A state of the table: of one card alone, or of two that are matched."""

    WAITING = auto()
    IDLE = auto()
    FINISHED = auto()
    HELD = auto()
    """A parcel is offered; the donor has not answered."""
    AGREED = auto()
    """The donor accepted; the family has not shown where to."""
    SHOWN = auto()
    SENT = auto()
    CODE_HELD = auto()
    """A voucher is offered; the donor has not answered."""
    CODE_SENT = auto()
    """The donor accepted, and the code went with it."""
    CODE_FAILED = auto()


class Event(Enum):
    """What can happen in a round, in the order in which it counts."""

    SPOKE = auto()
    """The outbox counter has risen, whatever it says."""
    ACCEPTED = auto()
    SHOWN = auto()
    SENT = auto()
    FAILED = auto()
    REPLACED = auto()
    """Sent, said anew after the code was already out."""
    RECEIVED = auto()
    """With a receipt; without one there is nothing a donor could be given."""
    FAMILY_LEFT = auto()
    """Withdrawn, expired or void."""
    REFUSED = auto()
    """The family will not have this donor: its tag is claimed already, or its certificate is bad.
    Heard only before anything was shown or sent; later it would be a way to a second parcel."""
    DECLINED = auto()
    DONOR_LEFT = auto()
    OVERDUE = auto()
    """The clock of the stage has run out."""


Parted: TypeAlias = tuple[Stage, Stage]
"""Where the request goes and where the offer goes."""

ALONE: Final = (Stage.WAITING, Stage.IDLE, Stage.FINISHED)

_REOPENED: Final = (Stage.WAITING, Stage.WAITING)
_DONOR_RESTS: Final = (Stage.WAITING, Stage.IDLE)
_FAMILY_SILENT: Final = (Stage.IDLE, Stage.WAITING)
_SLOT_SPENT: Final = (Stage.WAITING, Stage.FINISHED)
_SLOT_FREED: Final = (Stage.FINISHED, Stage.WAITING)
_BOTH_DONE: Final = (Stage.FINISHED, Stage.FINISHED)

# Cells that are not written leave the stage as it is; ``after`` makes the table total.
_CHANGES: Final[dict[Stage, dict[Event, Stage | Parted]]] = {
    Stage.WAITING: {
        Event.FAMILY_LEFT: Stage.FINISHED,
        Event.DONOR_LEFT: Stage.FINISHED,
    },
    Stage.IDLE: {
        Event.SPOKE: Stage.WAITING,
        Event.FAMILY_LEFT: Stage.FINISHED,
        Event.DONOR_LEFT: Stage.FINISHED,
    },
    Stage.FINISHED: {},
    Stage.HELD: {
        Event.ACCEPTED: Stage.AGREED,
        Event.SHOWN: Stage.SHOWN,
        Event.SENT: Stage.SENT,
        Event.RECEIVED: _BOTH_DONE,
        Event.FAMILY_LEFT: _SLOT_FREED,
        Event.REFUSED: _DONOR_RESTS,
        Event.DECLINED: _REOPENED,
        Event.DONOR_LEFT: _SLOT_SPENT,
        Event.OVERDUE: _DONOR_RESTS,
    },
    Stage.AGREED: {
        Event.SHOWN: Stage.SHOWN,
        Event.SENT: Stage.SENT,
        Event.RECEIVED: _BOTH_DONE,
        Event.FAMILY_LEFT: _SLOT_FREED,
        Event.REFUSED: _DONOR_RESTS,
        Event.DECLINED: _DONOR_RESTS,
        Event.DONOR_LEFT: _SLOT_SPENT,
        Event.OVERDUE: _FAMILY_SILENT,
    },
    Stage.SHOWN: {
        Event.SENT: Stage.SENT,
        Event.RECEIVED: _BOTH_DONE,
        Event.FAMILY_LEFT: _BOTH_DONE,
        Event.DECLINED: _SLOT_SPENT,
        Event.DONOR_LEFT: _SLOT_SPENT,
        Event.OVERDUE: _SLOT_SPENT,
    },
    Stage.SENT: {
        Event.RECEIVED: _BOTH_DONE,
        Event.FAMILY_LEFT: _BOTH_DONE,
        Event.DECLINED: _SLOT_SPENT,
        Event.DONOR_LEFT: _SLOT_SPENT,
        Event.OVERDUE: _BOTH_DONE,
    },
    Stage.CODE_HELD: {
        Event.ACCEPTED: Stage.CODE_SENT,
        Event.SENT: Stage.CODE_SENT,
        Event.RECEIVED: _BOTH_DONE,
        Event.FAMILY_LEFT: _SLOT_FREED,
        Event.REFUSED: _DONOR_RESTS,
        Event.DECLINED: _REOPENED,
        Event.DONOR_LEFT: _SLOT_SPENT,
        Event.OVERDUE: _DONOR_RESTS,
    },
    Stage.CODE_SENT: {
        Event.FAILED: Stage.CODE_FAILED,
        Event.RECEIVED: _BOTH_DONE,
        Event.FAMILY_LEFT: _BOTH_DONE,
        Event.DECLINED: _SLOT_SPENT,
        Event.DONOR_LEFT: _SLOT_SPENT,
        Event.OVERDUE: _BOTH_DONE,
    },
    Stage.CODE_FAILED: {
        Event.REPLACED: Stage.CODE_SENT,
        Event.RECEIVED: _BOTH_DONE,
        Event.FAMILY_LEFT: _BOTH_DONE,
        Event.DECLINED: _SLOT_SPENT,
        Event.DONOR_LEFT: _SLOT_SPENT,
        Event.OVERDUE: _SLOT_SPENT,
    },
}


def after(stage: Stage, event: Event) -> Stage | Parted:
    """The table. Total: an event that a stage does not know leaves it as it is."""
    return _CHANGES[stage].get(event, stage)


def due(stage: Stage, *, matched: int, since: int, marked: int, policy: Policy) -> int | None:
    """The epoch in whose round *stage* is overdue; ``None`` for a card alone."""
    match stage:
        case Stage.HELD | Stage.CODE_HELD:
            return matched + policy.answer_epochs
        case Stage.AGREED:
            return since + policy.respond_epochs
        case Stage.SHOWN | Stage.CODE_FAILED:
            return marked + policy.send_epochs
        case Stage.SENT | Stage.CODE_SENT:
            return since + policy.confirm_epochs
        case Stage.WAITING | Stage.IDLE | Stage.FINISHED:
            return None
