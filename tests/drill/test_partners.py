"""What a list may open is worked out from who is matched with whom, and nothing else is excused."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from clients.drill.coercion import Coerced, add_opened, some_of
from clients.drill.partners import Ties, ties
from clients.drill.truth import TrueCard
from clients.thief import Patterns
from clients.tour.donors import SentCode

MATCHED = 5


@dataclass
class Memory:
    """What is asked of a family's or a donor's."""

    player: SimpleNamespace
    confirmed_in: set[int] = field(default_factory=set)
    codes: list[SentCode] = field(default_factory=list)


def card(owner: str, row: bytes, partner: bytes | None) -> TrueCard:
    return TrueCard(
        row=row,
        outbox=b"",
        pages=(),
        notice=b"",
        is_request=owner.startswith("family"),
        is_matched=partner is not None,
        posted=1,
        partner=partner,
        owner=owner,
        matched=MATCHED if partner else 0,
    )


def season(*, confirmed: bool = False) -> Any:
    """Family 1 was matched with donor 2, who sent a code; family 7 and donor 8 are nobody's."""
    family = Memory(SimpleNamespace(number=1), {MATCHED} if confirmed else set())
    donor = Memory(
        SimpleNamespace(number=2),
        codes=[SentCode(0, MATCHED - 1, "KV-OLD"), SentCode(0, MATCHED, "KV-NEW")],
    )
    return SimpleNamespace(
        families=[family, Memory(SimpleNamespace(number=7))],
        donors=[donor, Memory(SimpleNamespace(number=8), codes=[SentCode(0, MATCHED, "KV-OTHER")])],
        world=SimpleNamespace(codes=["KV-OTHER", "KV-OLD", "KV-NEW"]),
    )


CARDS = [
    card("family 1", b"f", b"d"),
    card("donor 2", b"d", b"f"),
    card("family 7", b"x", None),
    card("donor 8", b"y", None),
]

LIVE_FAMILY = ["code 2", "donor 2: order facts", "family 1: street", "family 1: terms for locker"]
LIVE_DONOR = ["family 1: name", "family 1: terms for locker", "donor 2: order facts"]


def may(own: str, marker: str, *, confirmed: bool = False, finished: tuple[str, ...] = ()) -> bool:
    return ties(season(confirmed=confirmed), CARDS).get(own, Ties()).may_show(marker, own, finished)


@pytest.mark.parametrize("marker", LIVE_FAMILY)
def test_a_familys_list_opens_its_live_match_until_it_confirms(marker: str) -> None:
    assert may("family 1", marker)
    assert not may("family 1", marker, confirmed=True)


@pytest.mark.parametrize("marker", LIVE_DONOR)
def test_a_donors_list_opens_its_live_match_until_that_is_confirmed(marker: str) -> None:
    assert may("donor 2", marker)
    assert not may("donor 2", marker, confirmed=True)


def test_a_donors_list_opens_its_last_code_until_the_donor_saw_the_parcel_confirmed() -> None:
    assert may("donor 2", "code 2")
    assert may("donor 2", "code 2", confirmed=True)
    after = season(confirmed=True)
    after.donors[0].codes.clear()
    assert not ties(after, CARDS)["donor 2"].may_show("code 2", "donor 2", ())


@pytest.mark.parametrize("own", ["family 1", "donor 2", "family 7"])
@pytest.mark.parametrize("marker", ["code 0", "code 1", "family 9: street", "donor 9: order facts"])
def test_nobody_opens_what_is_anothers(own: str, marker: str) -> None:
    assert not may(own, marker)


@pytest.mark.parametrize("own", ["family 1", "donor 2"])
@pytest.mark.parametrize("marker", ["family 7: street", "donor 8: order facts", "family 7: words"])
def test_a_partner_is_not_everybody(own: str, marker: str) -> None:
    assert not may(own, marker)


def test_words_of_a_partner_to_a_coordinator_are_nobodys() -> None:
    assert not may("donor 2", "family 1: words")
    assert not may("donor 2", "family 1: line 3 of the list")
    assert may("family 1", "family 1: words")


def test_thanks_stay_for_the_donor_alone() -> None:
    assert may("donor 2", "family 1: thanks", confirmed=True, finished=("family 1",))
    assert not may("donor 2", "family 7: thanks", finished=("family 1",))
    assert not may("family 7", "family 1: thanks", finished=("family 1",))


def test_what_nobody_may_open_is_counted() -> None:
    patterns = Patterns([("family 1: street", "вуліца Новая 12"), ("family 7: street", "Старая 7")])
    coerced = Coerced()
    opened = "вуліца Новая 12, Старая 7".encode()
    add_opened(coerced, patterns, opened, lambda marker: marker.startswith("family 1"))

    assert coerced.opens.total() == 2
    assert coerced.must_not == ["family: street"]


def test_half_of_those_who_are_tried_are_in_a_match() -> None:
    players: list[Any] = [SimpleNamespace(number=number) for number in range(40)]
    tried = [player.number for player in some_of(players, set(range(20, 40)))]

    assert tried == [*range(20, 26), *range(6)]
