"""What a visit asks for and how its answers are read (protocol.md, section 7).

    look   current period: shelf, in 0, in 1 │ previous period: the same │ notice, outbox, pages 1–4
    meet   the four pages of the notice; before there is one, out 0, out 1 and two decoys

Everything that does not open reads as None: not there, somebody else's, altered and blanked are
one and the same to whoever holds the list, as they are to the node.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TypeVar

from clients.errors import NodeMisbehaves
from clients.node import OpenEpoch
from clients.people import seals
from clients.people.meetings import VOUCHER, Encounter, encounter_of, is_second
from clients.people.person import THREADS, Place
from clients.people.seals import Under
from clients.people.state import Claimed, State
from crypto.circle import Circle
from crypto.drops import reader_of
from crypto.errors import CannotOpen
from crypto.keys import Person, notice_write
from crypto.labels import PAGES, RECORD_BYTES, SECRET_BYTES
from crypto.messages.cards import AGREED, HELD
from crypto.messages.intake import FAMILY, In, Out
from crypto.messages.notices import Notice
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import Said
from crypto.messages.shelf import Shelf
from crypto.records import open_record
from crypto.shapes import Message

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, repr=False)
class Seen:
    """The records of one's own drops as the node answered them: a leave names what it replaces."""

    shelf: bytes
    ins: tuple[bytes, ...]
    outs: tuple[bytes, ...]
    outbox: bytes
    pages: tuple[bytes, ...]

    def __repr__(self) -> str:
        return "<Seen>"


def look_body(current: Person, previous: Person, place: Place, committed: int) -> bytes:
    """12 × R."""
    notice = reader_of(notice_write(place.pseudonym.notice_secret, committed))
    reads = [
        secret
        for person in (current, previous)
        for read in [place if place.period == person.period else Place(person, 0)]
        for secret in (read.shelf_read(), *read.thread_reads())
    ]
    return b"".join((*reads, notice, *place.own_reads()))


def read_look(
    answer: bytes, current: Person, previous: Person, place: Place, circle: Circle, epoch: OpenEpoch
) -> tuple[State, Seen]:
    """The state before the partner is met, and the raw records."""
    records = _records(answer)
    is_current = place.period == current.period
    here, there = (records[:3], records[3:6]) if is_current else (records[3:6], records[:3])
    elsewhere = previous if is_current else current
    person = place.person
    shelf = _opened(Shelf, here[0], seals.shelf(person))
    heard = _opened(Outbox, records[7], seals.outbox(circle.digest, place.pseudonym))
    under = seals.notice(circle.digest, place.pseudonym, epoch.committed)
    notice = _opened(Notice, records[6], under)
    state = State(
        place=place,
        circle=circle,
        is_current=is_current,
        epoch=epoch.descriptor.epoch,
        committed=epoch.committed,
        found=shelf,
        shelf=shelf,
        other=_opened(Shelf, there[0], seals.shelf(elsewhere)),
        ins=tuple(_opened(In, here[1 + n], seals.thread_in(place, n)) for n in THREADS),
        notice=notice,
        heard=heard,
        outbox=heard,
        own_pages=records[8:],
    )
    seen = Seen(here[0], here[1:], (b"", b""), records[7], records[8:])
    return _with_encounter(state), seen


def decoy_claim() -> bytes:
    """Tag and token of a claim of nothing: new in every visit, as a real one is."""
    return secrets.token_bytes(2 * SECRET_BYTES)


def meet_body(
    state: State, decoy: bytes, *, blanks: tuple[bytes, ...] | None, claims: int | None
) -> bytes:
    """4 × (R or B) ‖ permit ‖ claim tag ‖ claim token; the decoy's unless an address is shown."""
    pseudonym = state.place.pseudonym
    if blanks is not None:
        pages = blanks
    elif state.notice is not None:
        pages = state.notice.pages
    else:
        decoys = (secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(SECRET_BYTES))
        pages = (*state.place.out_reads(), *decoys)
    tag = _to_claim(state, claims)
    claim = decoy if tag is None else tag + pseudonym.claim_token(tag)
    return b"".join(pages) + pseudonym.claim_permit + claim


def read_meet(
    state: State, seen: Seen, answer: bytes, *, blanks: tuple[bytes, ...] | None, claims: int | None
) -> tuple[State, Seen]:
    """The state with the partner's pages, or the threads' *out*, and the verdict on a claim."""
    records = _records(answer[: PAGES * RECORD_BYTES])
    verdict, *zeros = answer[PAGES * RECORD_BYTES :]
    if verdict not in tuple(Claimed) or any(zeros):
        raise NodeMisbehaves
    if _to_claim(state, claims) is not None:
        state = replace(state, claimed=Claimed(verdict))
    if blanks is None and state.notice is None:
        place = state.place
        outs = tuple(_opened(Out, records[n], seals.thread_out(place, n)) for n in THREADS)
        return replace(state, outs=outs), replace(seen, outs=records[:2])
    # What a blanked page reads as says nothing: it is random whether or not B fitted.
    return _with_conversation(state, records if blanks is None else None), seen


def _with_encounter(state: State) -> State:
    slot = state.slot
    if state.shelf is None or slot is None or state.notice is None or state.notice.match is None:
        return state
    match = state.notice.match
    # The shelf has met a later match: a node that shows an old notice undoes nothing.
    if match.matched < slot.met:
        return replace(state, notice=None)
    chosen = slot.chosen if slot.chosen is not None else state.shelf.wish
    encounter = encounter_of(state.circle, state.place, state.shelf.role, chosen, match)
    if encounter is not None and is_second(slot, encounter):
        # Whatever the first was shown stays as it lies; the second is answered as nobody is.
        return replace(state, notice=None, refused=True)
    refused = encounter is None and state.notice.phase in (HELD, AGREED)
    return replace(state, encounter=encounter, refused=refused)


def _with_conversation(state: State, records: tuple[bytes, ...] | None) -> State:
    encounter, slot = state.encounter, state.slot
    if encounter is None or slot is None:
        return state
    page_one = None if records is None else encounter.open_page_one(records[0])
    # The latest page 1 first: an earlier share may have been somebody else's guess.
    shares = [] if page_one is None else [page_one.share]
    if slot.met == encounter.matched and slot.peer_share is not None:
        shares.append(slot.peer_share)
    theirs = () if records is None else _transcript(encounter, records[1:], shares, own=False)
    mine = _transcript(encounter, state.own_pages[1:], shares, own=True)
    return replace(state, page_one=page_one, theirs=theirs, mine=mine)


def _transcript(
    encounter: Encounter, records: tuple[bytes, ...], shares: list[bytes], *, own: bool
) -> tuple[Said, ...]:
    for share in shares:
        found = encounter.transcript(records, encounter.key(share), own=own)
        if found is not None:
            return found
    return ()


def _to_claim(state: State, claims: int | None) -> bytes | None:
    """The donor's tag, in the very visit that shows a family's address, and in no other.

    Not earlier: a donor that then declines would look to the next family like one who was shown.
    Not later: a tag that comes again would tell a node that it is no decoy. Whoever was killed
    before the leave shows the address anew, and the same token holds the tag.
    """
    encounter, slot = state.encounter, state.slot
    if encounter is None or slot is None or encounter.role != FAMILY:
        return None
    if encounter.match.mode == VOUCHER:
        return None
    accepted = slot.met == encounter.matched and slot.peer_share is not None
    is_wanted = claims in (0, encounter.matched) and accepted
    return encounter.match.peer.claim_tag if is_wanted else None


def _records(answer: bytes) -> tuple[bytes, ...]:
    return tuple(
        answer[start : start + RECORD_BYTES] for start in range(0, len(answer), RECORD_BYTES)
    )


def _opened(kind: type[M], record: bytes, under: Under) -> M | None:
    try:
        return open_record(kind, record, **under)
    except CannotOpen:
        return None
