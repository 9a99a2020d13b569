"""The documents are true: their commands run, their links lead somewhere, their words are ours."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from api.settings import Settings
from clients.cli.app import command as command_line
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


def commands_in(text: str) -> list[list[str]]:
    """The words of every `klunak …`: in a line of its own, or within a sentence."""
    alone = re.findall(r"^(?: {4,})?(?:\w+=\$\()?klunak (.+)$", text.replace("\\\n", " "), re.M)
    within = re.findall(r"`klunak ([^`]+)`", text)
    return [line.split() for line in (*alone, *within)]


def misnamed(words: list[str]) -> str | None:
    """The first word that is no command or no option where it stands."""
    command: Any = typer.main.get_command(command_line())
    is_value = False
    for word in words:
        if not re.fullmatch(r"-{0,2}[a-z][a-z-]*", word) or is_value:
            is_value = False  # a placeholder, a path, a number: whatever is no word of ours
        elif word.startswith("-"):
            found = [p for p in command.params if word in (*p.opts, *p.secondary_opts)]
            if not found:
                return word
            is_value = not getattr(found[0], "is_flag", False)
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return word
            command = command.commands[word]
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_klunak_command_and_option_that_is_named_exists(page: Path) -> None:
    for words in commands_in(page.read_text()):
        assert misnamed(words) is None, " ".join(words)


def test_a_misnamed_command_or_option_is_found() -> None:
    assert len([words for page in PAGES for words in commands_in(page.read_text())]) > 30
    for line in ("famly visit", "family vist", "family visit --clearnet", "--sock X node serve"):
        (words,) = commands_in(f"Type `klunak {line}` then.")
        assert misnamed(words) is not None, line


def test_every_variable_that_is_named_exists() -> None:
    source = [*ROOT.glob("clients/**/*.py"), *ROOT.glob("api/**/*.py")]
    source += [*ROOT.glob("clients/web/*.ts"), *ROOT.glob("clients/web/bundling/*.ts")]
    known = {name for file in source for name in re.findall(r"KLUNAK_[A-Z_]+", file.read_text())}
    known |= {f"KLUNAK_{name.upper()}" for name in Settings.model_fields}
    for page in PAGES:
        assert set(re.findall(r"KLUNAK_[A-Z_]*[A-Z]", page.read_text())) <= known, page.name
