"""Epochs: one open, at most one closed, and closing freezes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event

from crypto.descriptors import read_epoch_descriptor, write_epoch_descriptor
from crypto.strict_json import write_text
from tests.api.nodes import TrialNode, assert_problem
from tests.api.people import (
    JSON,
    as_coordinator,
    as_matcher,
    begin_epoch,
    epoch_descriptor,
    frozen_rows,
    new_card,
    post,
    round_work,
    whole_round,
)
from tests.circles import make_trial_circle, seed_of

PATH = "/operator/epochs"


def course(node: TrialNode) -> dict[str, object]:
    return as_matcher(node, "GET", "/operator/round").json()


def test_before_the_first_descriptor_there_is_no_epoch(fresh_node: TrialNode) -> None:
    assert_problem(fresh_node.get("/epoch"), 503, "no_epoch")
    assert course(fresh_node) == {"open": 0, "closed": None, "committed": 0, "cards": 0}


def test_everybody_reads_the_matchers_own_bytes(node: TrialNode) -> None:
    served = node.get("/epoch").json()

    sent = json.loads(epoch_descriptor(node, 1))
    assert served == {**sent, "committed": 0}
    del served["committed"]
    assert read_epoch_descriptor(served, node.trial.circle).epoch == 1


def test_an_epoch_goes_from_open_to_closed_to_committed(node: TrialNode) -> None:
    assert course(node) == {"open": 1, "closed": None, "committed": 0, "cards": 0}
    for _ in range(3):
        post(node, new_card(node), 1)

    assert begin_epoch(node, 2).status_code == 201
    assert course(node) == {"open": 2, "closed": 1, "committed": 0, "cards": 3}
    post(node, new_card(node), 2)
    assert course(node)["cards"] == 3

    work = round_work(node, 1)
    work.upload(node)
    work.commit(node)
    assert course(node) == {"open": 2, "closed": None, "committed": 1, "cards": 0}
    assert node.get("/epoch").json()["committed"] == 1

    begin_epoch(node, 3)
    assert course(node) == {"open": 3, "closed": 2, "committed": 1, "cards": 4}


def test_a_sweep_that_fails_behind_a_new_epoch_takes_nothing_back(node: TrialNode) -> None:
    """The matcher is told what is so, and the sweep is begun anew when house is kept next."""
    card = new_card(node)
    assert post(node, card, 1).status_code == 201
    today = node.node.today()
    node.node.sweeper.keep_house(today)

    def fail(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE circle"):
            raise OSError("the fault")

    event.listen(node.engine, "before_cursor_execute", fail)
    begun = begin_epoch(node, 2)
    event.remove(node.engine, "before_cursor_execute", fail)

    assert begun.status_code == 201
    assert course(node)["open"] == 2
    swept: list[str] = []
    event.listen(
        node.engine, "before_cursor_execute", lambda _c, _d, said, *_rest: swept.append(said)
    )
    node.node.sweeper.keep_house(today)
    assert any(said.startswith("UPDATE circle") for said in swept)


def test_the_same_descriptor_again_is_fine(node: TrialNode) -> None:
    before = node.rows()

    answer = begin_epoch(node, 1)

    assert (answer.status_code, answer.json()) == (200, {"epoch": 1})
    assert node.rows() == before


def test_another_descriptor_for_the_open_epoch_is_not(node: TrialNode) -> None:
    before = node.rows()

    other = epoch_descriptor(node, 1, key=b"\1" * 1_216)

    assert_problem(as_matcher(node, "POST", PATH, other, JSON), 409, "epoch_conflict")
    assert node.rows() == before


@pytest.mark.parametrize("epoch", [3, 2**32 - 1])
def test_no_epoch_is_skipped(node: TrialNode, epoch: int) -> None:
    before = node.rows()

    assert_problem(begin_epoch(node, epoch), 409, "wrong_epoch")
    assert node.rows() == before


def test_the_first_epoch_is_one(fresh_node: TrialNode) -> None:
    assert_problem(begin_epoch(fresh_node, 2), 409, "wrong_epoch")


def test_no_epoch_comes_back(node: TrialNode) -> None:
    whole_round(node, 1)
    before = node.rows()

    assert_problem(begin_epoch(node, 1), 409, "wrong_epoch")
    assert node.rows() == before


def test_a_closed_epoch_waits_for_its_round_before_the_next_closes(node: TrialNode) -> None:
    begin_epoch(node, 2)
    before = node.rows()

    assert_problem(begin_epoch(node, 3), 409, "round_pending")
    assert node.rows() == before


def signed_by(node: TrialNode, seed: bytes, **changes: object) -> bytes:
    circle = changes.get("circle", node.trial.circle)
    signed = write_epoch_descriptor(
        circle,  # type: ignore[arg-type]
        epoch=2,
        key=bytes(1_216),
        opens=1,
        closes=2,
        signing_seed=seed,
    )
    return write_text(signed).encode()


def test_only_a_matchers_descriptor_counts(node: TrialNode) -> None:
    before = node.rows()
    text = json.loads(epoch_descriptor(node, 2))
    spoiled = {
        "a stranger's": signed_by(node, seed_of("stranger")),
        "a coordinator's": signed_by(node, node.trial.coordinator_seeds[0]),
        "another circle's": signed_by(
            node, node.trial.matcher_seed, circle=make_trial_circle(name="another circle").circle
        ),
        "altered": json.dumps(
            {**text, "descriptor": text["descriptor"].replace('"epoch":2', '"epoch":2 ')}
        ).encode(),
        "another signature": json.dumps({**text, "signature": "00" * 64}).encode(),
    }
    for body in spoiled.values():
        assert_problem(as_matcher(node, "POST", PATH, body, JSON), 403, "invalid_signature")
    assert node.rows() == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "wrong_shape"),
        (b"\xff\xff", "wrong_shape"),
        (
            b'{"descriptor":"{\\"version\\":2}","signature":"' + b"00" * 64 + b'"}',
            "unknown_version",
        ),
    ],
)
def test_what_is_no_descriptor_is_refused_by_name(node: TrialNode, body: bytes, code: str) -> None:
    assert_problem(as_matcher(node, "POST", PATH, body, JSON), 422, code)


def test_every_card_acknowledged_while_an_epoch_closes_is_in_its_round(node: TrialNode) -> None:
    cards = [new_card(node) for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        posting = [pool.submit(post, node, card, 1) for card in cards]
        assert begin_epoch(node, 2).status_code == 201
        answers = [future.result() for future in posting]

    acknowledged = {
        card.record
        for card, answer in zip(cards, answers, strict=True)
        if answer.status_code == 201
    }
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {record for _, record in frozen_rows(node, 1)} == acknowledged


def test_only_the_matcher_opens_epochs(node: TrialNode) -> None:
    before = node.rows()

    answer = as_coordinator(node, 0, "POST", PATH, epoch_descriptor(node, 2), JSON)

    assert_problem(answer, 403, "wrong_operator")
    assert node.rows() == before


def test_each_epoch_has_a_challenge_of_its_own(node: TrialNode) -> None:
    whole_round(node, 1)

    first, second = (row[3] for row in node.rows()["epochs"])
    assert len(first) == len(second) == 16
    assert first != second
