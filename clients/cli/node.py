"""`klunak node`: make a node's key, and serve."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from clients.cli.voice import say

app = typer.Typer(no_args_is_help=True, help="Run a node: blind, and interchangeable with others.")

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@app.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(help="Where to put the key; never overwritten.")],
) -> None:
    """Make the key a node signs its descriptor with, and print its public half."""
    _become("new-key", str(file))


@app.command()
def serve(
    circle: Annotated[Path, typer.Option(help="The circle document that the node starts from.")],
    key: Annotated[Path, typer.Option(help="The node's key (klunak node new-key).")],
    data: Annotated[Path, typer.Option(help="The directory for the node's database.")] = Path(
        "node"
    ),
    socket: Annotated[
        Path | None, typer.Option(help="UNIX socket to listen on: the one behind an onion service.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to listen on.")] = 8750,
    expose_this_node: Annotated[
        bool,
        typer.Option(
            "--expose-this-node",
            help="Listen on an address other than loopback: everybody who comes can then be seen "
            "by everybody on the way. Almost certainly wrong.",
        ),
    ] = False,
) -> None:
    """Serve until Ctrl-C. Everything the node writes is below the data directory."""
    if socket is None and host not in LOOPBACK and not expose_this_node:
        raise typer.BadParameter(
            "a node listens on loopback or a UNIX socket, with Tor in front", param_hint="--host"
        )
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ |= {
        "KLUNAK_CIRCLE_DOCUMENT": str(circle),
        "KLUNAK_NODE_KEY": str(key),
        "KLUNAK_DATA_DIRECTORY": str(data),
        "KLUNAK_HOST": host,
        "KLUNAK_PORT": str(port),
    }
    if socket is not None:
        os.environ["KLUNAK_UNIX_SOCKET"] = str(socket)
    say(f"serving on {socket or f'http://{host}:{port}'}; stop with Ctrl-C")
    _become("serve")


def _become(*arguments: str) -> None:
    # A node's process holds the node alone: none of this command's modules, which can open things.
    os.execv(sys.executable, [sys.executable, "-B", "-m", "api", *arguments])  # noqa: S606
