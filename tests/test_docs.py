"""The documents are true: their commands run, their links lead somewhere, their words are ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clients.trial.ports import free_port

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "vectors/README.md"])


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of *language*."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.M | re.S)


def test_the_operations_page_can_be_followed_from_top_to_bottom(tmp_path: Path) -> None:
    script = "\n".join(blocks(ROOT / "docs/operations.md", "sh"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-m", "-c", script],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-3_000:]
    assert not (tmp_path / "node").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_is_named_exists(page: Path) -> None:
    named = re.findall(
        r"`((?:api|matching|crypto|clients|tests|vectors)/[\w/.-]+)`", page.read_text()
    )
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    for page in PAGES:
        for name in re.findall(r"`make ([a-z-]+)`", page.read_text()):
            assert name in targets, (page.name, name)


def test_every_klunak_command_that_is_named_exists() -> None:
    named = {
        tuple(words.split())
        for page in PAGES
        for words in re.findall(r"`klunak ((?:[a-z]+[a-z-]* ?){1,3})", page.read_text())
    }
    assert named
    for words in sorted(named):
        command = [sys.executable, "-m", "clients.cli", *words, "--help"]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode == 0, words
