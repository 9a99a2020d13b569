"""What images and compose files must not lose. No container engine is needed, and none is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import Settings
from api.web import PAGES_VARIABLE
from tests.deploy.dockerfile import Instruction, Stage, read

ROOT = Path(__file__).parents[2]
STAGES = read(ROOT / "Dockerfile")
IMAGES = ("node", "tor", "operator")
COMPOSED = {name: ROOT / f"compose.{name}.yaml" for name in ("node", "matcher", "trial")}
BEHIND_SOCKETS = {"node", "matcher", "postgresql"}
"""Have no network at all."""


def composed(name: str) -> dict[str, Any]:
    """A compose file; what it extends by YAML's own means is in it."""
    found: dict[str, Any] = yaml.safe_load(COMPOSED[name].read_text())
    return found


SERVICES = [
    (file, name, service)
    for file in ("node", "matcher")
    for name, service in composed(file)["services"].items()
]


@pytest.mark.parametrize(("file", "name", "service"), SERVICES, ids=lambda given: str(given)[:20])
def test_every_container_is_given_as_little_as_it_runs_with(
    file: str, name: str, service: dict[str, Any]
) -> None:
    assert service["read_only"] is True, file
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"] == {"driver": "none"}
    assert service["pids_limit"] > 0
    assert service["mem_limit"] == service["memswap_limit"]
    assert service["ulimits"]["core"] == 0
    assert all("noexec" in mount for mount in service["tmpfs"])
    assert not {"ports", "privileged", "cap_add", "devices", "pid", "userns_mode"} & service.keys()
    assert (service.get("network_mode") == "none") is (name in BEHIND_SOCKETS)


@pytest.mark.parametrize("file", ["node", "matcher"])
def test_containers_share_nothing_but_sockets_in_memory(file: str) -> None:
    whole = composed(file)
    users: dict[str, list[str]] = {}
    for name, service in whole["services"].items():
        for volume in service["volumes"]:
            if isinstance(volume, str):
                users.setdefault(volume.partition(":")[0], []).append(name)
            else:
                assert volume["bind"] == {"create_host_path": False}
    assert set(users) == set(whole["volumes"])
    for volume, sharing in users.items():
        options = (whole["volumes"][volume] or {}).get("driver_opts", {})
        assert (options.get("type") == "tmpfs") is volume.endswith("-socket")
        assert len(sharing) == 1 or volume.endswith("-socket"), volume


def test_the_trial_only_joins_the_two_and_says_so_in_every_name() -> None:
    trial = composed("trial")
    known = composed("node")["services"].keys() | composed("matcher")["services"].keys()

    assert "trial" in trial["name"]
    assert trial["services"].keys() <= known
    assert not composed("node")["services"].keys() & composed("matcher")["services"].keys()
    assert all({"labels", "depends_on"} >= set(one) for one in trial["services"].values())


@pytest.mark.parametrize("file", ["node", "matcher"])
def test_what_is_built_is_a_stage(file: str) -> None:
    built = [s["build"] for s in composed(file)["services"].values() if "build" in s]
    assert built
    assert {one["target"] for one in built} <= set(IMAGES)


def test_no_image_is_of_root_or_of_an_unnamed_version() -> None:
    assert set(IMAGES) < STAGES.keys()
    for stage in STAGES.values():
        assert ":" in stage.base
        assert not stage.base.endswith(":latest")
    users = [STAGES[image].last("USER").words for image in IMAGES]
    assert all(int(user.partition(":")[0]) >= 10_000 for user in users)
    assert len(set(users)) == len(users)


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_begins_without_a_shell_and_stops_when_told(image: str) -> None:
    for name in ("ENTRYPOINT", "CMD"):
        assert STAGES[image].last(name).words.startswith("[")
    assert STAGES[image].all("STOPSIGNAL")


def test_the_node_is_asked_over_its_socket_whether_it_is_well() -> None:
    asked = STAGES["node"].last("HEALTHCHECK").words
    assert asked.endswith('CMD ["python", "-m", "api", "health"]')
    assert STAGES["node"].variables()["KLUNAK_UNIX_SOCKET"] == "/run/klunak/public/http"


def test_the_node_ships_its_page_and_none_of_what_opens_a_record() -> None:
    node = STAGES["node"]
    copied = [one.copied for one in node.all("COPY")]
    assert ("pages", ["/build/clients/web/dist"], "/app/pages") in copied
    assert node.variables()[PAGES_VARIABLE] == "/app/pages"
    assert not {"clients", "matching"} & {source for _, sources, _ in copied for source in sources}
    assert {one.words for one in STAGES["node-libraries"].all("COPY")} == {
        "requirements-node.lock /build/"
    }


def test_every_setting_that_is_made_is_one() -> None:
    known = {f"KLUNAK_{name}".upper() for name in Settings.model_fields} | {PAGES_VARIABLE}
    made = {name for name in STAGES["node"].variables() if name.startswith("KLUNAK_")}
    made |= composed("node")["services"]["node"]["environment"].keys()
    assert made <= known


def steps(name: str) -> list[tuple[Stage, Instruction]]:
    return [(stage, one) for stage in STAGES.values() for one in stage.all(name)]


def test_whatever_is_installed_is_held_to_hashes_or_to_debians_signatures() -> None:
    for _, run in steps("RUN"):
        line = " ".join(run.command)
        assert "curl" not in line
        assert "wget" not in line
        assert "pip install" not in line.replace("pip install --no-cache-dir --require-hashes", "")
        assert "npm install" not in line
        if "apt-get install" in line:
            assert "--no-install-recommends" in line
            assert "rm -rf /var/lib/apt/lists/*" in line
    assert not steps("ADD")


def test_whatever_is_copied_exists_and_reaches_the_builder() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line[0] == "!"}
    for _, copy in steps("COPY"):
        stage, sources, _ = copy.copied
        if stage is not None:
            assert stage in STAGES
            continue
        for source in sources:
            assert (ROOT / source).exists()
            assert source in let_in or Path(source).parts[0] in let_in
