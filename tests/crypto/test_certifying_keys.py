from dataclasses import replace
from math import gcd

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from crypto.certifying_keys import (
    CHALLENGE_COUNT,
    PUBLIC_EXPONENT,
    CardClass,
    CertifyingKey,
    Use,
    admit_key,
    challenge_value,
    key_id,
)
from crypto.errors import InvalidKey
from crypto.labels import derive, hashed
from crypto.signing_keys import certifying_key, challenges
from tests.circles import trial_signing_key

CIRCLE = b"\x01" * 32
PERIOD = 8_104


@pytest.fixture(scope="module")
def key() -> CertifyingKey:
    return certifying_key(trial_signing_key(0), CIRCLE, PERIOD, Use.REQUEST, 0)


def test_a_key_that_answers_its_challenges_is_admitted(key: CertifyingKey) -> None:
    assert admit_key(key, CIRCLE) is key


def test_the_id_of_a_key_is_the_personalised_hash_of_its_modulus(key: CertifyingKey) -> None:
    assert key.key_id == key_id(key.modulus) == hashed("klunak key id", key.modulus)


def test_a_challenge_is_hashed_out_of_the_key_as_the_protocol_says(key: CertifyingKey) -> None:
    context = CIRCLE + PERIOD.to_bytes(4, "big") + b"request\0" + b"\x03"
    wide = derive(key.modulus, "key challenge", context, length=272)
    assert key.challenge(CIRCLE, 3) == int.from_bytes(wide, "big") % key.n


def test_the_challenges_of_a_key_all_differ(key: CertifyingKey) -> None:
    values = {key.challenge(CIRCLE, number) for number in range(CHALLENGE_COUNT)}
    assert len(values) == CHALLENGE_COUNT


def test_every_class_has_the_use_of_its_name() -> None:
    assert [card_class.use for card_class in CardClass] == [Use.REQUEST, Use.OFFER]
    assert [int(card_class) for card_class in CardClass] == [0, 1]


def test_a_key_is_admitted_to_its_own_circle_only(key: CertifyingKey) -> None:
    with pytest.raises(InvalidKey):
        admit_key(key, b"\x02" * 32)


def test_a_key_is_admitted_for_its_own_period_only(key: CertifyingKey) -> None:
    with pytest.raises(InvalidKey):
        admit_key(replace(key, period=PERIOD + 1), CIRCLE)


@pytest.mark.parametrize("use", [Use.OFFER, Use.STAMP, Use.RECEIPT])
def test_a_key_is_admitted_for_its_own_use_only(key: CertifyingKey, use: Use) -> None:
    with pytest.raises(InvalidKey):
        admit_key(replace(key, use=use), CIRCLE)


def test_permuted_challenges_are_refused(key: CertifyingKey) -> None:
    first, second, *others = key.challenges
    with pytest.raises(InvalidKey):
        admit_key(replace(key, challenges=(second, first, *others)), CIRCLE)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_missing_challenges_are_refused(key: CertifyingKey, count: int) -> None:
    with pytest.raises(InvalidKey):
        admit_key(replace(key, challenges=key.challenges[:count]), CIRCLE)


def test_a_ninth_challenge_is_refused(key: CertifyingKey) -> None:
    with pytest.raises(InvalidKey):
        admit_key(replace(key, challenges=(*key.challenges, key.challenges[0])), CIRCLE)


@pytest.mark.parametrize("number", range(CHALLENGE_COUNT))
def test_one_flipped_bit_in_any_challenge_is_refused(key: CertifyingKey, number: int) -> None:
    changed = list(key.challenges)
    changed[number] = changed[number][:-1] + bytes([changed[number][-1] ^ 1])
    with pytest.raises(InvalidKey):
        admit_key(replace(key, challenges=tuple(changed)), CIRCLE)


def test_a_root_written_above_the_modulus_is_refused(key: CertifyingKey) -> None:
    # n + 1 is the root 1 written a second way; both fit 256 bytes.
    above = (key.n + 1).to_bytes(256, "big")
    with pytest.raises(InvalidKey, match="out of range"):
        admit_key(replace(key, challenges=(above, *key.challenges[1:])), CIRCLE)


@pytest.mark.parametrize("root", [bytes(256), b"\xff" * 256, b"", bytes(255), bytes(257)])
def test_a_root_out_of_range_or_size_is_refused(key: CertifyingKey, root: bytes) -> None:
    with pytest.raises(InvalidKey):
        admit_key(replace(key, challenges=(root, *key.challenges[1:])), CIRCLE)


def test_one_flipped_bit_in_the_modulus_is_refused(key: CertifyingKey) -> None:
    for place in (0, 1, 128, 255):
        data = bytearray(key.modulus)
        data[place] ^= 2
        with pytest.raises(InvalidKey):
            admit_key(replace(key, modulus=bytes(data)), CIRCLE)


@pytest.mark.parametrize(
    "modulus",
    [
        (2**2047).to_bytes(256, "big"),
        (2**2047 - 1).to_bytes(256, "big"),
        bytes(256),
        (2**2048 - 1).to_bytes(257, "big"),
        (2**2046 + 1).to_bytes(256, "big"),
        b"",
    ],
    ids=["even", "one bit short", "nought", "a zero byte more", "two bits short", "empty"],
)
def test_a_modulus_of_another_size_or_parity_is_refused(key: CertifyingKey, modulus: bytes) -> None:
    with pytest.raises(InvalidKey):
        admit_key(replace(key, modulus=modulus), CIRCLE)


@pytest.mark.parametrize("bits", [1_024, 3_072])
def test_a_real_key_of_another_size_is_refused(key: CertifyingKey, bits: int) -> None:
    n = generate_private_key(PUBLIC_EXPONENT, bits).private_numbers().public_numbers.n
    with pytest.raises(InvalidKey):
        admit_key(replace(key, modulus=n.to_bytes(bits // 8, "big")), CIRCLE)


def test_a_key_made_for_another_exponent_is_refused() -> None:
    # Its holder answers with roots for e = 3; under 65537 they are roots of something else.
    numbers = generate_private_key(3, 2_048).private_numbers()
    modulus = numbers.public_numbers.n.to_bytes(256, "big")
    roots = tuple(
        pow(
            challenge_value(modulus, CIRCLE, PERIOD, Use.REQUEST, number),
            numbers.d,
            numbers.public_numbers.n,
        ).to_bytes(256, "big")
        for number in range(CHALLENGE_COUNT)
    )
    with pytest.raises(InvalidKey):
        admit_key(CertifyingKey(0, Use.REQUEST, PERIOD, modulus, roots), CIRCLE)


def test_challenges_are_the_same_whenever_they_are_answered() -> None:
    signing_key = trial_signing_key(0)
    again = challenges(signing_key, CIRCLE, PERIOD, Use.REQUEST)
    assert again == challenges(signing_key, CIRCLE, PERIOD, Use.REQUEST)
    assert all(gcd(int.from_bytes(root, "big"), signing_key.n) == 1 for root in again)
