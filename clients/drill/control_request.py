"""A control in a live node's memory: a request that has begun and does not end.

Its body holds a known value in every encoding and stops short of its length, so the node waits for
the rest with what it has in its memory. The search of the memory has to find it.
"""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

from clients.controls import Controls
from clients.node import LEAVE_BYTES
from clients.thief import Value


class OpenRequest:
    """Use as a context manager while the node runs."""

    def __init__(self, port: int) -> None:
        self._controls = Controls("memory")
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)

    @property
    def planted(self) -> dict[str, Value]:
        """The controls by name."""
        return self._controls.planted

    def __enter__(self) -> Self:
        head = (
            "POST /visit/leave HTTP/1.1\r\nHost: node\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {LEAVE_BYTES}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + self._controls.written)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()
