import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import signing_keys
from crypto.blinding import (
    BLINDING_BYTES,
    _blind_from_parts,
    _emsa_pss_encode,
    _unblind_from_parts,
    blind,
    blind_sign,
    unblind,
)
from crypto.certificates import verify_signature
from crypto.certifying_keys import PUBLIC_EXPONENT, Use
from crypto.errors import InvalidCertificate, InvalidKey, WrongLength, WrongShape
from crypto.signing_keys import SigningKey, certifying_key
from tests.circles import trial_signing_key

VECTORS = Path(__file__).parents[2] / "vectors"
SIGNING_KEY = trial_signing_key(0)
KEY = certifying_key(SIGNING_KEY, b"\x01" * 32, 8_104, Use.STAMP, 0)
BLINDING = bytes(range(256)) + bytes(16)


def test_rfc_9474_appendix_a_4_gives_every_published_value() -> None:
    vector = json.loads((VECTORS / "rfc9474_psszero_deterministic.json").read_text())
    n, e, inverse = (int(vector[name], 16) for name in ("n", "e", "inverse"))
    message = bytes.fromhex(vector["message"])
    blind_signature = bytes.fromhex(vector["blind_signature"])

    encoded = _emsa_pss_encode(message, n.bit_length() - 1)
    value = _blind_from_parts(n, e, message, pow(inverse, -1, n))
    signature = _unblind_from_parts(n, blind_signature, value.inverse)

    assert encoded.hex() == vector["encoded"]
    assert value.blinded.hex() == vector["blinded"]
    assert value.inverse == inverse
    assert signature.hex() == vector["signature"]


def test_rfc_9474_s_signature_comes_out_of_its_private_key() -> None:
    vector = json.loads((VECTORS / "rfc9474_psszero_deterministic.json").read_text())
    p, q, n, e, blinded = (int(vector[name], 16) for name in ("p", "q", "n", "e", "blinded"))
    assert pow(blinded, pow(e, -1, (p - 1) * (q - 1)), n) == int(vector["blind_signature"], 16)


@settings(max_examples=15)
@given(st.binary(max_size=100), st.binary(min_size=BLINDING_BYTES, max_size=BLINDING_BYTES))
def test_unblinding_the_blind_signature_gives_a_signature(message: bytes, blinding: bytes) -> None:
    blinding = blinding[:-1] + b"\x01"  # nought alone has no inverse
    value = blind(KEY, message, blinding)
    signature = unblind(KEY, message, blind_sign(SIGNING_KEY, value.blinded), value.inverse)
    verify_signature(KEY, message, signature)
    assert len(signature) == 256


def test_the_same_blinding_gives_the_same_value_in_a_fresh_process() -> None:
    assert blind(KEY, b"message", BLINDING) == blind(KEY, b"message", BLINDING)


def test_the_signature_is_the_same_whatever_blinded_it() -> None:
    signatures = set()
    for blinding in (BLINDING, BLINDING[::-1]):
        value = blind(KEY, b"message", blinding)
        answer = blind_sign(SIGNING_KEY, value.blinded)
        signatures.add(unblind(KEY, b"message", answer, value.inverse))
    assert len(signatures) == 1


def test_another_blinding_gives_another_value() -> None:
    one, other = blind(KEY, b"message", BLINDING), blind(KEY, b"message", BLINDING[::-1])
    assert one.blinded != other.blinded


def test_a_blinded_value_may_stand_for_any_message() -> None:
    """For every message there is a blinding that gives this value: it says nothing of its own.

    The blinding is found with the private key; r^e = value / encoded, so r is its root.
    """
    value = blind(KEY, b"message", BLINDING)
    n, order = SIGNING_KEY.n, (SIGNING_KEY.p - 1) * (SIGNING_KEY.q - 1)
    private = pow(PUBLIC_EXPONENT, -1, order)
    for other in (b"another message", b"", b"m" * 96):
        encoded = int.from_bytes(_emsa_pss_encode(other, n.bit_length() - 1), "big")
        power = int.from_bytes(value.blinded, "big") * pow(encoded, -1, n) % n
        blinding = pow(power, private, n).to_bytes(BLINDING_BYTES, "big")
        assert blinding != BLINDING
        assert blind(KEY, other, blinding).blinded == value.blinded


@pytest.mark.parametrize("size", [0, 256, 271, 273])
def test_a_blinding_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(WrongLength):
        blind(KEY, b"message", b"\x01" * size)


def test_a_modulus_of_another_size_is_refused_before_blinding() -> None:
    with pytest.raises(WrongLength):
        blind(replace(KEY, modulus=KEY.modulus + b"\x01"), b"message", BLINDING)


@pytest.mark.parametrize("factor", [0, SIGNING_KEY.p, SIGNING_KEY.q], ids=["nought", "p", "q"])
def test_a_blinding_without_an_inverse_is_refused(factor: int) -> None:
    with pytest.raises(InvalidKey):
        blind(KEY, b"message", factor.to_bytes(BLINDING_BYTES, "big"))


def test_a_message_that_is_no_unit_is_refused() -> None:
    # No real modulus divides an encoding; a made-up one that does shows the refusal.
    encoded = int.from_bytes(_emsa_pss_encode(b"message", 2_047), "big")
    with pytest.raises(InvalidKey):
        _blind_from_parts(_modulus_sharing_a_factor(encoded), PUBLIC_EXPONENT, b"message", 1)


@pytest.mark.parametrize("place", [0, 100, 255])
def test_an_altered_blind_signature_is_refused(place: int) -> None:
    value = blind(KEY, b"message", BLINDING)
    answer = bytearray(blind_sign(SIGNING_KEY, value.blinded))
    answer[place] ^= 1
    with pytest.raises(InvalidCertificate):
        unblind(KEY, b"message", bytes(answer), value.inverse)


@pytest.mark.parametrize("size", [0, 255, 257, 512])
def test_a_blind_signature_of_another_size_is_refused(size: int) -> None:
    value = blind(KEY, b"message", BLINDING)
    with pytest.raises(InvalidCertificate):
        unblind(KEY, b"message", b"\x01" * size, value.inverse)


def test_a_signature_by_another_key_is_refused_while_unblinding() -> None:
    value = blind(KEY, b"message", BLINDING)
    other = trial_signing_key(1)
    blinded = (int.from_bytes(value.blinded, "big") % other.n).to_bytes(256, "big")
    with pytest.raises(InvalidCertificate):
        unblind(KEY, b"message", blind_sign(other, blinded), value.inverse)


def test_unblinding_for_another_message_or_blinding_is_refused() -> None:
    value = blind(KEY, b"message", BLINDING)
    answer = blind_sign(SIGNING_KEY, value.blinded)
    with pytest.raises(InvalidCertificate):
        unblind(KEY, b"another message", answer, value.inverse)
    with pytest.raises(InvalidCertificate):
        unblind(KEY, b"message", answer, value.inverse + 1)


def test_the_largest_blinded_value_is_signed_and_the_modulus_is_not() -> None:
    assert blind_sign(SIGNING_KEY, (SIGNING_KEY.n - 1).to_bytes(256, "big"))
    with pytest.raises(WrongShape):
        blind_sign(SIGNING_KEY, SIGNING_KEY.modulus)


@pytest.mark.parametrize("blinded", [bytes(256), b"\xff" * 256])
def test_a_blinded_value_out_of_range_is_refused(blinded: bytes) -> None:
    with pytest.raises(WrongShape):
        blind_sign(SIGNING_KEY, blinded)


@pytest.mark.parametrize("size", [0, 255, 257])
def test_a_blinded_value_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(WrongLength):
        blind_sign(SIGNING_KEY, b"\x01" * size)


def test_signing_uses_a_fresh_mask_and_gives_the_same_root(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    masks: list[int] = []
    draw = signing_keys._unit_below

    def noted(n: int) -> int:
        masks.append(draw(n))
        return masks[-1]

    monkeypatch.setattr(signing_keys, "_unit_below", noted)
    blinded = blind(KEY, b"message", BLINDING).blinded
    assert blind_sign(SIGNING_KEY, blinded) == blind_sign(SIGNING_KEY, blinded)
    assert len(set(masks)) == 2


def test_a_faulty_signature_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    # A fault in one prime's half: the signature would betray the other prime.
    right = SigningKey._root_by_primes

    def faulty(key: SigningKey, value: int) -> int:
        return right(key, value) + key.q

    monkeypatch.setattr(SigningKey, "_root_by_primes", faulty)
    with pytest.raises(ArithmeticError) as caught:
        blind_sign(SIGNING_KEY, blind(KEY, b"message", BLINDING).blinded)
    assert not any(character.isdigit() for character in str(caught.value))


def _modulus_sharing_a_factor(encoded: int) -> int:
    """A number of 2,048 bits that is the encoded message times something."""
    factor = 2**2_047 // encoded + 1
    return encoded * factor
