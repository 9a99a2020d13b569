"""Intake: by invite at once, by work into a pool and a lottery, and never twice for one price."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest

from api.burned import Kind
from api.work import WORK_BITS, work_digest
from crypto.certificates import Stamp, exchange_id
from crypto.descriptors import read_node_descriptor
from crypto.labels import hashed, u8
from tests.api.nodes import Clock, TrialNode, assert_problem
from tests.api.people import (
    Card,
    Drop,
    Intake,
    a_record,
    as_coordinator,
    begin_epoch,
    look,
    new_card,
    post,
    whole_round,
)
from tests.api.test_invites import give_invites
from tests.circles import make_trial_circle


def descriptor(node: TrialNode):  # type: ignore[no-untyped-def]
    return read_node_descriptor(node.get("/node").content, node.trial.circle)


def worked(node: TrialNode, intake: Intake) -> bytes:
    terms = descriptor(node)
    return intake.worked(terms.pow_challenge, terms.pow_bits)


def new_intake(node: TrialNode) -> Intake:
    return Intake(node.trial.period)


def inbox(node: TrialNode, coordinator: int) -> list[bytes]:
    page = as_coordinator(node, coordinator, "GET", "/operator/intake").content
    return [page[i + 32 : i + 4_128] for i in range(0, len(page), 4_128)]


def test_an_invited_intake_is_handed_to_both_coordinators_at_once(node: TrialNode) -> None:
    tokens = give_invites(node)
    intake = new_intake(node)

    answer = node.post("/intake", intake.invited(*tokens))

    assert (answer.status_code, answer.json()) == (201, {"status": "accepted"})
    assert inbox(node, 0) == [intake.records[0]]
    assert inbox(node, 1) == [intake.records[1]]
    assert look(node, [d.r for d in intake.drops])[:5] == [d.record for d in intake.drops]


def test_nothing_ties_the_two_records_together(node: TrialNode) -> None:
    node.post("/intake", new_intake(node).invited(*give_invites(node)))

    first, second = node.rows()["intake"]
    assert first[0] != second[0]
    assert not node.rows()["waiting"]


def test_a_worked_intake_waits_until_an_epoch_closes(node: TrialNode) -> None:
    intake = new_intake(node)

    assert node.post("/intake", worked(node, intake)).status_code == 201
    assert inbox(node, 0) == []

    begin_epoch(node, 2)
    assert inbox(node, 0) == [intake.records[0]]
    assert inbox(node, 1) == [intake.records[1]]
    assert not node.rows()["waiting"]


def test_a_closing_epoch_draws_as_many_as_the_policy_says(node: TrialNode) -> None:
    for _ in range(3):
        assert node.post("/intake", worked(node, new_intake(node))).status_code == 201

    begin_epoch(node, 2)

    assert len(inbox(node, 0)) == 2  # intake_draw of the test circle
    assert len(node.rows()["waiting"]) == 1


def test_a_full_pool_takes_no_more_and_says_so(node: TrialNode) -> None:
    for _ in range(4):  # intake_pool of the test circle
        node.post("/intake", worked(node, new_intake(node)))
    assert descriptor(node).intake_open is False
    before = node.rows()

    answer = node.post("/intake", worked(node, new_intake(node)))

    assert_problem(answer, 503, "intake_full")
    assert answer.headers["retry-after"]
    assert node.rows() == before


def test_invites_have_a_lane_of_their_own(node: TrialNode) -> None:
    for _ in range(4):
        node.post("/intake", worked(node, new_intake(node)))

    answer = node.post("/intake", new_intake(node).invited(*give_invites(node)))

    assert answer.status_code == 201


def test_the_price_rises_with_the_pool(node: TrialNode) -> None:
    prices = []
    for _ in range(4):
        prices.append(descriptor(node).pow_bits)
        node.post("/intake", worked(node, new_intake(node)))

    assert tuple(prices) == WORK_BITS


@pytest.mark.parametrize("by", ["work", "invite"])
def test_the_same_intake_again_gets_the_same_answer(node: TrialNode, by: str) -> None:
    intake = new_intake(node)
    body = worked(node, intake) if by == "work" else intake.invited(*give_invites(node))
    node.post("/intake", body)
    before = node.rows()

    again = node.post("/intake", body)

    assert (again.status_code, again.json()) == (201, {"status": "accepted"})
    assert node.rows() == before


def test_the_same_intake_is_the_same_after_its_period(node: TrialNode, clock: Clock) -> None:
    body = worked(node, new_intake(node))
    node.post("/intake", body)

    clock.pass_days(100)

    assert node.post("/intake", body).status_code == 201


def test_spent_invites_admit_nobody_else(node: TrialNode) -> None:
    tokens = give_invites(node)
    node.post("/intake", new_intake(node).invited(*tokens))
    before = node.rows()

    assert_problem(node.post("/intake", new_intake(node).invited(*tokens)), 409, "invite_spent")
    assert node.rows() == before


def test_one_spent_invite_of_two_admits_nobody(node: TrialNode) -> None:
    spent, fresh = give_invites(node), give_invites(node)
    node.post("/intake", new_intake(node).invited(*spent))
    before = node.rows()

    answer = node.post("/intake", new_intake(node).invited(spent[0], fresh[1]))

    assert_problem(answer, 409, "invite_spent")
    assert node.rows() == before


@pytest.mark.parametrize("wrong", ["unknown", "swapped", "one twice", "zeros"])
def test_what_no_coordinator_printed_admits_nobody(node: TrialNode, wrong: str) -> None:
    first, second = give_invites(node)
    tokens = {
        "unknown": (secrets.token_bytes(32), second),
        "swapped": (second, first),
        "one twice": (first, first),
        "zeros": (bytes(32), bytes(32)),
    }[wrong]
    before = node.rows()

    assert_problem(node.post("/intake", new_intake(node).invited(*tokens)), 403, "unknown_invite")
    assert node.rows() == before


def test_work_is_bound_to_its_request(node: TrialNode) -> None:
    body = worked(node, new_intake(node))
    other = new_intake(node)
    # By chance the same work does for one request in sixteen; not for one of these.
    while work_digest(body[1:17], body[17:25], hashed("klunak work", other.rest))[0] < 128:
        other.retry = secrets.token_bytes(32)
    before = node.rows()

    assert_problem(node.post("/intake", body[:293] + other.rest), 403, "wrong_work")
    assert node.rows() == before


def test_work_is_spent_once(node: TrialNode) -> None:
    body = worked(node, new_intake(node))
    node.post("/intake", body)
    before = node.rows()

    other = node.post("/intake", body[:293] + new_intake(node).rest)

    assert_problem(other, 409, "work_spent")
    assert node.rows() == before


def test_work_on_no_challenge_of_ours_does_not_count(node: TrialNode) -> None:
    before = node.rows()

    answer = node.post("/intake", new_intake(node).worked(secrets.token_bytes(16), 1))

    assert_problem(answer, 403, "wrong_work")
    assert node.rows() == before


def test_work_counts_for_this_epoch_and_the_one_before(node: TrialNode) -> None:
    first, second = new_intake(node), new_intake(node)
    bodies = [worked(node, first), worked(node, second)]

    whole_round(node, 1)
    assert node.post("/intake", bodies[0]).status_code == 201
    whole_round(node, 2)
    before = node.rows()
    assert_problem(node.post("/intake", bodies[1]), 403, "wrong_work")
    assert node.rows() == before


def test_before_the_first_epoch_no_work_is_asked_for(fresh_node: TrialNode) -> None:
    terms = descriptor(fresh_node)
    assert terms.intake_open is False
    assert terms.pow_challenge == bytes(16)
    before = fresh_node.rows()

    answer = fresh_node.post("/intake", new_intake(fresh_node).worked(bytes(16), 1))

    assert_problem(answer, 503, "no_epoch")
    assert fresh_node.rows() == before


@pytest.mark.parametrize("by", ["work", "invite"])
@pytest.mark.parametrize("shift", [-1, 1])
def test_only_the_current_period_takes_people(node: TrialNode, by: str, shift: int) -> None:
    intake = Intake(node.trial.period + shift)
    body = worked(node, intake) if by == "work" else intake.invited(*give_invites(node))
    before = node.rows()

    assert_problem(node.post("/intake", body), 403, "stale_period")
    assert node.rows() == before


@pytest.mark.parametrize("pair", [(1, 0), (0, 0), (0, 2), (255, 1)])
@pytest.mark.parametrize("by", ["work", "invite"])
def test_only_the_duty_coordinators_are_written_to(
    node: TrialNode, by: str, pair: tuple[int, int]
) -> None:
    intake = Intake(node.trial.period, pair)
    body = worked(node, intake) if by == "work" else intake.invited(*give_invites(node))
    before = node.rows()

    assert_problem(node.post("/intake", body), 403, "wrong_coordinators")
    assert node.rows() == before


def test_an_address_in_use_refuses_the_whole_intake(node: TrialNode) -> None:
    first = new_intake(node)
    node.post("/intake", worked(node, first))
    second = new_intake(node)
    second.drops[2] = Drop(first.drops[2].w, a_record())
    tokens = give_invites(node)
    before = node.rows()

    assert_problem(node.post("/intake", second.invited(*tokens)), 409, "address_taken")
    assert_problem(node.post("/intake", worked(node, second)), 409, "address_taken")
    assert node.rows() == before

    # Nor is anybody told which addresses are in use for nothing.
    strangers = second.invited(secrets.token_bytes(32), secrets.token_bytes(32))
    assert_problem(node.post("/intake", strangers), 403, "unknown_invite")


@pytest.mark.parametrize("kind", [3, 255])
def test_an_unknown_kind_of_admission_is_malformed(node: TrialNode, kind: int) -> None:
    body = u8(kind) + worked(node, new_intake(node))[1:]
    before = node.rows()

    assert_problem(node.post("/intake", body), 422, "malformed")
    assert node.rows() == before


@pytest.mark.parametrize("kind", [Kind.WORK, Kind.INVITE])
def test_nothing_rides_along_with_an_admission(node: TrialNode, kind: Kind) -> None:
    intake = new_intake(node)
    is_work = kind is Kind.WORK
    body = bytearray(worked(node, intake) if is_work else intake.invited(*give_invites(node)))
    body[292] = 1
    before = node.rows()

    assert body[0] == kind
    assert_problem(node.post("/intake", bytes(body)), 422, "malformed")
    assert node.rows() == before


@pytest.mark.parametrize(
    ("size", "status", "code"), [(29_162, 422, "wrong_length"), (29_164, 413, "too_large")]
)
def test_an_intake_has_one_length(node: TrialNode, size: int, status: int, code: str) -> None:
    assert_problem(node.post("/intake", bytes(size)), status, code)


# Exchanges: admitted by a stamp of the quarter before, which then admits nothing else


def old_stamp(node: TrialNode) -> Stamp:
    return node.trial.stamp(secrets.token_bytes(32), node.trial.period - 1)


def test_an_exchange_is_handed_out_under_ids_that_name_its_stamp(node: TrialNode) -> None:
    stamp, intake = old_stamp(node), new_intake(node)

    answers = [node.post("/intake", intake.exchanging(stamp)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    for number in (0, 1):
        page = as_coordinator(node, number, "GET", "/operator/intake").content
        assert page == exchange_id(stamp, number) + intake.records[number]
    assert look(node, [d.r for d in intake.drops])[:5] == [d.record for d in intake.drops]


def test_a_stamp_is_exchanged_once(node: TrialNode) -> None:
    stamp = old_stamp(node)
    node.post("/intake", new_intake(node).exchanging(stamp))
    before = node.rows()

    assert_problem(node.post("/intake", new_intake(node).exchanging(stamp)), 409, "stamp_spent")
    assert_problem(post(node, Card(stamp), 1), 409, "stamp_spent")
    assert node.rows() == before


def test_a_stamp_that_admitted_a_card_is_not_exchanged(node: TrialNode) -> None:
    card = new_card(node)
    assert post(node, card, 1).status_code == 201
    before = node.rows()

    # Whatever its day: it is the burned row that says no, before any date is looked at.
    answer = node.post("/intake", Intake(node.trial.period + 1).exchanging(card.stamp))
    assert_problem(answer, 409, "stamp_spent")
    assert node.rows() == before


def test_only_a_stamp_of_the_period_before_counts_in_exchange(node: TrialNode) -> None:
    this, older = node.trial.stamp(b"n" * 32), old_stamp(node)
    before = node.rows()

    for stamp, period in [(this, 0), (this, 1), (older, -1), (older, 1)]:
        intake = Intake(node.trial.period + period)
        assert_problem(node.post("/intake", intake.exchanging(stamp)), 403, "stale_period")
    assert node.rows() == before


def test_only_a_signed_stamp_of_this_circle_counts_in_exchange(node: TrialNode) -> None:
    good, stranger = old_stamp(node), make_trial_circle(name="another")
    forged = replace(good, signature=good.signature[::-1])
    others = stranger.stamp(secrets.token_bytes(32), node.trial.period - 1)
    before = node.rows()

    for stamp in (forged, others):
        answer = node.post("/intake", new_intake(node).exchanging(stamp))
        assert_problem(answer, 403, "invalid_stamp")
    assert node.rows() == before
