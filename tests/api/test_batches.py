"""What coordinators fetch, answer and erase: their own, and nothing else."""

from __future__ import annotations

import secrets

import pytest

from crypto.labels import u32
from tests.api.nodes import TrialNode, assert_problem
from tests.api.people import (
    Intake,
    a_record,
    as_coordinator,
    as_matcher,
    begin_epoch,
    whole_round,
)
from tests.api.test_invites import give_invites


def rows_of(page: bytes) -> dict[bytes, bytes]:
    return {page[i : i + 32]: page[i + 32 : i + 4_128] for i in range(0, len(page), 4_128)}


def batches(node: TrialNode, number: int) -> dict[bytes, bytes]:
    return rows_of(as_coordinator(node, number, "GET", "/operator/batches").content)


def answers(node: TrialNode) -> dict[bytes, bytes]:
    return rows_of(as_matcher(node, "GET", "/operator/answers").content)


def put_answer(node: TrialNode, number: int, batch: bytes, epoch: int, record: bytes):  # type: ignore[no-untyped-def]
    path = f"/operator/answers/{batch.hex()}"
    return as_coordinator(node, number, "PUT", path, u32(epoch) + record)


@pytest.fixture
def batch(node: TrialNode) -> bytes:
    """The id of a batch for coordinator 0; epoch 2 is open."""
    whole_round(node, 1)
    return next(iter(batches(node, 0)))


def test_each_coordinator_sees_its_own_batches(node: TrialNode) -> None:
    work = whole_round(node, 1)

    for number in (0, 1):
        own = {record for coordinator, record in work.batches if coordinator == number}
        assert set(batches(node, number).values()) == own


def test_an_answer_takes_the_batch_away(node: TrialNode, batch: bytes) -> None:
    record = a_record()

    assert put_answer(node, 0, batch, 2, record).status_code == 204

    assert batch not in batches(node, 0)
    assert answers(node) == {}  # epoch 2 is open still
    begin_epoch(node, 3)
    assert answers(node) == {batch: record}


def test_an_answer_may_be_given_again_until_its_epoch_closes(node: TrialNode, batch: bytes) -> None:
    put_answer(node, 0, batch, 2, a_record())
    record = a_record()

    assert put_answer(node, 0, batch, 2, record).status_code == 204
    begin_epoch(node, 3)
    assert put_answer(node, 0, batch, 2, a_record()).status_code == 204

    assert answers(node) == {batch: record}


def test_an_answer_sealed_to_a_closed_epoch_keeps_its_batch(node: TrialNode, batch: bytes) -> None:
    begin_epoch(node, 3)
    before = node.rows()

    assert_problem(put_answer(node, 0, batch, 2, a_record()), 409, "epoch_closed")
    assert node.rows() == before
    assert put_answer(node, 0, batch, 3, a_record()).status_code == 204


def test_a_commit_forgets_the_answers_it_used(node: TrialNode, batch: bytes) -> None:
    put_answer(node, 0, batch, 2, a_record())

    whole_round(node, 2)

    assert node.rows()["answers"] == []
    assert_problem(put_answer(node, 0, batch, 3, a_record()), 404, "unknown_batch")


@pytest.mark.parametrize("whose", ["nobody's", "another coordinator's"])
def test_only_its_coordinator_answers_a_batch(node: TrialNode, batch: bytes, whose: str) -> None:
    id = secrets.token_bytes(32) if whose == "nobody's" else batch
    before = node.rows()

    assert_problem(put_answer(node, 1, id, 2, a_record()), 404, "unknown_batch")
    assert node.rows() == before


def test_nobody_replaces_another_coordinators_answer(node: TrialNode, batch: bytes) -> None:
    put_answer(node, 0, batch, 2, a_record())
    before = node.rows()

    assert_problem(put_answer(node, 1, batch, 2, a_record()), 404, "unknown_batch")
    assert node.rows() == before


def test_an_inbox_is_erased_record_by_record(node: TrialNode) -> None:
    node.post("/intake", Intake(node.trial.period).invited(*give_invites(node)))
    (id,) = rows_of(as_coordinator(node, 0, "GET", "/operator/intake").content)
    path = f"/operator/intake/{id.hex()}"

    before = node.rows()
    assert as_coordinator(node, 1, "DELETE", path).status_code == 204
    assert node.rows() == before  # not its own: it is told nothing and erases nothing
    assert as_coordinator(node, 0, "DELETE", path).status_code == 204
    assert as_coordinator(node, 0, "DELETE", path).status_code == 204

    assert as_coordinator(node, 0, "GET", "/operator/intake").content == b""
    assert len(rows_of(as_coordinator(node, 1, "GET", "/operator/intake").content)) == 1


def test_a_page_begins_after_an_id(node: TrialNode) -> None:
    whole_round(node, 1)
    first, second = sorted(batches(node, 0))

    page = as_coordinator(node, 0, "GET", f"/operator/batches?after={first.hex()}").content

    assert list(rows_of(page)) == [second]


@pytest.mark.parametrize("path", ["intake", "batches"])
def test_the_matcher_does_not_vet(node: TrialNode, path: str) -> None:
    assert_problem(as_matcher(node, "GET", f"/operator/{path}"), 403, "wrong_operator")


@pytest.mark.parametrize("id", ["00", "zz" * 32, "AA" * 32])
def test_an_id_that_is_none_is_malformed(node: TrialNode, id: str) -> None:
    answer = as_coordinator(node, 0, "DELETE", f"/operator/intake/{id}")

    assert_problem(answer, 422, "malformed")
