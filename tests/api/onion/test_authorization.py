"""The operators' onion service is never open to all: what tor would overlook is refused."""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from api.onion.authorization import NOBODY, Unsound, authorize, check, prepare, revoke

pytestmark = pytest.mark.no_database

KEY = b"\7" * 32


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    found = tmp_path / "operators" / "authorized_clients"
    authorize(found, "matcher", KEY)
    return found


def test_a_key_is_written_as_tor_reads_it_and_for_nobody_else(directory: Path) -> None:
    path = directory / "matcher.auth"

    assert check(directory) == ["matcher"]
    assert path.read_text() == f"descriptor:x25519:{base64.b32encode(KEY).decode()[:52]}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_nobodys_key_is_there_from_the_start_stays_and_is_another_each_time(
    directory: Path, tmp_path: Path
) -> None:
    kept = (directory / f"{NOBODY}.auth").read_text()
    prepare(directory)
    prepare(tmp_path / "other" / "authorized_clients")
    revoke(directory, "matcher")

    assert check(directory) == []
    assert (directory / f"{NOBODY}.auth").read_text() == kept
    assert (tmp_path / "other" / "authorized_clients" / f"{NOBODY}.auth").read_text() != kept


@pytest.mark.parametrize("name", [NOBODY, "", "../x", "Matcher", "a" * 33, "a.auth"])
def test_a_name_that_tor_or_we_would_misread_is_refused(directory: Path, name: str) -> None:
    with pytest.raises(Unsound):
        authorize(directory, name, KEY)
    with pytest.raises(Unsound):
        revoke(directory, name)


def test_a_key_is_not_replaced(directory: Path) -> None:
    with pytest.raises(FileExistsError):
        authorize(directory, "matcher", b"\1" * 32)


def test_a_key_of_another_length_is_refused(directory: Path) -> None:
    with pytest.raises(Unsound):
        authorize(directory, "another", KEY[:-1])


SPOILED: dict[str, Callable[[Path], object]] = {
    "no directory": lambda d: d.rename(d.with_name("elsewhere")),
    "nobody's key gone": lambda d: (d / f"{NOBODY}.auth").unlink(),
    "another ending": lambda d: (d / "matcher.auth").rename(d / "matcher.txt"),
    "a key cut short": lambda d: (d / "matcher.auth").write_text("descriptor:x25519:AAAA\n"),
    "a private key": lambda d: (d / "matcher.auth").write_text("a" * 56 + ":descriptor:x25519:A"),
    "bytes": lambda d: (d / "matcher.auth").write_bytes(b"\xff\xfe"),
    "empty": lambda d: (d / "matcher.auth").write_text(""),
    "a directory for a file": lambda d: (d / "sub.auth").mkdir(),
    "others can enter": lambda d: d.chmod(0o755),
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_tor_would_overlook_is_refused(directory: Path, how: str) -> None:
    SPOILED[how](directory)

    with pytest.raises(Unsound):
        check(directory)


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_another_accounts_key_is_refused(directory: Path) -> None:
    os.chown(directory / "matcher.auth", 65_534, 65_534)

    with pytest.raises(Unsound):
        check(directory)
