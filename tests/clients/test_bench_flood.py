"""The flood: strangers do come, and nobody with a certificate is refused for them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from clients.bench.backends import BACKENDS
from clients.bench.flood import flood
from clients.cli.app import command

SLOW_CLIENTS = 40

PATIENT = {"KLUNAK_BUSY_SECONDS": "300", "KLUNAK_BODY_SECONDS": "300"}
"""How fast the machine is, is not what these tests are about."""


@pytest.mark.parametrize("backend", BACKENDS)
def test_nobody_certified_is_refused_in_a_flood(backend: str) -> None:
    found = flood(1, backend, slow_clients=SLOW_CLIENTS, environment=PATIENT)

    assert found["refused"] == 0
    assert min(found["quiet_visits"], found["flood_visits"]) > 0
    assert found["proofs_per_s"] > 0
    assert (found["slow_clients"], found["slow_cut_off"]) == (SLOW_CLIENTS, 0)


@pytest.mark.long
def test_the_command_prints_its_figures() -> None:
    given = ["bench", "flood", "--seconds", "2", "--json"]
    ran = CliRunner().invoke(command(), given)

    found = json.loads(ran.stdout)
    assert found["slow_clients"] > 0
    assert ran.exit_code == bool(found["refused"])
