"""What may be asked for and offered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clients.errors import NoPeriod, WishRefused
from clients.people import wishes
from clients.people.wishes import checked_wish
from crypto.messages.intake import DONOR, FAMILY
from matching.cards import URGENCY_MAX
from matching.catalogue import Mode, Need, Region, Size
from tests.clients.world import WISH, World


def test_the_bounds_are_those_of_the_catalogue() -> None:
    assert (len(Region), len(Mode), len(Need)) == (wishes.REGIONS, wishes.MODES, wishes.NEEDS)
    assert (max(Size), URGENCY_MAX) == (wishes.MOST_SIZE, wishes.MOST_URGENCY)


@pytest.mark.parametrize("role", [FAMILY, DONOR])
@pytest.mark.parametrize(
    "changes",
    [
        {"regions": 0},
        {"regions": 1 << 7},
        {"modes": 0},
        {"modes": 8},
        {"needs": 0},
        {"needs": 8},
        {"size": 3},
        {"size": -1},
        {"urgency": 2},
        {"preset": 256},
    ],
)
def test_a_wish_out_of_bounds_is_refused(role: int, changes: dict[str, int]) -> None:
    with pytest.raises(WishRefused):
        checked_wish(replace(WISH, **changes), role)


def test_a_family_lives_in_one_region_and_a_donor_may_send_to_many() -> None:
    many = replace(WISH, regions=0b111)

    assert checked_wish(many, DONOR) is many
    with pytest.raises(WishRefused):
        checked_wish(many, FAMILY)


def test_a_refused_wish_is_told_before_anything_is_sent() -> None:
    world = World()

    with pytest.raises(WishRefused):
        world.family().ask(replace(WISH, regions=0), "be")
    with pytest.raises(WishRefused):
        world.family().post_card(replace(WISH, modes=0))

    assert world.requests == []


def test_a_day_without_certifying_keys_is_told() -> None:
    world = World()
    world.node.today += 400

    with pytest.raises(NoPeriod):
        world.family().ask(WISH, "be")
