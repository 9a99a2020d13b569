"""Connections: uvicorn's HTTP protocol with an end to what it waits for, and a buffer of its own.

    socket ─▶ one buffer, emptied at once ─▶ uvicorn's parser ─▶ `api.limits` ─▶ a route

The event loop reads into a buffer of its own and leaves there what came last; `Emptied` reads into
one that is overwritten as soon as the parser has its bytes (`api.memory`).
"""

from __future__ import annotations

import asyncio
import resource
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.errors import ApiError, Busy, Malformed, log
from api.headers import HEADERS
from api.problems import PROBLEM_JSON, Problem
from api.settings import Settings

HEAD_BYTES = 16 * 1_024
"""A request's first line and headers; ours need a tenth."""

RECEIVED_BYTES = 64 * 1_024
"""What is taken from a connection at once."""

FILES = 512
"""What else a node may have open: its database, sockets, what a worker inherits."""


def make_room(connections: int) -> None:
    """Let this process open a file for each of *connections*, as far as the system allows.

    Most systems begin with 1,024 files. A thousand strangers would leave none to accept anybody
    with, nor to open the database.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + FILES
    if hard != resource.RLIM_INFINITY and hard < wanted:
        log.warning("fewer files may be open than KLUNAK_CONNECTIONS needs: raise the hard limit")
        wanted = hard
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def protocol_of(settings: Settings) -> type[asyncio.BufferedProtocol]:
    """The protocol of one connection, for uvicorn to make."""
    bounded = _bounded(settings)
    received = bytearray(RECEIVED_BYTES)  # one for all: filled and emptied without a pause

    class Emptied(asyncio.BufferedProtocol):
        def __init__(self, **given: Any) -> None:
            self._inner = bounded(**given)

        def connection_made(self, transport: Any) -> None:
            self._inner.connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            self._inner.connection_lost(exc)

        def pause_writing(self) -> None:
            self._inner.pause_writing()

        def resume_writing(self) -> None:
            self._inner.resume_writing()

        def eof_received(self) -> None:
            self._inner.eof_received()

        def get_buffer(self, _sizehint: int) -> bytearray:
            return received

        def buffer_updated(self, nbytes: int) -> None:
            data = bytes(memoryview(received)[:nbytes])
            received[:nbytes] = bytes(nbytes)
            self._inner.data_received(data)

    return Emptied


def _bounded(settings: Settings) -> type[HttpToolsProtocol]:
    """uvicorn's HTTP protocol with an end to what it waits for before a request begins."""

    class Bounded(HttpToolsProtocol):
        _head_bytes = 0
        _head_timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._await_head()
            if len(self.connections) > settings.connections:
                # Told at once and in our own shape, before it costs a request.
                self._answer(_TOO_MANY)

        def connection_lost(self, exc: Exception | None) -> None:
            self._forget_head()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._head_timer is not None:
                self._head_bytes += len(data)
            super().data_received(data)
            # The last piece may carry body as well; only a head that goes on is too long.
            if self._head_timer is not None and self._head_bytes > HEAD_BYTES:
                self.send_400_response("")

        def on_message_begin(self) -> None:
            super().on_message_begin()
            if self._head_timer is None:
                self._await_head()

        def on_headers_complete(self) -> None:
            self._forget_head()
            super().on_headers_complete()

        def send_400_response(self, msg: str) -> None:
            # In our own shape; what was sent is not repeated and the caller's words not used.
            self._answer(_NOT_HTTP)

        def _answer(self, response: bytes) -> None:
            if not self.transport.is_closing():
                self.transport.write(response)
                self.transport.close()

        def _await_head(self) -> None:
            self._head_bytes = 0
            self._head_timer = self.loop.call_later(settings.header_seconds, self._too_slow)

        def _forget_head(self) -> None:
            if self._head_timer is not None:
                self._head_timer.cancel()
                self._head_timer = None

        def _too_slow(self) -> None:
            self._head_timer = None
            if not self.transport.is_closing():
                self.transport.close()

    return Bounded


def _raw(status: HTTPStatus, error: type[ApiError]) -> bytes:
    """The problem of *error* as bytes, for where there is no application to answer yet."""
    problem = Problem(title=error.title, status=status, code=error.code)
    body = problem.model_dump_json().encode()
    headers = [
        *HEADERS,
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if error.retry_after_seconds is not None:
        headers.append((b"retry-after", str(error.retry_after_seconds).encode()))
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() + lines + b"\r\n" + body


_NOT_HTTP = _raw(HTTPStatus.BAD_REQUEST, Malformed)
_TOO_MANY = _raw(HTTPStatus.SERVICE_UNAVAILABLE, Busy)
