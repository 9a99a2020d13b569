"""Somebody who stands in front of a node and writes down the shape of every request."""

from __future__ import annotations

from dataclasses import dataclass

from clients.trial import onlooker
from clients.trial.onlooker import Exchange


@dataclass(frozen=True)
class Shape:
    """What is seen of one request without opening anything."""

    method: str
    path: str
    sent_bytes: int
    status: int
    received_bytes: int


class Onlooker(onlooker.Onlooker):
    """Keeps `seen` in order."""

    def __init__(self) -> None:
        super().__init__(self._write_down)
        self.seen: list[Shape] = []

    def _write_down(self, one: Exchange) -> None:
        shape = Shape(one.method, one.path, len(one.body), one.status, len(one.answer))
        self.seen.append(shape)
