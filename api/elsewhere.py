"""People's routes answer a page that came from elsewhere: the one that is a single file, on a disk.

A browser sends such a page's requests and keeps the answers from it, unless the node says that it
may read them. The node says so to everybody, since a page from disk has no origin to be told by
("null" is also what any site's sandboxed frame is called). That gives nothing away: there is no
cookie and no login here, and every answer is the one that anybody gets who asks. Operators' routes,
the start page and the pages themselves say nothing of the kind.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import MethodNotAllowed
from api.headers import with_headers
from api.problems import problem

PEOPLES = frozenset(
    {
        *("/circle", "/epoch", "/node", "/intake", "/cards"),
        *("/visit/look", "/visit/meet", "/visit/leave"),
    }
)
"""The routes of a family's and a donor's device, and no other."""

REMEMBERED_SECONDS = 7_200
"""How long a browser need not ask again whether it may: longer than a sitting, as long as Chromium
ever waits. It remembers so in memory."""

ALLOWED = (b"access-control-allow-origin", b"*")

METHODS = ("GET", "POST")


class Questions(CORSMiddleware):
    """Answers what a browser asks before a request; its refusals are ours."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Whether a page may send what it would."""
        answer = super().preflight_response(request_headers)
        if answer.status_code == HTTPStatus.OK:
            return answer
        refusal = problem(MethodNotAllowed(METHODS))
        refusal.raw_headers.append(ALLOWED)
        return refusal


class Elsewhere:
    """Lets any page read what people's routes answer, without credentials."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._questions = Questions(
            app,
            allow_origins=("*",),
            allow_methods=METHODS,
            allow_headers=("content-type",),
            max_age=REMEMBERED_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in PEOPLES:
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await self._questions(scope, receive, send)
            return

        # Whoever asks, and from wherever: the answer is the same to the last byte.
        await self.app(scope, receive, with_headers((ALLOWED,), send))
