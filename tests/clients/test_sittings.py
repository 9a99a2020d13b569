"""Whole ways of two people, each step in a new process that knows nothing but the list."""

from __future__ import annotations

import httpx
import pytest

from clients.people.views import Status
from crypto.messages.shelf import Wish
from tests.clients.world import DELIVERY, LOCKER, UNKNOWN_LIST, VOUCHER, WISH, World, after_kills
from tests.fakes import DAY

Transport = httpx.BaseTransport | None


def ask(world: World, transport: Transport) -> None:
    world.family(transport).ask(WISH, "be", "food")


def offer(world: World, transport: Transport) -> None:
    world.donor(transport).offer(WISH, "en", "help")


def certify(world: World, _: Transport) -> None:
    world.coordinators.certify()


def family_visit(world: World, transport: Transport) -> None:
    world.family(transport).visit()


def donor_visit(world: World, transport: Transport) -> None:
    world.donor(transport).visit()


def pair(mode: int):
    def step(world: World, transport: Transport) -> None:
        if transport is None:
            return
        world.matchmaker.round(world.matchmaker.pair_first(mode))

    return step


def accept(code: str | None):
    return lambda world, transport: world.donor(transport).accept(0, code)


def show(world: World, transport: Transport) -> None:
    world.family(transport).show_address("Vulica 1")


def ordered(world: World, transport: Transport) -> None:
    world.donor(transport).ordered(0, "tomorrow")


def received(world: World, transport: Transport) -> None:
    world.family(transport).received("thank you", again=True)


def journey(mode: int):
    """People's steps; None is a round."""
    sent = [accept("CODE-1"), None, family_visit]
    shown = [accept(None), None, family_visit, show, donor_visit, ordered, None, family_visit]
    return [
        ask,
        offer,
        certify,
        family_visit,
        donor_visit,
        pair(mode),
        family_visit,
        donor_visit,
        *(sent if mode == VOUCHER else shown),
        received,
        None,
        None,
        donor_visit,
        None,
        donor_visit,
        lambda world, transport: world.donor(transport).post_card(3),
    ]


def ends_well(world: World) -> None:
    """The parcel was confirmed once, a slot was earned once, and its card stands."""
    world.matchmaker.round()
    family, donor = world.family().visit(), world.donor().visit()
    assert family.status == Status.FINISHED
    assert family.parcels_left == 2
    assert {view.index: view.status for view in donor.slots} == {
        1: Status.WAITING,
        2: Status.WAITING,
        3: Status.WAITING,
    }
    assert len(world.matchmaker.live) == 5  # one request, three offers and the earned one
    assert world.matchmaker.of(0)[0].confirmed


@pytest.mark.parametrize("mode", [VOUCHER, LOCKER, DELIVERY])
def test_every_step_in_a_fresh_process_reaches_the_end(mode: int) -> None:
    world = World()
    for step in journey(mode):
        world.matchmaker.round() if step is None else step(world, world.node)
    ends_well(world)


@pytest.mark.parametrize("mode", [VOUCHER, DELIVERY])
def test_every_step_done_twice_is_done_once(mode: int) -> None:
    world = World()
    for step in journey(mode):
        if step is None:
            world.matchmaker.round()
            continue
        step(world, world.node)
        step(world, None)
    ends_well(world)


@pytest.mark.parametrize("arrives", [True, False], ids=["answer lost", "request lost"])
@pytest.mark.parametrize("count", [*range(14), 17, 20, 24])
def test_a_process_killed_at_any_request_of_every_step_continues(count: int, arrives: bool) -> None:
    world = World()
    # Both modes would double the minutes; they differ in the middle only.
    for step in journey(DELIVERY if count % 2 == arrives else VOUCHER):
        if step is None:
            world.matchmaker.round()
        elif step is certify or getattr(step, "__qualname__", "").startswith("pair"):
            step(world, world.node)
        else:
            after_kills(world, step, count, arrives=arrives)
    ends_well(world)


def test_unknown_waiting_and_matched_look_alike_in_number_and_size() -> None:
    world = World().posted()

    unknown = world.recorded(lambda: world.family(list_key=UNKNOWN_LIST).visit())
    waiting = world.recorded(lambda: world.family().visit())
    world.matchmaker.round(world.matchmaker.pair_first(DELIVERY))
    held = world.recorded(lambda: world.family().visit())
    world.donor().accept(0)
    world.matchmaker.round()
    agreed = world.recorded(lambda: world.family().visit())

    assert [path for path, _, _ in unknown] == [
        "/epoch",
        "/visit/look",
        "/visit/meet",
        "/visit/leave",
    ]
    assert unknown[1:] == waiting[1:] == held[1:] == agreed[1:]


def test_an_unknown_list_reads_as_nothing_and_leaves_nothing() -> None:
    world = World().posted()
    before = dict(world.node.drops)

    view = world.family(list_key=UNKNOWN_LIST).visit()

    assert view.status == Status.NOTHING
    assert world.node.drops == before


def test_a_donor_makes_a_visit_for_each_card() -> None:
    world = World().posted()

    requests = world.recorded(lambda: world.donor().visit())

    assert [path for path, _, _ in requests].count("/visit/look") == 3


def test_the_next_quarter_finds_the_card_of_the_one_before() -> None:
    world = World().agreed()
    world.node.today = DAY + 90

    view = world.family().visit()

    assert view.status == Status.CODE
    assert view.card is not None
    assert view.card.period == world.trial.period


def test_a_certificate_of_the_quarter_before_is_called_over() -> None:
    world = World().asked()
    world.coordinators.certify()
    world.node.today = DAY + 90

    first, second = world.family().visit(), world.family().visit()

    assert first.status == second.status == Status.PERIOD_OVER


def test_a_further_parcel_goes_out_when_asked_and_only_one_at_a_time() -> None:
    world = World().finished()
    wish = Wish(regions=0b10, modes=0b1, preset=1, size=2, needs=0b1, urgency=1)
    assert world.family().visit().status == Status.FINISHED

    posted = world.family().post_card(wish)
    repeated = world.family().post_card(wish)
    world.matchmaker.round()

    assert posted.status == repeated.status == Status.WAITING
    assert repeated.parcels_left == 1
    assert [live.card.regions for live in world.matchmaker.of(0)] == [0b1, 0b10]
    assert len(world.matchmaker.of(0)[1].card.agains) == 1


def test_no_repr_shows_a_word() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")
    family, donor = world.family(), world.donor()

    shown = repr([family, donor, family.visit(), donor.visit(), donor.visit().slots, vars(family)])

    assert "Vulica" not in shown
    assert "CODE" not in shown
