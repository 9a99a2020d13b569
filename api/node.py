"""What a route works with: settings, store, circle, the node's own key, and the clock."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from api.bodies import body
from api.circles import CircleKeeper
from api.claims import Allowance
from api.days import day_of
from api.errors import SetupError
from api.posting import Posting
from api.settings import Settings
from api.store import Store
from api.sweeper import Sweeper
from api.taking import Taking
from api.together import Together
from api.visiting import Meeting, Met, Records, Write
from api.work import WorkGate
from crypto.circle import Circle
from crypto.documents import SEED_BYTES, new_signing_seed
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


def create_node_key(path: Path) -> bytes:
    """Write a new signing seed to *path*, for nobody else to read, and return it.

    Raises FileExistsError rather than replace one.
    """
    seed = new_signing_seed()
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(seed.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return seed


def read_node_key(path: Path) -> bytes:
    """The signing seed in *path*. Raises SetupError, also when others may read it."""
    try:
        mode = path.stat().st_mode
        text = path.read_text().strip()
    except OSError:
        raise SetupError("the node's key cannot be read; create one first") from None
    if stat.S_IMODE(mode) & 0o077:
        raise SetupError("others may read the node's key; take their permission away (chmod 600)")
    try:
        seed = bytes.fromhex(text)
    except ValueError:
        raise SetupError("the node's key file is not a node key") from None
    if len(seed) != SEED_BYTES:
        raise SetupError("the node's key file is not a node key")
    return seed
