"""What a route takes and gives, said once: for the description and for the limits.

The description *is* the rule: `api.limits` reads sizes and content types from what stands here,
so a route cannot be described with one size and accept another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

from api.errors import ApiError, Malformed, WrongLength
from api.problems import PROBLEM_JSON, Problem, translated
from crypto.errors import CryptoError

OCTETS = "application/octet-stream"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Body:
    """The content type of a body and its size in bytes, from *minimum* to *maximum*."""

    media_type: str
    minimum: int
    maximum: int
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Of a JSON object that has exactly these: name and JSON schema."""

    def schema(self) -> dict[str, Any]:
        """The body as OpenAPI describes it."""
        if self.media_type == JSON:
            names = list(self.fields)
            exact = {"properties": self.fields, "required": names, "additionalProperties": False}
            return {"type": "object", **(exact if names else {})}
        return {
            "type": "string",
            "format": "binary",
            "minLength": self.minimum,
            "maxLength": self.maximum,
            "description": _size(self),
        }


NOTHING = Body("", 0, 0)
"""The body of a route that takes none."""


def exactly(size: int) -> Body:
    """A binary body of *size* bytes."""
    return Body(OCTETS, size, size)


def binary(minimum: int, maximum: int) -> Body:
    """A binary body of rows; the route says how long a row is."""
    return Body(OCTETS, minimum, maximum)


def json_up_to(maximum: int, **fields: Mapping[str, Any]) -> Body:
    """A JSON document of at most *maximum* bytes, with exactly these *fields*."""
    return Body(JSON, 2, maximum, fields)


TEXT = {"type": "string"}
SIGNATURE = {"type": "string", "pattern": "^[0-9a-f]{128}$"}


class Octets(Response):
    """Bytes, and nothing said about them."""

    media_type = OCTETS


def answered(content: BaseModel, status: int) -> Response:
    """*content* as it is: FastAPI would check it once more, in another thread."""
    return Response(content.model_dump_json(), status, media_type=JSON)


def route(
    *refusals: type[ApiError] | type[CryptoError],
    takes: Body = NOTHING,
    gives: Body | None = None,
    status: int = 200,
    says: str,
    again: str | None = None,
) -> dict[str, Any]:
    """The keyword arguments of a route: its body, its answer and its refusals by code.

    *again* is what 200 says of a repetition, where that is not answered as the first time was.
    """
    responses: dict[int | str, dict[str, Any]] = {status: {"description": says}}
    if again is not None:
        responses[200] = {"description": again}
    if gives is not None:
        for response in responses.values():
            response["content"] = {gives.media_type: {"schema": gives.schema()}}
    by_status: dict[int, set[str]] = {422: {Malformed.code, WrongLength.code}}
    for refusal in refusals:
        by_status.setdefault(int(translated(refusal()).status), set()).add(refusal.code)
    for code, codes in sorted(by_status.items()):
        responses[code] = _problem_response(", ".join(sorted(codes)))
    responses["default"] = _problem_response("any other refusal, in the same shape")
    extra: dict[str, Any] = {}
    if takes != NOTHING:
        content = {takes.media_type: {"schema": takes.schema()}}
        extra["requestBody"] = {"required": True, "content": content}
    extra["x-body-bytes"] = [takes.minimum, takes.maximum]
    described = {"status_code": status, "responses": responses, "openapi_extra": extra}
    # Otherwise FastAPI would describe a JSON answer beside the bytes.
    return described | ({"response_class": Octets} if gives and gives.media_type == OCTETS else {})


def body_of(openapi_extra: dict[str, Any] | None) -> Body:
    """The body that a route was described with."""
    extra = openapi_extra or {}
    minimum, maximum = extra.get("x-body-bytes", (0, 0))
    media_type = next(iter(extra.get("requestBody", {}).get("content", {})), "")
    return Body(media_type, minimum, maximum)


async def body(request: Request) -> bytes:
    """The whole body; `api.limits` has read it already."""
    return await request.body()


def rows_of(data: bytes, size: int) -> list[bytes]:
    """*data* cut into rows of *size* bytes. Raises WrongLength for a rest."""
    if len(data) % size:
        raise WrongLength
    return [data[start : start + size] for start in range(0, len(data), size)]


class Reader:
    """Takes fields off the front of a body whose length has been checked."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        """The next *size* bytes. Raises WrongLength when there are fewer."""
        if self._at + size > len(self._data):
            raise WrongLength
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        """The next *size* bytes as a big-endian number."""
        return int.from_bytes(self.take(size), "big")


def _problem_response(codes: str) -> dict[str, Any]:
    return {
        "description": codes,
        "content": {PROBLEM_JSON: {"schema": Problem.model_json_schema()}},
    }


def _size(body: Body) -> str:
    if body.minimum == body.maximum:
        return f"exactly {body.maximum:,} bytes"
    return f"{body.minimum:,} to {body.maximum:,} bytes"
