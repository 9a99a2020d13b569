"""The search that every promise about seized files rests on must itself find things."""

from __future__ import annotations

import base64
import json
import secrets
import urllib.parse
from pathlib import Path

import pytest

from clients.thief import WINDOW, encodings, files_below, search, search_bytes

NAME = "Алеся Каваленка"


@pytest.mark.parametrize(
    "written",
    [
        NAME.encode(),
        NAME.encode("utf-16-le"),
        NAME.encode("utf-16-be"),
        NAME.encode().hex().encode(),
        NAME.encode().hex().upper().encode(),
        json.dumps({"name": NAME}).encode(),
        urllib.parse.urlencode({"name": NAME}).replace("+", "%20").encode(),
        *(base64.b64encode(b"x" * n + NAME.encode() + b"yz") for n in range(6)),
        *(base64.urlsafe_b64encode(b"\xff" * n + NAME.encode()) for n in range(3)),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 7, 8, 13])
def test_a_marker_is_found_however_it_is_written(written: bytes, before: int) -> None:
    haystack = secrets.token_bytes(before) + written + secrets.token_bytes(20)
    finds = search_bytes(haystack, {"name": NAME, "other": "Ганна Літвін"}, "here")
    assert {find.marker for find in finds} == {"name"}


@pytest.mark.parametrize("length", [WINDOW, 32, 256])
def test_binary_secrets_are_found_at_every_offset(length: int) -> None:
    secret = secrets.token_bytes(length)
    for offset in range(40):
        haystack = bytes(offset) + secret + bytes(3)
        assert search_bytes(haystack, {"secret": secret}, "here")[0].offset == offset


def test_what_is_not_there_is_not_found() -> None:
    markers = {str(n): secrets.token_bytes(32) for n in range(500)}
    assert search_bytes(secrets.token_bytes(1_000_000), markers, "here") == []


def test_a_marker_across_two_chunks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.thief.CHUNK_BYTES", 64)
    secret = secrets.token_bytes(32)
    for offset in range(30, 90):
        haystack = bytes(offset) + secret + bytes(100)
        assert [f.offset for f in search_bytes(haystack, {"s": secret}, "x")] == [offset]


def test_files_are_found_below_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "deep.bin").write_bytes(b"...." + NAME.encode())
    (tmp_path / "empty").write_bytes(b"")
    finds = search(files_below(tmp_path), {"name": NAME})
    assert [(f.marker, f.encoding) for f in finds] == [("name", "raw")]


def test_patterns_too_short_to_mean_anything_are_left_out() -> None:
    assert all(len(pattern) >= WINDOW for _, pattern in encodings("Ян"))
