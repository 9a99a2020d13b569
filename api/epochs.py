"""Epochs: one is open, the one before may be closed and waiting for its commit (section 7).

        POST epochs 1        POST epochs 2            POST rounds 1        POST epochs 3
    none ──────────▶ 1 open ──────────▶ 2 open, 1 closed ──────────▶ 2 open ──────────▶ …

Closing freezes: a card carries the epoch whose round takes it, and is posted only into the open
one, both inside one transaction.
"""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import Connection, insert

from api.bodies import JSON, SIGNATURE, TEXT, json_up_to, route
from api.course import NONE_YET, course, frozen_count, open_epoch
from api.days import drawn_expiry
from api.errors import (
    EpochConflict,
    InvalidSignature,
    NoEpoch,
    NotAuthorized,
    RoundPending,
    WrongEpoch,
    WrongOperator,
    log_without_words,
)
from api.intake_rows import draw_waiting
from api.models import Epoch
from api.node import Node, TheBody, TheNode
from api.operators import Matcher
from api.work import CHALLENGE_BYTES
from crypto.descriptors import read_epoch_descriptor
from crypto.documents import read_signed_text
from crypto.errors import UnknownVersion, WrongShape

router = APIRouter(tags=["epochs"])

DESCRIPTOR = json_up_to(8 * 1_024, descriptor=TEXT, signature=SIGNATURE)


class CurrentEpoch(BaseModel):
    """The signed descriptor of the open epoch."""

    descriptor: str
    signature: str
    committed: int = Field(description="the last epoch whose round is in; 0 before the first")


class Round(BaseModel):
    """What the matcher has to do."""

    open: int = Field(description="the open epoch; 0 before the first")
    closed: int | None = Field(description="the frozen epoch that waits for its commit")
    committed: int = Field(description="the last epoch whose round is in; 0 before the first")
    cards: int = Field(description="how many cards are frozen")


@router.get("/epoch", **route(NoEpoch, says="the open epoch"))
def current_epoch(node: TheNode) -> CurrentEpoch:
    """The key that cards are sealed to now."""

    def work(connection: Connection) -> CurrentEpoch:
        found = open_epoch(connection)
        return CurrentEpoch(
            descriptor=found.descriptor,
            signature=found.signature,
            committed=course(connection).committed,
        )

    return node.store.read(work)


@router.get("/operator/round", **route(NotAuthorized, WrongOperator, says="where the round is"))
def current_round(node: TheNode, _matcher: Matcher) -> Round:
    """The open, the closed and the committed epoch, and how many cards are frozen."""

    def work(connection: Connection) -> Round:
        now = course(connection)
        return Round(
            open=now.open,
            closed=now.closed,
            committed=now.committed,
            cards=0 if now.closed is None else frozen_count(connection, now.closed),
        )

    return node.store.read(work)


@router.post(
    "/operator/epochs",
    **route(
        NotAuthorized,
        WrongOperator,
        InvalidSignature,
        WrongEpoch,
        EpochConflict,
        RoundPending,
        UnknownVersion,
        WrongShape,
        takes=DESCRIPTOR,
        gives=json_up_to(64, epoch={"type": "integer"}),
        status=201,
        says="the epoch is open, the one before it closed",
        again="it was open under the same descriptor",
    ),
)
def begin_epoch(node: TheNode, matcher: Matcher, body: TheBody) -> Response:
    """Open the next epoch and freeze the cards of the one before; the same again answers 200."""
    descriptor = read_epoch_descriptor(body, matcher.circle)
    text, signature = read_signed_text(body, "descriptor")
    policy = matcher.circle.policy
    today = node.today()

    def work(connection: Connection) -> bool:
        now = course(connection)
        if now.open != NONE_YET and descriptor.epoch == now.open:
            if open_epoch(connection).descriptor != text:
                raise EpochConflict
            return False
        if descriptor.epoch != now.open + 1:
            raise WrongEpoch
        if now.closed is not None:
            raise RoundPending
        connection.execute(
            insert(Epoch),
            {
                "epoch": descriptor.epoch,
                "descriptor": text,
                "signature": signature.hex(),
                "challenge": secrets.token_bytes(CHALLENGE_BYTES),
            },
        )
        draw_waiting(connection, policy.intake_draw, lambda: drawn_expiry(today, policy))
        return True

    begun = node.store.write_alone(work)
    if begun:
        _sweep(node, today)
    return Response(
        f'{{"epoch":{descriptor.epoch}}}', status_code=201 if begun else 200, media_type=JSON
    )


def _sweep(node: Node, today: int) -> None:
    # The epoch is open, whatever becomes of this: its matcher is told so.
    try:
        node.sweeper.sweep(today)
    except Exception as error:  # noqa: BLE001 - tried again when house is kept next
        log_without_words(error, "the sweep failed")
