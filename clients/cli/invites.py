"""`klunak coordinator invites`: make one's half of the codes, and print both as slips."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from clients.cli.desk import desk_at
from clients.cli.operators import (
    CircleFile,
    KeyringFile,
    NodeAddress,
    PassphraseFile,
    today,
    write_json,
)
from clients.cli.voice import fail, plainly, say
from clients.operators.invites import join_slips, make_invites, slip_text
from crypto.goods import Language

app = typer.Typer(no_args_is_help=True, help="Slips that let a family in at once.")


@app.command("make")
def make(
    file: KeyringFile,
    node: NodeAddress,
    circle: CircleFile,
    out: Annotated[Path, typer.Option(help="Where your half of the codes goes.")],
    count: Annotated[int, typer.Option(min=1, help="How many slips.")] = 10,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make your half of a batch of invites and register it at the node."""
    if out.exists():  # codes that are registered and nowhere written would be lost
        fail(f"{out} is there already", "name a file that is not")
    with plainly():
        desk = desk_at(file, node, circle, passphrase_file)
        period = desk.circle.period_on(today()).number
        codes = make_invites(desk.keyring, desk.operator, desk.circle, period=period, count=count)
        out.touch(mode=0o600, exist_ok=False)
        write_json([code.hex() for code in codes], out)
    say(f"{len(codes)} half-codes in {out}; give them to whoever prints, then erase them")


@app.command("print")
def print_slips(
    first: Annotated[Path, typer.Argument(help="The first duty coordinator's half.")],
    second: Annotated[Path, typer.Argument(help="The second duty coordinator's half.")],
    address: Annotated[str, typer.Option(help="The address families open.")],
    language: Annotated[Language, typer.Option(help="Of the slips.")] = "be",
) -> None:
    """Join two halves into slips to cut out."""
    halves = [[bytes.fromhex(code) for code in json.loads(f.read_text())] for f in (first, second)]
    try:
        slips = join_slips(*halves)
    except ValueError:
        fail("the two halves have different lengths", "make both with the same --count")
    for slip in slips:
        typer.echo(slip_text(slip, address=address, language=language))
        typer.echo("- " * 36)
