"""Every unrelated act has SOCKS credentials of its own, and no proxy is waited for endlessly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.errors import NodeUnreachable
from clients.node import ATTEMPTS, NodeClient
from clients.operators.signed_http import TRIES, SignedHttp
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


def test_without_tor_all_acts_are_of_one_client() -> None:
    node = NodeClient("http://127.0.0.1:1")
    assert node.apart("thread") is node
    node.close()
