"""How this run of the command reaches nodes: said once, before the command, and true of them all.

klunak --socks 127.0.0.1:9050 family visit …
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any

import typer

SOCKS_VARIABLE, LINGER_VARIABLE = "KLUNAK_SOCKS", "KLUNAK_LINGER"
LINGER_SECONDS = 5.0


@dataclass(frozen=True)
class Reach:
    """What was said before the command; without any of it, this machine alone is reached."""

    socks: str | None = None
    linger: float = LINGER_SECONDS
    clearnet: bool = False


_NOTHING_SAID = Reach()
_said: ContextVar[Reach] = ContextVar("reach", default=_NOTHING_SAID)


def reached(
    socks: Annotated[
        str | None,
        typer.Option(
            "--socks",
            envvar=SOCKS_VARIABLE,
            metavar="HOST:PORT|unix:PATH",
            help="Tor's SOCKS address on this machine; 127.0.0.1:9050 is Debian's.",
        ),
    ] = None,
    linger: Annotated[
        float,
        typer.Option(
            "--linger",
            envvar=LINGER_VARIABLE,
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
    _said.set(Reach(socks, linger, clearnet))


def ways() -> dict[str, Any]:
    """What a `SignedHttp` or `OperatorClient` takes of it."""
    reach = _said.get()
    return {"socks": reach.socks, "clearnet": reach.clearnet}


def persons_ways() -> dict[str, Any]:
    """What a person's `NodeClient` takes of it."""
    return {**ways(), "linger": _said.get().linger}


def said_before() -> list[str]:
    """What the next command needs before it, besides the environment."""
    reach = _said.get()
    words: list[str] = []
    if reach.socks is not None and os.environ.get(SOCKS_VARIABLE) != reach.socks:
        words += ["--socks", reach.socks]
    if reach.linger != float(os.environ.get(LINGER_VARIABLE, LINGER_SECONDS)):
        words += ["--linger", f"{reach.linger:g}"]
    if reach.clearnet:
        words.append("--clearnet")
    return words
