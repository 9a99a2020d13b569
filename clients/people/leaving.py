"""What a visit leaves: eight writes, whatever happened (protocol.md, section 7).

    shelf │ out 0 or in 0 │ out 1 or in 1 │ outbox │ pages 1–4       each: w ‖ hash ‖ record

Each of a card's own drops is written anew every time, under a fresh nonce or a fresh seal, so that
what was said and what was merely kept up look alike. Where nothing is reserved, random bytes go to
an address that takes nothing.
"""

from __future__ import annotations

import secrets

from clients.people import seals
from clients.people.looking import Seen
from clients.people.meetings import VOUCHER, count
from clients.people.person import THREADS, Place
from clients.people.state import State
from crypto.drops import WriteSecret, record_hash
from crypto.labels import PAGES, SECRET_BYTES, bound
from crypto.messages.intake import Out
from crypto.messages.pages import Kind, PageOne
from crypto.messages.shelf import ASKED, POSTED
from crypto.records import close_record, random_record
from crypto.sealing import seal


def leave_body(state: State, seen: Seen) -> bytes:
    """8 × (w ‖ hash of the record replaced ‖ record). Raises TooLong."""
    person, pseudonym = state.place.person, state.place.pseudonym
    writes = [
        _write(person.shelf_write, seen.shelf, _shelf(state)),
        *(_thread(state, seen, number) for number in THREADS),
        _write(pseudonym.outbox_write, seen.outbox, _outbox(state)),
    ]
    own_pages = zip(pseudonym.pages_write, seen.pages, _pages(state, seen), strict=True)
    writes += [_write(write, old, new) for write, old, new in own_pages]
    return b"".join(writes)


def throwaway_page(place: Place) -> bytes:
    """A page 1 that nobody will open: every page 1 is a seal, from the first to the last."""
    blanks = tuple(secrets.token_bytes(SECRET_BYTES) for _ in range(PAGES))
    page = PageOne(share=secrets.token_bytes(SECRET_BYTES), blanks=blanks, code="")
    recipient = place.pseudonym.throwaway_key.public
    return seal(page, recipient=recipient, info=bound("page 1", place.circle))


def _write(write_secret: WriteSecret, replaced: bytes, record: bytes) -> bytes:
    return write_secret + record_hash(replaced) + record


def _shelf(state: State) -> bytes:
    if state.shelf is None:
        return random_record()
    return close_record(state.shelf, **seals.shelf(state.place.person))


def _thread(state: State, seen: Seen, number: int) -> bytes:
    place = state.place
    thread = place.thread(number)
    # Only what was read back from the shelf may be blanked in the thread: until then the thread
    # has the only copy.
    found = state.found
    if found is not None and (found.stage != ASKED or found.asking != place.asking):
        # Once, and from then on what stands is written again: the coordinator can read *in*, and
        # a record that changes would tell it of every visit of somebody it vouched for.
        blank = seen.ins[number] if state.ins[number] is None else random_record()
        return _write(thread.in_write, seen.ins[number], blank)
    # A card of somebody whose shelf does not open now: out was not read, so nothing can be said.
    if not seen.outs[number]:
        return _write(thread.in_write, seen.ins[number], seen.ins[number])
    out: Out | None = state.outs[number]
    record = (
        random_record() if out is None else close_record(out, **seals.thread_out(place, number))
    )
    return _write(thread.out_write, seen.outs[number], record)


def _outbox(state: State) -> bytes:
    if state.outbox is None:
        return random_record()
    under = seals.outbox(state.circle.digest, state.place.pseudonym)
    return close_record(state.outbox, **under)


def _pages(state: State, seen: Seen) -> tuple[bytes, ...]:
    if state.outbox is None:
        return tuple(random_record() for _ in range(PAGES))
    # A card that is no longer on the shelf: what its partner may still want to read stays.
    if state.slot is None:
        return seen.pages
    # A notice that is missing says nothing about the match: a conversation is erased when it is
    # over, not when a node forgets to mention it.
    if state.notice is None and state.slot.met:
        return seen.pages
    key = state.conversation_key
    if key is None or state.encounter is None:
        rest = tuple(random_record() for _ in range(PAGES - 1))
    else:
        rest = state.encounter.pages(state.mine, key)
    return _page_one(state, seen), *rest


def _page_one(state: State, seen: Seen) -> bytes:
    slot, encounter, outbox = state.slot, state.encounter, state.outbox
    if slot is None or encounter is None or outbox is None:
        return throwaway_page(state.place)
    if not state.is_donor:
        return encounter.page_one("", in_earnest=_is_in_earnest(state))
    accepted = outbox.accepted == state.matched and outbox.declined != state.matched
    if slot.stage != POSTED or not accepted:
        return throwaway_page(state.place)
    # The shelf was brought back from before the code: what the family was given stays.
    if encounter.match.mode == VOUCHER and slot.code == "":
        return seen.pages[0]
    return encounter.page_one(slot.code, in_earnest=_is_in_earnest(state))


def _is_in_earnest(state: State) -> bool:
    """Whether the donor's slot is spent, however this match ends.

    A card keeps its pages through all of its matches, and whoever has B can blank them in every
    later one. So B has its price: a code that was given, or an address that was shown.
    """
    assert state.encounter is not None
    assert state.outbox is not None
    if state.encounter.match.mode == VOUCHER:
        return state.is_donor or state.conversation_key is not None
    if state.is_donor:
        return count(state.theirs, Kind.TERMS) > 0
    return state.outbox.shown == state.matched
