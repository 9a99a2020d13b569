"""Two people's transcripts, as each of them writes and reads them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from clients.errors import TooLong
from clients.people.meetings import Encounter, count, encounter_of, is_second, last, met, said
from clients.people.person import Place, class_of
from clients.people.shelves import new_slot
from crypto.keys import Person
from crypto.messages.intake import DONOR, FAMILY
from crypto.messages.notices import Match, Peer
from crypto.messages.pages import Kind, Said
from tests.circles import make_trial_circle
from tests.clients.world import DELIVERY, DONOR_LIST, FAMILY_LIST, WISH

TRIAL = make_trial_circle()
TALK = (Said(Kind.TERMS, "Вуліца 1"), Said(Kind.QUESTION, "is it far?"))


def place_of(list_key: bytes) -> Place:
    circle = TRIAL.circle.digest
    return Place(Person.from_list_key(list_key, circle=circle, period=TRIAL.period), 0)


def peer_of(list_key: bytes, role: int) -> Peer:
    own = place_of(list_key).pseudonym
    key, tag = own.sealing_key.public, own.claim_tag
    return Peer(TRIAL.period, key, tag, TRIAL.certificate(class_of(role), key, tag))


def match_with(peer: Peer, *, matched: int = 5) -> Match:
    return Match(b"v" * 32, matched, matched, DELIVERY, 0, 0, 1, 1, peer)


def both_sides(*, matched: int = 5) -> tuple[Encounter, Encounter]:
    family = encounter_of(
        TRIAL.circle,
        place_of(FAMILY_LIST),
        FAMILY,
        WISH,
        match_with(peer_of(DONOR_LIST, DONOR), matched=matched),
    )
    donor = encounter_of(
        TRIAL.circle,
        place_of(DONOR_LIST),
        DONOR,
        WISH,
        match_with(peer_of(FAMILY_LIST, FAMILY), matched=matched),
    )
    assert family is not None
    assert donor is not None
    return family, donor


def test_both_sides_arrive_at_one_key_by_their_pages() -> None:
    family, donor = both_sides()

    from_donor = family.open_page_one(donor.page_one("CODE-1"))
    from_family = donor.open_page_one(family.page_one(""))

    assert from_donor is not None
    assert from_family is not None
    assert from_donor.code == "CODE-1"
    assert from_donor.blanks == place_of(DONOR_LIST).page_blanks
    assert family.key(from_donor.share) == donor.key(from_family.share)


def test_a_page_of_another_match_or_of_ones_own_direction_does_not_open() -> None:
    family, donor = both_sides()
    _, later = both_sides(matched=6)

    assert family.open_page_one(later.page_one("")) is None
    assert family.open_page_one(family.page_one("")) is None
    assert donor.open_page_one(bytes(4_096)) is None


def test_a_transcript_is_read_by_the_other_side_and_by_oneself() -> None:
    family, donor = both_sides()
    key = family.key(donor.share)

    pages = family.pages(TALK, key)

    assert donor.transcript(pages, key, own=False) == TALK
    assert family.transcript(pages, key, own=True) == TALK
    assert donor.transcript(pages, key, own=True) is None
    assert donor.transcript((pages[1], pages[0], pages[2]), key, own=False) is None


def test_half_a_transcript_is_none() -> None:
    family, donor = both_sides()
    key = family.key(donor.share)
    first, second, _ = family.pages(TALK, key)

    assert donor.transcript((first, second, bytes(4_096)), key, own=False) is None


def test_a_long_talk_fills_three_pages_and_then_is_full() -> None:
    family, donor = both_sides()
    key = family.key(donor.share)
    talk = tuple(Said(Kind.ANSWER, "ы" * 290 + str(number)) for number in range(18))

    assert donor.transcript(family.pages(talk, key), key, own=False) == talk
    with pytest.raises(TooLong):
        family.pages(talk * 2, key)


@pytest.mark.parametrize(
    "changes",
    [
        {"modes": 0b011},
        {"regions": 0b10},
        {"modes": 0},
    ],
)
def test_what_was_not_chosen_is_no_encounter(changes: dict[str, int]) -> None:
    match = match_with(peer_of(DONOR_LIST, DONOR))

    chosen = replace(WISH, **changes)

    assert encounter_of(TRIAL.circle, place_of(FAMILY_LIST), FAMILY, chosen, match) is None
    assert encounter_of(TRIAL.circle, place_of(FAMILY_LIST), FAMILY, None, match) is None


@pytest.mark.parametrize("role", [FAMILY, DONOR])
def test_a_partner_of_ones_own_class_is_no_encounter(role: int) -> None:
    match = match_with(peer_of(DONOR_LIST, role))

    assert encounter_of(TRIAL.circle, place_of(FAMILY_LIST), role, WISH, match) is None


@pytest.mark.parametrize("field", ["public_key", "claim_tag", "signatures", "period"])
def test_an_altered_opening_is_no_encounter(field: str) -> None:
    peer = peer_of(DONOR_LIST, DONOR)
    value = getattr(peer, field)
    altered = value - 1 if field == "period" else value[::-1]
    match = match_with(replace(peer, **{field: altered}))

    assert encounter_of(TRIAL.circle, place_of(FAMILY_LIST), FAMILY, WISH, match) is None


@pytest.mark.parametrize(
    "spoil", [lambda key: b"\xff" * 1_184 + key[1_184:], lambda key: key[:1_184] + bytes(32)]
)
def test_a_certified_key_that_is_none_is_no_encounter(spoil: Callable[[bytes], bytes]) -> None:
    """Blind signatures certify anything; a page sealed to nothing would stop every visit."""
    own = place_of(DONOR_LIST).pseudonym
    key, tag = spoil(bytes(own.sealing_key.public)), own.claim_tag
    peer = Peer(TRIAL.period, key, tag, TRIAL.certificate(class_of(DONOR), key, tag))

    match = match_with(peer)

    assert encounter_of(TRIAL.circle, place_of(FAMILY_LIST), FAMILY, WISH, match) is None


def test_another_match_takes_nothing_over_from_the_one_before() -> None:
    slot = new_slot(0, (), b"s" * 256, None)
    first, second = b"1" * 16, b"2" * 16
    slot = replace(slot, met=5, partner=first, peer_share=b"x" * 32, code="CODE-1")

    assert met(slot, 5, first) is slot
    assert met(slot, 6, second) == replace(slot, met=6, partner=second, peer_share=None, code="")


def test_one_epoch_has_one_partner() -> None:
    family, _ = both_sides()
    later, _ = both_sides(matched=6)
    slot = met(new_slot(0, (), b"", None), family.matched, family.partner)
    second = replace(family, match=replace(family.match, rendezvous=b"w" * 32))
    third = replace(family, meeting=replace(family.meeting, offer_root=b"r" * 32))

    assert not is_second(slot, family)
    assert is_second(slot, second)
    assert is_second(slot, third)
    assert not is_second(slot, later)


def test_the_same_message_twice_in_a_row_is_one_unless_it_is_meant_anew() -> None:
    once = said((), Kind.CODE_FAILED, "no")

    assert said(once, Kind.CODE_FAILED, "no") == once
    assert count(said(once, Kind.CODE_FAILED, "no", anew=True), Kind.CODE_FAILED) == 2
    assert last(once, Kind.THANKS) is None
    assert last(once) == once[0]
