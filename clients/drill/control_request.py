"""A control in a live node's memory: a request that has begun and does not end.

Its body holds a known value in every encoding and stops short of its length, so the node waits for
the rest with what it has in its memory. The search of the memory has to find it.
"""

from __future__ import annotations

import secrets
import socket
from types import TracebackType
from typing import Self

from clients.drill.places import control_word, in_every_encoding
from clients.node import LEAVE_BYTES


class OpenRequest:
    """Use as a context manager while the node runs."""

    def __init__(self, port: int) -> None:
        self.word = control_word("memory")
        self.key = secrets.token_bytes(32)
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)

    @property
    def planted(self) -> dict[str, str | bytes]:
        """The controls by name."""
        return {"control word": self.word, "control key": self.key}

    def __enter__(self) -> Self:
        body = in_every_encoding(self.word) + b"\0" + in_every_encoding(self.key)
        head = (
            "POST /visit/leave HTTP/1.1\r\nHost: node\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {LEAVE_BYTES}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()
