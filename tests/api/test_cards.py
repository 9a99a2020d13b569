"""Posting a card: once per stamp, whole or not at all, as often repeated as it takes."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from crypto.certificates import Stamp
from tests.api.nodes import Clock, TrialNode, assert_problem, running_node
from tests.api.people import Card, Drop, a_record, begin_epoch, look, new_card, post, whole_round
from tests.circles import TrialCircle, make_trial_circle


def test_a_card_is_stored_with_its_five_drops(node: TrialNode) -> None:
    card = new_card(node)

    answer = post(node, card, 1)

    assert (answer.status_code, answer.json()) == (201, {"status": "accepted"})
    assert look(node, [drop.r for drop in card.drops])[:5] == [d.record for d in card.drops]
    rows = node.rows()
    assert [(row[1], row[2]) for row in rows["cards"]] == [(card.record, 1)]
    assert len(rows["drops"]) == 5
    assert len(rows["burned"]) == 1


def test_every_row_draws_its_own_expiry(node: TrialNode) -> None:
    for _ in range(8):
        post(node, new_card(node), 1)

    days = {row[2] for row in node.rows()["drops"]}

    today = node.node.today()
    assert days <= set(range(today + 90, today + 98))
    assert len(days) > 3


def test_the_same_card_again_gets_the_same_answer(node: TrialNode) -> None:
    card = new_card(node)
    first = post(node, card, 1)
    before = node.rows()

    again = post(node, card, 1)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert node.rows() == before


def test_the_same_card_in_a_later_epoch_gets_the_first_answer(node: TrialNode) -> None:
    card = new_card(node)
    post(node, card, 1)
    whole_round(node, 1)
    before = node.rows()
    card.record = a_record()  # sealed anew, to the new epoch's key

    assert post(node, card, 2).json() == {"status": "accepted"}
    assert node.rows() == before


def test_what_was_burned_does_not_say_in_which_epoch(node: TrialNode) -> None:
    for epoch in (1, 2, 3):
        assert post(node, new_card(node), epoch).status_code == 201
        whole_round(node, epoch)

    burned = node.rows()["burned"]

    # Two hashes, and a day that all of a period have in common.
    assert len(burned) == 3
    assert {tuple(map(type, row)) for row in burned} == {(bytes, bytes, int)}
    assert len({expires for _, _, expires in burned}) == 1


@pytest.mark.parametrize("other", ["retry", "addresses"])
def test_a_spent_stamp_admits_nothing_else(node: TrialNode, other: str) -> None:
    card = new_card(node)
    post(node, card, 1)
    before = node.rows()

    second = Card(card.stamp)
    if other == "retry":
        second.drops = card.drops
    else:
        second.retry = card.retry

    assert_problem(post(node, second, 1), 409, "stamp_spent")
    assert node.rows() == before


@pytest.mark.parametrize("epoch", [0, 2, 2**32 - 1])
def test_a_card_for_an_epoch_that_is_not_open_burns_nothing(node: TrialNode, epoch: int) -> None:
    card = new_card(node)
    before = node.rows()

    assert_problem(post(node, card, epoch), 409, "epoch_closed")
    assert node.rows() == before
    assert post(node, card, 1).status_code == 201


def test_a_closed_epoch_takes_no_card(node: TrialNode) -> None:
    begin_epoch(node, 2)
    before = node.rows()

    assert_problem(post(node, new_card(node), 1), 409, "epoch_closed")
    assert node.rows() == before


def test_before_the_first_epoch_there_is_nothing_to_post_into(fresh_node: TrialNode) -> None:
    before = fresh_node.rows()

    assert_problem(post(fresh_node, new_card(fresh_node), 1), 503, "no_epoch")
    assert fresh_node.rows() == before


def spoiled_stamps(node: TrialNode) -> dict[str, Stamp]:
    good = node.trial.stamp(secrets.token_bytes(32))
    elsewhere = make_trial_circle(name="another circle")
    nonce = secrets.token_bytes(32)
    receipt = node.trial.receipt(nonce)
    return {
        "one bit flipped": Stamp(
            good.period, good.nonce, bytes([*good.signature[:-1], good.signature[-1] ^ 1])
        ),
        "another nonce": Stamp(good.period, nonce, good.signature),
        "another period": Stamp(good.period - 1, good.nonce, good.signature),
        "a period nobody has": Stamp(7, good.nonce, good.signature),
        "another circle": elsewhere.stamp(nonce),
        "a receipt": Stamp(receipt.period, nonce, receipt.signature),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "one bit flipped",
        "another nonce",
        "another period",
        "a period nobody has",
        "another circle",
        "a receipt",
    ],
)
def test_a_stamp_that_does_not_verify_is_refused(node: TrialNode, wrong: str) -> None:
    before = node.rows()

    assert_problem(post(node, Card(spoiled_stamps(node)[wrong]), 1), 403, "invalid_stamp")
    assert node.rows() == before


def test_a_stamp_of_the_period_before_is_stale(node: TrialNode) -> None:
    card = new_card(node, node.trial.period - 1)
    before = node.rows()

    assert_problem(post(node, card, 1), 403, "stale_period")
    assert node.rows() == before


def test_a_stamp_counts_until_its_periods_last_day(node: TrialNode, clock: Clock) -> None:
    last_day = node.trial.circle.periods[-1].to_day
    clock.pass_days(last_day - node.node.today())
    assert post(node, new_card(node), 1).status_code == 201
    late = new_card(node)

    clock.pass_days(1)

    assert_problem(post(node, late, 1), 403, "stale_period")


def test_an_address_in_use_refuses_the_whole_card(node: TrialNode) -> None:
    first = new_card(node)
    post(node, first, 1)
    second = new_card(node)
    second.drops[3] = Drop(first.drops[0].w)
    before = node.rows()

    assert_problem(post(node, second, 1), 409, "address_taken")
    assert node.rows() == before


def test_a_notices_address_cannot_be_reserved(node: TrialNode) -> None:
    post(node, new_card(node), 1)
    work = whole_round(node, 1)
    card = new_card(node)
    body = card.body(2)
    body = body[:-4_128] + work.notices[0][0] + body[-4_096:]
    before = node.rows()

    assert_problem(node.post("/cards", body), 409, "address_taken")
    assert node.rows() == before


def test_one_address_twice_in_a_card_is_refused(node: TrialNode) -> None:
    card = new_card(node)
    card.drops[4] = card.drops[0]
    before = node.rows()

    assert_problem(post(node, card, 1), 409, "address_taken")
    assert node.rows() == before


@pytest.mark.parametrize(
    ("size", "status", "code"),
    [
        (0, 422, "wrong_length"),
        (25_095, 422, "wrong_length"),
        (25_097, 413, "too_large"),
        (10_000_000, 413, "too_large"),
    ],
)
def test_a_card_has_one_length(node: TrialNode, size: int, status: int, code: str) -> None:
    before = node.rows()

    assert_problem(node.post("/cards", bytes(size)), status, code)
    assert node.rows() == before


def test_every_cut_of_a_card_is_refused(node: TrialNode) -> None:
    body = new_card(node).body(1)
    before = node.rows()

    for length in range(0, len(body), 997):
        assert_problem(node.post("/cards", body[:length]), 422, "wrong_length")
    assert node.rows() == before


def test_two_threads_with_one_stamp_one_wins(tmp_path: Path, trial: TrialCircle) -> None:
    with running_node(tmp_path, trial) as node, ThreadPoolExecutor(8) as pool:
        begin_epoch(node, 1)
        for _ in range(5):
            stamp = node.trial.stamp(secrets.token_bytes(32))
            bodies = [Card(stamp).body(1) for _ in range(8)]

            answers = list(pool.map(lambda body: node.post("/cards", body), bodies))

            codes = sorted(answer.status_code for answer in answers)
            assert codes == [201] + [409] * 7
        assert len(node.rows()["cards"]) == 5
        assert len(node.rows()["drops"]) == 25
