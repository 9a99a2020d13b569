"""A trial circle for the web client's journeys: a real node, matcher and clerks, told what to do.

    python serve_trial.py HOME TODAY  a line of JSON in, a line of JSON out

    (at the start)                    {"url", "circle" (digest, hex), "today"}
    {"do": "invite"}                  {"invite": text}
    {"do": "ask", "words"}            both coordinators ask everybody who is new
    {"do": "certify"}                 both coordinators certify everybody who waits
    {"do": "epoch"}                   clerks work, the matcher closes the epoch; its report
    {"do": "person", "role", "key", "method", "args", "kwargs"}
                                      one sitting of a Python family or donor; its view

It ends when its input does.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from clients.coordinator import Coordinator, Standing
from clients.donor import Donor
from clients.errors import ClientError
from clients.family import Family
from clients.invites_text import format_invite, parse_invite
from clients.node import NodeClient
from clients.operators.founding import TRIAL_POLICY
from clients.operators.invites import join_slips, make_invites
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.trial.circle import COORDINATORS, Trial
from clients.trial.ports import free_port
from clients.trial.processes import StepProcess
from crypto.messages.pages import Kind
from crypto.messages.shelf import Wish

Told = dict[str, Any]


class Served:
    """The processes, and who sits at the desks."""

    def __init__(self, home: Path, today: int, running: ExitStack) -> None:
        self.today = today
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        trial = Trial(home)
        # A donor's silence is over sooner than at a table.
        policy = TRIAL_POLICY.model_copy(update={"answer_epochs": 2})
        trial.found(today=today, address=self.url, policy=policy)
        self.circle = trial.circle()
        running.enter_context(trial.node(port).wait_until_ready())
        self._matcher = self._begun(trial, ["matcher", "run", str(trial.matcher_keyring)])
        running.enter_context(self._matcher)
        self._clerks = []
        for number in range(COORDINATORS):
            keyring = str(trial.coordinator_keyring(number))
            self._clerks.append(self._begun(trial, ["coordinator", "clerk", keyring]))
            running.enter_context(self._clerks[-1])
        self._desks = [self._desk(trial, number) for number in range(COORDINATORS)]
        self._matcher.step()  # opens the first epoch

    def do(self, told: Told) -> Told:
        """What one line asks for."""
        acts: dict[str, Callable[[Told], Told]] = {
            "invite": self._invite,
            "ask": self._ask,
            "certify": self._certify,
            "epoch": self._epoch,
            "person": self._person,
        }
        return acts[told["do"]](told)

    def _invite(self, _told: Told) -> Told:
        period = self.circle.period_on(self.today).number
        halves = [
            make_invites(desk.keyring, desk.operator, self.circle, period=period, count=1)
            for desk in self._desks
        ]
        (slip,) = join_slips(*halves)
        return {"invite": format_invite(slip)}

    def _ask(self, told: Told) -> Told:
        for desk in self._desks:
            for waiting in desk.inbox():
                if waiting.standing is Standing.NEW and not waiting.invited:
                    desk.ask(waiting.id, told["words"])
        return {}

    def _certify(self, _told: Told) -> Told:
        answers = set()
        for desk in self._desks:
            for waiting in desk.inbox():
                if not waiting.invited:
                    answers.add(waiting.answer)
                    desk.certify(waiting.id)
        return {"answers": sorted(answers)}

    def _epoch(self, _told: Told) -> Told:
        for clerk in self._clerks:
            clerk.begin()
        clerked = [clerk.finish() for clerk in self._clerks]
        return {"clerked": clerked, "round": self._matcher.step()}

    def _person(self, told: Told) -> Told:
        node = NodeClient(self.url)
        kind = {"family": Family, "donor": Donor}[told["role"]]
        person = kind(bytes.fromhex(told["key"]), self.circle, node, self.today)
        args, kwargs = ([_value(a) for a in told["args"]], told.get("kwargs", {}))
        if "invite" in kwargs:
            kwargs["invite"] = parse_invite(kwargs["invite"])
        if "kind" in kwargs:
            kwargs["kind"] = Kind(kwargs["kind"])
        try:
            view = getattr(person, told["method"])(*args, **kwargs)
        except ClientError as error:
            return {"error": type(error).__name__}
        finally:
            node.close()
        return {"view": dataclasses.asdict(view)}

    def _begun(self, trial: Trial, arguments: list[str]) -> StepProcess:
        return StepProcess(
            [*arguments, "--node", self.url, "--circle", str(trial.document)],
            log=trial.home / f"{arguments[0]}.log",
            passphrase=trial.passphrase,
        )

    def _desk(self, trial: Trial, number: int) -> Coordinator:
        keyring = CoordinatorKeyring.open(trial.coordinator_keyring(number), trial.passphrase)
        operator = OperatorClient(
            SignedHttp(self.url, keyring.secrets.signing_seed, self.circle.digest)
        )
        return Coordinator(keyring, operator, NodeClient(self.url), self.circle)


def _value(given: Any) -> Any:
    return Wish(**given) if isinstance(given, dict) else given


def main() -> None:
    """Serve until the input ends."""
    home, today = Path(sys.argv[1]), int(sys.argv[2])
    with ExitStack() as running:
        served = Served(home, today, running)
        _tell({"url": served.url, "circle": served.circle.digest.hex(), "today": today})
        for line in sys.stdin:
            _tell(served.do(json.loads(line)))


def _tell(answer: Told) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
