"""What a donor decides, and how one slot earns another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clients.errors import NotPossible, TooLong, WishRefused
from clients.people.views import Status
from crypto.messages.cards import IDLE
from crypto.messages.intake import DONOR
from tests.clients.test_exchange import shelf_of
from tests.clients.test_looking import outbox_of
from tests.clients.world import DELIVERY, DONOR_LIST, VOUCHER, WISH, World


def test_three_slots_are_three_cards_that_cannot_earn_the_same_one() -> None:
    world = World().posted()
    world.matchmaker.round()

    offers = world.matchmaker.of(1)
    wanted = [offer.outbox.next_slot for offer in offers if offer.outbox is not None]

    assert [one.index for one in wanted if one is not None] == [3, 4, 5]
    assert len({one.blinded_stamp for one in wanted if one is not None}) == 3


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_no_more_go_out_by_themselves_than_were_to_go_at_once(at_once: int) -> None:
    world = World()
    world.donor().offer(WISH, "en", "I can help", at_once=at_once)
    world.coordinators.certify()

    for _ in range(3):
        slots = world.donor().visit().slots
        assert [slot.status for slot in slots] == [
            Status.WAITING if index < at_once else Status.CERTIFIED for index in range(3)
        ]
    world.matchmaker.round()
    assert len(world.matchmaker.of(1)) == at_once


def test_a_slot_that_was_kept_back_is_offered_on_another_day() -> None:
    world = World()
    world.donor().offer(WISH, "en", "I can help", at_once=1)
    world.coordinators.certify()
    world.donor().visit()

    world.donor().post_card(2)

    status = [slot.status for slot in world.donor().visit().slots]
    assert status == [Status.WAITING, Status.CERTIFIED, Status.WAITING]


@pytest.mark.parametrize("at_once", [-1, 0, 4])
def test_more_slots_than_there_are_or_none_are_not_offered(at_once: int) -> None:
    world = World()

    with pytest.raises(WishRefused):
        world.donor().offer(WISH, "en", "I can help", at_once=at_once)

    assert world.requests == []


def test_accepting_needs_a_code_for_a_voucher_and_none_for_a_parcel() -> None:
    for mode, wrong in ((VOUCHER, None), (VOUCHER, "  "), (DELIVERY, "CODE-1")):
        world = World().held(mode)
        with pytest.raises(NotPossible):
            world.donor().accept(0, wrong)
        assert outbox_of(world, DONOR_LIST).accepted == 0
        assert world.donor().visit().slot(0).status == Status.HELD


def test_a_code_that_is_out_is_not_swapped_by_accepting_again() -> None:
    world = World().held(VOUCHER)
    world.donor().accept(0, "CODE-1")

    world.donor().accept(0, "CODE-1")
    with pytest.raises(NotPossible):
        world.donor().accept(0, "CODE-2")

    assert world.donor().visit().slot(0).code == "CODE-1"


def test_a_code_that_does_not_fit_is_refused_before_anything_is_sent() -> None:
    world = World().held(VOUCHER)

    requests = world.recorded(lambda: _refused(lambda: world.donor().accept(0, "ж" * 33)))

    assert requests == []


def _refused(act) -> None:
    with pytest.raises(TooLong):
        act()


def test_a_declined_match_cannot_be_accepted_any_more() -> None:
    world = World().held(DELIVERY)
    assert world.donor().decline(0).slot(0).status == Status.MATCH_DECLINED

    with pytest.raises(NotPossible):
        world.donor().accept(0)


def test_nothing_is_ordered_before_there_is_an_address() -> None:
    world = World().agreed(DELIVERY)

    with pytest.raises(NotPossible):
        world.donor().ordered(0, "tomorrow")

    assert outbox_of(world, DONOR_LIST).sent == 0


@pytest.mark.parametrize("index", [0, 1, 7])
def test_a_slot_without_a_match_has_nothing_to_decide(index: int) -> None:
    world = World().posted()

    for decide in (
        lambda: world.donor().accept(index),
        lambda: world.donor().decline(index),
        lambda: world.donor().replace_code(index, "CODE-1"),
    ):
        with pytest.raises(NotPossible):
            decide()


def test_one_slot_is_withdrawn_and_the_others_stay() -> None:
    world = World().posted()

    world.donor().withdraw(1)

    assert [view.status for view in world.donor().visit().slots] == [
        Status.WAITING,
        Status.WITHDRAWN,
        Status.WAITING,
    ]


def test_coming_back_is_the_word_that_an_idle_slot_waits_for() -> None:
    world = World().held(DELIVERY)
    world.matchmaker.reopen(world.matchmaker.of(0)[0])
    world.matchmaker.round()
    offer = world.matchmaker.of(1)[0]
    assert offer.phase == IDLE

    first = world.donor().visit().slot(0)
    said = outbox_of(world, DONOR_LIST).counter
    world.donor().visit()

    assert first.status == Status.IDLE
    assert outbox_of(world, DONOR_LIST).counter == said
    world.matchmaker.round()
    assert world.donor().visit().slot(0).status in (Status.WAITING, Status.PEER_SILENT)


def test_a_slot_is_earned_read_back_and_only_then_acknowledged() -> None:
    world = World().finished()
    before = outbox_of(world, DONOR_LIST)

    view = world.donor().visit()

    assert before.got == 0
    assert outbox_of(world, DONOR_LIST).got == 3
    assert view.slot(3).status == Status.CERTIFIED
    assert view.slot(0).status == Status.FINISHED
    world.matchmaker.round()
    after = world.donor().visit()
    assert [slot.index for slot in after.slots] == [1, 2, 3]


def test_a_shelf_keeps_no_code_of_a_parcel_that_is_seen_to_be_confirmed() -> None:
    world = World().finished(VOUCHER)
    assert shelf_of(world, DONOR).slots[0].code == "CODE-1"

    world.donor().visit()

    assert {slot.code for slot in shelf_of(world, DONOR).slots} == {""}


def test_an_earned_slot_waits_to_be_posted_until_it_is_asked_for() -> None:
    world = World().finished()
    world.donor().visit()
    world.donor().visit()
    world.matchmaker.round()
    assert len(world.matchmaker.of(1)) == 3

    world.donor().post_card()
    world.donor().post_card(3)
    world.matchmaker.round()

    assert len(world.matchmaker.of(1)) == 4
    with pytest.raises(NotPossible):
        world.donor().post_card()


def test_a_delivery_with_a_bad_signature_is_not_taken() -> None:
    world = World().finished()
    offer = world.matchmaker.of(1)[0]
    good = offer.delivery
    assert good is not None

    def spoiled(_: object) -> None:
        offer.delivery = replace(good, signatures=good.signatures[::-1])

    world.matchmaker.round(spoiled)
    view = world.donor().visit()
    assert view.status == Status.COORDINATOR_FAILED
    assert outbox_of(world, DONOR_LIST).got == 0

    world.matchmaker.round()
    assert world.donor().visit().slot(3).status == Status.CERTIFIED


def test_a_delivery_of_a_slot_nobody_earned_is_not_taken() -> None:
    world = World().finished()
    offer = world.matchmaker.of(1)[0]
    good = offer.delivery
    assert good is not None

    def another(_: object) -> None:
        offer.delivery = replace(good, index=9)

    world.matchmaker.round(another)

    assert [slot.index for slot in world.donor().visit().slots] == [0, 1, 2]


def test_closing_blanks_the_familys_pages_and_may_be_repeated() -> None:
    world = World().finished(DELIVERY)
    assert world.donor().visit().slot(0).message is not None

    world.donor().close(0)
    world.donor().close(0)

    assert world.donor().visit().slot(0).message is None


def test_closing_what_was_never_matched_changes_nothing() -> None:
    world = World().posted()

    assert world.donor().close(1).slot(1).status == Status.WAITING
    with pytest.raises(NotPossible):
        world.donor().close(1, again=True)
