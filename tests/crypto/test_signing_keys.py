import pickle

import pytest

from crypto.errors import InvalidKey, WrongLength
from crypto.signing_keys import SIGNING_KEY_BYTES, SigningKey
from tests.circles import trial_signing_key

KEY = trial_signing_key(0)


def test_a_key_comes_back_from_its_256_bytes() -> None:
    assert len(KEY.to_bytes()) == SIGNING_KEY_BYTES == 256
    assert SigningKey.from_bytes(KEY.to_bytes()) == KEY


def test_fresh_keys_differ() -> None:
    assert trial_signing_key(0).modulus != trial_signing_key(1).modulus


def test_repr_and_str_hide_the_secret() -> None:
    for shown in (repr(KEY), str(KEY), f"{KEY}", repr([KEY]), repr({"key": KEY})):
        assert "SigningKey(hidden)" in shown
        assert str(KEY.p) not in shown
        assert f"{KEY.q:x}" not in shown


def test_a_copy_hides_the_secret_as_well() -> None:
    assert repr(pickle.loads(pickle.dumps(KEY))) == "SigningKey(hidden)"


def test_a_root_raised_to_the_exponent_is_the_value() -> None:
    for value in (1, 2, KEY.n - 1, KEY.n // 3):
        assert pow(KEY.root(value), 65_537, KEY.n) == value


@pytest.mark.parametrize("size", [0, 255, 257])
def test_bytes_of_another_length_are_no_key(size: int) -> None:
    with pytest.raises(WrongLength):
        SigningKey.from_bytes(bytes(size))


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (KEY.p, KEY.p),
        (KEY.p, KEY.q - 1),
        (KEY.p, KEY.q >> 1 | 1),
        (2**1_023 + 1, 2**1_023 + 3),
        (0, KEY.q),
        (1, KEY.n),
        (KEY.n, 1),
    ],
    ids=["p twice", "even", "a bit short", "product short", "nought", "one", "one again"],
)
def test_numbers_that_are_no_two_fit_primes_are_refused(p: int, q: int) -> None:
    with pytest.raises(InvalidKey):
        SigningKey(p, q)


def test_a_prime_that_leaves_the_exponent_no_inverse_is_refused() -> None:
    # q ≡ 1 mod e: a root would exist for one value in 65,537 only, and tag whoever gets one.
    q = KEY.q - KEY.q % 65_537 + 1
    q += 65_537 if q % 2 == 0 else 0
    with pytest.raises(InvalidKey):
        SigningKey(KEY.p, q)


def test_a_damaged_key_gives_no_root() -> None:
    # A multiple of three is certainly no prime, where a random change might have been one.
    damaged = SigningKey(KEY.p, KEY.q + (2 if KEY.q % 3 == 1 else 4))
    with pytest.raises(ArithmeticError):
        damaged.root(12_345)
