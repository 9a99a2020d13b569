"""What is on its way to the node at this moment, and what was on its way when the door fell.

All people of a drill go by one connection, so that a season costs less; the node keeps nothing of
connections. A request that is open when the node is frozen may be in its memory: that much cannot
be otherwise, and the drill knows which it was.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

PATIENCE_SECONDS = 3_600.0
"""A frozen node is waited for as long as the search of its memory takes."""


class Seized(Exception):
    """The node is not there any more, and will not come back."""


@dataclass(frozen=True, repr=False)
class Seen:
    """A request and its answer, as a node that records everything has them."""

    sitting: int
    path: str
    body: bytes
    answer: bytes


@dataclass(repr=False)
class Traffic:
    """Counts requests, remembers those that are open, and may call somebody in before one."""

    records: bool = False
    requests: int = 0
    sittings: int = 0
    alarm_at: int | None = None
    alarm: Callable[[], None] = lambda: None
    is_seized: bool = False
    seen: list[Seen] = field(default_factory=list)
    _open: dict[int, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._transport = httpx.HTTPTransport(verify=False, trust_env=False)  # plain HTTP alone

    @property
    def in_flight(self) -> list[bytes]:
        """The bodies of requests that were begun and have no answer yet."""
        with self._lock:
            return list(self._open.values())

    def sitting(self) -> httpx.BaseTransport:
        """The way of one sitting."""
        self.sittings += 1
        return _Way(self, self.sittings)

    def sent(self, request: httpx.Request, sitting: int) -> httpx.Response:
        """Pass a request on. Raises Seized when the node is gone for good."""
        request.extensions["timeout"] = dict.fromkeys(
            ("connect", "read", "write", "pool"), PATIENCE_SECONDS
        )
        with self.passing(request.content):
            try:
                response = self._transport.handle_request(request)
                answer = response.read()
            except httpx.HTTPError:
                if self.is_seized:
                    raise Seized from None
                raise
        if self.records:
            self.seen.append(Seen(sitting, request.url.path, request.content, answer))
        return httpx.Response(response.status_code, headers=response.headers, content=answer)

    @contextmanager
    def passing(self, body: bytes) -> Iterator[None]:
        """A request with *body* is on its way; one that failed counts as never answered."""
        if self.is_seized:
            raise Seized
        with self._lock:
            self.requests += 1
            number = self.requests
            self._open[number] = body
        if number == self.alarm_at:
            self.alarm()
        yield
        with self._lock:
            del self._open[number]

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


class _Way(httpx.BaseTransport):
    """One sitting's part of the connection; closing it leaves the others'."""

    def __init__(self, traffic: Traffic, number: int) -> None:
        self._traffic = traffic
        self._number = number

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._traffic.sent(request, self._number)
