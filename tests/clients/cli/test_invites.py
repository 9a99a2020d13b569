"""`klunak coordinator invites`: nothing is registered that nobody can print, and halves fit."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from clients.cli.invites import app
from clients.invites_text import format_invite

FIRST, SECOND = [bytes(8), b"\1" * 8], [b"\2" * 8, b"\3" * 8]


def half(path: Path, codes: list[bytes]) -> str:
    path.write_text(json.dumps([code.hex() for code in codes]))
    return str(path)


def test_a_file_that_is_there_is_refused_before_the_node_is_asked(tmp_path: Path) -> None:
    out = tmp_path / "half.json"
    out.write_text("another batch")
    options = ["--node", "http://127.0.0.1:9", "--circle", "none", "--out", str(out)]

    ran = CliRunner().invoke(app, ["make", "none.keyring", *options])

    assert isinstance(ran.exception, SystemExit)
    assert ran.exit_code == 1
    assert out.read_text() == "another batch"


def test_two_halves_become_slips(tmp_path: Path) -> None:
    halves = half(tmp_path / "1", FIRST), half(tmp_path / "2", SECOND)

    ran = CliRunner().invoke(app, ["print", *halves, "--address", "http://a.onion"])

    assert ran.exit_code == 0
    for codes in zip(FIRST, SECOND, strict=True):
        assert format_invite(codes) in ran.output


def test_halves_of_different_lengths_print_nothing(tmp_path: Path) -> None:
    halves = half(tmp_path / "1", FIRST), half(tmp_path / "2", SECOND[:1])

    ran = CliRunner().invoke(app, ["print", *halves, "--address", "http://a.onion"])

    assert ran.exit_code == 1
    assert ran.stdout == ""
