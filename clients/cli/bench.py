"""`klunak bench`: figures that anybody can measure again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from clients.benches import crypto_rates
from clients.cli.voice import person, result, working

app = typer.Typer(no_args_is_help=True, help="Measure on this machine.")


@app.callback()
def bench() -> None:
    """Measure on this machine; machines are noisy, so compare ratios."""


@app.command()
def crypto(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a machine.")] = False,
) -> None:
    """How often a second, on one core, each step of the cryptography can be done."""
    with working("measuring") as now:
        rates = crypto_rates(now)
    if as_json:
        result(rates)
        return
    table = Table("what", "per second")
    for name, rate in rates.items():
        table.add_row(name.replace("_", " "), f"{rate:,.0f}")
    person.print(table)
