"""The floor: the least that does a node's database work honestly, on the same stack.

Bare Starlette on uvicorn, one transaction a request, the same bodies and answers, the same rows in
the same database with the same durability. It checks nothing, hashes nothing, hides nothing. On
SQLite its writers wait for each other in the process, as everybody does after the first `database
is locked`.

    python -m clients.bench.node.floor URL PORT WORKERS
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.workers import listening_port, run_workers
from crypto.labels import RECORD_BYTES

TABLES = (
    "CREATE TABLE drops (address {bytes} PRIMARY KEY, record {bytes} NOT NULL, {expires}){keyed}",
    "CREATE TABLE claims (tag {bytes} PRIMARY KEY, token {bytes} NOT NULL, {expires}){keyed}",
    "CREATE TABLE cards (address {bytes} PRIMARY KEY, record {bytes} NOT NULL, {expires}){keyed}",
    "CREATE TABLE permits (permit {bytes} PRIMARY KEY, {expires}){keyed}",
    "CREATE TABLE intake (id {bytes} PRIMARY KEY, record {bytes} NOT NULL, {expires}){keyed}",
    "CREATE TABLE burned (burned {bytes} PRIMARY KEY, retry {bytes} NOT NULL, {expires}){keyed}",
    "CREATE TABLE invites (kept {bytes} PRIMARY KEY){keyed}",
    *(
        f"CREATE INDEX {table}_by_day ON {table} (expires)"
        for table in ("drops", "claims", "cards", "permits", "intake", "burned")
    ),
)
"""The node's rows: whoever erases what has expired needs the day, and a way to find it."""

FAR_DAY = 2**31


def tables(*, sqlite: bool) -> list[str]:
    """`TABLES` for one of the two databases."""
    kinds = {"bytes": "BLOB", "keyed": " WITHOUT ROWID"} if sqlite else {}
    words = {"bytes": "bytea", "keyed": "", **kinds}
    return [table.format(expires="expires bigint NOT NULL", **words) for table in TABLES]


Run = Callable[..., Any]
Transaction = Callable[[bool], AbstractContextManager[Run]]


def sqlite_transactions(file: str) -> Transaction:
    """Connections of each thread to *file*; one writer at a time."""
    mine, writing = threading.local(), threading.Lock()

    @contextmanager
    def transaction(writes: bool) -> Iterator[Run]:
        if not hasattr(mine, "connection"):
            mine.connection = sqlite3.connect(file, isolation_level=None, timeout=30)
            mine.connection.execute("PRAGMA journal_mode = WAL")
            mine.connection.execute("PRAGMA synchronous = FULL")
        run = mine.connection.execute
        with writing if writes else nullcontext():
            run("BEGIN IMMEDIATE" if writes else "BEGIN")
            yield run
            run("COMMIT")

    return transaction


def postgresql_transactions(conninfo: str) -> Transaction:
    """A connection for each thread."""
    mine = threading.local()

    @contextmanager
    def transaction(_writes: bool) -> Iterator[Run]:
        if not hasattr(mine, "connection"):
            mine.connection = psycopg.connect(conninfo)
        with mine.connection.transaction():
            yield lambda sql, values=(): mine.connection.execute(sql.replace("?", "%s"), values)

    return transaction


def application(transaction: Transaction) -> Starlette:
    """Five routes, nothing else."""

    def read(run: Run, keys: list[bytes]) -> bytes:
        marks = ", ".join("?" * len(keys))
        found = dict(run(f"SELECT address, record FROM drops WHERE address IN ({marks})", keys))  # noqa: S608
        return b"".join(found.get(key) or bytes(RECORD_BYTES) for key in keys)

    def look(body: bytes) -> bytes:
        with transaction(False) as run:
            return read(run, cut(body, 32))

    def meet(body: bytes) -> bytes:
        with transaction(True) as run:
            records = read(run, cut(body[:128], 32))
            run("INSERT INTO claims VALUES (?, ?, ?)", (body[160:192], body[192:], FAR_DAY))
        return records + bytes(16)

    def leave(body: bytes) -> bytes:
        with transaction(True) as run:
            for row in cut(body, 64 + RECORD_BYTES):
                run("UPDATE drops SET record = ? WHERE address = ?", (row[64:], row[:32]))
        return bytes(8)

    def card(body: bytes) -> bytes:
        with transaction(True) as run:
            card = (body[296:328], body[360 : 360 + RECORD_BYTES], FAR_DAY)
            run("INSERT INTO burned VALUES (?, ?, ?)", (body[8:40], body[296:328], FAR_DAY))
            run("INSERT INTO permits VALUES (?, ?)", (body[328:360], FAR_DAY))
            run("INSERT INTO cards VALUES (?, ?, ?)", card)
            reserve(run, body)
        return b'{"status":"accepted"}'

    def intake(body: bytes) -> bytes:
        with transaction(True) as run:
            for token in (body[1:33], body[33:65]):
                run("DELETE FROM invites WHERE kept = ?", (token,))
                record = body[330 : 330 + RECORD_BYTES]
                run("INSERT INTO burned VALUES (?, ?, ?)", (token, body[293:325], FAR_DAY))
                run("INSERT INTO intake VALUES (?, ?, ?)", (token, record, FAR_DAY))
            reserve(run, body)
        return b'{"status":"accepted"}'

    def reserve(run: Run, body: bytes) -> None:
        for row in cut(body[-5 * (32 + RECORD_BYTES) :], 32 + RECORD_BYTES):
            run("INSERT INTO drops VALUES (?, ?, ?)", (row[:32], row[32:], FAR_DAY))

    def route(path: str, work: Callable[[bytes], bytes], status: int = 200) -> Route:
        async def endpoint(request: Request) -> Response:
            answer = await run_in_threadpool(work, await request.body())
            return Response(answer, status, media_type="application/octet-stream")

        return Route(path, endpoint, methods=["POST"])

    return Starlette(
        routes=[
            route("/visit/look", look),
            route("/visit/meet", meet),
            route("/visit/leave", leave),
            route("/cards", card, 201),
            route("/intake", intake, 201),
        ]
    )


def cut(data: bytes, size: int) -> list[bytes]:
    """*data* in pieces of *size*."""
    return [data[start : start + size] for start in range(0, len(data), size)]


def serve(database: str, port: int, workers: int) -> None:
    """Serve on loopback until told to end."""
    sock = listening_port("127.0.0.1", port)

    def work() -> None:
        open_ = postgresql_transactions if database.startswith("host=") else sqlite_transactions
        config = uvicorn.Config(
            application(open_(database)),
            loop="uvloop",
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
        )
        uvicorn.Server(config).run(sockets=[sock])

    if workers == 1:
        work()
    else:
        run_workers(workers, work)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
