import json
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import WrongShape
from crypto.strict_json import (
    DOCUMENT_BYTES,
    U8,
    StrictModel,
    b64,
    b64_field,
    hex_field,
    read_model,
    read_object,
    write_text,
)


class Example(StrictModel):
    number: U8
    marked: Annotated[bytes, *hex_field(2)]
    packed: Annotated[bytes, *b64_field(2)]
    shown: bool


FIELDS: dict[str, Any] = {"number": 7, "marked": "00ff", "packed": "AP8", "shown": True}


def test_a_model_is_written_in_the_order_of_its_fields_without_spaces() -> None:
    text = write_text(Example(number=7, marked=b"\0\xff", packed=b"\0\xff", shown=True))
    assert text == '{"number":7,"marked":"00ff","packed":"AP8","shown":true}'


def test_text_bytes_and_parsed_object_read_as_the_same() -> None:
    text = json.dumps(FIELDS)
    assert read_model(Example, text) == read_model(Example, text.encode())
    assert read_model(Example, text) == read_model(Example, FIELDS)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 1}',
        '{"outer": {"a": 1, "a": 2}}',
        '{"a": 1.0}',
        '{"a": 1e3}',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 9007199254740992}',
        '{"a": ' + "9" * 5_000 + "}",
        '{"a": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"a": "\x01"}',
        "[]",
        "null",
        '"text"',
        "",
        "{",
        '{"a": 1} ' + "{}",
        "\ufeff{}",
        "[" * 100_000,
    ],
)
def test_json_with_a_second_reading_is_refused(text: str) -> None:
    with pytest.raises(WrongShape):
        read_object(text)


@pytest.mark.parametrize("data", [b"\xff\xfe{\x00}\x00", b'{"a": "\xff"}', b'{"a": "\xc0\xaf"}'])
def test_bytes_that_are_not_utf_8_are_refused(data: bytes) -> None:
    with pytest.raises(WrongShape):
        read_object(data)


@pytest.mark.parametrize("value", [{"a": b"bytes"}, {"a": object()}, {"a": 0.5}, {"a": {1, 2}}])
def test_an_object_that_is_not_json_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(WrongShape):
        read_object(value)


def test_a_document_of_512_kib_is_read_and_one_byte_more_is_not() -> None:
    frame = len('{"a":""}')
    assert read_object('{"a":"' + "x" * (DOCUMENT_BYTES - frame) + '"}')
    with pytest.raises(WrongShape):
        read_object('{"a":"' + "x" * (DOCUMENT_BYTES - frame + 1) + '"}')


def test_the_limit_counts_bytes_not_characters() -> None:
    with pytest.raises(WrongShape):
        read_object('{"a":"' + "ў" * (DOCUMENT_BYTES // 2) + '"}')


@pytest.mark.parametrize(
    "change",
    [
        {"number": True},
        {"number": "7"},
        {"number": -1},
        {"number": 256},
        {"number": None},
        {"marked": "00FF"},
        {"marked": "00 ff"},
        {"marked": "00f"},
        {"marked": "00ff00"},
        {"marked": "٠٠ff"},
        {"marked": 255},
        {"marked": "00ff\n"},
        {"packed": "AP8="},
        {"packed": "AP9"},
        {"packed": "A+8"},
        {"packed": "AP8A"},
        {"packed": "A"},
        {"packed": ["AP8"]},
        {"shown": 1},
        {"shown": "true"},
        {"another": 1},
    ],
)
def test_a_value_of_another_type_size_or_spelling_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(WrongShape):
        read_model(Example, FIELDS | change)


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_name_is_refused(name: str) -> None:
    with pytest.raises(WrongShape):
        read_model(Example, {key: value for key, value in FIELDS.items() if key != name})


def test_an_error_repeats_nothing_that_was_read() -> None:
    with pytest.raises(WrongShape) as caught:
        read_model(Example, FIELDS | {"hunter2": "hunter2", "marked": "hunter2"})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@given(st.binary(max_size=64))
def test_base64url_has_no_padding_and_comes_back(data: bytes) -> None:
    class Carrier(StrictModel):
        field: Annotated[bytes, *b64_field(len(data))]

    assert "=" not in b64(data)
    assert read_model(Carrier, {"field": b64(data)}).field == data
