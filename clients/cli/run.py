"""`klunak run`: a trial circle on this machine, ready to be asked and given through."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.panel import Panel

from clients.cli.operators import today
from clients.cli.voice import fail, person, plainly, say, working
from clients.coordinator import Coordinator, Standing
from clients.donor import Donor
from clients.errors import NodeRefused, NodeUnreachable
from clients.invites_text import format_invite
from clients.node import NodeClient
from clients.operators.founding import TRIAL_POLICY
from clients.operators.invites import join_slips, make_invites
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.people.views import Status
from clients.trial.circle import COORDINATORS, Trial
from clients.trial.processes import Process, ProcessFailed
from crypto.errors import InvalidKey
from crypto.lists import draw_list, format_line, list_to_key, parse_list
from crypto.messages.shelf import Wish
from matching.catalogue import Catalogue, Mode, Need, Region, Size, bits

STEPS = {
    "family new": "draw a list and write it down",
    "family ask --region minsk-city --mode voucher --need food --invite": "type it, and an invite",
    "family visit": "a little later: the card goes out",
    "donor visit": "type a donor's list from below: a family waits",
}

INVITES = 2
DONORS = 2
WATCH_SECONDS = 0.5
CLERK_SECONDS = 2.0


def run(
    home: Annotated[
        Path, typer.Option(help="Where the trial lives; it goes on from there next time.")
    ] = Path("trial"),
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port on 127.0.0.1.")] = 8750,
    epoch_seconds: Annotated[
        int, typer.Option(min=2, max=86_400, help="How long an epoch lasts, in a new trial.")
    ] = TRIAL_POLICY.epoch_seconds,
) -> None:
    """Start a trial circle: a node, a matcher beside it, two coordinators with clerks.

    For trying out alone: here one machine holds what must never be in one place. Rounds take
    seconds instead of a day. Ctrl-C stops it, and the next start goes on with what was there.
    """
    # Also where it was started in the background, which makes programs deaf to Ctrl-C.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    trial = Trial(home)
    url = f"http://127.0.0.1:{port}"
    with plainly(), ExitStack() as stack:
        if not trial.exists:
            with working("founding a circle: keys for two coordinators, a matcher, a signer"):
                policy = TRIAL_POLICY.model_copy(update={"epoch_seconds": epoch_seconds})
                trial.found(today=today(), address=url, policy=policy)
        try:
            trial.circle().period_on(today())
        except InvalidKey:
            fail("this trial is of a quarter that is over", f"remove {home} and start again")
        processes = stack.enter_context(_processes(trial, url, port))
        say(f"\nthe node and its page: {url}     (trial: matcher beside the node)")
        _show_invites(trial, url)
        stop = threading.Event()
        donors = threading.Thread(target=_prepare_donors, args=(trial, url, stop), daemon=True)
        donors.start()
        stack.callback(stop.set)
        _say_what_next(trial, url)
        try:
            while all(process.running for process in processes):
                time.sleep(WATCH_SECONDS)
        except KeyboardInterrupt:
            say("\nstopping; everything acknowledged is on the disk")
            return
        ended = next(process for process in processes if not process.running)
        fail(f"a process ended by itself; see {ended.log}", "start again: nothing is lost")


@contextmanager
def _processes(trial: Trial, url: str, port: int) -> Iterator[list[Process]]:
    common = ["--node", url, "--circle", str(trial.document)]
    common += ["--passphrase-file", str(trial.home / "passphrase")]
    with ExitStack() as stack:
        try:
            node = stack.enter_context(trial.node(port))
            with working("starting the node"):
                node.wait_until_ready()
        except ProcessFailed:
            fail(f"the node does not start on port {port}", f"see {trial.node_data}/node.log")
        matcher = ["matcher", "run", str(trial.matcher_keyring), *common]
        clerks = [
            [
                *("coordinator", "clerk", str(trial.coordinator_keyring(number)), *common),
                *("--interval", str(CLERK_SECONDS)),
            ]
            for number in range(COORDINATORS)
        ]
        programs = {"matcher": matcher} | {f"clerk-{n}": clerk for n, clerk in enumerate(clerks)}
        yield [
            node,
            *(
                stack.enter_context(
                    Process(["-m", "clients.cli", *arguments], log=trial.home / f"{name}.log")
                )
                for name, arguments in programs.items()
            ),
        ]


def _show_invites(trial: Trial, url: str) -> None:
    """Invites for two families, made once; a slip on paper would carry the same letters."""
    file = trial.home / "invites.json"
    if not file.exists():
        period = trial.circle().period_on(today()).number
        halves = []
        for number in range(COORDINATORS):
            with closing(_desk(trial, url, number)) as desk:
                halves.append(
                    make_invites(
                        desk.keyring, desk.operator, desk.circle, period=period, count=INVITES
                    )
                )
        _keep(file, [format_invite(slip) for slip in join_slips(*halves)])
    for number, invite in enumerate(json.loads(file.read_text()), start=1):
        say(f"invite for a family ({number}): {invite}")


def _say_what_next(trial: Trial, url: str) -> None:
    klunak = Path(sys.executable).parent / "klunak"
    command = os.path.relpath(klunak) if klunak.exists() else "klunak"
    say("\nin another terminal:")
    say(f"  export KLUNAK_NODE={url} KLUNAK_CIRCLE={trial.document}")
    for step, why in STEPS.items():
        say(f"  {command} {step:66} # {why}")
    say("")


def _prepare_donors(trial: Trial, url: str, stop: threading.Event) -> None:
    """Two donors who are vouched for and whose cards are out; their lists are shown when ready."""
    file = trial.home / "donors.json"
    if not file.exists():
        _keep(file, [_new_list() for _ in range(DONORS)])
    for number, lines in enumerate(json.loads(file.read_text()), start=1):
        key = list_to_key(parse_list(lines))
        while not _is_ready(trial, url, key):
            if stop.wait(1.0):
                return
        text = "\n".join(lines)
        person.print(Panel(text, title=f"the list of donor {number}, ready", expand=False))


def _new_list() -> list[str]:
    return [format_line(line, "be") for line in draw_list().lines]


def _is_ready(trial: Trial, url: str, key: bytes) -> bool:
    """Go one step on with a donor; whether its cards are out."""
    client = NodeClient(url)
    try:
        donor = Donor(key, client.fetch_circle(trial.circle().digest), client, today())
        view = donor.visit()
        if view.status is Status.NOTHING:
            donor.offer(_wish(trial), "be", "trial donor")
        elif view.status is Status.ASKED:
            _vouch(trial, url)
        return bool(view.slots)
    except NodeUnreachable:
        return False
    except NodeRefused as error:
        if error.status != httpx.codes.SERVICE_UNAVAILABLE:
            raise
        return False  # no epoch is open yet, or the node is busy
    finally:
        client.close()


def _vouch(trial: Trial, url: str) -> None:
    """What two people would do at their desks, for donors of a trial only."""
    for number in range(COORDINATORS):
        with closing(_desk(trial, url, number)) as desk:
            for waiting in desk.inbox():
                if waiting.standing is Standing.NEW and waiting.words == "trial donor":
                    desk.certify(waiting.id)


def _wish(trial: Trial) -> Wish:
    catalogue = Catalogue.from_json(trial.circle().catalogue)
    return Wish(
        regions=bits(Region),
        modes=bits(Mode),
        preset=len(catalogue.presets) - 1,
        size=Size.LARGE,
        needs=bits(Need),
        urgency=0,
    )


def _desk(trial: Trial, url: str, number: int) -> Coordinator:
    keyring = CoordinatorKeyring.open(trial.coordinator_keyring(number), trial.passphrase)
    circle = trial.circle()
    operator = OperatorClient(SignedHttp(url, keyring.secrets.signing_seed, circle.digest))
    return Coordinator(keyring, operator, NodeClient(url), circle)


def _keep(file: Path, value: list[object] | list[str] | list[list[str]]) -> None:
    handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as opened:
        json.dump(value, opened, ensure_ascii=False)
