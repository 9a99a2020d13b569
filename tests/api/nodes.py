"""A node for tests: the real application over a temporary database, and people who use it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from api.app import create_app
from api.node import Node
from api.operators import request_message
from api.settings import Settings
from crypto.documents import public_key_of, sign
from tests import backends
from tests.circles import TODAY, TrialCircle
from tests.patience import PATIENCE_SECONDS

OCTETS = "application/octet-stream"


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self, day: int = TODAY + 10) -> None:
        self.seconds = day * 86_400 + 43_200.0

    def __call__(self) -> float:
        return self.seconds

    def pass_days(self, days: int) -> None:
        self.seconds += days * 86_400


class Running:
    """How long a node has run, which the test says."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def write_setup(directory: Path, trial: TrialCircle) -> dict[str, Any]:
    """Circle document and node key as files, as `Settings` wants them; nobody is told busy for the
    machine's slowness."""
    circle_document = directory / "circle.json"
    circle_document.write_text(json.dumps(trial.document), encoding="utf-8")
    node_key = directory / "node.key"
    node_key.touch(0o600)
    node_key.write_text(trial.node_seed.hex())
    return {
        "circle_document": circle_document,
        "node_key": node_key,
        "data_directory": directory / "data",
        "busy_seconds": PATIENCE_SECONDS,
        **backends.current.settings(directory),
    }


class Spoken:
    """What visitors and operators say to a node, over whatever `request` goes through."""

    trial: TrialCircle

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        raise NotImplementedError

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def post(self, path: str, body: bytes, content_type: str = OCTETS) -> httpx.Response:
        return self.request("POST", path, content=body, headers={"content-type": content_type})

    def operator(
        self,
        seed: bytes,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        content_type: str = OCTETS,
    ) -> httpx.Response:
        """A request signed by the operator with *seed*."""
        challenge = bytes.fromhex(self.request("POST", "/operator/challenge").json()["challenge"])
        headers = {
            "authorization": authorization(
                seed, self.trial.circle.digest, challenge, method, path, body
            )
        }
        if method in ("POST", "PUT"):
            headers["content-type"] = content_type
        return self.request(method, path, content=body, headers=headers)


class TrialNode(Spoken):
    """The application in a thread of its own, spoken to without a socket."""

    def __init__(self, app: FastAPI, portal: BlockingPortal, trial: TrialCircle, clock: Clock):
        self.app = app
        self.trial = trial
        self.clock = clock
        self._portal = portal
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://node")

    @property
    def node(self) -> Node:
        node: Node = self.app.state.node
        return node

    @property
    def engine(self) -> Engine:
        return self.node.store.engine

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            return await self._client.request(method, path, **kwargs)

        return self._portal.call(send)

    def at_once(self, method: str, path: str, bodies: Sequence[bytes]) -> list[httpx.Response]:
        """A request with each of *bodies*, all begun before any has ended."""
        headers = {"content-type": OCTETS}

        async def send() -> list[httpx.Response]:
            requests = (
                self._client.request(method, path, content=body, headers=headers) for body in bodies
            )
            return await asyncio.gather(*requests)

        return self._portal.call(send)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table."""
        return rows(self.engine)

    def close(self) -> None:
        self._portal.call(self._client.aclose)


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, by table; two equal ones are the same database."""
    with engine.connect() as connection:
        return {
            table: sorted(
                (tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))),
                key=repr,
            )
            for table in sorted(SQLModel.metadata.tables)
        }


def authorization(
    seed: bytes, circle: bytes, challenge: bytes, method: str, path: str, body: bytes
) -> str:
    """The header of an operator's request."""
    message = request_message(circle, challenge, method, path, body)
    parts = (public_key_of(seed), challenge, sign(seed, message))
    return "Klunak " + ".".join(part.hex() for part in parts)


@contextmanager
def running_node(
    directory: Path, trial: TrialCircle, clock: Clock | None = None, **settings: Any
) -> Iterator[TrialNode]:
    """A started node in *directory*, stopped at the end."""
    clock = clock or Clock()
    app = create_app(Settings(**{**write_setup(directory, trial), **settings}), clock=clock)
    with start_blocking_portal() as portal:
        started = threading.Event()
        trouble: list[BaseException] = []

        async def live(stop: asyncio.Event) -> None:
            try:
                async with app.router.lifespan_context(app):
                    started.set()
                    await stop.wait()
            except BaseException as error:
                trouble.append(error)
                raise
            finally:
                started.set()

        async def make_event() -> asyncio.Event:
            return asyncio.Event()

        stop = portal.call(make_event)
        life = portal.start_task_soon(live, stop)
        started.wait()
        if trouble:
            raise trouble[0]
        node = TrialNode(app, portal, trial, clock)
        try:
            yield node
        finally:
            node.close()
            portal.call(stop.set)
            life.result()


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    """*answer* is a problem of exactly our shape, with our headers."""
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"type", "title", "status", "code"}
    assert answer.json()["status"] == status
