"""Invites: coordinators give out a few a day, and the node knows only hashes of hashes."""

from __future__ import annotations

import json
import secrets

import pytest

from crypto.labels import hashed
from tests.api.nodes import Clock, TrialNode, assert_problem
from tests.api.people import JSON, as_coordinator, as_matcher


def invites_body(period: int, kept: list[bytes]) -> bytes:
    return json.dumps({"period": period, "kept": [value.hex() for value in kept]}).encode()


def give_invites(node: TrialNode, period: int | None = None) -> tuple[bytes, bytes]:
    """Tokens of one printed slip: one of each duty coordinator."""
    period = node.trial.period if period is None else period
    tokens = []
    for number in (0, 1):
        token = hashed("klunak invite", secrets.token_bytes(8))
        body = invites_body(period, [hashed("klunak kept", token)])
        answer = as_coordinator(node, number, "POST", "/operator/invites", body, JSON)
        assert answer.status_code == 201
        tokens.append(token)
    return tokens[0], tokens[1]


def give(node: TrialNode, kept: list[bytes], period: int | None = None):  # type: ignore[no-untyped-def]
    body = invites_body(node.trial.period if period is None else period, kept)
    return as_coordinator(node, 0, "POST", "/operator/invites", body, JSON)


def some(count: int) -> list[bytes]:
    return [secrets.token_bytes(32) for _ in range(count)]


def test_twenty_a_day_and_no_more(node: TrialNode, clock: Clock) -> None:
    assert give(node, some(20)).status_code == 201
    before = node.rows()

    assert_problem(give(node, some(1)), 429, "invite_limit")
    assert node.rows() == before

    clock.pass_days(1)
    assert give(node, some(1)).status_code == 201


def test_the_limit_is_each_coordinators_own(node: TrialNode) -> None:
    give(node, some(20))

    body = invites_body(node.trial.period, some(20))
    answer = as_coordinator(node, 1, "POST", "/operator/invites", body, JSON)

    assert answer.status_code == 201


def test_the_same_invites_again_are_not_counted_again(node: TrialNode) -> None:
    kept = some(15)
    give(node, kept)
    before = node.rows()

    assert give(node, kept).status_code == 201
    assert node.rows() == before


def test_only_coordinators_give_invites(node: TrialNode) -> None:
    body = invites_body(node.trial.period, some(1))
    before = node.rows()

    assert_problem(as_matcher(node, "POST", "/operator/invites", body, JSON), 403, "wrong_operator")
    assert node.rows() == before


def test_invites_are_for_the_current_period(node: TrialNode) -> None:
    before = node.rows()

    assert_problem(give(node, some(1), node.trial.period - 1), 403, "stale_period")
    assert node.rows() == before


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"not json",
        b'{"period": 1, "kept": []}',
        b'{"period": 1, "kept": ["00"]}',
        b'{"period": 1, "kept": ["' + b"AA" * 32 + b'"]}',
        b'{"period": 1, "period": 1, "kept": ["' + b"00" * 32 + b'"]}',
        b'{"period": true, "kept": ["' + b"00" * 32 + b'"]}',
        b'{"period": 1, "kept": ["' + b"00" * 32 + b'"], "more": 1}',
        json.dumps({"period": 1, "kept": ["00" * 32] * 21}).encode(),
    ],
)
def test_what_is_not_exactly_the_document_is_refused(node: TrialNode, body: bytes) -> None:
    before = node.rows()

    answer = as_coordinator(node, 0, "POST", "/operator/invites", body, JSON)

    assert_problem(answer, 422, "wrong_shape")
    assert node.rows() == before
