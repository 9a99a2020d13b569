"""`klunak node`: make a node's key, and serve."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from clients.cli.voice import say
from clients.tor.keys import new_onion_key

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


@app.command("onion", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def onion(context: typer.Context) -> None:
    """What tor is told and who is let in: torrc, prepare, authorize, revoke, check, probe.

    Without an argument it says what each does. The same as `python -m api.onion`.
    """
    arguments = context.args or ["--help"]
    os.execv(sys.executable, [sys.executable, "-B", "-m", "api.onion", *arguments])  # noqa: S606


@app.command("torrc", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def torrc(context: typer.Context) -> None:
    """Print the torrc of a node, each option with its reason; takes what `onion` takes."""
    command = [sys.executable, "-B", "-m", "api.onion", *context.args, "torrc"]
    os.execv(sys.executable, command)  # noqa: S606


@app.command("move", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def move(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="How long the old address is answered too.")] = 90,
) -> None:
    """Take a new onion address. Takes what `onion` takes; then have the circle's signers sign an
    almanac with it (klunak circle next --node), which the old address serves as well."""
    arguments = [*context.args, "move", "--days", str(days)]
    os.execv(sys.executable, [sys.executable, "-B", "-m", "api.onion", *arguments])  # noqa: S606


@app.command("operator-key")
def operator_key(
    onion: Annotated[str, typer.Argument(help="The node's operators' address, NAME.onion.")],
    out: Annotated[Path, typer.Option(help="The file for your tor's ClientOnionAuthDir.")],
) -> None:
    """Make your key to a node's operators' service, and print the half that its node is given."""
    try:
        private, public = new_onion_key(onion)
    except ValueError:
        raise typer.BadParameter("an address is 56 letters and .onion") from None
    if out.suffix != ".auth_private":
        raise typer.BadParameter("tor reads NAME.auth_private only", param_hint="--out")
    handle = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(private)
    print(public)


def _become(*arguments: str) -> None:
    # A node's process holds the node alone: none of this command's modules, which can open things.
    os.execv(sys.executable, [sys.executable, "-B", "-m", "api", *arguments])  # noqa: S606
