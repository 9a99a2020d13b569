"""The real commands as processes of their own, at a trial circle with its operators at hand."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from clients.cli.phrases import Phrases, Role
from clients.cli.seat import Seat
from clients.coordinator import Coordinator
from clients.invites_text import format_invite
from clients.matcher import Matcher
from clients.node import NodeClient, OpenEpoch
from clients.operators.clerk import Clerk
from clients.operators.invites import join_slips, make_invites
from clients.operators.keyring import CoordinatorKeyring, MatcherKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.trial.circle import COORDINATORS, Trial
from crypto.almanac import DEFAULT_POLICY
from crypto.descriptors import EpochDescriptor
from crypto.lists import GroceryList, Language, draw_list, format_line
from matching.catalogue import Catalogue
from matching.trial_catalogue import TRIAL_CATALOGUE
from tests.patience import PATIENCE_SECONDS

DAY_SECONDS = 86_400
NOT_RELATED = ("KLUNAK_NODE", "KLUNAK_CIRCLE", "KLUNAK_LANGUAGE")


def today() -> int:
    return int(time.time()) // DAY_SECONDS


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, what a machine and what a person was told."""

    code: int
    out: str
    told: str

    @property
    def json(self) -> Any:
        assert self.code == 0, self.told
        return json.loads(self.out)


def run(
    *arguments: str, typed: Sequence[str] = (), environment: dict[str, str] | None = None
) -> Ran:
    """`klunak` in a fresh process, with *typed* piped to it line by line."""
    clean = {name: value for name, value in os.environ.items() if name not in NOT_RELATED}
    done = subprocess.run(
        [sys.executable, "-B", "-m", "clients.cli", *arguments],
        input="".join(f"{line}\n" for line in typed),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**clean, "COLUMNS": "120", "NO_COLOR": "1", **(environment or {})},
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def at_keyboard(*arguments: str, typed: Sequence[str], environment: dict[str, str]) -> Ran:
    """`klunak` with a pseudo-terminal for a keyboard."""
    ours, theirs = pty.openpty()
    try:
        child = subprocess.Popen(
            [sys.executable, "-B", "-m", "clients.cli", *arguments],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "COLUMNS": "120", "NO_COLOR": "1", **environment},
        )
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        out, told = child.communicate(timeout=PATIENCE_SECONDS)
    finally:
        os.close(theirs)
        os.close(ours)
    return Ran(child.returncode, out.decode(), told.decode())


@dataclass
class Circle:
    """A trial circle with its node running; everybody else takes a step when told to."""

    trial: Trial
    url: str
    http: httpx.Client
    invites: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        return {"KLUNAK_NODE": self.url, "KLUNAK_CIRCLE": str(self.trial.document)}

    def run(self, *arguments: str, typed: Sequence[str] = (), language: str = "en") -> Ran:
        environment = {**self.environment, "KLUNAK_LANGUAGE": language}
        return run(*arguments, typed=typed, environment=environment)

    def round(self) -> None:
        """The matcher closes the epoch and commits its round, or opens the first."""
        keyring = MatcherKeyring.open(self.trial.matcher_keyring, self.trial.passphrase)
        operator = self._operator(keyring.secrets.signing_seed)
        Matcher(keyring, operator, self.trial.circle(), processes=1).round_once(time.time())

    def clerks(self) -> None:
        """Both clerks answer invites and batches."""
        for number in range(COORDINATORS):
            Clerk(self._desk(number), today=today).clerk_once()

    def vouch(self) -> None:
        """Both coordinators certify whoever waits."""
        for number in range(COORDINATORS):
            desk = self._desk(number)
            for waiting in desk.inbox():
                desk.certify(waiting.id)

    def question(self, words: str) -> None:
        """The first coordinator asks whoever waits."""
        desk = self._desk(0)
        for waiting in desk.inbox():
            desk.ask(waiting.id, words)

    def invite(self) -> str:
        """An unused invite, as it is printed."""
        if not self.invites:
            circle = self.trial.circle()
            period = circle.period_on(today()).number
            halves = []
            for number in range(COORDINATORS):
                desk = self._desk(number)
                operator = desk.operator
                halves.append(make_invites(desk.keyring, operator, circle, period=period, count=10))
            self.invites = [format_invite(slip) for slip in join_slips(*halves)]
        return self.invites.pop()

    def _desk(self, number: int) -> Coordinator:
        path = self.trial.coordinator_keyring(number)
        keyring = CoordinatorKeyring.open(path, self.trial.passphrase)
        operator = self._operator(keyring.secrets.signing_seed)
        return Coordinator(keyring, operator, NodeClient(self.url, self.http), self.trial.circle())

    def _operator(self, seed: bytes) -> OperatorClient:
        return OperatorClient(SignedHttp(self.url, seed, self.trial.circle().digest, self.http))


class FakeNode:
    """Remembers an epoch, as a node does that was asked for it."""

    descriptor = EpochDescriptor.model_construct(epoch=6, opens=0, closes=30_000_000)
    last_epoch = OpenEpoch(descriptor, 5)


class FakeCircle:
    policy = DEFAULT_POLICY


def seat(role: Role = "family", language: Any = "en") -> Seat:
    catalogue = Catalogue.from_json(TRIAL_CATALOGUE)
    node: Any = FakeNode()
    circle: Any = FakeCircle()
    return Seat(role, node, circle, catalogue, Phrases(language))


def written(grocery_list: GroceryList, language: Language) -> list[str]:
    """A list as its owner would type it."""
    return [format_line(line, language) for line in grocery_list.lines]


def drawn(language: Language = "be") -> list[str]:
    """A fresh list, as its owner would type it."""
    return written(draw_list(), language)
