"""`python -m api`: two commands, and a sentence for whoever set it up wrongly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.api.nodes import write_setup
from tests.api.servers import served
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.sqlite  # a test that gets as far as a database says which


def run(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    given = {f"KLUNAK_{name.upper()}": str(value) for name, value in settings.items()}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KLUNAK_")}
    return subprocess.run(
        [sys.executable, "-m", "api", *arguments],
        env={**kept, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def test_a_key_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "node.key"

    first, second = run("new-key", str(path)), run("new-key", str(path))

    assert first.returncode == 0
    assert len(bytes.fromhex(first.stdout.strip())) == 32
    assert second.returncode == 1
    assert "never overwritten" in second.stderr


def test_a_wrong_setup_is_told_in_a_sentence(tmp_path: Path, trial: TrialCircle) -> None:
    setup = write_setup(tmp_path, trial)
    setup["node_key"].chmod(0o644)

    ran = run("serve", **setup)

    assert ran.returncode == 1
    assert "others may read the node's key" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "node.example"])
def test_a_node_does_not_listen_where_it_is_seen(
    tmp_path: Path, trial: TrialCircle, host: str
) -> None:
    ran = run("serve", **write_setup(tmp_path, trial), host=host)

    assert ran.returncode == 1
    assert "is not loopback" in ran.stderr


def test_health_is_asked_over_the_socket_that_strangers_come_by(
    tmp_path: Path, trial: TrialCircle
) -> None:
    setup = {**write_setup(tmp_path, trial), "unix_socket": tmp_path / "public"}
    with served(tmp_path, trial, unix_socket=tmp_path / "public"):
        assert run("health", **setup).returncode == 0

    ran = run("health", **setup)

    assert ran.returncode == 1
    assert ran.stderr == "the node does not answer\n"


def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path, trial: TrialCircle) -> None:
    setup = write_setup(tmp_path, trial)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "node.db").write_bytes(b"this is no database, it only has the name" * 99)

    ran = run("serve", **setup)

    assert ran.returncode == 1
    assert "the database cannot be opened" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_database_server_that_is_not_there_is_told(tmp_path: Path, trial: TrialCircle) -> None:
    setup = write_setup(tmp_path, trial)

    ran = run("serve", **{**setup, "database_url": f"postgresql:///node?host={tmp_path}"})

    assert ran.returncode == 1
    assert "the database cannot be opened" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_missing_setting_is_named() -> None:
    ran = run("serve")

    assert ran.returncode == 1
    assert "KLUNAK_CIRCLE_DOCUMENT" in ran.stderr
    assert "KLUNAK_NODE_KEY" in ran.stderr
    assert "Traceback" not in ran.stderr
