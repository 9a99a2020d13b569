"""Several processes behind the same listening sockets; what they share is the database.

The parent binds the sockets and forks before anything has begun: no thread, no connection, no
event loop is ever shared. It serves nobody itself. A worker that dies is replaced after a moment;
a signal ends them all.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from api.errors import log, log_without_words

PAUSE_SECONDS = 1.0
"""Before a worker that died is replaced: one that cannot start must not make a busy loop."""

BACKLOG = 2_048


def listening_port(host: str, port: int) -> socket.socket:
    """A TCP socket that all workers accept from. Raises OSError."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    return _listening(sock)


def listening_path(path: Path) -> socket.socket:
    """A UNIX socket that all workers accept from, in place of one that was left behind.

    Owner and group may connect, and the group is the directory's where that one is set-group-ID:
    so it is reached by tor and by no other account. Raises OSError.
    """
    sock = socket.socket(socket.AF_UNIX)
    path.unlink(missing_ok=True)
    sock.bind(str(path))
    path.chmod(0o660)
    return _listening(sock)


def _listening(sock: socket.socket) -> socket.socket:
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
