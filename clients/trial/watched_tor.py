"""The command of whoever runs a node's tor: `python -m api.onion run`, from a copy of what that
machine is given and nothing else, since tor's account may not be able to read this checkout."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import api.onion
from api.onion.torrc import Places

DEBIAN_PYTHON = Path("/usr/bin/python3")


def ship(to: Path) -> Path:
    """Copy `api.onion` to *to*, for everybody to read; returns *to*."""
    source = Path(api.onion.__file__).parent
    shutil.copytree(source, to / "api/onion", ignore=shutil.ignore_patterns("*.pyc"))
    (to / "api/__init__.py").touch()
    for path in (to, *to.rglob("*")):
        path.chmod(0o755)
    return to


def watched_tor(shipped: Path, places: Places, probe_socket: Path) -> list[str | Path]:
    """What runs tor; arguments for tor itself may follow."""
    # The system's, which every account can read, as on a tor's machine; it needs no library.
    python = DEBIAN_PYTHON if DEBIAN_PYTHON.exists() else Path(sys.executable).resolve()
    return [
        *("/usr/bin/env", f"PYTHONPATH={shipped}", python, "-B", "-m", "api.onion"),
        *("--tor-data", places.tor_data, "--probe-socket", probe_socket),
        *("--public-socket", places.public_socket),
        *("--operators-socket", places.operators_socket),
        *("run", "--"),
    ]
