"""Somebody who stands in front of a node, at its socket, and sees every request and answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from clients.trial.ports import free_port


@dataclass(frozen=True, repr=False)
class Exchange:
    """A request and its answer, whole."""

    connection: int
    method: str
    path: str
    body: bytes
    status: int
    answer: bytes


class Onlooker:
    """Forwards HTTP/1.1 to a node, a request at a time.

    *comes* is told of a path before the node is, *seen* of everything once it was answered.
    """

    def __init__(
        self,
        seen: Callable[[Exchange], None],
        comes: Callable[[str], None] = lambda _path: None,
    ) -> None:
        self._seen = seen
        self._comes = comes
        self._connections = 0
        self._port = free_port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def before(self, node_port: int) -> str:
        """Stand in front of the node on *node_port*; the address to go to."""
        starting = self._start(node_port)
        asyncio.run_coroutine_threadsafe(starting, self._loop).result(10)
        return f"http://127.0.0.1:{self._port}"

    async def _start(self, node_port: int) -> None:
        async def serve(client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
            writers = [answers]
            self._connections += 1
            connection = self._connections
            try:
                node, requests = await asyncio.open_connection("127.0.0.1", node_port)
                writers.append(requests)
                while await self._one(connection, client, answers, node, requests):
                    pass
            except (OSError, asyncio.IncompleteReadError):
                pass  # the node is away; whoever asks will ask again
            finally:
                for writer in writers:
                    writer.close()
                    with suppress(OSError):
                        await writer.wait_closed()

        self._server = await asyncio.start_server(serve, "127.0.0.1", self._port)

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _one(
        self,
        connection: int,
        client: asyncio.StreamReader,
        answers: asyncio.StreamWriter,
        node: asyncio.StreamReader,
        requests: asyncio.StreamWriter,
    ) -> bool:
        try:
            head, body = await _message(client)
        except asyncio.IncompleteReadError:
            return False
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        self._comes(path)
        requests.write(head + body)
        await requests.drain()
        answer_head, answer = await _message(node)
        status = int(answer_head.split(b" ", 2)[1])
        self._seen(Exchange(connection, method, path, body, status, answer))
        answers.write(answer_head + answer)
        await answers.drain()
        return True


async def _message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return head, await reader.readexactly(length)
