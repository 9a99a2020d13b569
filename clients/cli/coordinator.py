"""`klunak coordinator`: vouch for people, let a clerk do the rest, hand over the next almanac."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from clients.cli import invites
from clients.cli.desk import desk_at
from clients.cli.operators import (
    CircleFile,
    Json,
    KeyringFile,
    NodeAddress,
    PassphraseFile,
    Step,
    newest_circle,
    passphrase,
    take_steps,
    today,
    write_json,
)
from clients.cli.voice import ask_text, fail, person, plainly, result, say
from clients.coordinator import Waiting
from clients.errors import NodeUnreachable
from clients.operators.clerk import Clerk, ClerkReport
from clients.operators.founding import Duties, coordinator_identity, make_certifying_keys
from clients.operators.keyring import CoordinatorKeyring
from crypto.circle import read_circle, replaces
from crypto.messages.intake import FAMILY
from crypto.periods import period_of

app = typer.Typer(
    no_args_is_help=True, help="Vouch for families and donors, without learning what they ask for."
)
app.add_typer(invites.app, name="invites")

MOST_TRIES = 20
"""Of a step, while its node is started again."""

IntakeId = Annotated[str, typer.Argument(help="The id that the inbox shows.")]


@app.command()
def new(file: KeyringFile, passphrase_file: PassphraseFile = None) -> None:
    """Make a coordinator's keyring and print what the founder of a circle needs of it."""
    with plainly():
        keyring = CoordinatorKeyring.create(file, passphrase(passphrase_file))
        result(json.loads(coordinator_identity(keyring)))


@app.command()
def keys(
    file: KeyringFile,
    charter: Annotated[Path, typer.Option(help="The charter, as its founder sent it.")],
    request: Annotated[tuple[int, int], typer.Option(help="Duty coordinators of requests.")],
    offer: Annotated[tuple[int, int], typer.Option(help="Duty coordinators of offers.")],
    period: Annotated[int, typer.Option(help="The quarter; this one by default.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write here instead of printing.")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make this coordinator's certifying keys for a quarter; asked again, the same ones."""
    with plainly():
        keyring = CoordinatorKeyring.open(file, passphrase(passphrase_file))
        made = make_certifying_keys(
            keyring,
            charter.read_text("utf-8"),
            period=period or period_of(today()),
            duties=Duties(request=request, offer=offer),
        )
        write_json(made, out)


@app.command()
def publish(
    file: KeyringFile,
    node: NodeAddress,
    circle: CircleFile,
    document: Annotated[Path, typer.Argument(help="The later almanac, signed.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Hand the node a later almanac of its circle: a new quarter's keys, stores, addresses."""
    with plainly():
        desk = desk_at(file, node, circle, passphrase_file)
        later = document.read_bytes()
        if not replaces(desk.circle, read_circle(later, pinned_digest=desk.circle.digest)):
            fail("the node has this almanac or a later one", "`klunak circle next` makes the next")
        desk.operator.put_circle(json.loads(later))
    say("published; clients, clerks and the matcher take it from the node")


@app.command()
def inbox(
    file: KeyringFile,
    node: NodeAddress,
    circle: CircleFile,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
) -> None:
    """Who waits, what they wrote, and what they answered."""
    with plainly():
        waiting = desk_at(file, node, circle, passphrase_file).inbox()
    if as_json:
        result([_line(one) for one in waiting])
        return
    table = Table(title=f"{len(waiting)} waiting")
    for heading in ("id", "who", "stands", "words", "asked", "answered"):
        table.add_column(heading, overflow="fold")
    for one in waiting:
        table.add_row(*(str(value) for value in _line(one).values()))
    person.print(table, markup=False)


@app.command()
def ask(
    file: KeyringFile,
    node: NodeAddress,
    circle: CircleFile,
    intake: IntakeId,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Ask somebody a question; the words are typed, or piped in after the passphrase."""
    with plainly():
        desk = desk_at(file, node, circle, passphrase_file)
        desk.ask(_id(intake), ask_text("your question"))
    say("asked; the answer will stand in the inbox")


@app.command()
def certify(
    file: KeyringFile,
    node: NodeAddress,
    circle: CircleFile,
    intake: IntakeId,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Vouch for somebody. The other duty coordinator has to do the same."""
    with plainly():
        desk_at(file, node, circle, passphrase_file).certify(_id(intake))
    say("certified; this thread is over, and nothing of it is kept")


@app.command()
def decline(
    file: KeyringFile,
    node: NodeAddress,
    circle: CircleFile,
    intake: IntakeId,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Do not vouch; a few words may go with it. It cannot be taken back."""
    with plainly():
        desk = desk_at(file, node, circle, passphrase_file)
        desk.decline(_id(intake), ask_text("words for the person (may be empty)", optional=True))
    say("declined; this thread is over, and nothing of it is kept")


@app.command()
def clerk(
    file: KeyringFile,
    node: NodeAddress,
    circle: CircleFile,
    passphrase_file: PassphraseFile = None,
    once: Annotated[bool, typer.Option("--once", help="One pass, then end.")] = False,
    step: Step = False,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between passes.")] = 60.0,
) -> None:
    """Answer invites and receipts by itself, until Ctrl-C. Every pass may be repeated."""
    with plainly():
        worker = Clerk(
            desk_at(file, node, circle, passphrase_file),
            today=today,
            newest=lambda: newest_circle(node, circle),
        )
        if step:
            take_steps(lambda: asdict(_patiently(worker)))
        elif once:
            result(asdict(worker.clerk_once()))
        else:
            _work_on(worker, interval)


def _id(intake: str) -> bytes:
    try:
        return bytes.fromhex(intake)
    except ValueError:
        fail("that is not an id", "copy it from the inbox")


def _line(one: Waiting) -> dict[str, Any]:
    role = "family" if one.role == FAMILY else "donor"
    return {
        "id": one.id.hex(),
        "who": f"{role}, {one.language}" + (", invited" if one.invited else ""),
        "stands": one.standing.value,
        "words": one.words,
        "asked": one.question,
        "answered": one.answer,
    }


def _patiently(worker: Clerk) -> ClerkReport:
    """A pass that is begun again while the node is away; each try waits some seconds by itself."""
    for _ in range(MOST_TRIES - 1):
        try:
            return worker.clerk_once()
        except NodeUnreachable:
            say("the node cannot be reached; trying again")
    return worker.clerk_once()


def _work_on(worker: Clerk, interval: float) -> None:
    while True:
        try:
            report = worker.clerk_once()
        except NodeUnreachable:
            say("the node cannot be reached; trying again")
        else:
            if report.certified or report.signed:
                say(f"certified {report.certified}, honoured {report.signed} receipts")
        time.sleep(interval)
