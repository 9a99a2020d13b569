"""Posting a card: a stamp is burned, a card, its permit and its five drops are stored, at once or
not at all.

epoch u32 ‖ stamp 292 ‖ retry 32 ‖ permit hash 32 ‖ card record ‖ 5 × (A 32 ‖ record)   (25,096)
"""

from __future__ import annotations

import secrets
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api import drops
from api.bodies import Reader, answered, exactly, route
from api.burned import Kind, burned_hash, retry_hash
from api.circles import require_current
from api.days import drawn_expiry, drawn_expiry_of_permit, kept_until
from api.errors import (
    AddressTaken,
    Busy,
    EpochClosed,
    InvalidStamp,
    NoEpoch,
    NoStorage,
    StalePeriod,
    StampSpent,
)
from api.ledger import Admission, refusal
from api.node import TheBody, TheNode
from api.posting import Posting
from crypto.certificates import STAMP_BYTES, Stamp, stamped, verify_stamp
from crypto.errors import InvalidCertificate
from crypto.labels import HASH_BYTES, RECORD_BYTES, SECRET_BYTES, u32
from crypto.permits import PermitHash

router = APIRouter(tags=["cards"])

CARD = exactly(4 + STAMP_BYTES + SECRET_BYTES + HASH_BYTES + RECORD_BYTES + drops.RESERVED_BYTES)


class Posted(BaseModel):
    """The answer to a card, now and to every repetition."""

    status: Literal["accepted"] = "accepted"


@router.post(
    "/cards",
    **route(
        InvalidStamp,
        StampSpent,
        StalePeriod,
        EpochClosed,
        AddressTaken,
        NoEpoch,
        Busy,
        NoStorage,
        takes=CARD,
        status=201,
        says="the card is stored",
    ),
    response_model=Posted,
)
async def post_card(node: TheNode, body: TheBody) -> Response:
    """Burn the stamp and store card, permit and drops; the same again gets the same answer."""
    reader = Reader(body)
    epoch = reader.number(4)
    unverified_stamp = Stamp.from_bytes(reader.take(STAMP_BYTES))
    retry_token = reader.take(SECRET_BYTES)
    permit = PermitHash(reader.take(HASH_BYTES))
    record = reader.take(RECORD_BYTES)
    rows = drops.take_rows(reader)

    circle = await node.circle_now.ask(None)
    try:
        stamp = verify_stamp(circle, unverified_stamp)
    except InvalidCertificate:
        raise InvalidStamp from None
    today = node.today()
    posting = Posting(
        Admission(
            Kind.STAMP,
            spent=[burned_hash(Kind.STAMP, u32(stamp.period) + stamp.nonce)],
            retry=retry_hash(retry_token, rows),
            rows=rows,
            days=[drawn_expiry(today, circle.policy) for _ in rows],
            burned_until=kept_until(stamp.period, circle.policy),
            refusal=refusal(lambda period: require_current(circle, period, today), stamp.period),
        ),
        permit={
            "permit": permit,
            "expires": drawn_expiry_of_permit(today, circle.policy),
        },
        card={
            "address": secrets.token_bytes(HASH_BYTES),
            "record": record,
            "epoch": epoch,
            "expires": drawn_expiry(today, circle.policy),
            "stamped": stamped(stamp.period, stamp.nonce),
        },
    )
    await node.cards.ask(posting)
    return answered(Posted(), 201)
