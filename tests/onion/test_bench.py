"""`klunak bench onion` prints what it says it does."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


@pytest.mark.long
def test_the_figures_are_all_there() -> None:
    command = [sys.executable, "-m", "clients.cli", "bench", "onion", "--json", "--looks", "10"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)

    assert list(figures) == ["bootstrap_s", "read_ms_p50", "read_ms_p99", "reads_per_s", "parcel_s"]
    assert all(figure > 0 for figure in figures.values())
    assert figures["read_ms_p50"] <= figures["read_ms_p99"]
