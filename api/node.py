"""What a route works with: settings, store, circle, the node's own key, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.bodies import body
from api.circles import CircleKeeper
from api.claims import Allowance
from api.days import day_of
from api.posting import Posting
from api.settings import Settings
from api.store import Store
from api.sweeper import Sweeper
from api.taking import Taking
from api.together import Together
from api.visiting import Meeting, Met, Records, Write
from api.work import WorkGate
from crypto.circle import Circle
from crypto.drops import DropAddress


@dataclass(frozen=True, slots=True)
class Node:
    """A running node. Its key signs descriptors and challenges; it opens nothing."""

    settings: Settings
    store: Store
    circles: CircleKeeper
    signing_seed: bytes = field(repr=False)
    clock: Callable[[], float]
    work_gate: WorkGate
    allowance: Allowance
    circle_now: Together[None, Circle]
    looks: Together[Sequence[DropAddress], Records]
    meets: Together[Meeting, Met]
    leaves: Together[Sequence[Write], bytes]
    cards: Together[Posting, None]
    intakes: Together[Taking, None]
    sweeper: Sweeper

    def today(self) -> int:
        """The day it is (UTC)."""
        return day_of(self.clock())

    def circle(self) -> Circle:
        """The circle as any worker last stored it."""
        return self.store.read(self.circles.current)


async def _node(request: Request) -> Node:
    node: Node = request.app.state.node
    return node


TheNode = Annotated[Node, Depends(_node)]
TheBody = Annotated[bytes, Depends(body)]
