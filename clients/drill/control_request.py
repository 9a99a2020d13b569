"""A control in a live node's memory: a request that has begun and does not end.

Its body holds a known value in every encoding and stops short of its length, so the node waits for
the rest with what it has in its memory. The search of the memory has to find it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from clients.controls import Controls
from clients.node import LEAVE_BYTES


@contextmanager
def open_request(port: int) -> Iterator[Controls]:
    """What lies in the memory of the node on *port* for as long as its request is open."""
    controls = Controls("memory")
    head = (
        "POST /visit/leave HTTP/1.1\r\nHost: node\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {LEAVE_BYTES}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(head.encode() + controls.written)
        yield controls
