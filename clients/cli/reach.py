"""How this run of the command reaches nodes: said once, before the command, and true of them all.

klunak --socks 127.0.0.1:9050 family visit …
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any

import typer

LINGER_SECONDS = 5.0


@dataclass(frozen=True)
class Reach:
    """What was said before the command; without any of it, this machine alone is reached."""

    socks: str | None = None
    linger: float = 0.0
    clearnet: bool = False


_said: ContextVar[Reach] = ContextVar("reach")
_NOTHING = Reach()


def reached(
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
    _said.set(Reach(socks, linger, clearnet))


def ways() -> dict[str, Any]:
    """What a `SignedHttp` or `OperatorClient` takes of it."""
    said = _said.get(_NOTHING)
    return {"socks": said.socks, "clearnet": said.clearnet}


def persons_ways(*, clearnet: bool) -> dict[str, Any]:
    """What a person's `NodeClient` takes of it; *clearnet* can be said after the command too."""
    said = _said.get(_NOTHING)
    return {"socks": said.socks, "clearnet": said.clearnet or clearnet, "linger": said.linger}
