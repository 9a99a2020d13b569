"""Intake: a person asks two duty coordinators to vouch; GET /node says how it is admitted.

kind u8 (0 work, 1 invite, 2 stamp) ‖ admission 292 ‖ retry 32 ‖ period u32
  ‖ 2 × (coordinator u8 ‖ record) ‖ 5 × (A 32 ‖ record)                         (29,163)
admission: work    challenge 16 ‖ nonce 8 ‖ 268 zeros
           invite  token of the first coordinator 32 ‖ of the second 32 ‖ 228 zeros
           stamp   of the period before: an exchange
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from sqlalchemy import Connection, select
from sqlmodel import col

from api import drops
from api.bodies import Reader, answered, exactly, json_up_to, route
from api.burned import Kind, burn, burned_hash, is_repeated, retry_hash
from api.circles import require_current
from api.days import drawn_expiry, drawn_expiry_of_period, kept_until
from api.epochs import open_epoch
from api.errors import (
    AddressTaken,
    Busy,
    IntakeFull,
    InvalidStamp,
    InviteSpent,
    Malformed,
    NoEpoch,
    NoStorage,
    StalePeriod,
    StampSpent,
    UnknownInvite,
    WorkSpent,
    WrongCoordinators,
    WrongWork,
)
from api.intake_rows import Sealed, hand_out, hand_out_exchange, put_into_pool, waiting_count
from api.invites import TOKEN_BYTES, require_invites, use_invites
from api.models import Epoch
from api.node import Node, TheBody, TheNode
from api.work import CHALLENGE_BYTES, NONCE_BYTES, check_work, work_bits
from crypto.certificates import STAMP_BYTES, Stamp, verify_stamp
from crypto.certifying_keys import CardClass
from crypto.circle import Circle
from crypto.descriptors import write_node_descriptor
from crypto.errors import InvalidCertificate
from crypto.labels import RECORD_BYTES, SECRET_BYTES, hashed, u32

router = APIRouter(tags=["intake"])

ADMISSION_BYTES = STAMP_BYTES
BEFORE_RETRY_BYTES = 1 + ADMISSION_BYTES
INTAKE = exactly(
    BEFORE_RETRY_BYTES + SECRET_BYTES + 4 + 2 * (1 + RECORD_BYTES) + drops.RESERVED_BYTES
)
_USED = {
    Kind.WORK: CHALLENGE_BYTES + NONCE_BYTES,
    Kind.INVITE: 2 * TOKEN_BYTES,
    Kind.STAMP: STAMP_BYTES,
}
"""How much of the admission says something; the rest is zeros."""


class Accepted(BaseModel):
    """The answer to an intake, now and to every repetition."""

    status: str = "accepted"


class NodeDescriptor(BaseModel):
    """The signed text about this node's intake."""

    descriptor: str
    signature: str


@dataclass(frozen=True, slots=True, repr=False)
class _Request:
    """An intake, read; nothing of it is verified."""

    kind: Kind
    admission: bytes
    stamp: Stamp | None
    retry: bytes
    period: int
    records: tuple[Sealed, Sealed]
    rows: list[drops.Row]
    digest: bytes

    @property
    def spent(self) -> list[bytes]:
        """The names under which its admission is burned."""
        if self.kind is Kind.WORK:
            return [burned_hash(self.kind, self.admission)]
        if self.stamp is not None:
            # The name under which posting a card burns it: either, and once.
            return [burned_hash(self.kind, u32(self.stamp.period) + self.stamp.nonce)]
        tokens = self.admission[:TOKEN_BYTES], self.admission[TOKEN_BYTES:]
        return [burned_hash(self.kind, token) for token in tokens]


@router.get("/node", **route(gives=json_up_to(1_024), says="how this node admits intake today"))
def node_descriptor(node: TheNode) -> NodeDescriptor:
    """The day, the price of a place, the challenge to work on, and whether there is a place."""

    def work(connection: Connection) -> tuple[Circle, int, bytes]:
        return node.circles.current(connection), *_terms(connection)

    circle, waiting, challenge = node.store.read(work)
    pool = circle.policy.intake_pool
    signed = write_node_descriptor(
        circle,
        day=node.today(),
        pow_bits=work_bits(waiting, pool),
        pow_challenge=challenge or bytes(CHALLENGE_BYTES),
        intake_open=bool(challenge) and waiting < pool,
        signing_seed=node.signing_seed,
    )
    return NodeDescriptor(**signed)


@router.post(
    "/intake",
    **route(
        Malformed,
        StalePeriod,
        WrongCoordinators,
        UnknownInvite,
        InviteSpent,
        WrongWork,
        WorkSpent,
        InvalidStamp,
        StampSpent,
        AddressTaken,
        IntakeFull,
        NoEpoch,
        Busy,
        NoStorage,
        takes=INTAKE,
        status=201,
        says="the intake is stored",
    ),
    response_model=Accepted,
)
async def post_intake(node: TheNode, body: TheBody) -> Response:
    """Admit a person's records and reserve shelf and threads; the same again is the same."""
    request = _read(body)
    circle = await node.circle_now.ask(None)
    today = node.today()
    policy = circle.policy

    def already(connection: Connection) -> bool:
        return is_repeated(connection, request.kind, request.spent, request.retry)

    def expiry() -> int:
        return drawn_expiry(today, policy)

    if request.stamp is not None:
        _require_stamp(circle, request.stamp)
    if request.kind is Kind.WORK:
        with node.work_gate.place():
            done = await run_in_threadpool(_done_before, node, request, circle, today)
        if done:
            return answered(Accepted(), 201)

    def work(connection: Connection) -> None:
        if already(connection):
            return
        _require_duty(circle, request, today)
        if request.stamp is not None:
            _require_exchangeable(circle, request.stamp, request.period, today)
        # Whatever can refuse comes before whatever writes: a refusal then undoes nothing. And the
        # invites before the addresses: nobody without one asks which of them are in use.
        kept = []
        if request.kind is Kind.INVITE:
            kept = require_invites(connection, request.admission, request.records, request.period)
        drops.require_free(connection, request.rows)
        if request.kind is Kind.INVITE:
            use_invites(connection, kept)
            hand_out(connection, request.records, expiry)
        elif request.stamp is not None:
            hand_out_exchange(connection, request.records, request.stamp, expiry)
        else:
            if waiting_count(connection) >= policy.intake_pool:
                raise IntakeFull
            put_into_pool(connection, *request.records, expires=expiry())
        drops.reserve(
            connection, request.rows, lambda: drawn_expiry_of_period(request.period, policy)
        )
        spent_in = request.period if request.stamp is None else request.stamp.period
        expires = kept_until(spent_in, policy)
        burn(connection, request.spent, request.retry, expires=expires)

    await node.store.writing(work)
    return answered(Accepted(), 201)


def _done_before(node: Node, request: _Request, circle: Circle, today: int) -> bool:
    # Everything cheap is looked at before the work, and the work before any write begins.
    challenge = request.admission[:CHALLENGE_BYTES]
    nonce = request.admission[CHALLENGE_BYTES : CHALLENGE_BYTES + NONCE_BYTES]

    def look(connection: Connection) -> tuple[bool, int, Sequence[bytes]]:
        repeated = is_repeated(connection, request.kind, request.spent, request.retry)
        return repeated, waiting_count(connection), _challenges(connection)

    done, waiting, challenges = node.store.read(look)
    if done:
        return True
    _require_duty(circle, request, today)
    if not challenges:
        raise NoEpoch
    if challenge not in challenges:
        raise WrongWork
    if waiting >= circle.policy.intake_pool:
        raise IntakeFull
    bits = work_bits(waiting, circle.policy.intake_pool)
    check_work(node.work_gate, challenge=challenge, nonce=nonce, request=request.digest, bits=bits)
    return False


def _read(body: bytes) -> _Request:
    reader = Reader(body)
    kind = reader.number(1)
    if kind not in _USED:
        raise Malformed
    used = _USED[Kind(kind)]
    admission, zeros = reader.take(used), reader.take(ADMISSION_BYTES - used)
    # Zeros must be zeros: nothing rides along that another reader might understand.
    if any(zeros):
        raise Malformed
    retry_token = reader.take(SECRET_BYTES)
    period = reader.number(4)
    first = (reader.number(1), reader.take(RECORD_BYTES))
    second = (reader.number(1), reader.take(RECORD_BYTES))
    rows = drops.take_rows(reader)
    return _Request(
        kind=Kind(kind),
        admission=admission,
        stamp=Stamp.from_bytes(admission) if kind == Kind.STAMP else None,
        retry=retry_hash(retry_token, rows),
        period=period,
        records=(first, second),
        rows=rows,
        digest=hashed("klunak work", body[BEFORE_RETRY_BYTES:]),
    )


def _require_stamp(circle: Circle, unverified_stamp: Stamp) -> None:
    try:
        verify_stamp(circle, unverified_stamp)
    except InvalidCertificate:
        raise InvalidStamp from None


def _require_exchangeable(circle: Circle, stamp: Stamp, period: int, today: int) -> None:
    """A stamp of the period before, for as long as it is remembered which of them were spent."""
    if stamp.period != period - 1 or today > kept_until(stamp.period, circle.policy):
        raise StalePeriod


def _require_duty(circle: Circle, request: _Request, today: int) -> None:
    require_current(circle, request.period, today)
    period = circle.period(request.period)
    pair = (request.records[0][0], request.records[1][0])
    # Invites are for requests only: an offer always needs a person's eye.
    pairs = [period.duty(CardClass.REQUEST)]
    if request.kind is not Kind.INVITE:
        pairs.append(period.duty(CardClass.OFFER))
    if pair not in pairs:
        raise WrongCoordinators


def _challenges(connection: Connection) -> Sequence[bytes]:
    newest = select(col(Epoch.challenge)).order_by(col(Epoch.epoch).desc()).limit(2)
    return connection.execute(newest).scalars().all()


def _terms(connection: Connection) -> tuple[int, bytes]:
    try:
        return waiting_count(connection), open_epoch(connection).challenge
    except NoEpoch:
        return 0, b""
