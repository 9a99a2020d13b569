"""Every message as deterministic CBOR (protocol.md, sections 2 and 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.vectors.operations import to_json
from vectors.scenarios.parts import Scenario
from vectors.scenarios.samples import SAMPLES


def scenarios() -> Iterator[Scenario]:
    """Each message with its encoding, then what cannot be written."""
    for name, message in SAMPLES.items():
        given = {"kind": type(message).__name__, "message": to_json(message)}
        yield Scenario(name, "encode", "the array of its fields", given)

    # name, sample, path to the field, what stands there instead, comment, code
    signature = {"hex": "00" * 256}
    wrong: list[tuple[str, str, list[str | int], Any, str, str]] = [
        ("words_of_901_bytes", "out", ["words"], "w" * 901, "one byte over", "wrong_shape"),
        ("words_of_902_bytes", "out", ["words"], "я" * 451, "451 characters", "wrong_shape"),
        ("turn_over_u16", "out", ["turn"], 65_536, "one over", "wrong_shape"),
        ("turn_negative", "out", ["turn"], -1, "one under", "wrong_shape"),
        ("turn_is_a_bool", "out", ["turn"], True, "true is no number", "wrong_shape"),
        ("turn_is_null", "out", ["turn"], None, "not optional", "wrong_shape"),
        ("turn_is_text", "out", ["turn"], "1", "a number is no text", "wrong_shape"),
        ("kind_unknown", "in_question", ["kind"], 4, "kinds are 0 to 3", "wrong_shape"),
        ("roots_four", "in_certified", ["signed_roots"], [signature] * 4, "≤3", "wrong_shape"),
        ("opening_of_one", "exchange", ["opening", "signatures"], "drop", "two", "wrong_shape"),
        ("asking_16", "shelf", ["asking"], 16, "sixteen askings, 0 to 15", "wrong_shape"),
        ("language_unknown", "intake", ["language"], "pl", "be, ru, en", "wrong_shape"),
        ("language_in_capitals", "intake", ["language"], "BE", "be, ru, en", "wrong_shape"),
        ("role_unknown", "intake", ["role"], 2, "0 or 1", "wrong_shape"),
        ("key_of_31_bytes", "round_key", ["key"], {"hex": "00" * 31}, "too short", "wrong_shape"),
        ("key_of_33_bytes", "round_key", ["key"], {"hex": "00" * 33}, "too long", "wrong_shape"),
        ("key_is_text", "round_key", ["key"], "w" * 32, "text is no bytes", "wrong_shape"),
        (
            "invite_code_of_9_bytes",
            "intake",
            ["invite_code"],
            {"hex": "00" * 9},
            "≤8",
            "wrong_shape",
        ),
        ("modes_over", "card", ["modes"], 8, "three modes are three bits", "wrong_shape"),
        ("class_unknown", "card", ["card_class"], 2, "0 or 1", "wrong_shape"),
        ("agains_four", "card", ["agains"], [{"hex": "00" * 16}] * 4, "≤3", "wrong_shape"),
        ("pages_three", "card", ["pages_read"], "drop", "exactly four", "wrong_shape"),
        ("phase_void", "notice", ["phase"], 5, "void is never in a notice", "wrong_shape"),
        ("withdrawn_is_a_number", "outbox", ["withdrawn"], 1, "1 is no bool", "wrong_shape"),
        ("counter_over_u32", "outbox", ["counter"], 2**32, "one over", "wrong_shape"),
        ("code_of_65_bytes", "page_one", ["code"], "c" * 65, "≤64", "wrong_shape"),
        ("type_0", "page", ["messages", 0, "kind"], 0, "types are 1 to 12", "wrong_shape"),
        ("type_13", "page", ["messages", 0, "kind"], 13, "types are 1 to 12", "wrong_shape"),
        ("said_of_1201_bytes", "page", ["messages", 0, "words"], "w" * 1_201, "≤", "wrong_shape"),
        ("said_17", "page", ["messages"], [{"kind": 1, "words": ""}] * 17, "≤16", "wrong_shape"),
        (
            "page_over_its_record",
            "page",
            ["messages"],
            [{"kind": 5, "words": "w" * 1_200}] * 4,
            "each message fits, the page does not",
            "wrong_length",
        ),
        (
            "shelf_over_its_record",
            "shelf",
            ["slots"],
            [to_json(SAMPLES["shelf"])["slots"][1]] * 5,
            "five slots with all their signatures",
            "wrong_length",
        ),
    ]
    for name, sample, path, value, comment, code in wrong:
        message: Any = to_json(SAMPLES[sample])
        place = message
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = place[path[-1]][1:] if value == "drop" else value
        given = {"kind": type(SAMPLES[sample]).__name__, "message": message}
        yield Scenario(name, "encode", comment, given, code)
