"""Stories of pairs, told round by round, and what holds of every story."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from matching.advance import Turn, advance, hold, is_reserved, may_match, stage_of
from matching.catalogue import Mode
from matching.errors import LifeError
from matching.lifecycle import Stage
from matching.states import Marks, Phase, Policy, State, Words

POLICY = Policy()
M = 100
FAMILY, DONOR = b"family root", b"donor root"


class Story:
    """A pair matched at epoch M, and the rounds it goes through."""

    def __init__(self, mode: Mode = Mode.DELIVERY) -> None:
        request, offer = State(posted=95, since=95, waited=4), State(posted=90, since=90)
        self.turn = Turn(
            *hold(
                request,
                offer,
                family_root=FAMILY,
                donor_root=DONOR,
                mode=mode,
                store=3,
                epoch=M,
            ),
            owed=False,
        )

    def round(
        self, epoch: int, family: dict[str, Any] | None = None, donor: dict[str, Any] | None = None
    ) -> tuple[str, str]:
        """Advance once; ``sent=1`` says *sent* of this match. The phases that follow."""
        request, offer = self.request, self.offer
        self.turn = advance(
            request,
            offer,
            family=words(request.counter + 1, **family) if family else None,
            donor=words(offer.counter + 1, **donor) if donor else None,
            epoch=epoch,
            policy=POLICY,
        )
        return self.request.phase.name, self.offer.phase.name

    @property
    def request(self) -> State:
        assert self.turn.request is not None
        return self.turn.request

    @property
    def offer(self) -> State:
        assert self.turn.offer is not None
        return self.turn.offer


def words(counter: int, **said: Any) -> Words:
    numbered: dict[str, Any] = {
        name: M if value is True and name not in FLAGS else value for name, value in said.items()
    }
    return Words(counter, **numbered)


FLAGS = ("withdrawn", "receipt")
ACCEPTED = {"accepted": True}
CODE = {"accepted": True, "sent": True}
SHOWN = {"shown": True}
SENT = {"accepted": True, "sent": True}
RECEIVED = {"received": True, "receipt": True}


def test_a_parcel_from_match_to_receipt() -> None:
    story = Story()

    assert story.round(101, donor=ACCEPTED) == ("AGREED", "AGREED")
    assert story.round(102) == ("AGREED", "AGREED")
    assert story.round(103, family=SHOWN) == ("AGREED", "AGREED")
    assert story.request.marks is Marks.SHOWN
    assert story.round(105, donor=SENT) == ("AGREED", "AGREED")
    assert story.round(112, family=RECEIVED) == ("FINISHED", "FINISHED")
    assert story.turn.owed
    assert (story.request.peer, story.offer.peer) == (DONOR, FAMILY)


def test_everything_in_one_round_is_heard_in_order() -> None:
    story = Story()

    assert story.round(101, family={**SHOWN, **RECEIVED}, donor=SENT) == ("FINISHED", "FINISHED")
    assert story.turn.owed


def test_a_donor_has_two_rounds_to_answer_then_idles_until_it_speaks() -> None:
    story = Story()

    assert story.round(101) == ("HELD", "HELD")
    assert story.round(102) == ("WAITING", "IDLE")
    assert story.request.waited == 6
    assert story.request.peer is None

    offer = story.offer
    for epoch, said, phase in (
        (103, None, Phase.IDLE),
        (104, Words(offer.counter), Phase.IDLE),
        (105, words(offer.counter + 1, accepted=True), Phase.WAITING),
    ):
        turn = advance(None, offer, donor=said, epoch=epoch, policy=POLICY)
        assert turn.offer is not None
        offer = turn.offer
        assert offer.phase is phase


def test_an_answer_in_the_last_round_counts() -> None:
    story = Story()
    story.round(101)

    assert story.round(102, donor=ACCEPTED) == ("AGREED", "AGREED")


def test_a_donor_that_declines_rests_for_one_round() -> None:
    story = Story()

    assert story.round(101, donor={"declined": True}) == ("WAITING", "WAITING")
    assert may_match(story.request, epoch=101, policy=POLICY)
    assert not may_match(story.offer, epoch=101, policy=POLICY)
    assert may_match(story.offer, epoch=102, policy=POLICY)


def test_a_silent_family_idles_and_frees_the_slot() -> None:
    story = Story()
    story.round(101, donor=ACCEPTED)

    assert story.round(107) == ("AGREED", "AGREED")
    assert story.round(108) == ("IDLE", "WAITING")
    waited = story.request.waited
    turn = advance(story.request, None, epoch=109, policy=POLICY)
    assert turn.request is not None
    assert turn.request.waited == waited, "a family's own silence is not waiting"


def test_a_donor_that_was_shown_an_address_and_sends_nothing_is_spent() -> None:
    story = Story()
    story.round(101, donor=ACCEPTED)
    story.round(105, family=SHOWN)

    assert story.round(107) == ("AGREED", "AGREED")
    assert story.round(108) == ("WAITING", "FINISHED")


def test_a_code_that_fails_is_replaced_in_time_or_the_slot_is_spent() -> None:
    story = Story(Mode.VOUCHER)
    story.round(101, donor=CODE)
    story.round(103, family={"failed": True})

    assert story.round(105, donor=CODE) == ("AGREED", "AGREED")
    assert stage_of(story.offer) is Stage.CODE_SENT
    story.round(106, family={"failed": True})
    assert story.round(108) == ("AGREED", "AGREED")
    assert story.round(109) == ("WAITING", "FINISHED")


def test_a_code_replaced_in_the_round_in_which_it_failed_is_replaced() -> None:
    story = Story(Mode.VOUCHER)
    story.round(101, donor=CODE)
    story.round(103, family={"failed": True}, donor=CODE)

    assert stage_of(story.request) is Stage.CODE_SENT


def test_a_code_that_fails_in_its_first_round_has_failed() -> None:
    story = Story(Mode.VOUCHER)
    story.round(101, family={"failed": True}, donor=CODE)

    assert stage_of(story.request) is Stage.CODE_FAILED


def test_without_a_receipt_nothing_is_received_yet() -> None:
    story = Story()
    story.round(101, donor=SENT)

    assert story.round(102, family={"received": True}) == ("AGREED", "AGREED")
    assert not story.turn.owed


def test_thirty_epochs_without_confirmation_end_it_and_owe_nothing() -> None:
    story = Story()
    story.round(101, family=SHOWN, donor=SENT)

    assert story.round(130) == ("AGREED", "AGREED")
    assert story.round(131) == ("FINISHED", "FINISHED")
    assert not story.turn.owed


def test_both_withdraw_in_one_round_and_both_are_finished() -> None:
    gone = {"withdrawn": True}

    assert Story().round(101, family=gone, donor=gone) == ("FINISHED", "FINISHED")
    assert Story().round(101, family=gone) == ("FINISHED", "WAITING")
    assert Story().round(101, donor=gone) == ("WAITING", "FINISHED")


def test_a_donor_that_was_turned_away_rests_for_the_round_in_which_it_is_heard_again() -> None:
    story = Story()
    assert story.round(101, family={"declined": True}) == ("WAITING", "IDLE")
    assert story.turn.unwanted
    assert may_match(story.request, epoch=101, policy=POLICY)

    back = advance(None, story.offer, donor=words(9), epoch=103, policy=POLICY).offer
    assert back is not None
    assert back.phase is Phase.WAITING
    assert not may_match(back, epoch=103, policy=POLICY)
    assert may_match(back, epoch=104, policy=POLICY)


def test_a_silent_donor_that_comes_back_need_not_rest() -> None:
    story = Story()
    assert story.round(102) == ("WAITING", "IDLE")
    assert not story.turn.unwanted

    back = advance(None, story.offer, donor=words(9), epoch=103, policy=POLICY).offer
    assert back is not None
    assert may_match(back, epoch=103, policy=POLICY)


def test_a_decline_after_a_withdrawal_still_frees_the_slot() -> None:
    story = Story()

    assert story.round(101, family={"withdrawn": True}, donor={"declined": True}) == (
        "FINISHED",
        "WAITING",
    )


def test_words_about_another_match_are_ignored() -> None:
    story = Story()
    other = dict.fromkeys(("accepted", "declined", "sent", "shown", "failed", "received"), M - 1)

    assert story.round(101, family={**other, "receipt": True}, donor=other) == ("HELD", "HELD")


def test_a_card_alone_hears_nothing_but_that_its_owner_spoke_or_left() -> None:
    for phase in (Phase.WAITING, Phase.IDLE):
        card = State(posted=95, since=95, phase=phase, peer=b"decoy")
        zero = Words(1, receipt=True)  # every number is 0, as the match of a card alone is
        turns = (
            advance(card, None, family=zero, epoch=101, policy=POLICY),
            advance(None, card, donor=zero, epoch=101, policy=POLICY),
        )
        for turn in turns:
            left = turn.request or turn.offer
            assert left is not None
            assert left.phase is Phase.WAITING
            assert not turn.owed


def test_an_outbox_that_is_not_newer_is_ignored() -> None:
    story = Story()
    story.round(101, donor=ACCEPTED)
    old = words(story.offer.counter, declined=True)
    turn = advance(story.request, story.offer, donor=old, epoch=102, policy=POLICY)

    assert turn.offer is not None
    assert turn.offer.phase is Phase.AGREED
    assert turn.offer.counter == story.offer.counter


@pytest.mark.parametrize("shown", [False, True])
def test_whoever_is_left_when_the_other_vanished(shown: bool) -> None:
    story = Story()
    story.round(101, family=SHOWN if shown else None, donor=ACCEPTED)
    left_family = advance(story.request, None, epoch=102, policy=POLICY).request
    left_donor = advance(None, story.offer, epoch=102, policy=POLICY).offer

    assert left_family is not None
    assert left_family.phase is Phase.WAITING
    assert left_donor is not None
    assert left_donor.phase is (Phase.FINISHED if shown else Phase.WAITING)


def test_a_waiting_card_keeps_its_decoy_and_its_place() -> None:
    card = State(posted=95, since=95, waited=2, peer=b"decoy")
    turn = advance(card, None, family=Words(5), epoch=98, policy=POLICY)

    assert turn.request == replace(card, waited=3, counter=5)
    assert advance(None, card, epoch=98, policy=POLICY).offer == card


def test_a_card_too_near_its_end_is_not_matched() -> None:
    card = State(posted=100)

    assert may_match(card, epoch=148, policy=POLICY)
    assert not may_match(card, epoch=149, policy=POLICY)


def test_a_reservation_lasts_seven_rounds() -> None:
    kept = [
        epoch for epoch in range(100, 120) if is_reserved(State(100), epoch=epoch, policy=POLICY)
    ]

    assert kept == list(range(100, 107))


HELD = Story().request
IMPOSSIBLE: dict[str, tuple[State | None, State | None, int]] = {
    "no_card": (None, None, 101),
    "two_cards_alone": (State(1), State(1), 101),
    "different_matches": (HELD, replace(Story().offer, matched=99), 101),
    "different_phases": (HELD, State(1), 101),
    "different_modes": (HELD, replace(Story().offer, mode=Mode.LOCKER), 101),
    "a_round_before_the_match": (HELD, None, 99),
    "the_round_of_the_match": (HELD, Story().offer, 100),
    "a_round_before_the_posting": (State(200), None, 199),
    "marks_that_no_stage_has": (replace(HELD, marks=Marks.SHOWN), None, 101),
    "an_address_for_a_voucher": (
        replace(HELD, phase=Phase.AGREED, mode=Mode.VOUCHER, marks=Marks.SHOWN),
        None,
        101,
    ),
    "matched_with_nobody": (replace(HELD, peer=None), None, 101),
    "a_void_card": (State(1, phase=Phase.VOID), None, 101),
}


@pytest.mark.parametrize(
    ("request_state", "offer_state", "epoch"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys()
)
def test_what_cannot_be_is_refused(
    request_state: State | None, offer_state: State | None, epoch: int
) -> None:
    with pytest.raises(LifeError):
        advance(request_state, offer_state, epoch=epoch, policy=POLICY)


def test_only_waiting_cards_are_paired() -> None:
    with pytest.raises(LifeError):
        hold(
            HELD,
            State(1),
            family_root=FAMILY,
            donor_root=DONOR,
            mode=Mode.LOCKER,
            store=0,
            epoch=101,
        )


def babble(rng: Random, counter: int) -> Words | None:
    """Anything an outbox may say, likely or not."""
    if rng.random() < 0.6:
        return None
    numbers = {
        name: rng.choice([0, 0, 0, M - 1, M])
        for name in ("accepted", "declined", "sent", "shown", "failed", "received")
    }
    return Words(
        counter + rng.randrange(-1, 2),
        **numbers,
        withdrawn=rng.random() < 0.02,
        receipt=rng.random() < 0.5,
    )


@pytest.mark.parametrize("mode", Mode)
def test_whatever_is_said_a_match_ends_in_time_and_a_spent_slot_stays_spent(mode: Mode) -> None:
    longest = POLICY.answer_epochs + POLICY.confirm_epochs + POLICY.send_epochs
    for seed in range(400):
        rng = Random(seed)
        request, offer = Story(mode).request, Story(mode).offer
        spent = False
        for epoch in range(M + 1, M + longest + 1):
            turn = advance(
                request,
                offer,
                family=babble(rng, request.counter),
                donor=babble(rng, offer.counter),
                epoch=epoch,
                policy=POLICY,
            )
            assert turn.request is not None
            assert turn.offer is not None
            assert turn.request.counter >= request.counter
            assert turn.request.waited == request.waited + 1
            request, offer = turn.request, turn.offer
            if request.phase not in (Phase.HELD, Phase.AGREED):
                break
            spent |= bool(request.marks)
        assert {request.phase, offer.phase} <= {Phase.WAITING, Phase.IDLE, Phase.FINISHED}
        assert not spent or offer.phase is Phase.FINISHED
        assert not turn.owed or request.phase is offer.phase is Phase.FINISHED
