"""`klunak circle`: found a circle, give it its next almanac, sign, and look at one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from clients.cli.operators import KeyringFile, PassphraseFile, passphrase, today, write_json
from clients.cli.voice import fail, plainly, result, say
from clients.operators.founding import (
    Duties,
    make_almanac,
    make_charter,
    make_period,
    next_almanac,
    read_certifying_keys,
    read_identity,
    unsigned,
    with_signature,
)
from clients.operators.keyring import SignerKeyring
from crypto.almanac import NodeEntry
from crypto.circle import read_circle
from crypto.periods import period_of
from matching.catalogue import Catalogue
from matching.errors import CatalogueError
from matching.trial_catalogue import TRIAL_CATALOGUE

app = typer.Typer(no_args_is_help=True, help="The signed document that says whose keys count.")

Out = Annotated[Path, typer.Option(help="The file to write.")]
Duty = Annotated[
    tuple[int, int], typer.Option(help="Two coordinators' numbers, first on duty first.")
]
KeyFiles = Annotated[list[Path], typer.Option("--keys", help="Certifying keys, one file each.")]


@app.command("new-signer")
def new_signer(file: KeyringFile, passphrase_file: PassphraseFile = None) -> None:
    """Make a signer's keyring and print the public key for the charter."""
    with plainly():
        keyring = SignerKeyring.create(file, passphrase(passphrase_file))
    result({"signer": keyring.public_key.hex()})


@app.command()
def charter(
    name: Annotated[str, typer.Option(help="What the circle is called.")],
    signer: Annotated[list[str], typer.Option(help="A signer's public key; once for each.")],
    coordinator: Annotated[list[Path], typer.Option(help="An identity file; once for each.")],
    matcher: Annotated[list[str], typer.Option(help="A matcher's public key; once for each.")],
    threshold: Annotated[int, typer.Option(min=1, help="How many signers an almanac needs.")],
    out: Out,
) -> None:
    """Write the charter, which never changes while the circle lives."""
    with plainly():
        text = make_charter(
            name=name,
            signers=[bytes.fromhex(one) for one in signer],
            threshold=threshold,
            coordinators=[read_identity(one.read_bytes()) for one in coordinator],
            matchers=[bytes.fromhex(one) for one in matcher],
        )
    out.write_text(text, encoding="utf-8")
    say(f"the charter is in {out}; coordinators now make their keys for it")


@app.command()
def almanac(
    charter_file: Annotated[Path, typer.Option("--charter", help="The charter.")],
    coordinator: Annotated[
        list[Path], typer.Option(help="An identity file; in the charter's order.")
    ],
    keys: KeyFiles,
    node: Annotated[list[str], typer.Option(help="KEY=ADDRESS of a node; once for each.")],
    request: Duty,
    offer: Duty,
    out: Out,
    period: Annotated[int, typer.Option(help="The quarter; this one by default.")] = 0,
    catalogue: Annotated[
        Path | None, typer.Option(help="The stores, as JSON; a trial's if none is given.")
    ] = None,
) -> None:
    """Write the first almanac, for the signers to read and sign."""
    with plainly():
        text = charter_file.read_text("utf-8")
        made = [read_certifying_keys(one.read_bytes(), text) for one in keys]
        entry = make_period(period or period_of(today()), Duties(request, offer), made)
        stores = TRIAL_CATALOGUE if catalogue is None else _catalogue(catalogue)
        first = make_almanac(
            text,
            coordinators=[read_identity(one.read_bytes()) for one in coordinator],
            nodes=[_node(one) for one in node],
            periods=[entry],
            catalogue=stores,
            trial=catalogue is None,
        )
    write_json(unsigned(text, first), out)
    say(f"not yet signed: {out}")


@app.command("next")
def next_one(
    document: Annotated[Path, typer.Argument(help="The circle document in force.")],
    out: Out,
    keys: KeyFiles = [],  # noqa: B006  typer reads the default and changes nothing
    request: Duty = (0, 1),
    offer: Duty = (0, 1),
    period: Annotated[int, typer.Option(help="The new quarter, if keys are given.")] = 0,
    catalogue: Annotated[Path | None, typer.Option(help="New stores, as JSON.")] = None,
    node: Annotated[
        list[str], typer.Option(help="KEY=ADDRESS of a node that moved; once for each.")
    ] = [],  # noqa: B006  as above
) -> None:
    """Write the almanac after the one in force: a new quarter's keys, new stores, or a node's new
    address."""
    with plainly():
        text = json.loads(document.read_bytes())["charter"]
        made = [read_certifying_keys(one.read_bytes(), text) for one in keys]
        entry = make_period(period, Duties(request, offer), made) if made else None
        changes: dict[str, Any] = {} if catalogue is None else {"catalogue": _catalogue(catalogue)}
        if node:
            known = read_circle(document.read_bytes()).nodes
            changes["nodes"] = _moved(known, [_node(one) for one in node])
        following = next_almanac(document.read_bytes(), period=entry, **changes)
    write_json(unsigned(text, following), out)
    say(f"not yet signed: {out}")


@app.command()
def sign(
    document: Annotated[Path, typer.Argument(help="The circle document; signed in place.")],
    keyring: Annotated[Path, typer.Option(help="Your signer's keyring.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Add your signature. Read the almanac first: it decides whose keys count."""
    with plainly():
        signer = SignerKeyring.open(keyring, passphrase(passphrase_file))
        signed = with_signature(document.read_bytes(), signer.secrets.signing_seed)
    write_json(signed, document)
    say(f"signed; {len(signed['signatures'])} signature(s) now")


@app.command()
def show(
    document: Annotated[Path, typer.Argument(help="A circle document.")],
) -> None:
    """Verify a circle document whole and print what it says, as JSON."""
    with plainly():
        circle = read_circle(document.read_bytes())
    result(
        {
            "circle": circle.digest.hex(),
            "name": circle.name,
            "serial": circle.serial,
            "trial": circle.trial,
            "coordinators": [key.hex() for key in circle.coordinators],
            "matchers": [key.hex() for key in circle.matchers],
            "nodes": [node.address for node in circle.nodes],
            "periods": [period.number for period in circle.periods],
            "policy": circle.policy.model_dump(),
        }
    )


def _node(text: str) -> NodeEntry:
    key, _, address = text.partition("=")
    try:
        return NodeEntry(key=bytes.fromhex(key), address=address)
    except ValueError:
        fail("a node is given as KEY=ADDRESS", "the key is what klunak node new-key printed")


def _moved(known: Sequence[NodeEntry], moved: Sequence[NodeEntry]) -> list[NodeEntry]:
    addresses = {one.key: one for one in moved}
    if not addresses.keys() <= {one.key for one in known}:
        fail("the circle has no node with that key", "klunak circle show prints its nodes")
    return [addresses.get(one.key, one) for one in known]


def _catalogue(file: Path) -> dict[str, Any]:
    try:
        stores: dict[str, Any] = json.loads(file.read_bytes())
        Catalogue.from_json(stores)
    except (ValueError, CatalogueError) as error:
        fail(f"the catalogue cannot be used: {type(error).__name__}", "see docs/operations.md")
    return stores
