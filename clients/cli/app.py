"""The klunak command: all groups under one roof."""

from __future__ import annotations

import sys
from collections.abc import Collection
from importlib import import_module

import typer

from clients.cli.reach import reached
from clients.cli.voice import say

EXIT_INTERRUPTED = 130

PLACES = {
    "run": "run",
    "tour": "tour",
    "drill": "drill",
    "family": "family_app",
    "donor": "donor_app",
    "coordinator": "app",
    "matcher": "app",
    "node": "app",
    "circle": "app",
    "bench": "app",
}
"""The words that can follow `klunak`; what the module of that name calls the command or group."""


def command(words: Collection[str] = ()) -> typer.Typer:
    """The groups that *words* name, or all of them where none is named.

    A bench stands on a whole node, a matcher on its solver: whoever types a list waits for neither.
    """
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # they print local variables, which hold secrets
        help="Klunak: food parcels between people who need not know each other.",
    )
    app.callback()(reached)
    for word in [word for word in PLACES if word in words] or PLACES:
        found = getattr(import_module(f"clients.cli.{word}"), PLACES[word])
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=word)
        else:
            app.command(word)(found)
    return app


def main() -> None:
    """Run the command line."""
    try:
        command(sys.argv[1:])()
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(EXIT_INTERRUPTED)
