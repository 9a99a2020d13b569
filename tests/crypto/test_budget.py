"""Every message, as large as it may ever be, fits its record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crypto.conversations import PAGE_BYTES, lay_out
from crypto.encoding import encode
from crypto.errors import WrongLength
from crypto.labels import BLIND_COUNT
from crypto.messages.batches import ENTRIES_A_BATCH, Answers, Batch, Entry, SignedEntry
from crypto.messages.cards import FINISHED, MARKS, Card, CarriedCard, RoundKey, State
from crypto.messages.intake import CERTIFIED, DONOR, FAMILY, WORDS_BYTES, In, Intake, Out
from crypto.messages.notices import Match, Notice, Peer
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import WORDS_BYTES as SAID_BYTES
from crypto.messages.pages import Kind, Page, PageOne, Said
from crypto.messages.shelf import MAX_SLOTS, MAX_UNSPENT, Shelf, Slot, Wish
from crypto.messages.tokens import Delivery, Earned, NextSlot, Opening, SpentReceipt
from crypto.records import SHARED_FRAME_BYTES
from crypto.sealing import PUBLIC_KEY_BYTES, SEALED_FRAME_BYTES

SIG, B32, KEY, AGAIN = b"s" * 256, b"b" * 32, b"k" * PUBLIC_KEY_BYTES, b"a" * 16
U8, U16, U32 = 0xFF, 0xFFFF, 0xFFFF_FFFF

RECEIPT = SpentReceipt(period=U32, nonce=B32, signature=SIG)
NEXT = NextSlot(index=U16, period=U32, blinded_roots=(SIG, SIG), blinded_stamp=SIG)
DELIVERY = Delivery(index=U16, signatures=(SIG,) * 3)
WISH = Wish(regions=U16, modes=7, preset=U8, size=U8, needs=U8, urgency=U8)
CARD = Card(
    card_class=1,
    period=U32,
    public_key=KEY,
    claim_tag=B32,
    signatures=(SIG, SIG),
    regions=U16,
    modes=7,
    preset=U8,
    size=U8,
    needs=U8,
    urgency=U8,
    agains=(AGAIN,) * 3,
    notice_secret=B32,
    outbox_read=B32,
    pages_read=(B32,) * 4,
)
STATE = State(
    posted=U32,
    phase=FINISHED,
    since=U32,
    waited=U16,
    counter=U32,
    peer=B32,
    rendezvous=B32,
    matched=U32,
    mode=2,
    store=U16,
    marks=MARKS,
    marked=U32,
    receipt=RECEIPT,
    earned=Earned(index=U16, signatures=(SIG,) * 3),
)
PEER = Peer(period=U32, public_key=KEY, claim_tag=B32, signatures=(SIG, SIG))
MATCH = Match(
    rendezvous=B32,
    matched=U32,
    since=U32,
    mode=2,
    store=U16,
    region=U8,
    size=U8,
    needs=U8,
    peer=PEER,
)
ENTRY = Entry(
    ticket=B32, receipt=RECEIPT, index=U16, period=U32, blinded_root=SIG, blinded_stamp=SIG
)
SIGNED = SignedEntry(ticket=B32, index=U16, signed_root=SIG, signed_stamp=SIG)


OPENING = Opening(root=B32, signatures=(SIG, SIG), stamp=SIG, receipt=RECEIPT)

UNSPENT = Slot(
    index=U16,
    stage=0,
    signatures=(SIG, SIG),
    stamp=SIG,
    receipt=None,
    posted=U32,
    counter=U32,
    earns=U16,
    chosen=WISH,
    met=U32,
    partner=None,
    peer_share=None,
    code="",
)
"""A slot that holds its signatures has met nobody, so there is no share and no code yet."""

SPENT = replace(
    UNSPENT,
    stage=1,
    signatures=(),
    stamp=None,
    partner=b"p" * 16,
    peer_share=B32,
    code="c" * 64,
)

SHELF = Shelf(
    role=DONOR,
    language="be",
    stage=2,
    asked=U32,
    wish=WISH,
    answered=(U16, U16),
    slots=(UNSPENT,) * MAX_UNSPENT + (SPENT,) * (MAX_SLOTS - MAX_UNSPENT),
    next_index=U16,
    got=U16,
    agains=(AGAIN,) * 3,
    asking=15,
    exchanged=U16,
    at_once=BLIND_COUNT,
)
UNASKED = replace(UNSPENT, receipt=SIG)
MET = replace(SPENT, code="")
"""A family's: the code is its donor's and stands on page 1."""

FAMILY_SHELF = replace(
    SHELF,
    role=FAMILY,
    slots=(UNASKED,) * BLIND_COUNT
    + (replace(MET, receipt=SIG),)
    + (MET,) * (MAX_SLOTS - BLIND_COUNT - 1),
)
"""One card at a time, so one receipt beside those of the slots to come."""

SEALED = {
    "intake": Intake(
        role=DONOR,
        language="be",
        words="w" * WORDS_BYTES,
        thread_key=B32,
        out_read=B32,
        in_write=B32,
        blinded_roots=(SIG,) * 3,
        blinded_extras=(SIG,) * 3,
        invite_code=b"i" * 8,
        opening=None,
    ),
    "exchange": Intake(
        role=FAMILY,
        language="be",
        words="w" * WORDS_BYTES,
        thread_key=B32,
        out_read=B32,
        in_write=B32,
        blinded_roots=(SIG,),
        blinded_extras=(SIG,),
        invite_code=b"i" * 8,
        opening=OPENING,
    ),
    "card": CARD,
    "round key": RoundKey(key=B32),
    "page 1": PageOne(share=B32, blanks=(B32,) * 4, code="c" * 64),
    "batch": Batch(entries=(ENTRY,) * ENTRIES_A_BATCH),
    "answers": Answers(coordinator=U8, entries=(SIGNED,) * ENTRIES_A_BATCH),
}

SHARED = {
    "out": Out(turn=U16, words="w" * WORDS_BYTES),
    "in": In(
        kind=CERTIFIED,
        turn=U16,
        words="w" * WORDS_BYTES,
        signed_roots=(SIG,) * 3,
        signed_extras=(SIG,) * 3,
    ),
    "donor's shelf": SHELF,
    "family's shelf": FAMILY_SHELF,
    "carried card": CarriedCard(card=CARD, state=STATE),
    "notice": Notice(phase=FINISHED, counter=U32, pages=(B32,) * 4, match=MATCH, delivery=DELIVERY),
    "outbox": Outbox(
        counter=U32,
        accepted=U32,
        declined=U32,
        sent=U32,
        shown=U32,
        failed=U32,
        received=U32,
        withdrawn=True,
        receipt=RECEIPT,
        next_slot=NEXT,
        got=U16,
    ),
}


@pytest.mark.parametrize("name", SEALED)
def test_the_largest_sealed_message_fits_its_record(name: str) -> None:
    assert len(encode(SEALED[name], frame_bytes=SEALED_FRAME_BYTES)) == SEALED_FRAME_BYTES


@pytest.mark.parametrize("name", SHARED)
def test_the_largest_message_under_a_shared_key_fits_its_record(name: str) -> None:
    assert len(encode(SHARED[name], frame_bytes=SHARED_FRAME_BYTES)) == SHARED_FRAME_BYTES


def test_one_more_entry_would_not_fit_a_batch() -> None:
    spare = SEALED_FRAME_BYTES - len(encode(SEALED["batch"], frame_bytes=10_000).rstrip(b"\0"))
    assert 0 <= spare < len(encode(ENTRY, frame_bytes=2_000).rstrip(b"\0"))


@pytest.mark.parametrize(
    ("role", "slot", "most"), [(DONOR, UNSPENT, MAX_UNSPENT), (FAMILY, UNASKED, BLIND_COUNT)]
)
def test_one_more_unspent_slot_would_not_fit_a_shelf(role: int, slot: Slot, most: int) -> None:
    shelf = replace(SHELF, role=role, slots=(slot,) * (most + 1))
    with pytest.raises(WrongLength):
        encode(shelf, frame_bytes=SHARED_FRAME_BYTES)


@pytest.mark.parametrize(
    ("words", "fit"), [("w" * SAID_BYTES, 9), ("я" * 300, 18), ("🥖" * 300, 9), ("", 48)]
)
def test_a_full_transcript_fits_its_three_pages_and_one_more_is_refused(
    words: str, fit: int
) -> None:
    transcript = (Said(kind=Kind.QUESTION, words=words),) * fit
    pages = lay_out(transcript)
    assert len(pages) == 3
    for page in pages:
        assert len(encode(page, frame_bytes=SHARED_FRAME_BYTES)) == SHARED_FRAME_BYTES
    assert sum((page.messages for page in pages), ()) == transcript
    with pytest.raises(WrongLength):
        lay_out((*transcript, transcript[0]))


def test_a_page_of_the_widest_framing_still_fits() -> None:
    # Sixteen messages of 225 bytes: every text has the longer head, and the page its last byte.
    page = Page(messages=(Said(kind=Kind.AGAIN, words="w" * (PAGE_BYTES // 16)),) * 16)
    assert len(encode(page, frame_bytes=SHARED_FRAME_BYTES)) == SHARED_FRAME_BYTES


def test_a_message_over_its_record_is_refused() -> None:
    with pytest.raises(WrongLength):
        encode(
            Page(messages=(Said(kind=1, words="w" * 1_200),) * 4), frame_bytes=SHARED_FRAME_BYTES
        )
