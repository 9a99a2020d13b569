"""HTTP clients that are each on a Tor circuit of their own.

tor puts streams with different SOCKS user names on different circuits (IsolateSOCKSAuth, which is
on unless switched off), and never two names on one. So a fresh name is a fresh circuit: whoever
must not be seen to be the same person takes another client.

httpx leaves two waits without an end: for the proxy's own answers, and for an answer that comes
drop by drop, each piece in time. The streams here end both, with Tor and without.
"""

from __future__ import annotations

import secrets
import ssl
import time
import typing
from functools import cache
from urllib.parse import urlsplit

import httpcore
import httpx

from clients.errors import NoAddress
from clients.tor.addresses import is_this_machine

HANDSHAKE_SECONDS = 90.0
"""Until tor says that it has reached an onion service, or has not: a descriptor to be fetched, a
rendezvous, and a second try."""

TIMEOUT_SECONDS = 60.0
"""For each piece of an answer: an onion circuit is slow, and a node's disk may be busy."""

ANSWER_SECONDS = 300.0
"""For a whole answer, head and all, from the last byte that was sent."""

UNIX = "unix:"


def checked_socks(socks: str) -> str:
    """*socks*, if it is this machine's: HOST:PORT of loopback or unix:PATH. Raises NoAddress.

    Whatever is asked of a proxy elsewhere is read by everybody on the way to it.
    """
    if socks.startswith(UNIX):
        return socks
    try:
        parts = urlsplit(f"//{socks}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise NoAddress from None
    if host is None or port is None or "@" in socks or not is_this_machine(host):
        raise NoAddress
    return socks


def on_fresh_circuit(socks: str) -> httpx.Client:
    """A client on a circuit that nobody else is on, nor was. Raises NoAddress."""
    checked_socks(socks)
    proxy = "127.0.0.1:1" if socks.startswith(UNIX) else socks
    pool = httpcore.SOCKSProxy(
        proxy_url=f"socks5h://{proxy}",
        proxy_auth=(secrets.token_hex(8), secrets.token_hex(8)),
        network_backend=_Patient(socks.removeprefix(UNIX) if proxy != socks else None),
    )
    return _client(pool)


def connection(address: str, socks: str | None) -> httpx.Client:
    """A client for a node at *address*: on a fresh circuit, or without Tor on this machine."""
    host = urlsplit(address).hostname
    if socks is not None and host is not None and not is_this_machine(host):
        return on_fresh_circuit(socks)
    return _client(httpcore.ConnectionPool(network_backend=_Patient()))


def _client(pool: httpcore.ConnectionPool) -> httpx.Client:
    # No environment: a proxy variable or .netrc must not decide whom one talks to.
    return httpx.Client(transport=_Over(pool), timeout=TIMEOUT_SECONDS, trust_env=False)


@cache
def _nobody() -> ssl.SSLContext:
    """A context that asks for a certificate and trusts none."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Over(httpx.HTTPTransport):
    """httpx's transport, over a pool that it could not be told of otherwise."""

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        # What httpx would make, with the system's authorities, is not used: the pool reads them if
        # it is ever led to TLS. Reading them takes longer than a visit.
        super().__init__(trust_env=False, verify=_nobody())
        self.close()
        self._pool = pool


class _Patient(httpcore.SyncBackend):
    """Connects, to a UNIX socket if one is named, and waits for nothing endlessly."""

    def __init__(self, unix_socket: str | None = None) -> None:
        self._unix_socket = unix_socket

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: typing.Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to the proxy, or to this machine."""
        if self._unix_socket is None:
            stream = super().connect_tcp(host, port, timeout, local_address, socket_options)
        else:
            stream = super().connect_unix_socket(self._unix_socket, timeout, socket_options)
        return _WithEnd(stream)


class _WithEnd(httpcore.NetworkStream):
    """A stream each of whose waits ends, also those that nobody gave an end, and each of whose
    answers does: what is read after one write and before the next."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._answered_by = time.monotonic() + ANSWER_SECONDS

    def __del__(self) -> None:
        # httpcore forgets a stream whose proxy said no, and does not close it.
        self.close()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Raises httpcore.ReadTimeout."""
        left = self._answered_by - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(
            max_bytes, min(left, HANDSHAKE_SECONDS if timeout is None else timeout)
        )

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Raises httpcore.WriteTimeout."""
        self._stream.write(buffer, HANDSHAKE_SECONDS if timeout is None else timeout)
        self._answered_by = time.monotonic() + ANSWER_SECONDS

    def close(self) -> None:
        """End it."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: typing.Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same, inside TLS."""
        return _WithEnd(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> typing.Any:
        """What is underneath."""
        return self._stream.get_extra_info(info)
