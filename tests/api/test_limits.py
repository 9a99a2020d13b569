"""What may arrive: how much, of which kind, how slowly. On a real socket where that matters."""

from __future__ import annotations

import json
import select
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from api.app import ROUTERS
from api.bodies import NOTHING
from api.errors import Busy
from api.limits import Budget, rules_of
from tests.api.nodes import TrialNode, assert_problem, running_node
from tests.api.people import begin_epoch
from tests.api.servers import served
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.sqlite  # the limits stand before any database

WISH = ("connection: upgrade", "upgrade: h2c")


@contextmanager
def connection(address: str) -> Iterator[socket.socket]:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as sock:
        yield sock


def answer_of(sock: socket.socket) -> tuple[int, dict[str, object]]:
    """Status and body of what a node says before it closes."""
    data = b""
    with suppress(ConnectionResetError):
        while chunk := sock.recv(65_536):
            data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def head(path: str, *headers: str) -> bytes:
    ours = ["host: x", "connection: close", "content-type: application/octet-stream"]
    return "\r\n".join([f"POST {path} HTTP/1.1", *ours, *headers, "", ""]).encode()


def test_a_body_that_takes_too_long_is_told_so(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial, body_seconds=0.3) as address, connection(address) as sock:
        sock.sendall(head("/visit/look", "content-length: 384") + b"a few bytes")

        status, problem = answer_of(sock)

        assert (status, problem["code"]) == (408, "too_slow")


def test_a_body_in_drips_is_too_slow_all_the_same(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial, body_seconds=0.3) as address, connection(address) as sock:
        sock.sendall(head("/visit/leave", "content-length: 33280"))
        for _ in range(5_000):
            sock.sendall(b"x")
            if select.select([sock], [], [], 0.02)[0]:
                break

        status, problem = answer_of(sock)

        assert (status, problem["code"]) == (408, "too_slow")


def test_a_head_that_never_ends_is_hung_up_on(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial, header_seconds=0.3) as address, connection(address) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n")

        assert sock.recv(1) == b""


def test_a_head_too_long_is_refused(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial) as address, connection(address) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n")
        sock.sendall(b"x-long: " + b"y" * 40_000)

        assert answer_of(sock) == (
            400,
            {
                "type": "about:blank",
                "title": "The request is not in the format.",
                "status": 400,
                "code": "malformed",
            },
        )


def test_a_head_too_long_in_one_piece_is_refused_too(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial) as address, connection(address) as sock:
        sock.sendall(b"GET /epoch?" + b"y" * 40_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n")

        assert answer_of(sock)[1]["code"] == "malformed"


def test_a_second_request_before_the_first_answer_ends_both(
    tmp_path: Path, trial: TrialCircle
) -> None:
    with served(tmp_path, trial) as address, connection(address) as sock:
        with suppress(OSError):
            sock.sendall(b"GET /circle HTTP/1.1\r\nhost: x\r\n\r\n" * 10_000)

        assert answer_of(sock)[1]["code"] == "malformed"


@pytest.mark.parametrize("trailers", [b"a: b\r\n" * 200_000, b"a: " + b"b" * 1_200_000])
def test_nothing_follows_a_chunked_body(
    tmp_path: Path, trial: TrialCircle, trailers: bytes
) -> None:
    with served(tmp_path, trial) as address, connection(address) as sock:
        with suppress(OSError):
            sock.sendall(head("/visit/look", "transfer-encoding: chunked") + b"0\r\n" + trailers)

        assert answer_of(sock)[1]["code"] == "malformed"


@pytest.mark.parametrize("length", ["content-length: 384", "transfer-encoding: chunked"])
def test_a_body_behind_a_wish_for_another_protocol_is_refused(
    tmp_path: Path, trial: TrialCircle, length: str
) -> None:
    with served(tmp_path, trial) as address, connection(address) as sock:
        sock.sendall(head("/visit/look", length, *WISH) + bytes(384))

        assert answer_of(sock)[1]["code"] == "malformed"


@pytest.mark.parametrize("length", [(), ("content-length: 0",)])
def test_without_a_body_the_wish_is_ignored(
    tmp_path: Path, trial: TrialCircle, length: tuple[str, ...]
) -> None:
    with served(tmp_path, trial) as address, connection(address) as sock:
        sock.sendall(head("/circle", *length, *WISH).replace(b"POST", b"GET"))

        assert sock.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_an_answer_that_nobody_fetches_holds_no_place(tmp_path: Path, trial: TrialCircle) -> None:
    look = head("/visit/look", "content-length: 384").replace(b"connection: close\r\n", b"")
    with (
        served(tmp_path, trial, requests_at_once=1, answer_seconds=0.3) as address,
        socket.socket() as deaf,
    ):
        host, port = address.removeprefix("http://").split(":")
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.connect((host, int(port)))

        def is_cut_off() -> bool:
            try:
                deaf.sendall(look + bytes(384))
            except OSError:
                return True
            time.sleep(0.02)  # for one answer after the other, and not for two requests at once
            return False

        wait_until(is_cut_off)

        def is_served() -> bool:
            with connection(address) as other:
                other.sendall(head("/visit/look", "content-length: 384") + bytes(384))
                return other.recv(65_536).startswith(b"HTTP/1.1 200 ")

        wait_until(is_served)


def test_a_connection_that_only_seems_to_go_on_is_closed(
    tmp_path: Path, trial: TrialCircle
) -> None:
    with served(tmp_path, trial, idle_seconds=0.3) as address, connection(address) as sock:
        sock.sendall(b"GET /epoch HTTP/1.1\r\nhost: x\r\n\r\n")
        assert sock.recv(65_536)
        with suppress(ConnectionError):  # of a slow visitor: it is closed already
            sock.sendall(b"\r\n")  # which HTTP lets pass before a request

            assert sock.recv(65_536) == b""


def test_a_body_that_nobody_waits_for_is_cut_off(tmp_path: Path, trial: TrialCircle) -> None:
    preflight = (
        b"OPTIONS /visit/look HTTP/1.1\r\nhost: x\r\norigin: null\r\n"
        b"access-control-request-method: POST\r\ncontent-length: 99999999999\r\n\r\n"
    )
    with served(tmp_path, trial, header_seconds=0.3) as address, connection(address) as sock:
        sock.sendall(preflight)
        assert sock.recv(65_536).startswith(b"HTTP/1.1 ")
        with suppress(OSError):
            sock.sendall(b"x")

        with suppress(ConnectionResetError):
            assert sock.recv(65_536) == b""


def test_one_connection_too_many_is_told_to_come_again(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial, connections=2) as address:
        with connection(address), connection(address), connection(address) as third:
            status, problem = answer_of(third)
            assert (status, problem["code"]) == (503, "busy")

        def is_served() -> bool:
            with connection(address) as again:
                again.sendall(b"GET /epoch HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                return answer_of(again)[1]["code"] == "no_epoch"

        wait_until(is_served)  # once the node has seen that they are gone


def test_what_is_no_http_is_a_problem_too(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial) as address, connection(address) as sock:
        sock.sendall(b"hello, who are you?\r\n\r\n")

        status, problem = answer_of(sock)
        assert (status, problem["code"]) == (400, "malformed")


def test_slow_visitors_do_not_hold_up_the_others(tmp_path: Path, trial: TrialCircle) -> None:
    with served(tmp_path, trial, body_seconds=600) as address, ExitStack() as open_things:
        slow = [open_things.enter_context(connection(address)) for _ in range(100)]
        for sock in slow:
            sock.sendall(head("/visit/leave", "content-length: 33280") + bytes(16_000))
        with connection(address) as other:
            other.sendall(head("/visit/look", "content-length: 384") + bytes(384))
            assert other.recv(65_536).startswith(b"HTTP/1.1 200 ")
        assert select.select(slow, [], [], 0)[0] == []


@pytest.mark.parametrize("declared", [True, False])
def test_ten_megabytes_are_refused_before_they_are_here(
    tmp_path: Path, trial: TrialCircle, declared: bool
) -> None:
    with served(tmp_path, trial) as address, connection(address) as sock:
        if declared:
            sock.sendall(head("/cards", "content-length: 10000000"))
        else:
            sock.sendall(head("/cards", "transfer-encoding: chunked"))
            try:
                for _ in range(160):
                    sock.sendall(b"10000\r\n" + bytes(65_536) + b"\r\n")
            except OSError:
                pass

        status, problem = answer_of(sock)
        assert (status, problem["code"]) == (413, "too_large")


def test_a_chunked_body_of_the_right_size_is_fine(node: TrialNode) -> None:
    def drips() -> Iterator[bytes]:
        for _ in range(12):
            yield bytes(32)

    async def chunks():  # type: ignore[no-untyped-def]
        for part in drips():
            yield part

    headers = {"content-type": "application/octet-stream"}
    answer = node.request("POST", "/visit/look", content=chunks(), headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "text/plain", "multipart/form-data; boundary=x"]
)
@pytest.mark.parametrize(
    "path", ["/cards", "/intake", "/visit/look", "/visit/meet", "/visit/leave"]
)
def test_another_content_type_is_refused(node: TrialNode, path: str, content_type: str) -> None:
    before = node.rows()

    answer = node.request("POST", path, content=bytes(10), headers={"content-type": content_type})

    assert_problem(answer, 415, "wrong_content_type")
    assert node.rows() == before


def test_octets_are_not_json(node: TrialNode) -> None:
    answer = node.request(
        "POST",
        "/operator/epochs",
        content=b"{}",
        headers={"content-type": "application/octet-stream"},
    )

    assert_problem(answer, 415, "wrong_content_type")


@pytest.mark.parametrize("path", ["/", "/circle", "/epoch", "/node", "/openapi.json", "/nowhere"])
def test_a_route_that_takes_nothing_takes_nothing(node: TrialNode, path: str) -> None:
    assert_problem(node.request("GET", path, content=b"x"), 413, "too_large")


def test_every_route_says_what_it_takes() -> None:
    rules = rules_of(ROUTERS)

    for rule in rules:
        takes_a_body = bool(rule.methods & {"POST", "PUT"})
        is_challenge = rule.path.match("/operator/challenge") is not None
        assert (rule.body != NOTHING) == (takes_a_body and not is_challenge)
        assert rule.body.maximum <= 1_100_000


def test_more_requests_than_there_is_room_for_are_told_to_come_again(
    tmp_path: Path, trial: TrialCircle
) -> None:
    with running_node(tmp_path, trial, requests_at_once=1) as node:
        begin_epoch(node, 1)
        answers = node.at_once("GET", "/circle", [b""] * 20)

        busy = [answer for answer in answers if answer.status_code == 503]
        assert {answer.status_code for answer in answers} == {200, 503}
        for answer in busy:
            assert_problem(answer, 503, "busy")
            assert int(answer.headers["retry-after"]) > 0
        assert node.get("/circle").status_code == 200


def test_a_budget_gives_back_what_it_took() -> None:
    budget = Budget(10)
    budget.spend(6)
    with pytest.raises(Busy):
        budget.spend(5)
    budget.spend(4)
    budget.give_back(10)
    assert budget.spent == 0


def test_bodies_beyond_the_budget_are_told_to_come_again(
    tmp_path: Path, trial: TrialCircle
) -> None:
    with (
        served(tmp_path, trial, body_budget_mib=2, body_seconds=600) as address,
        ExitStack() as open_things,
    ):
        for _ in range(40):
            held = open_things.enter_context(connection(address))
            held.sendall(head("/visit/leave", "content-length: 33280") + bytes(33_000))

        def is_busy() -> bool:
            with connection(address) as sock:
                sock.sendall(head("/visit/leave", "content-length: 33280") + bytes(33_280))
                status, _, said = sock.recv(65_536).partition(b"\r\n")
                return status.startswith(b"HTTP/1.1 503 ") and b'"busy"' in said

        wait_until(is_busy)  # once the node has read them
        with connection(address) as sock:
            sock.sendall(head("/operator/read", "content-length: 32") + bytes(32))
            assert answer_of(sock)[0] == 401  # operators have a half of their own
