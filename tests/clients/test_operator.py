"""Signed requests: what is sent again, what is not, and what an answer may not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from clients.errors import NodeMisbehaves, NodeRefused, NodeUnreachable
from clients.operators.operator import ROW_BYTES, OperatorClient
from clients.operators.signed_http import TRIES, SignedHttp
from tests.api.servers import served
from tests.clients.operators import NOW, Desks, client_trial

CHALLENGE = httpx.Response(200, json={"challenge": "ab" * 40})


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    (tmp_path / "node").mkdir()
    trial = client_trial()
    with served(tmp_path / "node", trial) as url:
        yield (desks := Desks(trial, url, tmp_path))
        desks.http.close()


def client(
    answer: Callable[[httpx.Request], httpx.Response], pauses: list[float] | None = None
) -> OperatorClient:
    """An operator whose node answers as told, challenges aside."""

    def handle(request: httpx.Request) -> httpx.Response:
        return CHALLENGE if request.url.path == "/operator/challenge" else answer(request)

    http = httpx.Client(transport=httpx.MockTransport(handle))
    slept = [] if pauses is None else pauses
    return OperatorClient(
        SignedHttp("http://node", b"\1" * 32, b"\2" * 32, http, sleep=slept.append)
    )


def problem(code: str, status: int) -> httpx.Response:
    return httpx.Response(status, json={"type": "about:blank", "status": status, "code": code})


def test_a_node_knows_its_operators(desks: Desks) -> None:
    matcher = desks.operator(desks.trial.matcher_seed)
    assert matcher.round_state().open == 0
    desks.matcher().open_first_epoch(NOW)
    assert matcher.round_state().open == 1
    with pytest.raises(NodeRefused, match="wrong_operator"):
        matcher.intake()
    with pytest.raises(NodeRefused, match="wrong_operator"):
        desks.operator(desks.trial.coordinator_seeds[0]).round_state()
    with pytest.raises(NodeRefused, match="not_authorized"):
        desks.operator(b"\7" * 32).round_state()


def test_a_challenge_grown_old_is_replaced(desks: Desks) -> None:
    operator = desks.operator(desks.trial.matcher_seed)
    operator.round_state()
    operator._node._challenge = b"\0" * 40
    assert operator.round_state().open == 0
    assert operator._node._challenge != b"\0" * 40


def test_one_challenge_serves_many_requests() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, content=b"")

    operator = client(answer)
    operator.intake()
    operator.batches()
    assert len(seen) == 2
    assert {one.split(".")[1] for one in seen} == {"ab" * 40}
    assert seen[0] != seen[1]


def test_who_does_not_answer_is_asked_again_with_jitter() -> None:
    pauses: list[float] = []
    calls = 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise httpx.ConnectError("refused by http://secret.onion")
        return problem("busy", 503) if calls == 2 else httpx.Response(200, content=b"")

    assert client(answer, pauses).intake() == []
    assert len(pauses) == 2
    assert 0.1 <= pauses[0] <= 0.3
    assert 0.2 <= pauses[1] <= 0.6


def test_who_never_answers_is_unreachable_and_nothing_is_repeated_of_it() -> None:
    pauses: list[float] = []

    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused by http://secret.onion")

    with pytest.raises(NodeUnreachable) as caught:
        client(answer, pauses).intake()
    assert len(pauses) == TRIES - 1
    assert "secret" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("code", "status"), [("wrong_epoch", 409), ("no_epoch", 503)])
def test_a_refusal_is_not_asked_again(code: str, status: int) -> None:
    pauses: list[float] = []
    with pytest.raises(NodeRefused) as caught:
        client(lambda _: problem(code, status), pauses).cards(1)
    assert (caught.value.code, caught.value.status) == (code, status)
    assert pauses == []


def test_rows_come_page_by_page() -> None:
    rows = [n.to_bytes(32, "big") + n.to_bytes(32, "big") + bytes(4_096) for n in range(1, 600)]

    def answer(request: httpx.Request) -> httpx.Response:
        after = int(request.url.params.get("after") or "0", 16)
        assert request.url.params["epoch"] == "7"
        return httpx.Response(200, content=b"".join(rows[after : after + 256]))

    cards = client(answer).cards(7)
    assert [card.address + card.stamped + card.record for card in cards] == rows


@pytest.mark.parametrize(
    "content",
    [
        b"\0" * (ROW_BYTES - 1),
        (b"\2" * 32 + bytes(4_096)) + (b"\1" * 32 + bytes(4_096)),
        (b"\2" * 32 + bytes(4_096)) * 2,
        bytes(ROW_BYTES) * 257,
    ],
)
def test_rows_that_cannot_be_are_misbehaviour(content: bytes) -> None:
    with pytest.raises(NodeMisbehaves):
        client(lambda _: httpx.Response(200, content=content)).intake()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"open": 1}),
        httpx.Response(200, json={"open": True, "closed": None, "committed": 0, "cards": 0}),
        httpx.Response(200, json={"open": -1, "closed": None, "committed": 0, "cards": 0}),
        httpx.Response(500, content=b"<html>"),
        httpx.Response(403, json={"error": "no"}),
    ],
)
def test_what_is_no_answer_is_misbehaviour(answer: httpx.Response) -> None:
    with pytest.raises(NodeMisbehaves):
        client(lambda _: answer).round_state()


def test_a_commit_is_acknowledged_only_for_its_own_epoch() -> None:
    operator = client(lambda _: httpx.Response(200, json={"committed": 3}))
    operator.commit(3, {})
    with pytest.raises(NodeMisbehaves):
        operator.commit(4, {})


def test_as_many_records_come_back_as_were_asked_for() -> None:
    operator = client(lambda _: httpx.Response(200, content=bytes(4_096)))
    assert operator.read([b"\1" * 32]) == [bytes(4_096)]  # type: ignore[list-item]
    with pytest.raises(NodeMisbehaves):
        operator.read([b"\1" * 32] * 2)  # type: ignore[list-item]
