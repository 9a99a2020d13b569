"""Who may speak as an operator: a signature over a challenge and the request (section 7).

    authorization: Klunak <public key hex>.<challenge hex>.<signature hex>
    challenge (40) = unix seconds u64 ‖ derive(node's seed, "operator challenge", seconds)

The node remembers no challenge: it recognises its own. Within its ten minutes a captured request
could be sent again unchanged, and every operator request is made to bear that.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field

from api.bodies import route
from api.errors import NotAuthorized, WrongOperator
from api.node import Node, TheNode
from crypto.circle import Circle
from crypto.documents import verify
from crypto.errors import InvalidSignature
from crypto.labels import bound, derive, hashed

CHALLENGE_SECONDS = 600
_CLOCK_SLACK_SECONDS = 5  # several workers, several clocks

_AUTHORIZATION = re.compile(r"Klunak ([0-9a-f]{64})\.([0-9a-f]{80})\.([0-9a-f]{128})")

_DESCRIBED = APIKeyHeader(
    name="authorization",
    scheme_name="operator",
    description="Klunak <public key hex>.<challenge hex>.<signature hex>",
    auto_error=False,
)
"""What the description says of the header; the checking is ours."""

router = APIRouter(tags=["operators"])


class Challenge(BaseModel):
    """What an operator signs, together with its request."""

    challenge: str = Field(description="40 bytes, hex", min_length=80, max_length=80)


@dataclass(frozen=True, slots=True)
class Operator:
    """A verified operator and the circle it was verified in."""

    circle: Circle
    is_matcher: bool
    coordinator: int | None
    """Its number in the charter, if it is a coordinator."""


@router.post("/operator/challenge", **route(says="a challenge, good for ten minutes"))
async def challenge(node: TheNode) -> Challenge:
    """Draw a challenge; nothing is remembered."""
    return Challenge(challenge=_challenge_at(node, int(node.clock())).hex())


def request_message(
    circle: bytes, challenge: bytes, method: str, target: str, request_body: bytes
) -> bytes:
    """What an operator signs: *target* is the path, with ``?query`` where there is one."""
    request = f"{method}\n{target}\n".encode() + hashed("klunak body", request_body)
    return bound("operator", circle) + challenge + hashed("klunak request", request)


async def _operator(
    request: Request, node: TheNode, header: Annotated[str | None, Security(_DESCRIBED)]
) -> Operator:
    matched = _AUTHORIZATION.fullmatch(header or "")
    if matched is None:
        raise NotAuthorized
    unverified_key, challenge_bytes, signature = map(bytes.fromhex, matched.groups())
    _check_challenge(node, challenge_bytes)
    circle = await run_in_threadpool(node.circle)
    if unverified_key not in circle.matchers and unverified_key not in circle.coordinators:
        raise NotAuthorized
    target = request.scope["raw_path"].decode("latin-1")
    if request.scope["query_string"]:
        target += "?" + request.scope["query_string"].decode("latin-1")
    message = request_message(
        circle.digest, challenge_bytes, request.method, target, await request.body()
    )
    try:
        verify(unverified_key, message, signature)
    except InvalidSignature:
        raise NotAuthorized from None
    public_key = unverified_key
    return Operator(
        circle=circle,
        is_matcher=public_key in circle.matchers,
        coordinator=(
            circle.coordinators.index(public_key) if public_key in circle.coordinators else None
        ),
    )


AnyOperator = Annotated[Operator, Depends(_operator)]


async def _matcher(operator: AnyOperator) -> Operator:
    if not operator.is_matcher:
        raise WrongOperator
    return operator


async def _coordinator(operator: AnyOperator) -> int:
    if operator.coordinator is None:
        raise WrongOperator
    return operator.coordinator


Matcher = Annotated[Operator, Depends(_matcher)]
CoordinatorNumber = Annotated[int, Depends(_coordinator)]


def _challenge_at(node: Node, seconds: int) -> bytes:
    stamp = seconds.to_bytes(8, "big")
    return stamp + derive(node.signing_seed, "operator challenge", stamp)


def _check_challenge(node: Node, unverified: bytes) -> None:
    seconds = int.from_bytes(unverified[:8], "big")
    age = int(node.clock()) - seconds
    if not -_CLOCK_SLACK_SECONDS <= age <= CHALLENGE_SECONDS:
        raise NotAuthorized
    if not hmac.compare_digest(unverified, _challenge_at(node, seconds)):
        raise NotAuthorized
