"""Our images, really built, and node and tor in containers as compose.node.yaml has them.

Not tried: the published base images, PostgreSQL's container, limits of memory and of processes
(they need cgroups), and an engine's own reading of the compose files.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from clients.trial.circle import Trial
from tests.deploy.containers import Container, Images, container, run
from tests.deploy.dockerfile import read

ROOT = Path(__file__).parents[2]
COMPOSED: dict[str, Any] = yaml.safe_load((ROOT / "compose.node.yaml").read_text())
NODE, TOR = 10001, 10002
SECONDS = 120.0
STANDING = """
import json, socket
from pathlib import Path
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
def refused(path):
    try:
        Path(path).write_text("")
    except OSError as error:
        return error.strerror
print(json.dumps({
    "user": status["Uid"].split(), "capabilities": status["CapBnd"].strip(),
    "privileges": status["NoNewPrivs"].strip(), "interfaces": socket.if_nameindex(),
    "written": [refused("/app/x"), refused("/x"), refused("/tmp/x")],
}))
"""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Images]:
    built = Images(tmp_path_factory.mktemp("images"))
    try:
        for target in ("node", "tor", "operator"):
            built.build(target)
        yield built
    finally:
        built.remove()


@pytest.fixture
def volumes(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """The named volumes of compose.node.yaml, as their options say."""
    made = {name: tmp_path / name for name in ("public-socket", "operators-socket")}
    for name, path in made.items():
        path.mkdir()
        options = COMPOSED["volumes"][name]["driver_opts"]
        run("mount", "-t", options["type"], "-o", options["o"], options["device"], path)
    for name, owner in (("node-data", NODE), ("tor-data", TOR)):
        made[name] = tmp_path / name
        made[name].mkdir(mode=0o700)  # as a new volume takes it from the image
        os.chown(made[name], owner, owner)
    yield made
    for name in ("public-socket", "operators-socket"):
        run("umount", made[name])


def mounted(service: str, volumes: dict[str, Path]) -> dict[str, Path]:
    """Where *volumes* go in a container of *service*."""
    named = [one.split(":") for one in COMPOSED["services"][service]["volumes"] if ":" in one]
    return {where: volumes[name] for name, where in named if name in volumes}


def until(happened: Callable[[], bool], running: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert running.poll() is None, running.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.2)


def is_well(asked: Container, image: str) -> bool:
    """By the HEALTHCHECK of its image."""
    check = re.findall(r"CMD (\[.*\])$", read(ROOT / "Dockerfile")[image].last("HEALTHCHECK").words)
    command = asked.beside(*json.loads(check[0]))
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_node_serves_by_its_sockets_and_can_write_nowhere_else(
    images: Images, volumes: dict[str, Path], tmp_path: Path
) -> None:
    service = COMPOSED["services"]["node"]
    places = mounted("node", volumes)
    making = container(
        *(images, "key", service, tmp_path, places),
        command=["new-key", "/var/lib/klunak-node/node.key"],
    )
    key, _ = making.start().communicate(timeout=SECONDS)
    trial = Trial(tmp_path / "trial")
    today = int(time.time()) // 86_400
    trial.found(today=today, address="http://node.onion", node_key=bytes.fromhex(key.split()[-1]))
    document = tmp_path / "circle.json"
    shutil.copy(trial.document, document)
    document.chmod(0o644)

    places["/etc/klunak/circle.json"] = document
    node = container(images, "node", service, tmp_path, places)
    running = node.start()
    try:
        until(lambda: is_well(node, "node"), running)
        for name in ("public-socket", "operators-socket"):
            socket = (volumes[name] / "http").stat()
            assert (stat.S_IMODE(socket.st_mode), socket.st_gid) == (0o660, TOR)
        standing = json.loads(run(*node.beside("python", "-c", STANDING)))
        assert standing["user"] == [str(NODE)] * 4
        assert int(standing["capabilities"], 16) == 0
        assert standing["privileges"] == "1"
        assert [name for _, name in standing["interfaces"]] == ["lo"]
        assert standing["written"] == ["Read-only file system"] * 2 + [None]
    finally:
        node.end()
        running.communicate(timeout=SECONDS)


def test_tor_makes_its_addresses_and_finds_its_keys_sound(
    images: Images, volumes: dict[str, Path], tmp_path: Path
) -> None:
    service = COMPOSED["services"]["tor"]
    command = ["run", "--", "--DisableNetwork", "1"]
    places = mounted("tor", volumes)
    tor = container(images, "tor", service, tmp_path, places, command=command)
    running = tor.start()
    try:
        hostnames = [volumes["tor-data"] / name / "hostname" for name in ("public", "operators")]
        until(lambda: all(one.exists() for one in hostnames), running)
        until(lambda: is_well(tor, "tor"), running)
        assert json.loads(run(*tor.beside("python", "-c", STANDING)))["user"] == [str(TOR)] * 4
    finally:
        tor.end()
        running.communicate(timeout=SECONDS)


def test_a_matcher_makes_its_keyring_in_a_container(images: Images, tmp_path: Path) -> None:
    composed = yaml.safe_load((ROOT / "compose.matcher.yaml").read_text())
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    (keys / "passphrase").write_text("several words")
    for path in (keys, keys / "passphrase"):
        os.chown(path, 10003, 10003)
    command = ["matcher", "new", "/keys/matcher.keyring"]
    command += ["--passphrase-file", "/keys/passphrase"]
    service = composed["services"]["matcher"]
    made = container(images, "new", service, tmp_path, {"/keys": keys}, command=command)
    said, _ = made.start().communicate(timeout=SECONDS)

    assert (keys / "matcher.keyring").exists(), said
    assert (keys / "matcher.keyring").stat().st_uid == 10003
