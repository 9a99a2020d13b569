"""How every refusal leaves: as one small problem of fixed text (RFC 9457)."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import (
    ApiError,
    Broken,
    InvalidSignature,
    Malformed,
    MethodNotAllowed,
    NotAuthorized,
    NotFound,
    log_without_words,
)
from crypto import errors as crypto_errors
from crypto.errors import CryptoError

PROBLEM_JSON = "application/problem+json"


class Problem(BaseModel):
    """An RFC 9457 problem."""

    type: str = Field(default="about:blank", description="always about:blank: the code tells")
    title: str = Field(description="one sentence of fixed text")
    status: int = Field(description="the HTTP status again")
    code: str = Field(description="stable; what a program looks at")


def problem(error: ApiError) -> JSONResponse:
    """The one shape of every refusal."""
    content = Problem(title=error.title, status=int(error.status), code=error.code).model_dump()
    response = JSONResponse(content, status_code=int(error.status), media_type=PROBLEM_JSON)
    if error.retry_after_seconds is not None:
        response.headers["retry-after"] = str(error.retry_after_seconds)
    if error.ends_connection:
        response.headers["connection"] = "close"
    if isinstance(error, MethodNotAllowed) and error.allowed:
        response.headers["allow"] = ", ".join(sorted(error.allowed))
    if isinstance(error, NotAuthorized):
        response.headers["www-authenticate"] = "Klunak"
    return response


def translated(error: Exception) -> ApiError:
    """The refusal that *error* means to a visitor."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, RequestValidationError):
        return Malformed()
    if isinstance(error, crypto_errors.InvalidSignature):
        return InvalidSignature()
    if isinstance(error, CryptoError):
        refused = Malformed()
        refused.code = error.code
        return refused
    if isinstance(error, HTTPException):
        by_status: dict[int, type[ApiError]] = {404: NotFound, 405: MethodNotAllowed}
        return by_status.get(error.status_code, Malformed)()
    return Broken()


def install(app: FastAPI) -> None:
    """Let every error of a route leave as a problem."""

    async def handler(_request: Request, error: Exception) -> JSONResponse:
        answer = problem(translated(error))
        if isinstance(error, HTTPException) and error.headers:
            answer.headers.update(error.headers)  # Allow, of a 405
        return answer

    for kind in (ApiError, CryptoError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, handler)


class CatchAll:
    """Turns what nobody foresaw into the 500 problem, inside the headers and before any server.

    Starlette's own last resort raises the exception again for the server to print, words and all.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watching(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watching)
        except Exception as error:  # noqa: BLE001 - the last resort catches everything
            answer = translated(error)
            if isinstance(answer, Broken):
                log_without_words(error, "request failed")
            if not started:
                await problem(answer)(scope, receive, send)
