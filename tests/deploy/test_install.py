"""The install script, run on a fresh Debian 12, and what it leaves: a node that answers.

The Debian is a debootstrap root, in which systemd does not run. So units are verified there and
their commands are run by hand, as their accounts and with their environment; what systemd would
add to that, its sandbox, is not tried here.
"""

from __future__ import annotations

import re
import shlex
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.trial.circle import Trial
from tests.deploy.roots import INSIDE, Root, unit_environment

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Root]:
    """A fresh root with this source in it, and the node's libraries as files."""
    root = Root(tmp_path_factory.mktemp("debian") / "root")
    try:
        source = root.path / "root/klunak"
        shutil.copytree(
            ROOT,
            source,
            ignore=shutil.ignore_patterns(".*", "node_modules", "trial", "__pycache__"),
        )
        lock, to = ROOT / "requirements-node.lock", root.path / "root/wheels"
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", lock, "-d", to], check=True)
        yield root
    finally:
        root.remove()


INSTALL = ("/root/klunak/scripts/install-node.sh", "--wheels", "/root/wheels")


def told(printed: str) -> dict[str, str]:
    """What the script says of the node, by the words before it."""
    return dict(re.findall(r"^(the node's key|its .*address) +(\S+)$", printed, re.M))


def test_one_command_makes_a_node_and_a_second_serves_its_circle(
    debian: Root, tmp_path: Path
) -> None:
    first = told(debian.run(*INSTALL))
    assert first.keys() == {"the node's key", "its address", "its operators' address"}
    trial = Trial(tmp_path / "trial")
    key, today = bytes.fromhex(first["the node's key"]), int(time.time()) // 86_400
    trial.found(today=today, address=first["its address"], node_key=key)
    shutil.copy(trial.document, debian.path / "root/circle.json")

    assert told(debian.run(*INSTALL, "--circle", "/root/circle.json")) == first

    debian.run("systemd-analyze", "verify", "--man=no", "/etc/systemd/system/klunak-node.service")
    debian.run("systemd-analyze", "verify", "--man=no", "/etc/systemd/system/klunak-tor.service")
    for unit in ("klunak-node", "klunak-tor"):
        assert debian.run("systemctl", "is-enabled", unit).strip() == "enabled"
    assert debian.run("klunak-onion", "check") == ""
    unit = (debian.path / "etc/systemd/system/klunak-node.service").read_text()
    command = shlex.split(re.findall(r"^ExecStart=(.*)$", unit, re.M)[0])
    environment = unit_environment(unit)
    debian.run("install", "-d", "-o", "klunak-node", "-m", "0700", "/var/lib/klunak-node/data")
    node = subprocess.Popen(
        debian.command(*command, user="klunak-node", cwd="/opt/klunak"),
        env={"PATH": INSIDE, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert node.stderr is not None
        said = iter(node.stderr.readline, "")
        assert any("serving" in line for line in said)
        health = [*command[:-1], "health"]
        as_node = {"user": "klunak-node", "cwd": "/opt/klunak", "environment": environment}
        deadline = time.monotonic() + 60
        while True:
            try:
                debian.run(*health, **as_node)  # type: ignore[arg-type]
                break
            except AssertionError:
                if time.monotonic() > deadline:
                    raise
        for socket in ("public", "operators"):
            path = debian.path / f"run/klunak/{socket}/http"
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            tors = debian.run("id", "-g", "klunak-tor").strip()
            assert str(path.stat().st_gid) == tors
    finally:
        node.terminate()
        node.communicate(timeout=60)


def test_keys_belong_to_the_services_and_to_nobody_else(debian: Root) -> None:
    """After the installation above."""
    for path, owner in (
        ("var/lib/klunak-node/node.key", "klunak-node"),
        ("var/lib/klunak-tor/operators/authorized_clients/nobody.auth", "klunak-tor"),
        ("var/lib/klunak-tor/public/hs_ed25519_secret_key", "klunak-tor"),
    ):
        found = (debian.path / path).stat()
        assert stat.S_IMODE(found.st_mode) == 0o600
        assert found.st_uid == int(debian.run("id", "-u", owner))
