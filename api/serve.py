"""Serve a node with uvicorn: quiet, bounded, and with nothing to say about who came."""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import uvicorn

from api import memory
from api.app import create_app, open_node
from api.connections import make_room, protocol_of
from api.errors import ApiError, SetupError, log, log_without_words
from api.settings import Settings
from api.web import built_pages
from api.workers import listening_path, listening_port, run_workers


def serve(
    settings: Settings, *, clock: Callable[[], float] = time.time, hidden: bool = True
) -> None:
    """Serve until a signal ends it. Raises SetupError before anything is listened to.

    Without *hidden* the account that runs the node can read its memory, as root always can.
    """
    os.umask(0o077)
    log_quietly()
    memory.hide(from_its_owner=hidden)
    make_room(settings.connections)
    _check_setup(settings)
    sockets = listening(settings)
    log.info("serving")

    def work() -> None:
        memory.keep_off_the_disk()
        app = create_app(settings, clock=clock, pages=built_pages())
        # What stands by now stands to the end: looked through again and again for cycles, it was a
        # tenth of what a request costs. Garbage of requests is collected as ever.
        gc.collect()
        gc.freeze()
        server(settings, app).run(sockets=sockets)

    if settings.workers == 1:
        work()
    else:
        run_workers(settings.workers, work)
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


def server(settings: Settings, app: Any) -> uvicorn.Server:
    """The uvicorn server of a node, to be run on `listening`."""
    protocol: Any = protocol_of(settings)  # uvicorn asks less of it than its annotation says
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="on",
        loop="uvloop",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
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
