"""What a client takes from a node, and what it does not."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from clients.errors import CircleSubstituted, NodeMisbehaves, NodeRefused, NodeUnreachable
from clients.node import ATTEMPTS, PAUSE_SECONDS, NodeClient
from crypto.descriptors import write_epoch_descriptor
from tests.circles import make_trial_circle
from tests.fakes import FakeNode

TRIAL = make_trial_circle()
OCTETS = {"content-type": "application/octet-stream"}
SECRET_WORDS = b"S" * 384

Answer = Callable[[httpx.Request], httpx.Response]


def client_of(answer: Answer, pauses: list[float] | None = None) -> NodeClient:
    note = (lambda _: None) if pauses is None else pauses.append
    return NodeClient("http://node", httpx.MockTransport(answer), pause=note)


def problem(code: str, status: int) -> httpx.Response:
    content = json.dumps({"type": "about:blank", "title": "t", "status": status, "code": code})
    headers = {"content-type": "application/problem+json"}
    return httpx.Response(status, content=content, headers=headers)


def test_a_refusal_is_known_by_code_and_status() -> None:
    client = client_of(lambda _: problem("stamp_spent", 409))

    with pytest.raises(NodeRefused) as refused:
        client.look(SECRET_WORDS)

    assert (refused.value.code, refused.value.status) == ("stamp_spent", 409)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"x" * 49_151, headers=OCTETS),
        httpx.Response(200, content=b"x" * 49_153, headers=OCTETS),
        httpx.Response(200, content=b"x" * 49_152, headers={"content-type": "text/html"}),
        httpx.Response(200, content=b""),
        httpx.Response(302, headers={"location": "http://elsewhere"}),
        httpx.Response(500, content=b"<html>", headers={"content-type": "text/html"}),
        httpx.Response(403, content=b"[]", headers={"content-type": "application/problem+json"}),
        httpx.Response(
            200,
            stream=httpx.ByteStream(b"x" * 49_152),
            headers={**OCTETS, "content-encoding": "br"},
        ),
        problem("a code <script>", 403),
        problem("x" * 5_000, 403),
    ],
)
def test_garbage_is_no_answer(answer: httpx.Response) -> None:
    with pytest.raises(NodeMisbehaves):
        client_of(lambda _: answer).look(SECRET_WORDS)


def test_an_answer_without_end_is_not_read_to_the_end() -> None:
    sent: list[int] = []

    def endless():
        while True:
            sent.append(1)
            assert len(sent) < 20
            yield b"x" * 16_384

    with pytest.raises(NodeMisbehaves):
        client_of(lambda _: httpx.Response(200, content=endless(), headers=OCTETS)).look(
            SECRET_WORDS
        )


def test_trouble_on_the_way_is_tried_again_and_then_told() -> None:
    pauses: list[float] = []
    seen: list[httpx.Request] = []

    def unreachable(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        raise httpx.ConnectError("http://node says " + SECRET_WORDS.decode())

    with pytest.raises(NodeUnreachable) as told:
        client_of(unreachable, pauses).look(SECRET_WORDS)

    assert len(seen) == ATTEMPTS
    assert len(pauses) == ATTEMPTS - 1
    for number, seconds in enumerate(pauses, start=1):
        assert 0.5 <= seconds / (PAUSE_SECONDS * 2**number) < 1.5
    assert "SS" not in repr(told.value)
    assert told.value.__cause__ is None


def test_a_busy_node_is_asked_again_with_the_same_bytes() -> None:
    bodies: list[bytes] = []

    def busy_once(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read())
        if len(bodies) == 1:
            return problem("busy", 503)
        return httpx.Response(200, content=b"x" * 49_152, headers=OCTETS)

    client_of(busy_once).look(SECRET_WORDS)

    assert bodies == [SECRET_WORDS, SECRET_WORDS]


def test_a_full_intake_is_not_insisted_on() -> None:
    calls: list[int] = []

    def full(_: httpx.Request) -> httpx.Response:
        calls.append(1)
        return problem("intake_full", 503)

    with pytest.raises(NodeRefused):
        client_of(full).intake(bytes(29_163))

    assert len(calls) == 1


def test_a_body_of_another_size_never_leaves() -> None:
    with pytest.raises(AssertionError):
        client_of(lambda _: httpx.Response(200)).look(b"short")


def test_the_pinned_circle_is_read_and_another_is_not() -> None:
    client = NodeClient("http://node", FakeNode(TRIAL))

    assert client.fetch_circle(TRIAL.circle.digest).digest == TRIAL.circle.digest
    with pytest.raises(CircleSubstituted):
        client.fetch_circle(b"\x00" * 32)


def test_a_circle_with_an_altered_almanac_is_refused() -> None:
    document = {**TRIAL.document, "almanac": TRIAL.document["almanac"].replace("1", "2", 1)}

    with pytest.raises(CircleSubstituted):
        client_of(lambda _: httpx.Response(200, json=document)).fetch_circle(TRIAL.circle.digest)


def test_an_epoch_that_no_matcher_signed_is_refused() -> None:
    forged = write_epoch_descriptor(
        TRIAL.circle, epoch=1, key=b"k" * 1_216, opens=0, closes=1, signing_seed=b"e" * 32
    )

    with pytest.raises(CircleSubstituted):
        client_of(lambda _: httpx.Response(200, json={**forged, "committed": 0})).epoch(
            TRIAL.circle
        )


@pytest.mark.parametrize("committed", [-1, 1, 2**32, True, None, "0"])
def test_an_epoch_cannot_be_committed_before_it_is_closed(committed: object) -> None:
    node = FakeNode(TRIAL)
    answer = {**node.descriptor, "committed": committed}

    with pytest.raises(NodeMisbehaves):
        client_of(lambda _: httpx.Response(200, json=answer)).epoch(TRIAL.circle)


@pytest.mark.parametrize("document", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"x" * 600_000])
def test_what_is_no_json_is_refused(document: bytes) -> None:
    headers = {"content-type": "application/json"}
    client = client_of(lambda _: httpx.Response(200, content=document, headers=headers))

    with pytest.raises(NodeMisbehaves):
        client.epoch(TRIAL.circle)
    with pytest.raises(NodeMisbehaves):
        client.fetch_circle(TRIAL.circle.digest)


def test_nothing_is_shown_of_a_client() -> None:
    assert repr(NodeClient("http://secret.onion", FakeNode(TRIAL))) == "<NodeClient>"
