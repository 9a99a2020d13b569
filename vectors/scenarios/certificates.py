"""Roots, signed messages, blinding and signing with fixed RSA keys (protocol.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterator

from crypto.blinding import blind, blind_sign, unblind
from crypto.certificates import certificate_message
from crypto.certifying_keys import CertifyingKey, Use
from crypto.signing_keys import challenges
from vectors.scenarios.parts import (
    CIRCLE,
    OTHER_CIRCLE,
    PERIOD,
    Json,
    Scenario,
    flipped,
    signing_key,
    stream,
)

KEY = signing_key("spare")
PUBLIC = CertifyingKey(0, Use.REQUEST, PERIOD, KEY.modulus, ())
PUBLIC_KEY, CLAIM_TAG = stream("public key", 1_216), stream("claim tag")
MESSAGE = certificate_message(CIRCLE, stream("root"))
BLINDING = stream("blinding", 272)


def scenarios() -> Iterator[Scenario]:
    """From a root to a signature, and what nobody signs or accepts."""
    yield from _roots()
    yield from _messages()
    yield from _blinding()
    yield from _signing()
    yield from _keys()


def _roots() -> Iterator[Scenario]:
    given: Json = {
        "circle": CIRCLE.hex(),
        "class": 0,
        "period": PERIOD,
        "public_key": PUBLIC_KEY.hex(),
        "claim_tag": CLAIM_TAG.hex(),
    }
    for name, change in {
        "root_request": {},
        "root_offer": {"class": 1},
        "root_next_period": {"period": PERIOD + 1},
        "root_other_circle": {"circle": OTHER_CIRCLE.hex()},
        "root_other_key": {"public_key": stream("other public key", 1_216).hex()},
        "root_other_tag": {"claim_tag": stream("other claim tag").hex()},
    }.items():
        yield Scenario(name, "root", "root and both parts", {**given, **change})
    for name, change in {
        "root_key_short": {"public_key": PUBLIC_KEY[:-1].hex()},
        "root_key_long": {"public_key": (PUBLIC_KEY + b"\0").hex()},
        "root_tag_short": {"claim_tag": CLAIM_TAG[:-1].hex()},
        "root_tag_long": {"claim_tag": (CLAIM_TAG + b"\0").hex()},
    }.items():
        yield Scenario(name, "root", "1,216 and 32 bytes", {**given, **change}, "wrong_length")


def _messages() -> Iterator[Scenario]:
    nonce, circle = stream("token nonce").hex(), CIRCLE.hex()
    root = stream("root").hex()
    yield Scenario("stamp_nonce", "stamp_nonce", "of the stamp of a root", {"root": root})
    given: Json = {"circle": circle, "root": root}
    yield Scenario("certificate_message", "certificate_message", "what is signed", given)
    for what in ("stamp", "receipt"):
        given = {"circle": circle, "period": PERIOD, "nonce": nonce}
        yield Scenario(f"{what}_message", f"{what}_message", "what is signed", given)
    token = PERIOD.to_bytes(4, "big") + stream("token", 288)
    yield Scenario("token", "read_token", "period, nonce, signature", {"bytes": token.hex()})
    for size in (0, 291, 293):
        given = {"bytes": (token + b"\0")[:size].hex()}
        yield Scenario(f"token_{size}", "read_token", "292 bytes", given, "wrong_length")


def _blinding() -> Iterator[Scenario]:
    modulus = KEY.modulus.hex()
    given: Json = {"modulus": modulus, "message": MESSAGE.hex(), "blinding": BLINDING.hex()}
    yield Scenario("blind", "blind", "e = 65537; inverse is r^-1 mod n, 256 bytes", given)
    for name, change in {
        "blind_other_blinding": {"blinding": stream("other blinding", 272).hex()},
        "blind_other_message": {"message": b"another message".hex()},
        "blind_with_one": {"blinding": (bytes(271) + b"\x01").hex()},
    }.items():
        yield Scenario(name, "blind", "the same key", {**given, **change})
    for size in (256, 271, 273):
        change = {"blinding": stream("blinding", size).hex()}
        name = f"blind_blinding_of_{size}_bytes"
        yield Scenario(name, "blind", "272 bytes", {**given, **change}, "wrong_length")
    zero = {"blinding": bytes(272).hex()}
    yield Scenario("blind_with_zero", "blind", "no inverse", {**given, **zero}, "invalid_key")
    multiple = {"blinding": (7 * KEY.n).to_bytes(272, "big").hex()}
    yield Scenario(
        "blind_with_multiple_of_n", "blind", "no inverse", {**given, **multiple}, "invalid_key"
    )
    factor = {"blinding": KEY.p.to_bytes(272, "big").hex()}
    yield Scenario("blind_with_a_factor", "blind", "no inverse", {**given, **factor}, "invalid_key")

    value = blind(PUBLIC, MESSAGE, BLINDING)
    signed = blind_sign(KEY, value.blinded)
    inverse = value.inverse.to_bytes(256, "big")
    given = {
        "modulus": modulus,
        "message": MESSAGE.hex(),
        "blind_signature": signed.hex(),
        "inverse": inverse.hex(),
    }
    yield Scenario("unblind", "unblind", "the signature, verified", given)
    for name, change in {
        "unblind_flipped": {"blind_signature": flipped(signed, 100).hex()},
        "unblind_short": {"blind_signature": signed[1:].hex()},
        "unblind_long": {"blind_signature": (b"\0" + signed).hex()},
        "unblind_zero": {"blind_signature": bytes(256).hex()},
        "unblind_not_signed": {"blind_signature": value.blinded.hex()},
        "unblind_other_message": {"message": b"another message".hex()},
        "unblind_other_inverse": {"inverse": flipped(inverse, -1).hex()},
        "unblind_other_key": {"modulus": signing_key("0 stamp").modulus.hex()},
    }.items():
        comment = "a coordinator's answer that is no signature"
        yield Scenario(name, "unblind", comment, {**given, **change}, "invalid_certificate")

    signature = unblind(PUBLIC, MESSAGE, signed, value.inverse)
    given = {"modulus": modulus, "message": MESSAGE.hex(), "signature": signature.hex()}
    yield Scenario("verify", "verify_signature", "RSASSA-PSS, SHA-384, empty salt", given)
    above = int.from_bytes(signature, "big") + KEY.n
    for name, change in {
        "verify_flipped_first": {"signature": flipped(signature, 0, 7).hex()},
        "verify_flipped_last": {"signature": flipped(signature, -1).hex()},
        "verify_short": {"signature": signature[:-1].hex()},
        "verify_long": {"signature": (b"\0" + signature).hex()},
        "verify_empty": {"signature": ""},
        "verify_zero": {"signature": bytes(256).hex()},
        "verify_one": {"signature": (bytes(255) + b"\x01").hex()},
        "verify_modulus": {"signature": modulus},
        "verify_above_n": {"signature": above.to_bytes(257, "big").hex()},
        "verify_negated": {"signature": (KEY.n - above % KEY.n).to_bytes(256, "big").hex()},
        "verify_other_message": {"message": flipped(MESSAGE, -1).hex()},
        "verify_other_circle": {"message": certificate_message(OTHER_CIRCLE, stream("root")).hex()},
        "verify_other_key": {"modulus": signing_key("0 stamp").modulus.hex()},
        "verify_blinded": {"signature": signed.hex()},
    }.items():
        yield Scenario(
            name, "verify_signature", "not a signature", {**given, **change}, "invalid_certificate"
        )


def _signing() -> Iterator[Scenario]:
    blinded = blind(PUBLIC, MESSAGE, BLINDING).blinded
    given: Json = {
        "p": KEY.p.to_bytes(128, "big").hex(),
        "q": KEY.q.to_bytes(128, "big").hex(),
        "blinded": blinded.hex(),
    }
    yield Scenario("blind_sign", "blind_sign", "blinded^d mod n", given)
    for name, number in {"blind_sign_one": 1, "blind_sign_n_minus_1": KEY.n - 1}.items():
        change = {"blinded": number.to_bytes(256, "big").hex()}
        yield Scenario(name, "blind_sign", "the ends of the range", {**given, **change})
    for name, number in {
        "blind_sign_zero": 0,
        "blind_sign_n": KEY.n,
        "blind_sign_above_n": KEY.n + 1,
        "blind_sign_highest": 2**2_048 - 1,
    }.items():
        change = {"blinded": number.to_bytes(256, "big").hex()}
        yield Scenario(name, "blind_sign", "out of range", {**given, **change}, "wrong_shape")
    for size in (0, 255, 257):
        change = {"blinded": (b"\0" + blinded)[-size or 257 :][:size].hex()}
        name = f"blind_sign_{size}_bytes"
        yield Scenario(name, "blind_sign", "256 bytes", {**given, **change}, "wrong_length")


def _keys() -> Iterator[Scenario]:
    base: Json = {"modulus": KEY.modulus.hex(), "circle": CIRCLE.hex(), "period": PERIOD}
    for use in Use:
        given = {**base, "use": use.value, "number": 7}
        yield Scenario(f"challenge_{use.value}", "challenge", "an integer below n", given)
    roots = [root.hex() for root in challenges(KEY, CIRCLE, PERIOD, Use.REQUEST)]
    given = {**base, "use": "request", "challenges": roots}
    yield Scenario("admit_key", "admit_key", "eight challenges answered", given)
    n = KEY.n
    first = int(roots[0], 16)
    for name, change in {
        "admit_key_other_circle": {"circle": OTHER_CIRCLE.hex()},
        "admit_key_other_period": {"period": PERIOD + 1},
        "admit_key_other_use": {"use": "offer"},
        "admit_key_seven": {"challenges": roots[:7]},
        "admit_key_nine": {"challenges": [*roots, roots[0]]},
        "admit_key_swapped": {"challenges": [roots[1], roots[0], *roots[2:]]},
        "admit_key_flipped": {
            "challenges": [*roots[:7], flipped(bytes.fromhex(roots[7]), -1).hex()]
        },
        "admit_key_zero": {"challenges": ["00" * 256, *roots[1:]]},
        "admit_key_root_short": {"challenges": [roots[0][2:], *roots[1:]]},
        "admit_key_root_of_257_bytes": {"challenges": [f"{first + n:0514x}", *roots[1:]]},
        "admit_key_negated": {"challenges": [f"{n - first:0512x}", *roots[1:]]},
        "admit_key_2047_bits": {"modulus": (n >> 1 | 1).to_bytes(256, "big").hex()},
        "admit_key_even": {"modulus": (n - 1).to_bytes(256, "big").hex()},
        "admit_key_257_bytes": {"modulus": "00" + KEY.modulus.hex()},
        "admit_key_255_bytes": {"modulus": KEY.modulus[1:].hex()},
        "admit_key_other_modulus": {"modulus": signing_key("0 stamp").modulus.hex()},
    }.items():
        yield Scenario(name, "admit_key", "not admitted", {**given, **change}, "invalid_key")
