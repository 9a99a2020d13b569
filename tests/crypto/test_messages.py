"""Every message: its array, its round trip, and each of its fields in turn made wrong."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import fields
from typing import Any

import cbor2
import pytest

import crypto.messages
from crypto.encoding import decode, encode
from crypto.errors import CannotOpen, MalformedMessage, WrongShape
from crypto.messages.batches import Batch
from crypto.messages.cards import CarriedCard
from crypto.messages.intake import DONOR, Intake
from crypto.messages.pages import Kind, Said
from crypto.messages.tokens import Earned
from crypto.records import SHARED_FRAME_BYTES, close_record, open_record
from crypto.sealing import SEALED_FRAME_BYTES
from crypto.shapes import Message
from tests.crypto.test_budget import (
    CARD,
    DELIVERY,
    ENTRY,
    MATCH,
    NEXT,
    OPENING,
    PEER,
    RECEIPT,
    SEALED,
    SHARED,
    SIGNED,
    SPENT,
    STATE,
    UNSPENT,
    WISH,
)

WHOLE = {**SEALED, **SHARED}
PARTS = {
    "receipt": RECEIPT,
    "opening": OPENING,
    "next": NEXT,
    "delivery": DELIVERY,
    "earned": Earned(index=0xFFFF, signatures=(b"s" * 256, None, b"s" * 256)),
    "wish": WISH,
    "state": STATE,
    "peer": PEER,
    "match": MATCH,
    "entry": ENTRY,
    "signed entry": SIGNED,
    "unspent slot": UNSPENT,
    "spent slot": SPENT,
    "said": Said(kind=Kind.AGAIN, words="Дзякуй"),
}
SAMPLES: dict[str, Message] = {**WHOLE, **PARTS}

FRAMES = {**dict.fromkeys(SEALED, SEALED_FRAME_BYTES), **dict.fromkeys(SHARED, SHARED_FRAME_BYTES)}

# protocol.md, section 6, in its order: how many fields each array has.
ARITY = {
    "intake": 10,
    "opening": 4,
    "out": 2,
    "in": 5,
    "donor's shelf": 13,
    "wish": 6,
    "unspent slot": 13,
    "card": 15,
    "carried card": 2,
    "state": 14,
    "earned": 2,
    "round key": 1,
    "notice": 5,
    "match": 9,
    "peer": 4,
    "delivery": 2,
    "outbox": 11,
    "receipt": 3,
    "next": 4,
    "page 1": 3,
    "said": 2,
    "batch": 1,
    "entry": 6,
    "answers": 2,
    "signed entry": 4,
}


def all_messages() -> set[type[Message]]:
    found: set[type[Message]] = set()
    for module in pkgutil.iter_modules(crypto.messages.__path__):
        members = vars(importlib.import_module(f"crypto.messages.{module.name}")).values()
        found |= {
            member
            for member in members
            if isinstance(member, type) and issubclass(member, Message) and member is not Message
        }
    return found


def test_there_is_a_sample_of_every_message() -> None:
    tested = {type(sample) for sample in SAMPLES.values()}
    assert {kind.__name__ for kind in all_messages() - tested} == {"Page"}  # pages have their own


@pytest.mark.parametrize("name", ARITY)
def test_an_array_has_as_many_fields_as_the_protocol_names(name: str) -> None:
    assert len(SAMPLES[name].to_wire()) == ARITY[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_reading_undoes_writing(name: str) -> None:
    message = SAMPLES[name]
    assert type(message).from_wire(message.to_wire()) == message


@pytest.mark.parametrize("name", WHOLE)
def test_decoding_undoes_encoding(name: str) -> None:
    message = WHOLE[name]
    assert decode(type(message), encode(message, frame_bytes=FRAMES[name])) == message


@pytest.mark.parametrize("name", SAMPLES)
def test_fields_stand_in_the_order_of_the_array(name: str) -> None:
    message = SAMPLES[name]
    for field, wire in zip(fields(message), message.to_wire(), strict=True):  # type: ignore[arg-type]
        value = getattr(message, field.name)
        if isinstance(value, Message):
            value = value.to_wire()
        elif isinstance(value, tuple):
            value = [v.to_wire() if isinstance(v, Message) else v for v in value]
        assert value == wire


# What stands in no field of any message.
NEVER: list[Any] = [1.0, -1, 2**32, {}, {1: 1}, b"x" * 2_000, "w" * 2_000, [None], [1] * 40]


def places(wire: Any, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Every place of a nested array."""
    if not isinstance(wire, list):
        return [path]
    inner = [place for i, item in enumerate(wire) for place in places(item, (*path, i))]
    return [path, *inner] if path else inner


def with_wrong(wire: Any, path: tuple[int, ...], value: Any) -> Any:
    if not path:
        return value
    changed = list(wire)
    changed[path[0]] = with_wrong(wire[path[0]], path[1:], value)
    return changed


@pytest.mark.parametrize("name", SAMPLES)
def test_each_field_in_turn_is_refused_when_it_is_wrong(name: str) -> None:
    message = SAMPLES[name]
    wire = message.to_wire()
    for path in places(wire):
        for value in NEVER:
            with pytest.raises(WrongShape):
                type(message).from_wire(with_wrong(wire, path, value))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_bool_is_no_number_and_a_number_no_bool(name: str) -> None:
    message = SAMPLES[name]
    wire = message.to_wire()
    for path in places(wire):
        value = wire
        for step in path:
            value = value[step]
        if type(value) in (int, bool):
            other = int(value) if type(value) is bool else True
            with pytest.raises(WrongShape):
                type(message).from_wire(with_wrong(wire, path, other))


@pytest.mark.parametrize("name", SAMPLES)
def test_bytes_of_another_size_are_refused(name: str) -> None:
    message = SAMPLES[name]
    wire = message.to_wire()
    for path in places(wire):
        value = wire
        for step in path:
            value = value[step]
        if type(value) is bytes:
            wrong = [value + b"\0", value.decode("ascii")]
            if name not in ("intake", "exchange") or path != (8,):  # an invite code may be shorter
                wrong.append(value[:-1])
            for other in wrong:
                with pytest.raises(WrongShape):
                    type(message).from_wire(with_wrong(wire, path, other))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_field_more_or_less_is_refused(name: str) -> None:
    message = SAMPLES[name]
    wire = message.to_wire()
    for wrong in (wire[:-1], wire[1:], [*wire, None], [*wire, 0], [wire]):
        with pytest.raises(WrongShape):
            type(message).from_wire(wrong)


@pytest.mark.parametrize("name", SAMPLES)
def test_repr_hides_the_secret(name: str) -> None:
    message = SAMPLES[name]
    for text in (repr(message), str(message), f"{message}"):
        assert text == f"<{type(message).__name__}>"


def test_an_intake_may_lack_words_extras_and_invite_code() -> None:
    intake = SEALED["intake"]
    assert isinstance(intake, Intake)
    wire = intake.to_wire()
    for place, empty in ((2, ""), (7, []), (8, b"")):
        wire[place] = empty
    read = Intake.from_wire(wire)
    assert (read.role, read.words, read.blinded_extras, read.invite_code) == (DONOR, "", (), b"")


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, 2), (1, "pl"), (1, "BE"), (1, ""), (6, [b"s" * 256] * 4), (7, [b"s" * 256] * 4)],
)
def test_an_intake_with_another_role_language_or_count_is_refused(place: int, value: Any) -> None:
    wire = SEALED["intake"].to_wire()
    wire[place] = value
    with pytest.raises(WrongShape):
        Intake.from_wire(wire)


@pytest.mark.parametrize("kind", [0, 13, 255])
def test_a_message_of_an_unknown_type_is_refused(kind: int) -> None:
    with pytest.raises(WrongShape):
        Said.from_wire([kind, ""])
    with pytest.raises(WrongShape):
        Said(kind=kind, words="").to_wire()


def test_a_void_card_has_neither_card_nor_state() -> None:
    void = CarriedCard(card=None, state=None)
    assert decode(CarriedCard, encode(void, frame_bytes=SHARED_FRAME_BYTES)) == void
    # A card just posted has no state yet.
    fresh = CarriedCard(card=CARD, state=None)
    assert decode(CarriedCard, encode(fresh, frame_bytes=SHARED_FRAME_BYTES)) == fresh


def test_an_empty_batch_is_as_long_as_a_full_one() -> None:
    empty = encode(Batch(entries=()), frame_bytes=SEALED_FRAME_BYTES)
    assert len(empty) == len(encode(SEALED["batch"], frame_bytes=SEALED_FRAME_BYTES))


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("other", WHOLE)
def test_no_message_is_read_as_another(name: str, other: str) -> None:
    kind = type(WHOLE[other])
    if kind is type(WHOLE[name]):
        return
    frame = encode(WHOLE[name], frame_bytes=SHARED_FRAME_BYTES)
    with pytest.raises(MalformedMessage):
        decode(kind, frame)


@pytest.mark.parametrize("name", SHARED)
def test_every_message_closes_and_opens(name: str) -> None:
    message = SHARED[name]
    record = close_record(message, key=b"k" * 32, aad=name.encode())
    assert open_record(type(message), record, key=b"k" * 32, aad=name.encode()) == message
    with pytest.raises(CannotOpen):
        open_record(type(message), record, key=b"k" * 32, aad=b"")


@pytest.mark.parametrize("name", WHOLE)
def test_every_message_is_its_own_deterministic_encoding(name: str) -> None:
    wire = WHOLE[name].to_wire()
    assert cbor2.dumps(wire, canonical=True) == cbor2.dumps(wire)
