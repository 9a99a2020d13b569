"""Conversations: what is written for one match, direction and page opens nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.conversations import (
    PAGE_BYTES,
    TO_DONOR,
    TO_FAMILY,
    TRANSCRIPT_PAGES,
    Meeting,
    again_value,
    lay_out,
)
from crypto.encoding import encode
from crypto.errors import CannotOpen, WrongLength
from crypto.labels import derive
from crypto.messages.pages import MESSAGES_A_PAGE, Kind, Page, PageOne, Said
from crypto.records import SHARED_FRAME_BYTES
from crypto.sealing import SealingKey

MEETING = Meeting(
    circle=b"\xcc" * 32,
    rendezvous=b"\x01" * 32,
    matched=42,
    request_root=b"\x02" * 32,
    offer_root=b"\x03" * 32,
)
DONOR_SHARE, FAMILY_SHARE = b"\xd0" * 32, b"\xfa" * 32
FAMILY_KEY = SealingKey(b"\x04" * 32)
PAGE_ONE = PageOne(share=DONOR_SHARE, blanks=(b"\x05" * 32,) * 4, code="1234 5678")
PAGE = Page(messages=(Said(kind=Kind.ACCEPT, words=""), Said(kind=Kind.TERMS, words="Так")))

OTHER_MEETINGS = {
    "circle": replace(MEETING, circle=b"\xcd" * 32),
    "rendezvous": replace(MEETING, rendezvous=b"\x11" * 32),
    "epoch of the match": replace(MEETING, matched=43),
    "request": replace(MEETING, request_root=b"\x12" * 32),
    "offer": replace(MEETING, offer_root=b"\x13" * 32),
    "roots the other way round": replace(
        MEETING, request_root=b"\x03" * 32, offer_root=b"\x02" * 32
    ),
}


def key_of(meeting: Meeting) -> bytes:
    return meeting.conversation_key(share_donor=DONOR_SHARE, share_family=FAMILY_SHARE)


KEY = key_of(MEETING)


def test_a_conversation_from_first_page_to_last() -> None:
    donor_key, family_key = SealingKey(b"\x06" * 32), FAMILY_KEY
    from_donor = MEETING.seal_page_one(PAGE_ONE, direction=TO_FAMILY, recipient=family_key.public)
    at_family = MEETING.open_page_one(from_donor, direction=TO_FAMILY, key=family_key)
    answer = PageOne(share=FAMILY_SHARE, blanks=(b"\x07" * 32,) * 4, code="")
    from_family = MEETING.seal_page_one(answer, direction=TO_DONOR, recipient=donor_key.public)
    at_donor = MEETING.open_page_one(from_family, direction=TO_DONOR, key=donor_key)

    donors = MEETING.conversation_key(share_donor=DONOR_SHARE, share_family=at_donor.share)
    familys = MEETING.conversation_key(share_donor=at_family.share, share_family=FAMILY_SHARE)
    assert donors == familys
    assert at_family.code == "1234 5678"

    record = MEETING.close_page(PAGE, key=donors, direction=TO_FAMILY, number=2)
    assert MEETING.open_page(record, key=familys, direction=TO_FAMILY, number=2) == PAGE
    assert again_value(donors) == again_value(familys)


@pytest.mark.parametrize("other", OTHER_MEETINGS.values(), ids=OTHER_MEETINGS)
def test_page_one_opens_only_in_its_match(other: Meeting) -> None:
    record = MEETING.seal_page_one(PAGE_ONE, direction=TO_FAMILY, recipient=FAMILY_KEY.public)
    assert MEETING.open_page_one(record, direction=TO_FAMILY, key=FAMILY_KEY) == PAGE_ONE
    with pytest.raises(CannotOpen):
        other.open_page_one(record, direction=TO_FAMILY, key=FAMILY_KEY)


def test_page_one_opens_only_in_its_direction_and_for_its_key() -> None:
    record = MEETING.seal_page_one(PAGE_ONE, direction=TO_FAMILY, recipient=FAMILY_KEY.public)
    with pytest.raises(CannotOpen):
        MEETING.open_page_one(record, direction=TO_DONOR, key=FAMILY_KEY)
    with pytest.raises(CannotOpen):
        MEETING.open_page_one(record, direction=TO_FAMILY, key=SealingKey(b"\x08" * 32))


@pytest.mark.parametrize("other", OTHER_MEETINGS.values(), ids=OTHER_MEETINGS)
def test_every_match_has_its_own_key(other: Meeting) -> None:
    assert key_of(other) != KEY
    assert again_value(key_of(other)) != again_value(KEY)


def test_both_shares_make_the_key_and_each_in_its_place() -> None:
    keys = {
        KEY,
        MEETING.conversation_key(share_donor=FAMILY_SHARE, share_family=DONOR_SHARE),
        MEETING.conversation_key(share_donor=DONOR_SHARE, share_family=b"\xfb" * 32),
        MEETING.conversation_key(share_donor=b"\xd1" * 32, share_family=FAMILY_SHARE),
    }
    assert len(keys) == 4


def test_the_key_is_that_of_the_protocol() -> None:
    assert (
        derive(
            DONOR_SHARE + FAMILY_SHARE,
            "conversation",
            b"\x02" * 32 + b"\x03" * 32 + b"\x01" * 32 + b"\0\0\0\x2a" + b"\xcc" * 32,
        )
        == KEY
    )
    assert again_value(KEY) == derive(KEY, "again")[:16]


@pytest.mark.parametrize("number", TRANSCRIPT_PAGES)
@pytest.mark.parametrize("direction", [TO_FAMILY, TO_DONOR])
def test_a_page_opens_only_as_that_page(direction: int, number: int) -> None:
    record = MEETING.close_page(PAGE, key=KEY, direction=direction, number=number)
    for other_direction in (TO_FAMILY, TO_DONOR):
        for other_number in TRANSCRIPT_PAGES:
            if (other_direction, other_number) == (direction, number):
                opened = MEETING.open_page(record, key=KEY, direction=direction, number=number)
                assert opened == PAGE
                continue
            with pytest.raises(CannotOpen):
                MEETING.open_page(record, key=KEY, direction=other_direction, number=other_number)


def test_a_page_opens_only_under_its_conversations_key_circle_and_epoch() -> None:
    record = MEETING.close_page(PAGE, key=KEY, direction=TO_DONOR, number=2)
    for other in OTHER_MEETINGS.values():
        with pytest.raises(CannotOpen):
            other.open_page(record, key=key_of(other), direction=TO_DONOR, number=2)
    for name in ("circle", "epoch of the match"):  # bound by the AAD as well
        with pytest.raises(CannotOpen):
            OTHER_MEETINGS[name].open_page(record, key=KEY, direction=TO_DONOR, number=2)


def test_repr_hides_the_secret() -> None:
    assert repr(MEETING) == str(MEETING) == "<Meeting>"


# Half of 1,200 bytes in two-byte letters, and lengths that do not divide a page.
saids = st.builds(
    lambda kind, letter, count: Said(kind=kind, words=letter * count),
    st.sampled_from(Kind),
    st.sampled_from(["w", "я", "🥖"]),
    st.integers(0, 300),
)


@given(transcript=st.lists(saids, max_size=40).map(tuple))
def test_the_pages_joined_are_the_transcript(transcript: tuple[Said, ...]) -> None:
    try:
        pages = lay_out(transcript)
    except WrongLength:
        return
    assert len(pages) == len(TRANSCRIPT_PAGES)
    assert sum((page.messages for page in pages), ()) == transcript
    for page in pages:
        assert len(page.messages) <= MESSAGES_A_PAGE
        assert len(encode(page, frame_bytes=SHARED_FRAME_BYTES)) == SHARED_FRAME_BYTES


@given(transcript=st.lists(saids, min_size=1, max_size=40).map(tuple))
def test_saying_more_never_moves_what_was_said(transcript: tuple[Said, ...]) -> None:
    try:
        after = lay_out(transcript)
    except WrongLength:
        return
    before = lay_out(transcript[:-1])
    for earlier, later in zip(before, after, strict=True):
        assert later.messages[: len(earlier.messages)] == earlier.messages


def test_a_transcript_is_refused_only_when_it_is_full() -> None:
    # Refused means: no page has room for the next message, so at least this many bytes are in.
    said = Said(kind=Kind.QUESTION, words="w" * 1_000)
    count = 0
    while True:
        try:
            lay_out((said,) * (count + 1))
        except WrongLength:
            break
        count += 1
    assert count == PAGE_BYTES // 1_000 * len(TRANSCRIPT_PAGES)


def test_an_empty_transcript_is_three_empty_pages() -> None:
    assert lay_out(()) == (Page(messages=()),) * 3
