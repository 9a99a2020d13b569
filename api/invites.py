"""Invites: the hashes of printed codes, kept until one is used (protocol.md, section 7).

    token = H("klunak invite", code 8)      shown by the visitor
    kept  = H("klunak kept", token)  all the node has before

A thief of the database can neither use nor recognise an invite.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection, and_, insert, select, update
from sqlmodel import col

from api.bodies import json_up_to, route
from api.circles import require_current
from api.errors import (
    InviteLimit,
    NotAuthorized,
    StalePeriod,
    WrongOperator,
)
from api.models import Invite, InviteCount
from api.node import TheBody, TheNode
from api.operators import AnyOperator, CoordinatorNumber
from api.writing import Overtaken
from crypto.errors import WrongShape
from crypto.labels import HASH_BYTES
from crypto.periods import days_of
from crypto.strict_json import LISTED, U32, StrictModel, hex_field, read_model

router = APIRouter(tags=["invites"])

_MOST_AT_ONCE = 20

_NEW_INVITES = json_up_to(
    4 * 1_024,
    period={"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    kept={
        "type": "array",
        "items": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "minItems": 1,
        "maxItems": _MOST_AT_ONCE,
    },
)


class NewInvites(StrictModel):
    """What a coordinator prints: a period and the hashes the node is to keep."""

    period: U32
    kept: Annotated[
        tuple[Annotated[bytes, *hex_field(HASH_BYTES)], ...],
        LISTED,
        Field(min_length=1, max_length=_MOST_AT_ONCE),
    ]


@router.post(
    "/operator/invites",
    **route(
        NotAuthorized,
        WrongOperator,
        StalePeriod,
        InviteLimit,
        WrongShape,
        takes=_NEW_INVITES,
        gives=json_up_to(64, kept={"type": "integer"}),
        status=201,
        says="the invites count from now on",
    ),
)
def keep_invites(
    node: TheNode, operator: AnyOperator, coordinator: CoordinatorNumber, body: TheBody
) -> dict[str, int]:
    """Keep the hashes; those that are kept already are not counted again."""
    new = read_model(NewInvites, body)
    today = node.today()
    circle = operator.circle
    require_current(circle, new.period, today)

    def work(connection: Connection) -> None:
        known = connection.execute(select(col(Invite.kept)).where(col(Invite.kept).in_(new.kept)))
        fresh = sorted(set(new.kept) - set(known.scalars()))
        if not fresh:
            return
        _count(connection, coordinator, today, len(fresh), circle.policy.invites_per_day)
        expires = days_of(new.period)[1]
        connection.execute(
            insert(Invite),
            [
                {
                    "kept": kept,
                    "coordinator": coordinator,
                    "period": new.period,
                    "expires": expires,
                }
                for kept in fresh
            ],
        )

    node.store.write(work)
    return {"kept": len(new.kept)}


def _count(connection: Connection, coordinator: int, today: int, more: int, limit: int) -> None:
    this = and_(col(InviteCount.coordinator) == coordinator, col(InviteCount.day) == today)
    so_far = connection.execute(select(col(InviteCount.count)).where(this)).scalar()
    if (so_far or 0) + more > limit:
        raise InviteLimit
    if so_far is None:
        row = {"coordinator": coordinator, "day": today, "count": more}
        connection.execute(insert(InviteCount), row)
        return
    as_read = and_(this, col(InviteCount.count) == so_far)
    done = connection.execute(update(InviteCount).where(as_read).values(count=so_far + more))
    if done.rowcount != 1:
        raise Overtaken
