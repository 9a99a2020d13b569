"""`klunak run`: a trial that works as soon as it stands, stops cleanly, and goes on."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from clients.trial.ports import free_port
from tests.patience import PATIENCE_SECONDS, wait_until

KLUNAK = [sys.executable, "-m", "clients.cli"]


class Trial:
    """`klunak run` in a process of its own, and people who use it by the command line."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.output = home.parent / "output.txt"

    @contextmanager
    def running(self) -> Iterator[None]:
        arguments = ["run", "--home", str(self.home), "--port", str(self.port)]
        with self.output.open("w") as output:
            process = subprocess.Popen(
                [*KLUNAK, *arguments, "--epoch-seconds", "3"], stdout=output, stderr=output
            )
        try:
            wait_until(
                lambda: "the list of donor 2, ready" in self.output.read_text(),
                self.output.read_text,
            )
            yield
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_SECONDS) == 0
        assert "stopping" in self.output.read_text()

    def klunak(self, *arguments: str, typed: list[str]) -> dict[str, Any]:
        done = self.tried(*arguments, typed=typed)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def tried(self, *arguments: str, typed: list[str]) -> subprocess.CompletedProcess[str]:
        """What a command came to, whether or not it could be done."""
        return subprocess.run(
            [*KLUNAK, *arguments, "--json"],
            input="\n".join(typed) + "\n",
            env={
                **os.environ,
                "KLUNAK_NODE": f"http://127.0.0.1:{self.port}",
                "KLUNAK_CIRCLE": str(self.home / "circle.json"),
            },
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def kept(self, name: str) -> Any:
        return json.loads((self.home / name).read_text())


@pytest.mark.journey
def test_a_parcel_travels_through_a_trial_that_was_stopped_in_between(tmp_path: Path) -> None:
    trial = Trial(tmp_path / "trial")
    wish = ["--region", "minsk-city", "--mode", "voucher", "--need", "food"]

    with trial.running():
        invites = re.findall(r"invite for a family .*: (\S+)", trial.output.read_text())
        assert invites == trial.kept("invites.json")
        family = trial.klunak("family", "new", typed=[])["lines"]
        asked = trial.klunak("family", "ask", *wish, "--invite", typed=[*family, invites[0], ""])
        assert asked["status"] == "asked"

    with trial.running():
        waits = ("waiting", "held")
        wait_until(lambda: trial.klunak("family", "visit", typed=family)["status"] in waits)
        donors = trial.kept("donors.json")

        def came() -> bool:
            """Whether the code has come; short epochs end many a match before it is accepted."""
            for donor in donors:
                _accept(trial, donor)
            return bool(trial.klunak("family", "visit", typed=family)["status"] == "code")

        wait_until(came)
        seen = trial.klunak("family", "visit", typed=list(reversed(family)))
        assert (seen["status"], seen["code"]) == ("code", "KV-2345")
        trial.klunak("family", "received", typed=[*family, "Дзякуй!"])
        wait_until(lambda: any(_earned(trial, donor) for donor in donors))


def _accept(trial: Trial, donor: list[str]) -> None:
    """Whatever match *donor* has, if it is not over by then."""
    for slot in trial.klunak("donor", "visit", typed=donor)["slots"]:
        if slot["status"] == "held":
            trial.tried("donor", "accept", slot["slot"], typed=[*donor, "KV-2345"])


def _earned(trial: Trial, donor: list[str]) -> bool:
    slots = trial.klunak("donor", "visit", typed=donor)["slots"]
    return any(
        slot["status"] == "certified" and slot["slot"] not in ("1", "2", "3") for slot in slots
    )
