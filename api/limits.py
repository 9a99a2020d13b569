"""What may arrive: how much, of which kind, how slowly, how many at once.

The rules are read from the routes' own description. A body is read here whole, before anything
else sees the request: whoever is slow or sends too much costs a buffer and never a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from re import Pattern

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.bodies import NOTHING, Body, body_of
from api.errors import (
    Busy,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    TooSlow,
    WrongContentType,
    WrongLength,
)
from api.settings import Settings


@dataclass(frozen=True, slots=True)
class Rule:
    """The body of the requests that go to one route."""

    methods: frozenset[str]
    path: Pattern[str]
    body: Body
    literal: str = ""
    """The path as the route has it; nobody asks for one with braces."""


def rules_of(routers: Iterable[APIRouter]) -> tuple[Rule, ...]:
    """The rules that the routes were described with."""
    return tuple(
        Rule(
            frozenset(route.methods or ()),
            route.path_regex,
            body_of(route.openapi_extra),
            route.path,
        )
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
    )


class Budget:
    """So much of something at once, and no more. Always true: 0 <= spent <= limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.spent = 0

    def spend(self, amount: int) -> None:
        """Take *amount*. Raises Busy when there is not that much left."""
        if self.spent + amount > self.limit:
            raise Busy
        self.spent += amount

    def give_back(self, amount: int) -> None:
        """What was spent and is no longer used."""
        self.spent -= amount


class Limits:
    """Refuses what a route does not take, and what is too much at once."""

    def __init__(self, app: ASGIApp, *, rules: Sequence[Rule], settings: Settings) -> None:
        self.app = app
        self._rules = rules
        # Where nothing of a path varies, one look suffices.
        self._bodies = {
            (method, rule.literal): rule.body for rule in rules for method in rule.methods
        }
        self._body_seconds = settings.body_seconds
        half = settings.body_budget_mib * 1_024 * 1_024 // 2
        # Operators' bodies are large and strangers can begin them: people keep their own half.
        self._buffered = {True: Budget(half), False: Budget(half)}
        self._requests = Budget(settings.requests_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = self._body_for(scope)
        _check_head(body, dict(scope["headers"]))
        data = bytearray()
        budget = self._buffered[scope["path"].startswith("/operator/")]
        try:
            if await self._read(body, receive, data, budget):
                self._requests.spend(1)
                try:
                    await self.app(scope, _replaying(bytes(data), receive), send)
                finally:
                    self._requests.give_back(1)
        finally:
            budget.give_back(len(data))

    def _body_for(self, scope: Scope) -> Body:
        body = self._bodies.get((scope["method"], scope["path"]))
        if body is not None:
            return body
        if "\n" in scope["path"]:
            raise NotFound  # `$`, with which a route's expression ends, would let one pass
        rules = [rule for rule in self._rules if rule.path.match(scope["path"])]
        for rule in rules:
            if scope["method"] in rule.methods:
                return rule.body
        if rules:
            # Said before the body is looked at, and for all routes of the path at once.
            raise MethodNotAllowed(frozenset[str]().union(*(rule.methods for rule in rules)))
        return NOTHING

    async def _read(self, body: Body, receive: Receive, data: bytearray, budget: Budget) -> bool:
        """Fill *data*, spending *budget* byte by byte; False when nobody waits for an answer."""
        try:
            async with asyncio.timeout(self._body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return False
                    chunk = message.get("body", b"")
                    if len(data) + len(chunk) > body.maximum:
                        raise TooLarge
                    budget.spend(len(chunk))
                    data += chunk
                    if not message.get("more_body", False):
                        break
        except TimeoutError:
            raise TooSlow from None
        if len(data) < body.minimum:
            raise WrongLength
        return True


def _check_head(body: Body, headers: Mapping[bytes, bytes]) -> None:
    length = headers.get(b"content-length", b"")
    # The server refused a length that is no number; a missing one is counted as it comes.
    if length.isdigit() and int(length) > body.maximum:
        raise TooLarge
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if body.maximum and kind != body.media_type.encode():
        raise WrongContentType


def _replaying(data: bytes, receive: Receive) -> Receive:
    """A receive that gives *data* once and then whatever the client does next."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": data, "more_body": False}

    return replay
