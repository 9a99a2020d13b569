"""What is on its way to the node at this moment, and what was on its way when the door fell.

A request that is open when the node is frozen may be in its memory: that much cannot
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


@dataclass(repr=False)
class Traffic:
    """Counts requests, remembers those that are open, and may call somebody in before one."""

    requests: int = 0
    alarm_at: int | None = None
    alarm: Callable[[], None] = lambda: None
    is_seized: bool = False
    _open: dict[int, bytes] = field(default_factory=dict)
    _is_held: bool = False
    _lock: threading.Condition = field(default_factory=threading.Condition)

    @property
    def in_flight(self) -> list[bytes]:
        """The bodies of requests that were begun and have no answer yet."""
        with self._lock:
            return list(self._open.values())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody sends anything; whatever was under way is over."""
        with self._lock:
            self._is_held = True
            self._lock.wait_for(lambda: not self._open)
        try:
            yield
        finally:
            with self._lock:
                self._is_held = False
                self._lock.notify_all()

    def sitting(self) -> httpx.BaseTransport:
        """The way of one sitting: a connection that is nobody else's."""
        return _Way(self)

    @contextmanager
    def passing(self, body: bytes) -> Iterator[None]:
        """A request with *body* is on its way; one that failed is not any more."""
        with self._lock:
            self._lock.wait_for(lambda: not self._is_held)
            if self.is_seized:
                raise Seized
            self.requests += 1
            number = self.requests
            self._open[number] = body
        try:
            if number == self.alarm_at:
                self.alarm()
            yield
        finally:
            with self._lock:
                del self._open[number]
                self._lock.notify_all()


class _Way(httpx.BaseTransport):
    """Passes requests on, and says so."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._transport = httpx.HTTPTransport(verify=False, trust_env=False)  # plain HTTP alone

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises Seized when the node is gone for good."""
        request.extensions["timeout"] = dict.fromkeys(
            ("connect", "read", "write", "pool"), PATIENCE_SECONDS
        )
        with self._traffic.passing(request.content):
            try:
                response = self._transport.handle_request(request)
                answer = response.read()
            except httpx.HTTPError:
                if self._traffic.is_seized:
                    raise Seized from None
                raise
        return httpx.Response(response.status_code, headers=response.headers, content=answer)

    def close(self) -> None:
        self._transport.close()
