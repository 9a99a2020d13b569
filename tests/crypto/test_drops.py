"""Drops: each right gives the next and never the one before."""

from __future__ import annotations

import inspect

from hypothesis import given
from hypothesis import strategies as st
from nacl.encoding import RawEncoder
from nacl.hash import blake2b

from crypto import drops
from crypto.drops import (
    WriteSecret,
    address_of,
    blank_secret,
    drop_address,
    read_secret,
    reader_of,
    record_hash,
)


def h(person: str, data: bytes) -> bytes:
    padded = person.encode().ljust(16, b"\0")
    return blake2b(data, digest_size=32, person=padded, encoder=RawEncoder)


secrets_ = st.binary(min_size=32, max_size=32).map(WriteSecret)


@given(write=secrets_)
def test_whoever_writes_can_blank_read_and_find(write: WriteSecret) -> None:
    blank = blank_secret(write)
    read = read_secret(blank)
    address = drop_address(read)
    assert reader_of(write) == read
    assert address_of(write) == address
    assert len({write, blank, read, address}) == 4


@given(write=secrets_)
def test_the_chain_is_that_of_the_protocol(write: WriteSecret) -> None:
    blank = h("klunak blank", write)
    read = h("klunak read", blank)
    assert blank_secret(write) == blank
    assert reader_of(write) == read
    assert address_of(write) == h("klunak address", read)


@given(write=secrets_, bit=st.integers(0, 255))
def test_one_bit_of_a_secret_is_another_drop(write: WriteSecret, bit: int) -> None:
    other = WriteSecret((int.from_bytes(write, "big") ^ 1 << bit).to_bytes(32, "big"))
    assert address_of(other) != address_of(write)
    assert blank_secret(other) != blank_secret(write)


def test_a_record_is_named_by_its_hash() -> None:
    assert record_hash(b"r" * 4_096) == h("klunak record", b"r" * 4_096)
    assert record_hash(b"r" * 4_096) != record_hash(b"r" * 4_095 + b"s")


def test_no_function_walks_back() -> None:
    # Nothing here takes an address, and nothing gives a write secret.
    for name, function in inspect.getmembers(drops, inspect.isfunction):
        signature = inspect.signature(function, eval_str=True)
        kinds = [parameter.annotation for parameter in signature.parameters.values()]
        assert drops.DropAddress not in kinds, name
        assert signature.return_annotation is not WriteSecret, name
