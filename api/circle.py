"""Routes of the circle: anybody reads it, operators replace it (protocol.md, sections 4 and 7)."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.bodies import JSON, SIGNATURE, TEXT, json_up_to, route
from api.errors import (
    InvalidSignature,
    Malformed,
    NotAuthorized,
    OldCircle,
    WrongCircle,
)
from api.node import TheBody, TheNode
from api.operators import AnyOperator
from crypto.errors import InvalidKey, UnknownVersion, WrongShape
from crypto.strict_json import DOCUMENT_BYTES

router = APIRouter(tags=["circle"])

_DOCUMENT = json_up_to(
    DOCUMENT_BYTES,
    charter=TEXT,
    almanac=TEXT,
    signatures={"type": "object", "additionalProperties": SIGNATURE},
)


@router.get("/circle", **route(gives=_DOCUMENT, says="the circle document, as signed"))
def circle_document(node: TheNode) -> Response:
    """Who coordinates, matches and serves, and under which keys."""
    return Response(node.store.read(node.circles.document), media_type=JSON)


@router.put(
    "/operator/circle",
    **route(
        NotAuthorized,
        InvalidSignature,
        WrongCircle,
        OldCircle,
        InvalidKey,
        UnknownVersion,
        WrongShape,
        takes=_DOCUMENT,
        gives=json_up_to(64, serial={"type": "integer"}),
        says="the serial now in force",
    ),
)
def replace_circle(node: TheNode, _operator: AnyOperator, body: TheBody) -> dict[str, int]:
    """Put a later almanac in force, here and in every worker."""
    try:
        document = body.decode()
    except UnicodeDecodeError:
        raise Malformed from None
    circle = node.store.write_alone(lambda connection: node.circles.replace(connection, document))
    return {"serial": circle.serial}
