"""What a family decides, and what it is shown."""

from __future__ import annotations

import pytest

from clients.errors import NotPossible, NotYet, TooLong
from clients.people.person import Place
from clients.people.views import Status
from crypto.certificates import Receipt, verify_receipt
from crypto.drops import address_of
from crypto.keys import Person
from crypto.messages.pages import Kind, Said
from tests.clients.test_looking import outbox_of, pseudonym_of
from tests.clients.world import (
    DELIVERY,
    DONOR_LIST,
    FAMILY_LIST,
    LOCKER,
    VOUCHER,
    WISH,
    World,
)


def test_the_code_is_shown_on_the_visit_after_the_donor_gave_it() -> None:
    world = World().held(VOUCHER)
    before = world.family().visit()
    world.donor().accept(0, " CODE-1 ")

    early = world.family().visit()
    world.matchmaker.round()
    later = world.family().visit()

    assert before.status == Status.HELD
    assert early.status == later.status == Status.CODE
    assert later.card is not None
    assert later.card.code == "CODE-1"
    assert later.card.facts is not None
    assert (later.card.facts.mode, later.card.facts.region) == (VOUCHER, 0)


def test_a_code_that_fails_is_replaced_three_times_and_not_a_fourth(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World().agreed(VOUCHER)
    for number in (2, 3, 4):
        counter = outbox_of(world).counter
        assert world.family().code_failed("the shop says no").status == Status.CODE_FAILED
        assert world.family().code_failed("the shop says no").status == Status.CODE_FAILED
        assert outbox_of(world).counter == counter + 1
        donor = world.donor().visit().slot(0)
        assert donor.status == Status.CODE_FAILED
        assert donor.message is not None
        assert donor.message.words == "the shop says no"

        sent = outbox_of(world, DONOR_LIST).counter
        assert world.donor().replace_code(0, f"CODE-{number}").slot(0).status == Status.CODE_SENT
        world.donor().replace_code(0, f"CODE-{number}")
        assert outbox_of(world, DONOR_LIST).counter == sent + 1
        world.matchmaker.round()

        view = world.family().visit()
        assert view.status == Status.CODE
        assert view.card is not None
        assert view.card.code == f"CODE-{number}"

    world.family().code_failed("no")
    with pytest.raises(NotPossible):
        world.donor().replace_code(0, "CODE-5")
    assert world.donor().visit().slot(0).code == "CODE-4"

    # A donor of another make, whose bound is higher: a family says no more than its own allows.
    monkeypatch.setattr("clients.donor.MOST_REPLACED", 9)
    world.donor().replace_code(0, "CODE-5")
    world.matchmaker.round()
    with pytest.raises(NotPossible):
        world.family().code_failed("no")


def test_confirming_spends_the_receipt_and_erases_address_and_code() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")
    world.donor().ordered(0, "tomorrow")
    donors = [address_of(w) for w in pseudonym_of(world, DONOR_LIST).pages_write]
    before = [world.node.drops[address] for address in donors]

    view = world.family().received("thank you")

    told = outbox_of(world)
    assert view.status == Status.RECEIVED
    assert told.receipt is not None
    receipt = Receipt(told.receipt.period, told.receipt.nonce, told.receipt.signature)
    assert verify_receipt(world.trial.circle, receipt)
    assert all(world.node.drops[a] != b for a, b in zip(donors, before, strict=True))
    assert world.donor().visit().slot(0).terms == ""


def test_a_donor_hears_that_a_parcel_arrived_though_nobody_thanked() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")
    world.donor().ordered(0, "tomorrow")
    world.family().received()
    for status in (Status.ORDERED, Status.FINISHED):
        donor = world.donor().visit().slot(0)
        assert donor.status == status
        assert donor.message == Said(Kind.RECEIVED, "")
        world.matchmaker.round()


def test_thanks_arrive_and_again_is_kept_by_both_for_the_next_card() -> None:
    world = World().finished(DELIVERY)
    donor = world.donor().visit().slot(0)
    assert donor.status == Status.FINISHED
    assert donor.message is not None
    assert (donor.message.words, donor.again) == ("thank you", True)

    world.donor().close(0, again=True)
    world.donor().post_card(3)
    world.family().visit()
    world.family().post_card(WISH)
    world.matchmaker.round()

    requests, offers = world.matchmaker.of(0), world.matchmaker.of(1)
    assert requests[-1].card.agains == offers[-1].card.agains != ()


def test_a_family_takes_its_card_back_and_may_ask_again() -> None:
    world = World().posted()
    world.matchmaker.round()

    assert world.family().withdraw().status == Status.WITHDRAWN
    assert world.family().withdraw().status == Status.WITHDRAWN
    assert outbox_of(world).withdrawn


def test_declining_keeps_the_place_and_shows_nothing() -> None:
    world = World().held(DELIVERY)
    assert world.family().decline().status == Status.MATCH_DECLINED

    world.matchmaker.round()

    assert world.family().visit().status == Status.PEER_SILENT


def test_a_silent_donor_is_told_of_and_the_next_match_begins_anew() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")
    request = world.matchmaker.of(0)[0]
    world.matchmaker.reopen(request)
    world.matchmaker.round()
    assert world.family().visit().status == Status.PEER_SILENT

    world.donor().visit()
    world.matchmaker.round(world.matchmaker.pair_first(DELIVERY))
    world.donor().accept(0)
    world.matchmaker.round()

    assert world.family().visit().status == Status.NEEDS_ADDRESS
    assert outbox_of(world).shown != request.match.matched  # type: ignore[union-attr]


@pytest.mark.parametrize("mode", [VOUCHER, DELIVERY])
def test_no_address_goes_out_where_none_is_wanted_yet(mode: int) -> None:
    world = World().held(mode)
    for _ in range(2):
        with pytest.raises(NotPossible):
            world.family().show_address("Vulica 1")
    assert not world.node.claims.keys() & {pseudonym_of(world, DONOR_LIST).claim_tag}
    assert outbox_of(world).shown == 0


def test_nothing_can_be_decided_without_a_card() -> None:
    world = World().asked()

    for decide in (
        lambda: world.family().show_address("Vulica 1"),
        lambda: world.family().received(),
        lambda: world.family().withdraw(),
        lambda: world.family().code_failed(),
        lambda: world.family().post_card(WISH),
    ):
        with pytest.raises(NotPossible):
            decide()


@pytest.mark.parametrize("words", ["x" * 301, "\ud800"])
def test_words_that_do_not_fit_are_refused_and_nothing_of_them_is_sent(words: str) -> None:
    world = World().agreed(DELIVERY)
    world.family().visit()
    before = outbox_of(world)

    for say in (
        lambda: world.family().show_address(words),
        lambda: world.family().say(words),
        lambda: world.family().received(words),
    ):
        with pytest.raises(TooLong):
            say()

    assert outbox_of(world) == before


@pytest.mark.parametrize("words", ["ы" * 300, "😀" * 300, "<b>‮\u200b\x00</b>", ""])
def test_awkward_words_arrive_as_they_are(words: str) -> None:
    world = World().agreed(DELIVERY)
    world.family().visit()

    world.family().show_address(words)

    assert world.donor().visit().slot(0).terms == words


def test_a_full_conversation_is_told_and_what_was_said_stays() -> None:
    world = World().agreed(DELIVERY)
    world.family().visit()
    family = world.family()

    def say_everything() -> None:
        for number in range(100):
            family.say("ы" * 290 + str(number))

    with pytest.raises(TooLong):
        say_everything()

    assert world.family().show_address("").status in (Status.ADDRESS_SHOWN, Status.NEEDS_ADDRESS)


def family_place(world: World) -> Place:
    circle = world.trial.circle.digest
    return Place(Person.from_list_key(FAMILY_LIST, circle=circle, period=world.trial.period), 0)


def blanks_of_the_family(world: World) -> tuple[bytes, ...]:
    """What the donor finds on the family's page 1 now."""
    donor = world.donor()
    (state,) = [one for one in donor._survey(donor._sit()) if one.encounter is not None]
    assert state.page_one is not None
    return state.page_one.blanks


@pytest.mark.parametrize("mode", [VOUCHER, LOCKER, DELIVERY])
def test_who_has_paid_nothing_can_blank_nothing(mode: int) -> None:
    """A donor that is matched and declines would keep B of a family's pages for all its matches."""
    world = World().held(mode)
    world.family().visit()
    assert blanks_of_the_family(world) != family_place(world).page_blanks

    world.donor().accept(0, "CODE-1" if mode == VOUCHER else None)
    world.matchmaker.round()
    view = world.family().visit()
    if mode != VOUCHER:
        assert view.status == Status.NEEDS_ADDRESS
        assert blanks_of_the_family(world) != family_place(world).page_blanks
        world.family().show_address("Vulica 1")
    assert blanks_of_the_family(world) == family_place(world).page_blanks


def test_what_is_needed_to_receive_it_stays_whatever_the_donor_writes_later() -> None:
    world = World().agreed(DELIVERY)
    world.family().show_address("Vulica 1")
    world.donor().ordered(0, "No. 5512, Thursday")
    world.donor().say(0, "It may be late")

    card = world.family().visit().card

    assert card is not None
    assert card.message is not None
    assert (card.ordered, card.message.words) == ("No. 5512, Thursday", "It may be late")
    assert world.donor().visit().slot(0).ordered == ""


@pytest.mark.parametrize("end", ["received", "withdraw"])
def test_the_next_parcel_can_be_asked_for_once_the_last_is_heard_to_be_over(end: str) -> None:
    world = World().agreed()

    over = getattr(world.family(), end)()
    with pytest.raises(NotYet):
        world.family().post_card(WISH)
    world.matchmaker.round()
    world.matchmaker.round()
    free = world.family().visit()
    posted = world.family().post_card(WISH)

    assert (over.may_ask, free.may_ask, posted.may_ask) == (False, True, False)
    assert (over.parcels_left, free.parcels_left, posted.parcels_left) == (2, 2, 1)
    assert (posted.status, posted.wish) == (Status.WAITING, WISH)
    world.matchmaker.round()
    assert len(world.matchmaker.of(0)) == 2


@pytest.mark.parametrize("end", ["received", "withdraw"])
def test_the_next_parcel_may_be_asked_for_without_a_look_before(end: str) -> None:
    world = World().agreed()
    getattr(world.family(), end)()
    world.matchmaker.round()
    world.matchmaker.round()

    assert world.family().post_card(WISH).status == Status.WAITING
