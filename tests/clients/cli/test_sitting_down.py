"""Where people sit down: at the circle they pinned, and no older than the one they hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clients.cli.sitting_down import seated
from clients.node import NodeClient
from crypto.circle import Circle
from tests.clients.operators import client_trial


@pytest.mark.parametrize(("older_by", "kept"), [(1, True), (0, False), (-1, False)])
def test_a_node_brings_back_no_older_almanac(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, older_by: int, kept: bool
) -> None:
    trial = client_trial()
    file = tmp_path / "circle.json"
    file.write_text(json.dumps(trial.document), encoding="utf-8")
    served = replace(trial.circle, serial=trial.circle.serial - older_by, name="served")

    def fetch(_self: NodeClient, _digest: bytes) -> Circle:
        return served

    monkeypatch.setattr(NodeClient, "fetch_circle", fetch)
    with seated("family", "http://127.0.0.1:1", str(file), "en") as seat:
        assert (seat.circle is not served) is kept
