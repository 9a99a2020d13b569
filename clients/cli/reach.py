"""How this run of the command reaches nodes: said once, before the command, and true of them all.

klunak --socks 127.0.0.1:9050 family visit …
"""

from __future__ import annotations

from typing import Annotated, Any

import click
import typer

LINGER_SECONDS = 5.0


def reached(
    context: typer.Context,
    socks: Annotated[
        str | None,
        typer.Option(
            "--socks",
            envvar="KLUNAK_SOCKS",
            metavar="HOST:PORT|unix:PATH",
            help="Tor's SOCKS address on this machine; 127.0.0.1:9050 is Debian's.",
        ),
    ] = None,
    linger: Annotated[
        float,
        typer.Option(
            "--linger",
            envvar="KLUNAK_LINGER",
            min=0,
            help="Seconds to wait, at most and at random, before going another way for another "
            "act, so that the two are not seen to belong together.",
        ),
    ] = LINGER_SECONDS,
    clearnet: Annotated[
        bool,
        typer.Option(
            "--clearnet",
            help="Allow a node that is neither on this machine nor behind Tor. "
            "It and your provider then see where you are.",
        ),
    ] = False,
) -> None:
    """Remember how nodes are reached, for whatever command follows."""
    context.obj = {"socks": socks, "clearnet": clearnet, "linger": linger}


def ways() -> dict[str, Any]:
    """What a `SignedHttp` or `OperatorClient` takes of it."""
    context = click.get_current_context(silent=True)
    said = context.find_root().obj if context is not None else None
    given = said if isinstance(said, dict) else {}
    return {"socks": given.get("socks"), "clearnet": given.get("clearnet", False)}


def persons_ways(*, clearnet: bool) -> dict[str, Any]:
    """What a person's `NodeClient` takes of it; *clearnet* can be said after the command too."""
    context = click.get_current_context(silent=True)
    said = context.find_root().obj if context is not None else None
    linger = said.get("linger", 0.0) if isinstance(said, dict) else 0.0
    both = ways()
    return {**both, "clearnet": both["clearnet"] or clearnet, "linger": linger}
