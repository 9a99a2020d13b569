"""TCP ports on loopback, for programs that listen a moment later."""

from __future__ import annotations

import atexit
import socket


def free_port() -> int:
    """A port that the system gives to nobody else until this process ends.

    A bound socket keeps it and never listens: whoever is told the number can, given SO_REUSEADDR,
    which our servers, asyncio's and tor set. A port that was only looked up could be anybody's
    by the time a program has started.
    """
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    atexit.register(keeper.close)
    port: int = keeper.getsockname()[1]
    return port
