"""Every unrelated act has SOCKS credentials of its own, and no proxy is waited for endlessly."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from clients.errors import NodeMisbehaves, NodeUnreachable
from clients.node import ATTEMPTS, NodeClient
from clients.operators.signed_http import MOST_ANSWER_BYTES, TRIES, SignedHttp
from clients.tor import circuits

ONION = "http://" + "a" * 56 + ".onion"


class Proxy:
    """A SOCKS proxy that hears whom it is asked for by whom, and reaches nobody."""

    def __init__(self, listening: socket.socket, *, silent: bool = False) -> None:
        self._listening = listening
        self._silent = silent
        self.heard: list[tuple[bytes, bytes]] = []
        self._kept: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            if self._silent:
                self._kept.append(connection)
                continue
            with connection:
                connection.recv(64)
                connection.sendall(b"\x05\x02")
                credentials = connection.recv(512)
                connection.sendall(b"\x01\x00")
                self.heard.append((credentials, connection.recv(512)))
                connection.sendall(b"\x05\x04\x00\x01" + bytes(6))

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        for connection in (self._listening, *self._kept):
            connection.close()


class Dripping:
    """A node that begins to answer everybody with *first*, and goes on letter by letter."""

    def __init__(self, first: bytes) -> None:
        self._first = first
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._ended = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._drip, args=(connection,), daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.sendall(self._first)
            while not self._ended.wait(0.01):
                connection.sendall(b"H")

    def close(self) -> None:
        self._ended.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@pytest.fixture(params=["tcp", "unix"])
def listening(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[socket.socket, str]:
    if request.param == "unix":
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(str(tmp_path / "socks"))
        address = f"unix:{tmp_path / 'socks'}"
    else:
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{sock.getsockname()[1]}"
    sock.listen()
    return sock, address


@pytest.fixture
def proxy(listening: tuple[socket.socket, str]) -> Iterator[tuple[Proxy, str]]:
    running = Proxy(listening[0])
    yield running, listening[1]
    running.close()


def test_acts_have_credentials_of_their_own_and_the_proxy_looks_names_up(
    proxy: tuple[Proxy, str],
) -> None:
    running, socks = proxy
    waited: list[float] = []
    node = NodeClient(ONION, socks=socks, linger=7, pause=waited.append)
    for act in ("thread", ("card", 1), ("card", 2)):
        assert node.apart(act) is node.apart(act)
        with pytest.raises(NodeUnreachable):
            node.apart(act).circle()
    node.close()

    assert len({credentials for credentials, _ in running.heard}) == 3 * ATTEMPTS
    asked = b"\x05\x01\x00\x03" + bytes([62]) + ONION.removeprefix("http://").encode()
    assert {request for _, request in running.heard} == {asked + (80).to_bytes(2, "big")}
    assert all(0 <= seconds <= 7 for seconds in waited)


def test_an_operator_that_is_not_answered_takes_another_circuit(proxy: tuple[Proxy, str]) -> None:
    running, socks = proxy
    node = SignedHttp(ONION, b"\1" * 32, b"\2" * 32, socks=socks, sleep=lambda _: None)
    with pytest.raises(NodeUnreachable):
        node.send("GET", "/circle")
    node.close()

    assert len({credentials for credentials, _ in running.heard}) == TRIES


def test_a_proxy_that_says_nothing_is_given_up(
    listening: tuple[socket.socket, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuits, "HANDSHAKE_SECONDS", 0.05)
    running = Proxy(listening[0], silent=True)
    node = NodeClient(ONION, socks=listening[1], pause=lambda _: None)

    with pytest.raises(NodeUnreachable):
        node.circle()
    node.close()
    running.close()


@pytest.mark.parametrize("head", [True, False], ids=["head", "body"])
def test_an_answer_that_comes_drop_by_drop_is_given_up(
    head: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By people and operators alike; each drop would be in time, and there is no last one."""
    monkeypatch.setattr(circuits, "ANSWER_SECONDS", 0.1)
    running = Dripping(b"" if head else b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    person = NodeClient(running.url, pause=lambda _: None)
    operator = SignedHttp(running.url, b"\1" * 32, b"\2" * 32, sleep=lambda _: None)

    with pytest.raises(NodeUnreachable):
        person.circle()
    with pytest.raises(NodeUnreachable):
        operator.send("GET", "/circle")
    person.close()
    operator.close()
    running.close()


def test_an_operator_is_not_sent_more_than_it_can_hold() -> None:
    endless = httpx.MockTransport(
        lambda _: httpx.Response(200, content=bytes(MOST_ANSWER_BYTES + 1))
    )
    with httpx.Client(transport=endless) as http:
        operator = SignedHttp("http://node", b"\1" * 32, b"\2" * 32, http, sleep=lambda _: None)
        with pytest.raises(NodeMisbehaves):
            operator.send("GET", "/circle")


def test_without_tor_all_acts_are_of_one_client() -> None:
    node = NodeClient("http://127.0.0.1:1")
    assert node.apart("thread") is node
    node.close()


def test_no_authorities_are_read_for_plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object, **__: object) -> None:
        raise AssertionError("authorities were read")

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", read)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", read)
    circuits.connection("http://127.0.0.1:1", None).close()
    circuits.on_fresh_circuit("127.0.0.1:1").close()
