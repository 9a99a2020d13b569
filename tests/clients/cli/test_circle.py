"""`klunak circle`: what the almanac after the one in force may change."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from clients.cli.circle import app
from clients.trial.circle import Trial
from crypto.circle import read_circle

OLD, NEW = "http://old.onion", "http://new.onion"


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    made = Trial(tmp_path / "trial")
    made.found(today=int(time.time()) // 86_400, address=OLD)
    return made


def test_a_node_that_moved_stands_in_the_next_almanac_with_its_new_address(
    trial: Trial, tmp_path: Path
) -> None:
    (node,) = trial.circle().nodes
    out, stranger = tmp_path / "next.json", f"{'00' * 32}={NEW}"
    run = CliRunner().invoke
    signing = ["--keyring", str(trial.home / "signer.keyring")]
    signing += ["--passphrase-file", str(trial.home / "passphrase")]

    refused = run(app, ["next", str(trial.document), "--out", str(out), "--node", stranger])
    assert refused.exit_code != 0
    assert not out.exists()
    moved = ["--node", f"{node.key.hex()}={NEW}"]
    made = run(app, ["next", str(trial.document), "--out", str(out), *moved])
    assert made.exit_code == 0, made.output
    assert run(app, ["sign", str(out), *signing]).exit_code == 0

    circle = read_circle(json.loads(out.read_text()))
    assert [(one.key, one.address) for one in circle.nodes] == [(node.key, NEW)]
    assert circle.serial == trial.circle().serial + 1
    assert circle.digest == trial.circle().digest
