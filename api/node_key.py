"""The file that a node's signing key lies in: written once, and for nobody else to read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from api.errors import SetupError
from crypto.documents import SEED_BYTES, new_signing_seed


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
