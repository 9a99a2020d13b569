"""Whatever a node writes beside its data is searched, and what processes share is read once."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from clients.drill import surroundings
from clients.drill.memory import mappings_of, memory_of
from clients.drill.surroundings import Surroundings
from clients.thief import search
from clients.trial.processes import Process

WRITES = """
import json.tool, pathlib, sys, tempfile
pathlib.Path("beside").write_text(sys.argv[1] + " in the working directory")
pathlib.Path.home().joinpath("home").write_text(sys.argv[1] + " at home")
tempfile.NamedTemporaryFile(delete=False).write(sys.argv[1].encode() + b" in a temporary file")
"""


@pytest.fixture
def everybodys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "everybody"
    directory.mkdir()
    monkeypatch.setattr(surroundings, "OF_EVERYBODY", (directory,))
    return directory


@pytest.fixture
def home(tmp_path: Path) -> Path:
    directory = tmp_path / "home"
    directory.mkdir()
    return directory


def test_what_a_process_leaves_is_found(home: Path, everybodys: Path) -> None:
    (everybodys / "before").write_text("nothing of ours")
    word = secrets.token_hex(8)
    with Surroundings(home) as around:
        arguments = ["-c", WRITES, word]
        with Process(arguments, log=home / "log", environment=around.environment) as process:
            while process.running:
                pass
        (everybodys / "of-a-node").mkdir()
        (everybodys / "of-a-node" / "file").write_text(f"{word} in everybody's directory")
        left, skipped = around.left()

        assert len(search(around.own_files, {"word": word})) == 3
        assert any(file.suffix == ".pyc" for file in around.own_files)
        assert len(search(left, {"word": word})) == 1
        assert "nothing of ours" not in [file.read_text() for file in left]
        assert skipped == 0


def test_the_words_that_are_planted_are_found_and_then_gone(home: Path, everybodys: Path) -> None:
    with Surroundings(home) as around:
        in_own = search(around.own_files, around.in_own)
        in_shared = search(around.left()[0], around.in_shared)

        assert {find.marker for find in in_own} == set(around.in_own)
        assert {find.marker for find in in_shared} == {f"control {everybodys}"}
        assert len(around.in_own) == len(around.own) == 4
    assert around.own_files == list(everybodys.iterdir()) == []


def test_what_is_known_and_what_is_too_much_is_left_out(
    home: Path, everybodys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Surroundings(home) as around:
        monkeypatch.setattr(surroundings, "MOST_BYTES", 26)
        for planted in everybodys.iterdir():
            planted.write_bytes(b"")
        (everybodys / "of-a-server").mkdir()
        (everybodys / "of-a-server" / "file").write_text("known")
        (everybodys / "long").write_text("more than there is room for")
        (everybodys / "link").symlink_to(everybodys.parent)
        left, skipped = around.left(everybodys / "of-a-server" / "files")

    assert [file.read_bytes() for file in left] == [b""]
    assert skipped == 27


SHARES = """
import mmap, sys
shared = mmap.mmap(-1, 8192)
shared.write(b"what all have")
print(flush=True)
sys.stdin.read()
"""


def test_what_processes_share_is_read_once() -> None:
    command = [sys.executable, "-c", SHARES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        shared: set[str] = set()
        first, again = ({name for name, data in memory_of(process.pid, shared)} for _ in range(2))
        assert process.stdin is not None
        process.stdin.close()

    assert "/dev/zero (deleted)" in first - again
    assert "[heap]" in first & again


def test_ones_own_mappings_are_not_shared() -> None:
    own = [one for one in mappings_of(os.getpid()) if one.name in ("[heap]", "[stack]")]

    assert own
    assert not any(one.shared for one in own)
