"""Connections: uvicorn's HTTP protocol with an end to what it waits for, and a buffer of its own.

    socket ─▶ one buffer, emptied at once ─▶ uvicorn's parser ─▶ `api.limits` ─▶ a route

The event loop reads into a buffer of its own and leaves there what came last; `Emptied` reads into
one that is overwritten as soon as the parser has its bytes (`api.memory`).
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
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
    """uvicorn's HTTP protocol with an end to whatever it waits for, and one request at a time.

    Always one of these holds: a request is being worked on, to whose end `api.limits` sees;
    `_waiting` closes the connection in a while; or `_leaving` cuts it off.
    """

    class Bounded(HttpToolsProtocol):
        _waiting: asyncio.TimerHandle | None = None
        _leaving: asyncio.TimerHandle | None = None
        _in_head = False
        _in_body = False
        _wire_bytes = 0
        _body_bytes = 0
        # What came in the pieces of this request, and what of that was body.

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._wait(settings.header_seconds)
            if len(self.connections) > settings.connections:
                # Told at once and in our own shape, before it costs a request.
                self._answer(_TOO_MANY)

        def connection_lost(self, exc: Exception | None) -> None:
            self._wait(None)
            self._leave_by(None)
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade:
                pass  # nothing to upgrade to: the request itself is answered
            except HttpParserError:
                self._answer(_NOT_HTTP)
            self._wire_bytes += len(data)
            if self._wire_bytes > self._wire_limit():
                self._answer(_NOT_HTTP)

        def _wire_limit(self) -> int:
            if self._in_head:
                # Its last piece may carry body as well; only a head that goes on is too long.
                return HEAD_BYTES
            # A chunk of one byte takes six on the wire. What grows beyond that is a trailer.
            return RECEIVED_BYTES + HEAD_BYTES + 8 * self._body_bytes

        def on_message_begin(self) -> None:
            if self.cycle is not None and not self.cycle.response_complete:
                # uvicorn would keep a queue of these, as long as the caller likes.
                raise Pipelined
            super().on_message_begin()
            self._in_head, self._in_body = True, False
            self._wire_bytes = self._body_bytes = 0
            self._wait(settings.header_seconds)

        def on_header(self, name: bytes, value: bytes) -> None:
            if not self._in_head:
                raise Trailer
            super().on_header(name, value)

        def on_headers_complete(self) -> None:
            self._in_head, self._in_body = False, True
            head = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
            if head > HEAD_BYTES:
                raise HeadTooLong
            if self.parser.should_upgrade() and _has_body(self.headers):
                raise UpgradeWithBody
            self._wait(None)
            super().on_headers_complete()

        def on_body(self, body: bytes) -> None:
            self._body_bytes += len(body)
            super().on_body(body)

        def on_message_complete(self) -> None:
            self._in_body = False
            super().on_message_complete()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._unset_keepalive_if_required()  # ours ends at a request and not at any byte
            if self.transport.is_closing():
                self._leave_by(settings.answer_seconds)
            else:
                # Refused before all of it was here: the rest may come, but not for ever.
                self._wait(settings.header_seconds if self._in_body else settings.idle_seconds)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._leave_by(settings.answer_seconds)

        def resume_writing(self) -> None:
            super().resume_writing()
            if not self.transport.is_closing():
                self._leave_by(None)

        def _answer(self, response: bytes) -> None:
            if not self.transport.is_closing():
                if self.cycle is not None:
                    self.cycle.disconnected = True  # whatever was asked before, nobody is told
                self.transport.write(response)
                self._close()

        def _close(self) -> None:
            if not self.transport.is_closing():
                self.transport.close()
                self._leave_by(settings.answer_seconds)

        def _wait(self, seconds: float | None) -> None:
            """Close in *seconds* unless something better comes."""
            if self._waiting is not None:
                self._waiting.cancel()
            self._waiting = None if seconds is None else self.loop.call_later(seconds, self._close)

        def _leave_by(self, seconds: float | None) -> None:
            """Hang up in *seconds*, whether or not the answer was fetched by then."""
            if self._leaving is not None and seconds is not None:
                return  # the first is what counts: who takes a byte now and then is late as well
            if self._leaving is not None:
                self._leaving.cancel()
            self._leaving = (
                None if seconds is None else self.loop.call_later(seconds, self.transport.abort)
            )

    return Bounded


class NotOurHttp(Exception):
    """HTTP that nobody sends who means well. The parser stops at it, and the caller is told."""


class Pipelined(NotOurHttp):
    """A request before the last one was answered (RFC 9112, section 9.3.2)."""


class Trailer(NotOurHttp):
    """A field after a chunked body (RFC 9112, section 7.1.2)."""


class HeadTooLong(NotOurHttp):
    """A first line and headers of more than HEAD_BYTES, however they came."""


class UpgradeWithBody(NotOurHttp):
    """A body behind a wish for another protocol, at which the parser stops (RFC 9110, section 7.8).

    Without a body the wish is ignored, and the request answered."""


def _has_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0"))
        for name, value in headers
    )


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
