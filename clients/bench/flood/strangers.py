"""Strangers at a node, in a process of their own: many who are slow, and some who never stop.

    python -m clients.bench.flood.strangers PORT SLOW HASTY CHALLENGE PERIOD

The slow send the head of an intake and then a byte now and then; whoever is cut off comes back. The
hasty send whole intakes with a proof of work that is none, the next as soon as one is answered: the
node has to compute each to know. Prints a line when all the slow are there, and what came of it
when standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import sys
from collections import Counter

import uvloop

from clients.node import INTAKE_BYTES
from clients.people.vetting import ADMISSION_BYTES
from crypto.drops import WriteSecret, address_of
from crypto.labels import RECORD_BYTES, u8, u32

SLOW_BYTE_SECONDS = 1.0
BODIES = 16

_CODE = re.compile(rb'"code":\s*"([a-z_]+)"')
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_HEAD = (
    f"POST /intake HTTP/1.1\r\nhost: node\r\ncontent-type: application/octet-stream\r\n"
    f"content-length: {INTAKE_BYTES}\r\n\r\n"
).encode()


class Strangers:
    """Everybody, and what they were told."""

    def __init__(self, port: int, challenge: bytes, period: int) -> None:
        self._port = port
        self._bodies = [_intake(challenge, period) for _ in range(BODIES)]
        self.told: Counter[str] = Counter()
        self.slow_now = 0
        self.cut_off = 0

    async def slow(self) -> None:
        """Send one intake, a byte a second, for ever."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(SLOW_BYTE_SECONDS)
                continue
            self.slow_now += 1
            answering = asyncio.ensure_future(reader.read(1))
            writer.write(_HEAD)
            while not answering.done():
                writer.write(b"\0")
                await asyncio.wait([answering], timeout=SLOW_BYTE_SECONDS)
            self.slow_now -= 1
            self.cut_off += 1
            writer.close()

    async def hasty(self) -> None:
        """Send intakes one after the other, for ever."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                while True:
                    self.told[await self._sent(reader, writer)] += 1
            except (OSError, asyncio.IncompleteReadError):
                self.told["no_answer"] += 1

    async def _sent(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        writer.write(_HEAD)
        # A nonce of its own for each, so that none repeats another.
        body = secrets.choice(self._bodies)
        writer.write(body[:17] + secrets.token_bytes(8) + body[25:])
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        answer = await reader.readexactly(int(length[1]) if length else 0)
        code = _CODE.search(answer)
        return code[1].decode() if code else "accepted"


def _intake(challenge: bytes, period: int) -> bytes:
    records = b"".join(u8(number) + secrets.token_bytes(RECORD_BYTES) for number in range(2))
    rows = b"".join(
        address_of(WriteSecret(secrets.token_bytes(32))) + secrets.token_bytes(RECORD_BYTES)
        for _ in range(5)
    )
    admission = challenge.ljust(ADMISSION_BYTES, b"\0")
    return u8(0) + admission + secrets.token_bytes(32) + u32(period) + records + rows


async def come(port: int, slow: int, hasty: int, challenge: bytes, period: int) -> None:
    """All of them, until standard input ends."""
    loop = asyncio.get_running_loop()
    strangers = Strangers(port, challenge, period)
    tasks = [asyncio.create_task(strangers.slow()) for _ in range(slow)]
    while strangers.slow_now < slow:
        await asyncio.sleep(0.05)
    tasks += [asyncio.create_task(strangers.hasty()) for _ in range(hasty)]
    print("here", flush=True)
    began = loop.time()
    await loop.run_in_executor(None, sys.stdin.read)
    seconds = loop.time() - began
    found = {
        "seconds": seconds,
        "slow": strangers.slow_now,
        "cut_off": strangers.cut_off,
        "told": strangers.told,
    }
    print(json.dumps(found), flush=True)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    port, slow, hasty, period = (int(sys.argv[place]) for place in (1, 2, 3, 5))
    uvloop.run(come(port, slow, hasty, bytes.fromhex(sys.argv[4]), period))
