"""The search that every promise about seized files rests on must itself find things."""

from __future__ import annotations

import base64
import json
import secrets
import urllib.parse
from collections.abc import Mapping
from pathlib import Path

import brotli
import pytest

from clients.controls import Controls
from clients.decoding import BLOCK_BYTES, packed
from clients.drill.places import PACKERS
from clients.thief import (
    WINDOW,
    Find,
    Patterns,
    Value,
    encodings,
    files_below,
    finds_in,
    search,
)

NAME = "Алеся Каваленка"


def found(data: bytes, markers: Mapping[str, Value], place: str) -> list[Find]:
    return list(Patterns(markers.items()).found_in(data, place))


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
    finds = found(haystack, {"name": NAME, "other": "Ганна Літвін"}, "here")
    assert {find.marker for find in finds} == {"name"}


@pytest.mark.parametrize("length", [WINDOW, 32, 256])
def test_binary_secrets_are_found_at_every_offset(length: int) -> None:
    secret = secrets.token_bytes(length)
    for offset in range(40):
        haystack = bytes(offset) + secret + bytes(3)
        assert found(haystack, {"secret": secret}, "here")[0].offset == offset


@pytest.mark.parametrize("length", [32, 33, 256])
def test_half_of_a_long_secret_is_found_and_in_a_whole_one_none(length: int) -> None:
    secret, half = secrets.token_bytes(length), length // 2
    for how, left in {"first half": secret[:half], "last half": secret[half:]}.items():
        for data in (b"...." + left + b"....", b"...." + left):
            finds = found(data, {"secret": secret, "name": NAME}, "here")
            assert [(find.encoding, find.offset) for find in finds] == [(how, 4)]
    for data in (secret, b"...." + secret, secret + b"...."):
        assert [find.encoding for find in found(data, {"secret": secret}, "here")] == ["raw"]


def test_half_of_a_short_secret_or_of_a_text_is_nothing() -> None:
    secret = secrets.token_bytes(31)
    markers = {"secret": secret, "name": NAME}

    for half in (secret[:15], secret[15:], NAME.encode()[:15], NAME.encode()[14:]):
        assert found(bytes(20) + half + bytes(20), markers, "here") == []


def test_what_is_not_there_is_not_found() -> None:
    markers = {str(n): secrets.token_bytes(32) for n in range(500)}
    assert found(secrets.token_bytes(1_000_000), markers, "here") == []


def test_a_marker_across_two_chunks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.thief.CHUNK_BYTES", 64)
    secret = secrets.token_bytes(32)
    for offset in range(30, 90):
        haystack = bytes(offset) + secret + bytes(100)
        assert [f.offset for f in found(haystack, {"s": secret}, "x")] == [offset]


def test_files_are_found_below_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "deep.bin").write_bytes(b"...." + NAME.encode())
    (tmp_path / "empty").write_bytes(b"")
    finds = search(files_below(tmp_path), {"name": NAME})
    assert [(f.marker, f.encoding) for f in finds] == [("name", "raw")]


def test_patterns_too_short_to_mean_anything_are_left_out() -> None:
    haystack = "Я".encode() * 20

    assert found(haystack, {"short": "ЯЯЯ", "long": "ЯЯЯЯ"}, "x")[0].marker == "long"
    assert {find.marker for find in found(haystack, {"short": "ЯЯЯ"}, "x")} == set()


@pytest.mark.parametrize("value", ["с\"лова \\ й з 'двукоссем'\n", bytes(range(32))])
def test_a_value_is_found_in_each_of_its_encodings(value: str | bytes) -> None:
    for name, pattern in encodings(value):
        haystack = secrets.token_bytes(5) + b"\0" + pattern + b"\0" + secrets.token_bytes(5)
        assert found(haystack, {"it": value}, "x"), name


def test_many_markers_with_one_ending_are_told_apart() -> None:
    markers = {f"{n}": f"{n:03} вуліца Янкі Купалы" for n in range(300)}

    assert [f.marker for f in found("017 вуліца Янкі Купалы".encode(), markers, "x")] == ["17"]


@pytest.mark.parametrize("where", ["file", "log"])
def test_every_control_is_found(where: str) -> None:
    controls = Controls(where)
    finds = found(controls.written, controls.planted, where)

    assert controls.found(finds) == len(controls.planted) > 20
    half = found(controls.written[: len(controls.written) // 2], controls.planted, where)
    assert controls.found(half) < len(controls.planted)


@pytest.mark.parametrize("length", [1, 900, BLOCK_BYTES, 5_000])
@pytest.mark.parametrize("after", [b"", b"....", bytes(3_000)])
def test_a_stream_of_any_length_unpacks_whatever_follows(length: int, after: bytes) -> None:
    text = secrets.token_bytes(length)
    for quality in (0, 5):
        pieces = packed(brotli.compress(text, quality=quality) + after)
        assert ("brotli", 0, text) in list(pieces)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_packed_marker_is_found_and_a_torn_stream_stops_nothing(kind: str) -> None:
    stream = PACKERS[kind](NAME.encode() * 50)
    before = b"" if kind == "brotli" else secrets.token_bytes(5)
    patterns = Patterns([("name", NAME)])

    assert list(finds_in(before + stream + b"....", patterns, "here"))
    list(finds_in(before + stream[: len(stream) // 2], patterns, "here"))
