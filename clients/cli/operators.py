"""What all operators' commands share: the node, the circle, the passphrase, and taking steps."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from clients.cli.reach import ways
from clients.cli.voice import ask_secret, result
from clients.node import NodeClient
from crypto.circle import Circle, read_circle

DAY_SECONDS = 86_400

KeyringFile = Annotated[Path, typer.Argument(help="Your keyring: a file sealed by a passphrase.")]
NodeAddress = Annotated[
    str, typer.Option("--node", envvar="KLUNAK_NODE", help="Address of the node.")
]
CircleFile = Annotated[
    Path,
    typer.Option(
        "--circle",
        envvar="KLUNAK_CIRCLE_DOCUMENT",
        help="The circle document as you keep it; it pins which circle you work for.",
    ),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        help="Read the passphrase from this file instead of asking for it (trials only).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")]
Backend = Annotated[Literal["sqlite", "postgresql"], typer.Option(help="The node's database.")]
Step = Annotated[
    bool,
    typer.Option(
        "--step",
        help="Wait for a line on standard input before each turn and answer with a line of JSON; "
        "for tours and drills.",
    ),
]


def today() -> int:
    """Days since 1970-01-01 (UTC)."""
    return int(time.time()) // DAY_SECONDS


def passphrase(file: Path | None) -> str:
    """From the file, or asked for."""
    return ask_secret("passphrase") if file is None else file.read_text().strip()


def newest_circle(node: str, pinned: Path) -> Circle:
    """The circle as *node* serves it, if it is the pinned one and not older than it."""
    known = read_circle(pinned.read_bytes())
    client = NodeClient(node, **ways())
    try:
        served = client.fetch_circle(known.digest)
    finally:
        client.close()
    return served if served.serial >= known.serial else known


def take_steps(step: Callable[[], dict[str, Any]]) -> None:
    """One turn for each line on standard input, until it ends."""
    for _ in sys.stdin:
        sys.stdout.write(json.dumps(step()) + "\n")
        sys.stdout.flush()


def write_json(value: Any, out: Path | None) -> None:
    """To a file if one is named, to standard output otherwise."""
    if out is None:
        result(value)
    else:
        out.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
