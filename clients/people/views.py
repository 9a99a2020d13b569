"""What a person is shown: where things stand, in one word, and the few facts that go with it.

Pure: a view is made of what a visit left, and of nothing else. A `repr` hides all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from clients.people import shelves
from clients.people.meetings import VOUCHER, count, last
from clients.people.state import Claimed, State
from clients.people.vetting import open_questions
from crypto.messages.cards import FINISHED, HELD, IDLE, WAITING
from crypto.messages.pages import CODE_BYTES, Kind, Said
from crypto.messages.shelf import ASKED, CERTIFIED, DECLINED, DONE, UNSPENT, Slot


class Status(StrEnum):
    """Where a person stands, or one of a donor's slots."""

    NOTHING = "nothing"
    """The list opens nothing. It may be another list than was meant."""
    ASKED = "asked"
    QUESTION = "question"
    CERTIFIED = "certified"
    """A card can be posted."""
    DECLINED = "declined"
    COORDINATOR_FAILED = "coordinator_failed"
    """A signature does not verify; nothing was taken and nothing erased."""
    PERIOD_OVER = "period_over"
    """Certified in a quarter that is over; ask again."""
    WAITING = "waiting"
    HELD = "held"
    """Family: a donor was found and has not answered. Donor: decide."""
    AGREED = "agreed"
    CODE = "code"
    CODE_FAILED = "code_failed"
    CODE_SENT = "code_sent"
    NEEDS_ADDRESS = "needs_address"
    ADDRESS_SHOWN = "address_shown"
    ORDERED = "ordered"
    PEER_SILENT = "peer_silent"
    """The match fell through; the place in the queue is kept."""
    IDLE = "idle"
    """Was silent for too long; to have come back is enough."""
    REFUSED_MATCH = "refused_match"
    """The notice names a partner without a certificate, or a mode or region never chosen."""
    MATCH_DECLINED = "match_declined"
    DONOR_SHOWN_ELSEWHERE = "donor_shown_elsewhere"
    """Another family was shown the same donor; nothing was shown to it here."""
    RECEIVED = "received"
    """Confirmed; the matcher has not heard it yet."""
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"


_WORDS = (
    Kind.QUESTION,
    Kind.ANSWER,
    Kind.CANNOT,
    Kind.CODE_FAILED,
    Kind.RECEIVED,
    Kind.THANKS,
)
"""Messages shown as messages; terms, codes, order facts and *again* have their own places."""


@dataclass(frozen=True, repr=False)
class Facts:
    """What a verified match asks for; numbers are those of the catalogue."""

    matched: int
    mode: int
    store: int
    region: int
    size: int
    needs: int

    def __repr__(self) -> str:
        return "<Facts>"


@dataclass(frozen=True, repr=False)
class SlotView:
    """One card, or one that can be posted. ``terms`` is where a donor is to send to, ``code`` the
    voucher's, ``ordered`` what a family needs to receive the parcel, ``message`` the partner's last
    one. ``come_back_epoch`` is 0 if nothing is due."""

    period: int
    index: int
    status: Status
    facts: Facts | None = None
    code: str = ""
    terms: str = ""
    ordered: str = ""
    message: Said | None = None
    again: bool = False
    come_back_epoch: int = 0

    def __repr__(self) -> str:
        return "<SlotView>"


def facts_of(state: State) -> Facts | None:
    """The facts of a verified match."""
    if state.encounter is None:
        return None
    match = state.encounter.match
    return Facts(match.matched, match.mode, match.store, match.region, match.size, match.needs)


def vetting_status(state: State) -> Status:
    """Where vetting stands, for a shelf without a card to speak of."""
    shelf = state.shelf
    if shelf is None:
        stale = state.other is not None and state.other.stage == CERTIFIED
        return Status.PERIOD_OVER if stale else Status.NOTHING
    if state.coordinator_failed:
        return Status.COORDINATOR_FAILED
    if shelf.stage == ASKED and not (shelf.exchanged is not None and shelves.unspent_slots(shelf)):
        return Status.QUESTION if open_questions(state) else Status.ASKED
    if shelf.stage == DECLINED:
        return Status.DECLINED
    if state.notice is not None and state.notice.phase == FINISHED:
        return Status.FINISHED
    if not shelves.unspent_slots(shelf):
        return Status.FINISHED
    return Status.CERTIFIED if state.is_current else Status.PERIOD_OVER


def slot_view(state: State) -> SlotView:
    """The card of the place that was visited."""
    status = _slot_status(state)
    shown = status not in (Status.REFUSED_MATCH, Status.DONOR_SHOWN_ELSEWHERE)
    code = _code(state) if shown else ""
    terms = last(state.theirs, Kind.TERMS) if shown and state.is_donor else None
    ordered = last(state.theirs, Kind.ORDERED) if shown and not state.is_donor else None
    return SlotView(
        period=state.place.period,
        index=state.place.index,
        status=status,
        facts=facts_of(state) if shown else None,
        code=code,
        terms="" if terms is None else terms.words,
        ordered="" if ordered is None else ordered.words,
        message=last(state.theirs, *_WORDS) if shown else None,
        again=shown and count(state.theirs, Kind.AGAIN) > 0,
        come_back_epoch=_come_back(state, status),
    )


def _slot_status(state: State) -> Status:
    slot, notice = state.slot, state.notice
    if notice is not None and notice.phase == FINISHED:
        return Status.FINISHED
    if slot is None:
        return vetting_status(state)
    if slot.stage == UNSPENT:
        return Status.CERTIFIED if state.is_current else Status.PERIOD_OVER
    if slot.stage == DONE:
        return Status.RECEIVED
    if state.outbox is not None and state.outbox.withdrawn:
        return Status.WITHDRAWN
    if state.refused:
        return Status.REFUSED_MATCH
    if notice is None:
        return Status.WAITING
    if notice.phase == WAITING:
        # `met` outlives its match: once there was one, somebody fell away.
        return Status.PEER_SILENT if slot.met else Status.WAITING
    if notice.phase == IDLE:
        return Status.IDLE
    if state.encounter is None:
        return Status.WAITING
    if state.outbox is not None and state.outbox.declined == state.matched:
        lost = state.claimed is Claimed.ANOTHERS
        return Status.DONOR_SHOWN_ELSEWHERE if lost else Status.MATCH_DECLINED
    return _donor_status(state) if state.is_donor else _family_status(state, slot)


def _family_status(state: State, slot: Slot) -> Status:
    assert state.encounter is not None
    assert state.notice is not None
    before_answer = Status.HELD if state.notice.phase == HELD else Status.AGREED
    if state.claimed is Claimed.ANOTHERS:
        return Status.DONOR_SHOWN_ELSEWHERE
    if state.encounter.match.mode == VOUCHER:
        if _code_failed(state.mine, state.theirs):
            return Status.CODE_FAILED
        return Status.CODE if _code(state) else before_answer
    # A donor seals page 1 only when it accepts, so its share is its answer, a round early.
    if slot.peer_share is None:
        return before_answer
    if count(state.mine, Kind.TERMS) == 0:
        return Status.NEEDS_ADDRESS
    return Status.ORDERED if count(state.theirs, Kind.ORDERED) else Status.ADDRESS_SHOWN


def _donor_status(state: State) -> Status:
    assert state.encounter is not None
    if state.outbox is None or state.outbox.accepted != state.matched:
        return Status.HELD
    if state.encounter.match.mode == VOUCHER:
        failed = _code_failed(state.theirs, state.mine)
        return Status.CODE_FAILED if failed else Status.CODE_SENT
    # By the outbox: a family that has confirmed has blanked the page that said so too.
    if state.outbox.sent == state.matched:
        return Status.ORDERED
    return Status.ADDRESS_SHOWN if count(state.theirs, Kind.TERMS) else Status.AGREED


def _code_failed(family: tuple[Said, ...], donor: tuple[Said, ...]) -> bool:
    """Whether the last code was reported as not working."""
    return count(family, Kind.CODE_FAILED) > count(donor, Kind.CODE_REPLACED)


def _code(state: State) -> str:
    """The voucher's code: the last replacement, or the one on page 1; a donor's own, its own."""
    slot = state.slot
    if state.encounter is None or state.encounter.match.mode != VOUCHER or slot is None:
        return ""
    if state.is_donor:
        return slot.code
    replaced = last(state.theirs, Kind.CODE_REPLACED)
    if replaced is not None:
        return replaced.words[:CODE_BYTES]  # a message takes more; no client sends more
    return "" if state.page_one is None else state.page_one.code


def _come_back(state: State, status: Status) -> int:
    policy = state.circle.policy
    if status in (Status.ADDRESS_SHOWN, Status.CODE_FAILED) and not state.is_donor:
        return state.epoch + policy.send_epochs
    if status in (Status.WAITING, Status.PEER_SILENT) and not state.is_donor:
        # Matched at the end of this epoch at best, and then the donor has its time to answer: to
        # come sooner would be a visit for nothing.
        return state.epoch + 1 + policy.answer_epochs
    settled = (
        Status.NOTHING,
        Status.DECLINED,
        Status.FINISHED,
        Status.WITHDRAWN,
        Status.PERIOD_OVER,
        Status.CODE,
        Status.RECEIVED,
    )
    return 0 if status in settled else state.epoch + 1
