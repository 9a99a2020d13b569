"""The short way to the routes that people use all day.

Their bodies have one length, their answers one shape, and `api.limits` has read and measured what
came: there is nothing left that a framework would parse, inject or validate, and doing it all the
same takes longer than the route. So FastAPI describes these routes, and the body is handed to
their functions from here.

A route goes this way when its function is a coroutine of exactly (node, body).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from inspect import iscoroutinefunction, signature

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.node import Node

Endpoint = Callable[[Node, bytes], Awaitable[Response]]
Endpoints = Mapping[tuple[str, str], Endpoint]


def endpoints_of(routers: Iterable[APIRouter]) -> Endpoints:
    """The functions that are called directly, by method and path."""
    return {
        (method, route.path): route.endpoint
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and _takes_a_body_alone(route)
        for method in route.methods or ()
    }


class Direct:
    """Answers what `endpoints_of` found; everything else goes on to FastAPI."""

    def __init__(self, app: ASGIApp, *, endpoints: Endpoints) -> None:
        self.app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_http = scope["type"] == "http"
        endpoint = self._endpoints.get((scope["method"], scope["path"])) if is_http else None
        if endpoint is None:
            await self.app(scope, receive, send)
            return
        body: bytes = (await receive())["body"]  # whole: `api.limits` stands before
        answer = await endpoint(scope["app"].state.node, body)
        await answer(scope, receive, send)


def _takes_a_body_alone(route: APIRoute) -> bool:
    return iscoroutinefunction(route.endpoint) and [*signature(route.endpoint).parameters] == [
        "node",
        "body",
    ]
