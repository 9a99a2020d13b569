"""The t-test that the bench rests on: it finds a difference where there is one, and only there."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from clients.bench.timing import EVIDENCE, compared
from clients.cli.app import command

SAMPLES = 20_000
"""As many as find a difference of a fifteenth of their noise."""


def times(count: int, seed: int, shift: float = 0.0) -> np.ndarray:
    """Like a request's: a little noise, and now and then something slow."""
    noise = np.random.default_rng(seed)
    slow = noise.exponential(3_000, count) * (noise.random(count) < 0.05)
    return 1_000 + shift + noise.normal(0, 40, count) + slow


def test_equal_times_are_no_evidence() -> None:
    figures = compared(times(20_000, 1), times(20_000, 2))

    assert abs(figures["t"]) < EVIDENCE
    assert abs(figures["t_cropped"]) < EVIDENCE


def test_a_small_difference_behind_slow_samples_is_found_by_cropping() -> None:
    figures = compared(times(20_000, 3, shift=5), times(20_000, 4))

    assert abs(figures["t"]) < EVIDENCE
    assert figures["t_cropped"] > EVIDENCE
    assert figures["difference_us"] == pytest.approx(5, abs=2)


def test_the_bench_measures_a_real_node() -> None:
    ran = CliRunner().invoke(command(), ["bench", "timing", "--samples", "100", "--json"])

    figures = json.loads(ran.stdout)
    assert figures["samples"] == 100
    assert set(figures) == set(compared(times(50, 5), times(50, 6)))


@pytest.mark.long
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_the_time_of_a_look_is_no_evidence_that_a_drop_is_there(
    backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No time is judged but the difference of two, taken in turns, by its own noise: where there
    is none, fewer than one run in a thousand says otherwise."""
    options = ["--samples", str(SAMPLES), "--backend", backend, "--json"]
    figures = json.loads(CliRunner().invoke(command(), ["bench", "timing", *options]).stdout)
    with capsys.disabled():
        print(f"\n{backend}: {json.dumps(figures)}")

    assert figures["samples"] == SAMPLES
    assert abs(figures["t"]) < EVIDENCE
    assert abs(figures["t_cropped"]) < EVIDENCE
