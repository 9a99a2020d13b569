"""`klunak node`: make a node's key, and serve."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from clients.cli.voice import say

app = typer.Typer(no_args_is_help=True, help="Run a node: blind, and interchangeable with others.")


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
    operators_socket: Annotated[
        Path | None,
        typer.Option(
            help="UNIX socket for operators' routes, which then are on no other: the one behind "
            "the onion service that only keys open."
        ),
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
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ |= {
        "KLUNAK_CIRCLE_DOCUMENT": str(circle),
        "KLUNAK_NODE_KEY": str(key),
        "KLUNAK_DATA_DIRECTORY": str(data),
        "KLUNAK_HOST": host,
        "KLUNAK_PORT": str(port),
        "KLUNAK_EXPOSE_THIS_NODE": str(expose_this_node),
    }
    for name, path in (("UNIX_SOCKET", socket), ("OPERATORS_SOCKET", operators_socket)):
        if path is not None:
            os.environ[f"KLUNAK_{name}"] = str(path)
    say(f"to be served on {socket or f'http://{host}:{port}'}; stop with Ctrl-C")
    _become("serve")


def _become(*arguments: str) -> None:
    # A node's process holds the node alone: none of this command's modules, which can open things.
    os.execv(sys.executable, [sys.executable, "-B", "-m", "api", *arguments])  # noqa: S606
