"""The place of the drill's figures in README is there, and filling it leaves the rest alone."""

from __future__ import annotations

import pytest

from tests.drill.figures import BEGIN, END, ROOT, placed

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_figures_go_between_the_marks_and_nowhere_else() -> None:
    filled = placed(README, ["one", "two"])

    assert filled.partition(BEGIN)[0] == README.partition(BEGIN)[0]
    assert filled.partition(END)[2] == README.partition(END)[2]
    assert f"{BEGIN}one\ntwo\n{END}" in filled
    assert placed(filled, ["one", "two"]) == filled


def test_a_readme_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        placed("# Klunak\n", ["one"])
