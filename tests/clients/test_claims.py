"""What a visit claims: always something new, and the donor's tag only where an address is shown."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from clients.errors import NotPossible, NotToday
from clients.people.views import Status
from crypto.drops import address_of
from crypto.permits import permit_hash
from tests.clients.test_looking import outbox_of, person_of, pseudonym_of
from tests.clients.world import (
    DELIVERY,
    DONOR_LIST,
    FAMILY_LIST,
    LOCKER,
    VOUCHER,
    WISH,
    World,
    after_kills,
)


class Watched(httpx.BaseTransport):
    """In front of the node: the permit, tag and token of every visit."""

    def __init__(self, world: World) -> None:
        self.node = world.node
        self.permits: list[bytes] = []
        self.claims: list[tuple[bytes, bytes]] = []
        self.before_leave: Callable[[], None] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        if request.url.path == "/visit/meet":
            self.permits.append(body[128:160])
            self.claims.append((body[160:192], body[192:]))
        if request.url.path == "/visit/leave" and self.before_leave is not None:
            interrupt, self.before_leave = self.before_leave, None
            interrupt()
        return self.node.handle_request(request)

    @property
    def tags(self) -> list[bytes]:
        return [tag for tag, _ in self.claims]


def donors_tag(world: World) -> bytes:
    return pseudonym_of(world, DONOR_LIST).claim_tag


def use_up(world: World) -> None:
    """Nothing more of the family's card is kept today."""
    kept = permit_hash(pseudonym_of(world).claim_permit)
    world.node.permits[kept] = world.node.claims_per_day


def test_every_visit_shows_a_tag_that_was_never_seen_before() -> None:
    world = World().agreed(DELIVERY)
    watched = Watched(world)

    world.family(watched).visit()
    world.family(watched).show_address("Vulica 1")
    world.donor(watched).ordered(0, "tomorrow")
    for _ in range(2):
        world.family(watched).visit()
        world.donor(watched).visit()
    world.family(watched).received()

    assert len(set(watched.tags)) == len(watched.tags) > 8
    assert len({token for _, token in watched.claims}) == len(watched.claims)


def test_the_donors_tag_is_shown_in_the_visit_that_shows_the_address_and_in_no_other() -> None:
    world = World().agreed(DELIVERY)
    watched = Watched(world)

    world.family(watched).visit()
    assert donors_tag(world) not in watched.tags
    world.family(watched).show_address("Vulica 1")
    assert watched.tags.count(donors_tag(world)) == 1
    assert watched.tags[-1] == donors_tag(world)
    world.family(watched).visit()
    world.family(watched).say("which day?")
    assert watched.tags.count(donors_tag(world)) == 1


@pytest.mark.parametrize("mode", [VOUCHER, LOCKER, DELIVERY])
def test_a_visit_with_a_card_adds_one_row_whether_an_address_is_shown_or_not(mode: int) -> None:
    world = World().agreed(mode)
    watched, rows = Watched(world), len(world.node.claims)

    world.family(watched).visit()
    if mode != VOUCHER:
        world.family(watched).show_address("Vulica 1")
        assert donors_tag(world) in world.node.claims
    world.donor(watched).visit()
    world.family(watched).visit()

    assert len(world.node.claims) - rows == len(watched.claims)


def test_who_has_no_card_adds_no_row() -> None:
    world = World()
    world.family().ask(WISH, "be")
    world.family().visit()

    assert not world.node.claims


def test_every_visit_of_a_card_shows_the_permit_that_it_was_posted_with() -> None:
    world = World().agreed(DELIVERY)
    watched = Watched(world)

    world.family(watched).visit()
    world.family(watched).show_address("Vulica 1")

    (permit,) = set(watched.permits)
    assert permit == pseudonym_of(world).claim_permit
    assert permit_hash(pseudonym_of(world).claim_permit) in world.node.permits


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("count", range(7))
def test_a_family_killed_anywhere_shows_its_address_once_it_comes_back(
    count: int, arrives: bool
) -> None:
    """Between meet and leave as well: the tag is held by a token that the list alone makes."""
    world = World().agreed(DELIVERY)

    after_kills(
        world,
        lambda world, transport: world.family(transport).show_address("Vulica 1"),
        count,
        arrives=arrives,
    )

    token = pseudonym_of(world).claim_token(donors_tag(world))
    assert world.node.claims[donors_tag(world)] == token
    assert world.family().visit().status == Status.ADDRESS_SHOWN
    assert world.donor().visit().slot(0).terms == "Vulica 1"


def test_an_address_is_shown_again_under_the_claim_that_stands() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")

    world.family().show_address("Vulica 2")

    assert world.donor().visit().slot(0).terms == "Vulica 2"


@pytest.mark.parametrize("shows", [False, True])
def test_a_visit_that_is_repeated_repeats_its_claim(shows: bool) -> None:
    """Otherwise a decoy would tell itself from a tag that counts."""
    world = World().agreed(DELIVERY)
    family, watched = world.family(), Watched(world)
    family.visit()
    shelf = address_of(person_of(world, FAMILY_LIST).shelf_write)
    earlier = world.node.drops[shelf]

    def another_phone() -> None:
        world.family().visit()
        assert world.node.drops[shelf] != earlier

    watched.before_leave = another_phone
    if shows:
        world.family(watched).show_address("Vulica 1")
    else:
        world.family(watched).visit()

    first, second = watched.claims[:2]
    assert first == second


def test_nothing_is_shown_under_a_claim_that_was_not_kept() -> None:
    world = World().agreed(DELIVERY)
    world.family().visit()
    before = outbox_of(world)
    use_up(world)

    with pytest.raises(NotToday):
        world.family().show_address("Vulica 1")

    assert donors_tag(world) not in world.node.claims
    after = outbox_of(world)
    assert (after.shown, after.declined) == (before.shown, before.declined) == (0, 0)
    assert world.donor().visit().slot(0).terms == ""
    assert world.family().visit().status == Status.NEEDS_ADDRESS


def test_the_match_is_kept_for_the_day_after() -> None:
    world = World().agreed(DELIVERY)
    use_up(world)
    with pytest.raises(NotToday):
        world.family().show_address("Vulica 1")

    world.node.permits = dict.fromkeys(world.node.permits, 0)

    assert world.family().show_address("Vulica 1").status == Status.ADDRESS_SHOWN
    assert world.donor().visit().slot(0).terms == "Vulica 1"


def test_whoever_was_refused_leaves_like_everybody_else() -> None:
    world = World().agreed(DELIVERY)
    world.family().visit()
    usual = world.recorded(lambda: world.family().visit())
    use_up(world)

    def refused() -> None:
        with pytest.raises(NotToday):
            world.family().show_address("Vulica 1")

    assert world.recorded(refused) == [usual[0], *usual[1:] * 2]


def test_decoys_that_are_not_kept_hold_nobody_up() -> None:
    world = World().agreed(VOUCHER)
    use_up(world)

    assert world.family().visit().status == Status.CODE
    assert world.family().received().status == Status.RECEIVED


def test_a_donor_shown_elsewhere_is_noticed_when_nothing_more_is_kept() -> None:
    world = World().agreed(DELIVERY)
    world.node.claims[donors_tag(world)] = b"another family's token".ljust(32)
    use_up(world)

    assert world.family().show_address("Vulica 1").status == Status.DONOR_SHOWN_ELSEWHERE


def test_a_node_that_forgot_the_card_is_shown_no_address() -> None:
    """Its owner could not notice that a tag was not kept, if the node did not say so."""
    world = World().agreed(DELIVERY)
    world.node.permits.clear()

    with pytest.raises(NotPossible):
        world.family().show_address("Vulica 1")

    assert outbox_of(world).shown == 0
