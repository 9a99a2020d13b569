"""Operators' routes are served on a socket of their own, and on no other.

Behind Tor that socket is behind an onion service of its own, whose descriptor only those can read
who hold a key for it. So strangers do not even reach the signature that every operator's route asks
for, and whoever watches the public service cannot wear the operators' routes out.
"""

from __future__ import annotations

from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import NotFound

OPERATORS = "/operator/"


class OperatorsApart:
    """Knows no operator's route on any socket but *socket*, where every route is served."""

    def __init__(self, app: ASGIApp, *, socket: Path) -> None:
        self.app = app
        self._socket = str(socket)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(OPERATORS):
            # A server that does not say where a request came in serves strangers, for all we know.
            came_in_by, _ = scope.get("server") or (None, None)
            if came_in_by != self._socket:
                raise NotFound
        await self.app(scope, receive, send)
