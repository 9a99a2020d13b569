"""Hashes and labels: two purposes never share a key."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.encoding import RawEncoder
from nacl.hash import blake2b

from crypto.labels import HASH_BYTES, bound, derive, hashed, u8, u16, u32


@given(data=st.binary(max_size=300), person=st.text("abc def", min_size=1, max_size=16))
def test_hashed_is_blake2b_with_a_personalisation(data: bytes, person: str) -> None:
    """As libsodium has it, which pads by hand what the standard library pads by itself."""
    padded = person.encode().ljust(16, b"\0")
    assert hashed(person, data) == blake2b(data, HASH_BYTES, person=padded, encoder=RawEncoder)


def test_every_personalisation_gives_another_hash() -> None:
    assert len({hashed(f"klunak {word}", b"x") for word in ("blank", "read", "address", "")}) == 4


def test_a_personalisation_over_sixteen_characters_is_refused() -> None:
    with pytest.raises(Exception, match="16"):
        hashed("seventeen letters", b"")


def hkdf(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with an empty salt, from HMAC."""
    key = hmac.digest(bytes(32), secret, "sha256")
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.digest(key, block + info + bytes((counter,)), "sha256")
        out += block
        counter += 1
    return out[:length]


@given(
    secret=st.binary(min_size=1, max_size=64),
    context=st.lists(st.binary(max_size=40), max_size=3),
    length=st.integers(1, 600),
)
def test_derive_is_hkdf_with_the_version_in_its_info(
    secret: bytes, context: list[bytes], length: int
) -> None:
    info = b"klunak/1/some label\x00" + b"".join(context)
    assert derive(secret, "some label", *context, length=length) == hkdf(secret, info, length)


def test_another_secret_label_or_context_gives_another_key() -> None:
    keys = [
        derive(b"s" * 32, "label"),
        derive(b"t" * 32, "label"),
        derive(b"s" * 32, "labels"),
        derive(b"s" * 32, "label", b"\0"),
        derive(b"s" * 32, "label", b"\1"),
    ]
    assert len(set(keys)) == len(keys)


def test_the_end_of_a_label_cannot_be_taken_for_context() -> None:
    assert derive(b"s" * 32, "label", b"more") != derive(b"s" * 32, "labelmore")
    assert bound("label", b"c" * 32, b"more") != bound("labelc", b"c" * 31, b"more")


def test_more_than_hkdf_can_give_is_refused() -> None:
    assert len(derive(b"s" * 32, "label", length=8_160)) == 8_160
    with pytest.raises(ValueError, match="8160"):
        derive(b"s" * 32, "label", length=8_161)


def test_bound_is_version_label_zero_circle_context() -> None:
    assert bound("page 1", b"\xcc" * 32, b"\x01", b"\x02\x03") == (
        b"klunak/1/page 1\x00" + b"\xcc" * 32 + b"\x01\x02\x03"
    )


def test_a_label_is_ascii() -> None:
    with pytest.raises(UnicodeEncodeError):
        derive(b"s" * 32, "абв")


@pytest.mark.parametrize(("pack", "size"), [(u8, 1), (u16, 2), (u32, 4)])
def test_numbers_are_big_endian_and_never_wrap(pack: object, size: int) -> None:
    assert callable(pack)
    assert pack(1) == b"\0" * (size - 1) + b"\1"
    assert pack(256**size - 1) == b"\xff" * size
    for number in (-1, 256**size):
        with pytest.raises(OverflowError):
            pack(number)
