"""The whole wiring of a node, on one page. Nothing registers itself by being imported."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from api import (
    batches,
    cards,
    circle,
    epochs,
    intake,
    invites,
    operators,
    posting,
    problems,
    rounds,
    start_page,
    taking,
    visiting,
    visits,
    web,
)
from api.apart import OperatorsApart
from api.circles import found_circle
from api.claims import Allowance
from api.direct import Direct, endpoints_of
from api.elsewhere import Elsewhere
from api.errors import SetupError, log_without_words
from api.headers import SameHeaders
from api.layout import LayoutTimer
from api.limits import Limits, rules_of
from api.node import Node
from api.node_key import read_node_key
from api.problems import CatchAll
from api.settings import Settings
from api.store import open_store
from api.sweeper import Sweeper
from api.work import WorkGate
from crypto.documents import public_key_of

ROUTERS = (
    start_page.router,
    circle.router,
    epochs.router,
    intake.router,
    cards.router,
    visits.router,
    operators.router,
    rounds.router,
    batches.router,
    invites.router,
)


def create_app(
    settings: Settings,
    *,
    clock: Callable[[], float] = time.time,
    pages: Path | None = None,
) -> FastAPI:
    """The node as an ASGI application; its database is opened when it starts serving. With
    *pages*, the built ones of that directory stand in the place of the start page."""
    apart = settings.operators_socket
    app = FastAPI(
        title="Klunak node",
        version="1",
        description="A blind store of sealed records; docs/protocol.md, section 7.",
        lifespan=_lifespan(settings, clock),
        docs_url=None,  # those pages load from strangers
        redoc_url=None,
        # Nobody is traced, whatever the environment sets up: a trace has caller, path and time.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=[
            *([Middleware(web.WebPages, pages=web.read_pages(pages))] if pages else []),
            Middleware(SameHeaders),
            Middleware(Elsewhere),
            Middleware(CatchAll),
            *([Middleware(OperatorsApart, socket=apart)] if apart else []),
            Middleware(Limits, rules=rules_of(ROUTERS), settings=settings),
            Middleware(Direct, endpoints=endpoints_of(ROUTERS)),
        ],
        redirect_slashes=False,
    )
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


def open_node(settings: Settings, clock: Callable[[], float] = time.time) -> Node:
    """Key, database and circle of the node. Raises SetupError, NoStorage."""
    signing_seed = read_node_key(settings.node_key)
    store = open_store(
        settings.database,
        writes_waiting=settings.writes_waiting,
        busy_seconds=settings.busy_seconds,
        connections=settings.database_connections,
        writers=settings.database_writers,
    )
    try:
        keeper = found_circle(store, settings.circle_document)
        node = Node(
            settings=settings,
            store=store,
            circles=keeper,
            signing_seed=signing_seed,
            clock=clock,
            work_gate=WorkGate(settings.work_at_once),
            allowance=Allowance(settings.claims_per_day),
            circle_now=store.read_together(keeper.current_for),
            looks=store.read_together(visiting.look),
            meets=store.write_together(partial(visiting.meet, keeper)),
            cards=store.write_together(posting.post),
            intakes=store.write_together(taking.take_in),
            leaves=store.write_together(visiting.leave),
            sweeper=Sweeper(
                store,
                leap_seconds=settings.leap_seconds,
                layout_timer=LayoutTimer(
                    least_seconds=settings.layout_seconds,
                    bytes_per_second=settings.layout_bytes_per_second,
                    most_bytes=settings.layout_most_mib * 1_048_576,
                ),
            ),
        )
        own_key = public_key_of(signing_seed)
        if own_key not in {entry.key for entry in node.circle().nodes}:
            raise SetupError("this node's key is not in the circle document")
    except BaseException:
        store.close()
        raise
    return node


def _lifespan(
    settings: Settings, clock: Callable[[], float]
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = settings.threads
        node = await run_in_threadpool(open_node, settings, clock)
        app.state.node = node
        await run_in_threadpool(node.sweeper.sweep, node.today())
        ending = asyncio.Event()
        keeping_house = asyncio.create_task(_keep_house(node, ending))
        try:
            yield
        finally:
            # Not cancelled: its thread would go on with a database that is being closed.
            ending.set()
            await keeping_house
            await run_in_threadpool(node.store.shed_erased)
            node.store.close()

    return lifespan


async def _keep_house(node: Node, ending: asyncio.Event) -> None:
    """Sweep when a day begins; between, let nothing overwritten lie in the log for long."""
    while not await _is_set_within(node.settings.housekeeping_seconds, ending):
        try:
            await run_in_threadpool(node.sweeper.keep_house, node.today())
        except Exception as error:  # noqa: BLE001 - tried again at the next turn
            log_without_words(error, "the sweep failed")


async def _is_set_within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
