"""Who fits whom, and what is no card."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from matching.cards import Offer, Request, Way, fits, offer_cells, one_region, request_cells
from matching.catalogue import Bits, Mode, Need, Region, Size, bits
from matching.errors import CardError
from tests.matching.populations import TRIAL, plain_fits, population

REQUEST = Request(
    id="request",
    region=Region.HRODNA,
    modes=bits(Mode),
    preset=2,
    size=Size.MEDIUM,
    needs=bits([Need.FOOD]),
)
OFFER = Offer(
    id="offer", regions=bits(Region), modes=bits(Mode), preset=2, size=Size.LARGE, needs=bits(Need)
)


def test_fits_says_mode_region_and_store() -> None:
    request = replace(REQUEST, modes=bits([Mode.LOCKER]))

    assert fits(request, OFFER, TRIAL) == {Way(Mode.LOCKER, Region.HRODNA, 2)}


NO_FIT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the_parcel_is_too_large": ({"size": Size.LARGE}, {"size": Size.MEDIUM}),
    "a_need_is_missing": ({"needs": bits(Need)}, {"needs": bits([Need.FOOD, Need.CHILD])}),
    "another_region": ({}, {"regions": bits([Region.BREST])}),
    "no_common_mode": ({"modes": bits([Mode.VOUCHER])}, {"modes": bits([Mode.DELIVERY])}),
    "no_common_store_has_the_mode": ({"modes": bits([Mode.LOCKER])}, {"preset": 0}),
    "no_store_stocks_all_needs": (
        {"needs": bits(Need), "modes": bits([Mode.VOUCHER])},
        {"preset": 1},
    ),
    "a_preset_nobody_has": ({"preset": 9}, {}),
    "an_offer_of_a_preset_nobody_has": ({}, {"preset": 9}),
}


@pytest.mark.parametrize(("request_with", "offer_with"), NO_FIT.values(), ids=NO_FIT.keys())
def test_no_fit(request_with: dict[str, Any], offer_with: dict[str, Any]) -> None:
    assert fits(REQUEST, OFFER, TRIAL)
    assert not fits(replace(REQUEST, **request_with), replace(OFFER, **offer_with), TRIAL)


def test_fits_agrees_with_eligibility_said_in_plain_words() -> None:
    requests, offers = population(Random(1), requests=60, offers=60)
    for request in requests:
        for offer in offers:
            assert fits(request, offer, TRIAL) == plain_fits(request, offer, TRIAL)


def test_two_cards_fit_exactly_in_the_cells_where_the_offer_covers_the_request() -> None:
    requests, offers = population(Random(2), requests=60, offers=60)
    for request in requests:
        for offer in offers:
            stands = dict(offer_cells(offer, TRIAL))
            met = {
                way
                for way, level in request_cells(request, TRIAL)
                if way in stands and level.within(stands[way])
            }
            assert met == fits(request, offer, TRIAL)


WRONG_REQUEST: dict[str, dict[str, Any]] = {
    "no_mode": {"modes": 0},
    "an_unknown_mode": {"modes": 8},
    "no_need": {"needs": 0},
    "an_unknown_need": {"needs": 8},
    "a_region_that_is_none": {"region": 7},
    "a_size_that_is_none": {"size": 3},
    "a_preset_over_a_byte": {"preset": 256},
    "an_urgency_that_is_none": {"urgency": 2},
    "a_wait_over_two_bytes": {"waited": 65536},
    "too_many_agains": {"agains": tuple(bytes([k]) * 16 for k in range(4))},
    "an_again_twice": {"agains": (bytes(16), bytes(16))},
    "a_short_again": {"agains": (bytes(15),)},
}


@pytest.mark.parametrize("wrong", WRONG_REQUEST.values(), ids=WRONG_REQUEST.keys())
def test_what_is_no_request_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CardError):
        replace(REQUEST, **wrong)


@pytest.mark.parametrize("wrong", [{"regions": 0}, {"regions": 128}, {"modes": 0}, {"size": 3}])
def test_what_is_no_offer_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CardError):
        replace(OFFER, **wrong)


def test_a_request_names_exactly_one_region() -> None:
    assert one_region(bits([Region.HOMEL])) is Region.HOMEL
    for regions in (0, 3, 128):
        with pytest.raises(CardError):
            one_region(regions)


def test_no_error_carries_an_id() -> None:
    with pytest.raises(CardError) as refused:
        replace(REQUEST, id="the root of somebody", modes=Bits(0))

    assert "somebody" not in str(refused.value)
