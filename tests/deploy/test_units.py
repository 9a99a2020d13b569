"""The system services: what systemd itself says of them, where it is installed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from api.settings import Settings
from api.web import PAGES_VARIABLE

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
EXPOSURE = {
    "klunak-node": 0.6,
    "klunak-matcher": 0.7,
    "klunak-tor": 1.6,
    "klunak-operator-tor": 1.6,
}
"""At most, of ten; what is left is tor's network, and accounts that are not a namespace's own."""


def settings_of(unit: Path) -> list[tuple[str, str]]:
    return re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.M)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_every_line(unit: Path) -> None:
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    # Whether the program is there is for the machine that it is installed on.
    complaints = [line for line in said.stderr.splitlines() if unit.stem in line]
    assert [line for line in complaints if "is not executable" not in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_no_service_is_exposed_more_than_it_was(unit: Path) -> None:
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"exposure level for \S+: ([0-9.]+)", said.stdout)
    assert found is not None
    assert float(found[1]) <= EXPOSURE[unit.stem]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_an_account_of_its_own_a_journal_in_memory_and_nothing_on_swap(unit: Path) -> None:
    found = settings_of(unit)
    accounts = re.findall(r"^u (\S+)", (ROOT / "deploy/sysusers.conf").read_text(), re.M)
    assert dict(found)["User"] in accounts
    assert ("LogNamespace", "klunak") in found
    assert ("LimitCORE", "0") in found
    assert ("MemorySwapMax", "0") in found
    assert "Storage=volatile" in (ROOT / "deploy/systemd/journald@klunak.conf").read_text()


@pytest.mark.parametrize("name", ["klunak-node", "klunak-matcher"])
def test_node_and_matcher_have_no_network(name: str) -> None:
    found = settings_of(ROOT / f"deploy/systemd/{name}.service")
    assert ("PrivateNetwork", "yes") in found
    assert ("RestrictAddressFamilies", "AF_UNIX") in found


def test_the_node_is_set_as_the_node_can_be() -> None:
    found = settings_of(ROOT / "deploy/systemd/klunak-node.service")
    made = dict(value.split("=", 1) for name, value in found if name == "Environment")
    known = {f"KLUNAK_{name}".upper() for name in Settings.model_fields} | {PAGES_VARIABLE}
    assert made.keys() <= known
    listening = (ROOT / "deploy/tmpfiles.conf").read_text()
    for name in ("KLUNAK_UNIX_SOCKET", "KLUNAK_OPERATORS_SOCKET"):
        where = Path(made[name]).parent
        assert re.search(rf"^d {where} +2750 klunak-node klunak-tor$", listening, re.M)
