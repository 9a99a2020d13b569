import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.documents import new_signing_seed, public_key_of, sign, verify
from crypto.errors import InvalidSignature, WrongLength

SEED = bytes(range(32))


def test_rfc_8032_test_2_gives_the_published_key_and_signature() -> None:
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    assert public_key_of(seed).hex() == (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    )
    assert sign(seed, b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@given(st.binary(max_size=200))
def test_what_is_signed_verifies(message: bytes) -> None:
    verify(public_key_of(SEED), message, sign(SEED, message))


def test_fresh_seeds_differ() -> None:
    assert new_signing_seed() != new_signing_seed()
    assert len(new_signing_seed()) == 32


def test_one_flipped_bit_anywhere_is_refused() -> None:
    public_key, message, signature = public_key_of(SEED), b"message", sign(SEED, b"message")
    for place in range(64):
        with pytest.raises(InvalidSignature):
            verify(public_key, message, _flipped(signature, place))
    for place in range(32):
        with pytest.raises(InvalidSignature):
            verify(_flipped(public_key, place), message, signature)
    with pytest.raises(InvalidSignature):
        verify(public_key, _flipped(message, 0), signature)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_public_key_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(InvalidSignature):
        verify(bytes(size), b"message", sign(SEED, b"message"))


@pytest.mark.parametrize("size", [0, 63, 65, 128])
def test_a_signature_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(InvalidSignature):
        verify(public_key_of(SEED), b"message", bytes(size))


def test_the_neutral_point_verifies_nothing() -> None:
    # With a key of small order a signature could be made to fit every message.
    neutral = bytes([1]) + bytes(31)
    with pytest.raises(InvalidSignature):
        verify(neutral, b"message", neutral + bytes(32))


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_seed_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(WrongLength):
        sign(bytes(size), b"message")
    with pytest.raises(WrongLength):
        public_key_of(bytes(size))


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
