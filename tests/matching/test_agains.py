"""Those who asked for each other come first."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from matching.agains import Reunion, reunite
from matching.cards import Offer, Request
from matching.catalogue import Mode, Region, bits
from tests.matching.populations import TRIAL
from tests.matching.test_cards import OFFER, REQUEST

A, B, C = (bytes([code]) * 16 for code in b"abc")


def reunited(requests: list[Request], offers: list[Offer]) -> Reunion:
    return reunite(requests, offers, catalogue=TRIAL, randbelow=Random(1).randrange)


def ids(cards: list[Request] | list[Offer] | list[Request | Offer]) -> set[object]:
    return {card.id for card in cards}


def test_equal_agains_are_paired_by_the_least_exposed_way() -> None:
    request = replace(REQUEST, agains=(A,), modes=bits([Mode.VOUCHER, Mode.DELIVERY]))
    found = reunited([request], [replace(OFFER, agains=(B, A))])

    assert [(one.request.id, one.offer.id, one.way.mode) for one in found.pairs] == [
        ("request", "offer", Mode.VOUCHER)
    ]
    assert not found.requests
    assert not found.offers
    assert not found.kept


def test_a_reserved_card_is_kept_while_its_partner_has_not_come() -> None:
    request = replace(REQUEST, agains=(A,), reserved=True)
    offer = replace(OFFER, agains=(B,), reserved=True)
    found = reunited([request], [offer])

    assert ids(found.kept) == {"request", "offer"}
    assert not found.requests
    assert not found.offers


def test_after_its_reservation_a_card_is_ordinary() -> None:
    found = reunited([replace(REQUEST, agains=(A,))], [OFFER])

    assert ids(found.requests) == {"request"}
    assert ids(found.offers) == {"offer"}


def test_a_partner_that_came_and_no_longer_fits_frees_both() -> None:
    request = replace(REQUEST, agains=(A,), reserved=True)
    offer = replace(OFFER, agains=(A,), reserved=True, regions=bits([Region.BREST]))
    found = reunited([request], [offer])

    assert not found.pairs
    assert not found.kept
    assert ids(found.requests) == {"request"}
    assert ids(found.offers) == {"offer"}


def test_reservation_without_agains_keeps_nobody() -> None:
    found = reunited([replace(REQUEST, reserved=True)], [replace(OFFER, reserved=True)])

    assert not found.kept


def test_a_wanted_donor_goes_to_the_higher_class() -> None:
    patient = replace(REQUEST, id="patient", agains=(A,))
    urgent = replace(REQUEST, id="urgent", agains=(B,), waited=9)
    found = reunited([patient, urgent], [replace(OFFER, agains=(A, B, C))])

    assert [one.request.id for one in found.pairs] == ["urgent"]
    assert ids(found.requests) == {"patient"}


def test_two_requests_or_two_offers_with_one_value_are_not_paired_with_each_other() -> None:
    requests = [replace(REQUEST, id=n, agains=(A,), reserved=True) for n in range(2)]
    found = reunited(requests, [])

    assert not found.pairs
    assert ids(found.kept) == {0, 1}
