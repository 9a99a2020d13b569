"""The klunak command: all groups under one roof."""

from __future__ import annotations

import sys

import typer

from clients.cli import bench, circle, coordinator, donor, drill, family, matcher, node, run, tour
from clients.cli.reach import reached
from clients.cli.voice import say

EXIT_INTERRUPTED = 130


def command() -> typer.Typer:
    """All groups under one roof."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # they print local variables, which hold secrets
        help="Klunak: food parcels between people who need not know each other.",
    )
    app.callback()(reached)
    app.command("run")(run.run)
    app.command("tour")(tour.tour)
    app.command("drill")(drill.drill)
    app.add_typer(family.family_app, name="family")
    app.add_typer(donor.donor_app, name="donor")
    app.add_typer(coordinator.app, name="coordinator")
    app.add_typer(matcher.app, name="matcher")
    app.add_typer(node.app, name="node")
    app.add_typer(circle.app, name="circle")
    app.add_typer(bench.app, name="bench")
    return app


def main() -> None:
    """Run the command line."""
    try:
        command()()
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(EXIT_INTERRUPTED)
