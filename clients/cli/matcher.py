"""`klunak matcher`: once per epoch, open, match, commit and forget."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from api import memory
from clients.cli.operators import (
    CircleFile,
    KeyringFile,
    NodeAddress,
    PassphraseFile,
    Step,
    newest_circle,
    passphrase,
    take_steps,
)
from clients.cli.reach import ways
from clients.cli.voice import plainly, result, say
from clients.matcher import Matcher, RoundReport
from clients.operators.keyring import MatcherKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from matching.cards import Offer, Request
from matching.catalogue import Catalogue
from matching.oracle import verify
from matching.plan import Plan

app = typer.Typer(
    no_args_is_help=True,
    help="Match requests with offers. Never on a node's host, never by somebody who vouches.",
)


@app.command()
def new(file: KeyringFile, passphrase_file: PassphraseFile = None) -> None:
    """Make a matcher's keyring and print the public key for the charter."""
    with plainly():
        keyring = MatcherKeyring.create(file, passphrase(passphrase_file))
    result({"matcher": keyring.public_key.hex()})


@app.command()
def run(
    file: KeyringFile,
    node: NodeAddress,
    circle: CircleFile,
    passphrase_file: PassphraseFile = None,
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
    step: Step = False,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove",
            help="Compare each round with an independent solver's optimum, in memory (tours).",
        ),
    ] = False,
) -> None:
    """A round at the end of every epoch, until Ctrl-C; killed at any point, it continues."""
    # What cards hold is in memory for the length of a round, and overwritten when it is over.
    memory.overwrite_what_is_freed()
    memory.hide()
    memory.keep_off_the_disk()
    with plainly():
        keyring = MatcherKeyring.open(file, passphrase(passphrase_file))
        known = newest_circle(node, circle)
        proof = _Proof(Catalogue.from_json(known.catalogue)) if prove else None
        matcher = Matcher(
            keyring,
            OperatorClient(SignedHttp(node, keyring.secrets.signing_seed, known.digest, **ways())),
            known,
            observer=proof,
            newest=lambda: newest_circle(node, circle),
        )
        if step:
            take_steps(lambda: _round(matcher, proof))
        elif once:
            result(_round(matcher, proof))
        else:
            matcher.run_forever(known.policy.epoch_seconds, told=_tell)


class _Proof:
    """Whether every plan so far was an optimum; remembers that, and no plan."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.rounds = 0

    def __call__(
        self, _epoch: int, requests: list[Request], offers: list[Offer], plan: Plan
    ) -> None:
        verify(plan, requests, offers, self._catalogue)  # raises for anything less
        self.rounds += 1


def _round(matcher: Matcher, proof: _Proof | None) -> dict[str, Any]:
    report = matcher.round_once(time.time())
    told: dict[str, Any] = {} if report is None else dict(report.as_json())
    return told if proof is None else {**told, "proved": proof.rounds}


def _tell(report: RoundReport) -> None:
    say(
        f"epoch {report.epoch}: {report.live} live cards, {report.matched} pairs, "
        f"{report.confirmed} confirmed, {report.seconds:.1f} s"
    )
