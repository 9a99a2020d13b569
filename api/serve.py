"""Serve a node with uvicorn: quiet, bounded, and with nothing to say about who came."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
import sys
import threading
from http import HTTPStatus
from types import TracebackType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.app import create_app, open_node
from api.errors import (
    PROBLEM_JSON,
    ApiError,
    Busy,
    Malformed,
    Problem,
    SetupError,
    log,
    log_without_words,
)
from api.headers import HEADERS
from api.settings import Settings
from api.web import built_pages
from api.workers import listening_path, listening_port, run_workers

HEAD_BYTES = 16 * 1_024
"""A request's first line and headers; ours need a tenth."""


def serve(settings: Settings) -> None:
    """Serve until a signal ends it. Raises SetupError before anything is listened to."""
    os.umask(0o077)
    log_quietly()
    _check_setup(settings)
    sockets = listening(settings)
    log.info("serving")
    if settings.workers == 1:
        server(settings).run(sockets=sockets)
    else:
        run_workers(settings.workers, lambda: server(settings).run(sockets=sockets))
    log.info("stopped")


def listening(settings: Settings) -> list[socket.socket]:
    """The sockets that a node is reached by. Raises SetupError."""
    paths = [path for path in (settings.unix_socket, settings.operators_socket) if path]
    try:
        sockets = [listening_path(path) for path in paths]
        if settings.unix_socket is None:
            sockets.append(listening_port(settings.host, settings.port))
    except OSError as error:
        raise SetupError(f"cannot listen there: {error.strerror or error}") from None
    return sockets


def server(settings: Settings, app: Any = None) -> uvicorn.Server:
    """The uvicorn server of a node, to be run on `listening`; tests give their own *app*."""
    config = uvicorn.Config(
        create_app(settings, pages=built_pages()) if app is None else app,
        http=_protocol(settings),
        ws="none",
        lifespan="on",
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)


def log_quietly() -> None:
    """Send every log line through `WordlessFormatter`, also those of uncaught exceptions."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WordlessFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.raiseExceptions = False  # a failing log line would print what it was given
    for name in ("uvicorn", "alembic", "sqlalchemy", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    threading.excepthook = lambda args: log_without_words(
        args.exc_value or args.exc_type(), "uncaught in a thread"
    )


class WordlessFormatter(logging.Formatter):
    """Our own lines as they are; of others' lines only where they come from.

    Others' messages can repeat a value, an address or a path. What is lost in comfort is the
    point: there is no line from which somebody could be told from somebody else.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line: level, logger, and either our words or the place and type of theirs."""
        if record.name.startswith("klunak"):
            return f"{record.levelname.lower()}: {record.getMessage()}"
        kind = f" {record.exc_info[0].__name__}" if record.exc_info and record.exc_info[0] else ""
        return f"{record.levelname.lower()}: {record.name} {record.module}:{record.lineno}{kind}"


def _check_setup(settings: Settings) -> None:
    # Whatever is wrong is said here, in words: once uvicorn has taken over, nothing is.
    if not (settings.unix_socket or is_loopback(settings.host) or settings.expose_this_node):
        raise SetupError(
            f"{settings.host} is not loopback: everybody on the way would see who comes. "
            "A node listens on a UNIX socket, with Tor in front"
        )
    try:
        open_node(settings).store.close()
    except ApiError:
        raise SetupError("the database cannot be opened or written; see the log") from None


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches *host*."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _uncaught(
    _kind: type[BaseException], error: BaseException, _traceback: TracebackType | None
) -> None:
    log_without_words(error, "uncaught")


def _protocol(settings: Settings) -> type[asyncio.Protocol]:
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
