"""Several processes behind one listening socket; what they share is the database.

The parent binds the socket and forks before anything has begun: no thread, no connection, no
event loop is ever shared. It serves nobody itself. A worker that dies is replaced after a moment;
a signal ends them all.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType

from api.errors import log, log_without_words

PAUSE_SECONDS = 1.0
"""Before a worker that died is replaced: one that cannot start must not make a busy loop."""

BACKLOG = 2_048


def listening_socket(host: str, port: int, unix_socket: str | None) -> socket.socket:
    """The socket that all workers accept from. Raises OSError."""
    if unix_socket is not None:
        sock = socket.socket(socket.AF_UNIX)
        if os.path.exists(unix_socket):
            os.unlink(unix_socket)
        sock.bind(unix_socket)
    else:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    sock.listen(BACKLOG)
    sock.set_inheritable(True)
    return sock


def run_workers(count: int, work: Callable[[], None]) -> None:
    """Run *work* in *count* processes until SIGTERM or SIGINT comes."""
    ending = False

    def end(_signal: int, _frame: FrameType | None) -> None:
        nonlocal ending
        ending = True
        for process in running:
            os.kill(process, signal.SIGTERM)

    # Until the handlers stand, a signal would end the parent alone.
    running: set[int] = set()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    while running or not ending:
        if not ending and len(running) < count:
            process = _begun(work)
            running.add(process)
            if ending:  # it was born while the signal came
                os.kill(process, signal.SIGTERM)
            continue
        ended, _status = os.wait()
        running.discard(ended)
        if not ending:
            log.error("a worker ended; another takes its place")
            time.sleep(PAUSE_SECONDS)


def _begun(work: Callable[[], None]) -> int:
    process = os.fork()
    if process:
        return process
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - nothing of a worker goes on in the parent's code
        log_without_words(error, "worker")
        os._exit(1)
    os._exit(0)
