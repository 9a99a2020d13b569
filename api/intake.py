"""Intake: a person asks two duty coordinators to vouch; GET /node says how it is admitted."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from sqlalchemy import Connection, select
from sqlmodel import col

from api import burned
from api.bodies import answered, json_up_to, route
from api.burned import Kind, is_repeated
from api.circles import require_current
from api.course import open_epoch
from api.days import drawn_expiry, drawn_expiry_of_period, kept_until
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
from api.intake_request import INTAKE, IntakeRequest, read_intake
from api.intake_rows import (
    COUNT,
    counted,
    exchange_rows,
    inbox_rows,
    waiting_count,
    waiting_row,
)
from api.ledger import Admission, refusal
from api.models import Epoch
from api.node import Node, TheBody, TheNode
from api.statements import Values, run_together
from api.taking import Taking
from api.work import CHALLENGE_BYTES, NONCE_BYTES, check_work, work_bits
from crypto.certificates import Stamp, verify_stamp
from crypto.certifying_keys import CardClass
from crypto.circle import Circle
from crypto.descriptors import write_node_descriptor
from crypto.errors import InvalidCertificate

router = APIRouter(tags=["intake"])


class Accepted(BaseModel):
    """The answer to an intake, now and to every repetition."""

    status: str = "accepted"


class NodeDescriptor(BaseModel):
    """The signed text about this node's intake."""

    descriptor: str
    signature: str


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
    request = read_intake(body)
    circle = await node.circle_now.ask(None)
    today = node.today()
    if request.stamp is not None:
        _require_stamp(circle, request.stamp)
    if request.kind is Kind.WORK:
        with node.work_gate.place():
            done = await run_in_threadpool(_done_before, node, request, circle, today)
        if done:
            return answered(Accepted(), 201)
    await node.intakes.ask(_taking(request, circle, today))
    return answered(Accepted(), 201)


def _taking(request: IntakeRequest, circle: Circle, today: int) -> Taking:
    policy = circle.policy
    refused = refusal(lambda it: _require_now(circle, it, today), request)

    def expiry() -> int:
        return drawn_expiry(today, policy)

    spent_in = request.period if request.stamp is None else request.stamp.period
    inboxes: list[Values] = []
    waiting: list[Values] = []
    if request.stamp is not None:
        inboxes = exchange_rows(request.records, request.stamp, expiry)
    elif request.kind is Kind.INVITE:
        inboxes = inbox_rows(request.records, expiry)
    else:
        waiting = [waiting_row(*request.records, expires=expiry())]
    # A period that nobody has ends on no day.
    days = [] if refused else [drawn_expiry_of_period(request.period, policy) for _ in request.rows]
    return Taking(
        Admission(
            request.kind,
            spent=request.spent,
            retry=request.retry,
            rows=request.rows,
            days=days,
            burned_until=0 if refused else kept_until(spent_in, policy),
            refusal=refused,
        ),
        invites=request.invites,
        inboxes=inboxes,
        waiting=waiting,
        places=policy.intake_pool,
    )


def _done_before(node: Node, request: IntakeRequest, circle: Circle, today: int) -> bool:
    # Everything cheap is looked at before the work, and the work before any write begins.
    challenge = request.admission[:CHALLENGE_BYTES]
    nonce = request.admission[CHALLENGE_BYTES : CHALLENGE_BYTES + NONCE_BYTES]

    def look(connection: Connection) -> tuple[bool, int, Sequence[bytes]]:
        spent, count = run_together(connection, burned.read(request.spent), COUNT())
        repeated = is_repeated(dict(spent.rows), request.kind, request.spent, request.retry)
        return repeated, counted(count), _challenges(connection)

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


def _require_stamp(circle: Circle, unverified_stamp: Stamp) -> None:
    try:
        verify_stamp(circle, unverified_stamp)
    except InvalidCertificate:
        raise InvalidStamp from None


def _require_now(circle: Circle, request: IntakeRequest, today: int) -> None:
    _require_duty(circle, request, today)
    if request.stamp is not None:
        _require_exchangeable(circle, request.stamp, request.period, today)


def _require_exchangeable(circle: Circle, stamp: Stamp, period: int, today: int) -> None:
    """A stamp of the period before, for as long as it is remembered which of them were spent."""
    if stamp.period != period - 1 or today > kept_until(stamp.period, circle.policy):
        raise StalePeriod


def _require_duty(circle: Circle, request: IntakeRequest, today: int) -> None:
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
