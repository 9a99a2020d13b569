"""What is signed in a circle: descriptors, commit headers, certificates, stamps, receipts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from crypto.blinding import blind, blind_sign, unblind
from crypto.certificates import (
    CardClass,
    certificate_message,
    receipt_message,
    root_of,
    stamp_message,
)
from crypto.certifying_keys import CertifyingKey, Use
from crypto.documents import public_key_of, sign
from crypto.labels import bound, hashed
from crypto.sealing import SealingKey
from crypto.strict_json import b64
from vectors.scenarios.circles import MATCHER, NODE, STRANGER, charter, text_of
from vectors.scenarios.parts import (
    OTHER_CIRCLE,
    PERIOD,
    RECORD_BYTES,
    Json,
    Scenario,
    flipped,
    signing_key,
    stream,
)

CIRCLE = hashed("klunak circle", text_of(charter()).encode())
AGAINST = {"circle_vector": "circle_accepted"}


def scenarios() -> Iterator[Scenario]:
    """Each against the accepted circle."""
    epoch: Json = {
        "version": 1,
        "circle": CIRCLE.hex(),
        "epoch": 77,
        "key": b64(SealingKey(stream("epoch key")).public),
        "opens": 29_453_760,
        "closes": 29_455_200,
        "matcher": public_key_of(MATCHER).hex(),
    }
    node: Json = {
        "version": 1,
        "circle": CIRCLE.hex(),
        "node": public_key_of(NODE).hex(),
        "day": 20_460,
        "pow_bits": 9,
        "pow_challenge": stream("challenge", 16).hex(),
        "intake_open": True,
    }
    parts = [
        {"kind": 0, "rows": 256, "digest": stream("part 0").hex()},
        {"kind": 0, "rows": 1, "digest": stream("part 1").hex()},
        {"kind": 1, "rows": 256, "digest": stream("part 2").hex()},
        {"kind": 1, "rows": 1, "digest": stream("part 3").hex()},
        {"kind": 2, "rows": 4, "digest": stream("part 4").hex()},
    ]
    commit: Json = {
        "version": 1,
        "circle": CIRCLE.hex(),
        "epoch": 76,
        "round_key": b64(stream("round key record", RECORD_BYTES)),
        "cards": 257,
        "notices": 257,
        "parts": parts,
        "matcher": public_key_of(MATCHER).hex(),
    }
    yield from _documents("epoch_descriptor", "descriptor", "epoch", epoch, MATCHER)
    yield from _documents("node_descriptor", "descriptor", "node", node, NODE)
    yield from _documents("commit_header", "header", "commit", commit, MATCHER)

    wrong: dict[str, tuple[str, str, str, Json, bytes, list[tuple[str, str, Any]]]] = {
        "epoch_descriptor": (
            "descriptor",
            "epoch",
            "epoch_descriptor",
            epoch,
            MATCHER,
            [
                ("epoch_0", "epoch", 0),
                ("closes_first", "closes", 29_453_759),
                ("key_short", "key", b64(bytes(1_215))),
                ("key_padded", "key", b64(bytes(1_216)) + "="),
                ("key_spare_bits", "key", "A" * 1_621 + "B"),
            ],
        ),
        "node_descriptor": (
            "descriptor",
            "node",
            "node_descriptor",
            node,
            NODE,
            [
                ("pow_bits_33", "pow_bits", 33),
                ("challenge_short", "pow_challenge", "00" * 15),
                ("intake_open_is_a_number", "intake_open", 1),
            ],
        ),
        "commit_header": (
            "header",
            "commit",
            "commit_header",
            commit,
            MATCHER,
            [
                ("cards_differ", "cards", 256),
                ("notices_differ", "notices", 258),
                ("round_key_short", "round_key", b64(bytes(4_095))),
                ("rows_257", "parts", [{**parts[0], "rows": 257}, *parts[2:]]),
                ("kind_3", "parts", [*parts[:4], {**parts[4], "kind": 3}]),
                ("digest_short", "parts", [*parts[:4], {**parts[4], "digest": "00" * 31}]),
            ],
        ),
    }
    for what, (name, label, operation, content, seed, changes) in wrong.items():
        for change, place, value in changes:
            signed = _signed(name, label, {**content, place: value}, seed)
            given = {**AGAINST, "document": json.dumps(signed)}
            comment = "signed, and of another shape"
            yield Scenario(f"{what}_{change}", operation, comment, given, "wrong_shape")

    yield from _certificates()


def _signed(
    name: str, label: str, content: Json, seed: bytes, circle: bytes = CIRCLE
) -> dict[str, str]:
    text = text_of(content)
    return {name: text, "signature": sign(seed, bound(label, circle) + text.encode()).hex()}


def _documents(
    operation: str, name: str, label: str, content: Json, seed: bytes
) -> Iterator[Scenario]:
    """The refusals that all signed documents share."""
    signer = list(content)[1:3][-1] if "node" in content else "matcher"

    def scenario(which: str, comment: str, document: Any, expect: str) -> Scenario:
        text = document if isinstance(document, str) else json.dumps(document)
        given = {**AGAINST, "document": text}
        return Scenario(f"{operation}_{which}", operation, comment, given, expect)

    good = _signed(name, label, content, seed)
    yield scenario("accepted", "signed by its author", good, "success")

    refused = "invalid_signature"
    signature = bytes.fromhex(good["signature"])
    for which, place in (("flipped_r", 0), ("flipped_s", 40)):
        altered = {**good, "signature": flipped(signature, place).hex()}
        yield scenario(which, "one bit of the signature", altered, refused)
    text = good[name].replace('"version":1', '"version": 1')
    yield scenario("space_added", "under the old signature", {**good, name: text}, refused)
    yield scenario(
        "other_purpose", "another label", _signed(name, "almanac", content, seed), refused
    )
    other_circle = {**content, "circle": OTHER_CIRCLE.hex()}
    yield scenario(
        "other_circle_named", "signed", _signed(name, label, other_circle, seed), refused
    )
    yield scenario(
        "other_circle_bound",
        "signed for it",
        _signed(name, label, content, seed, OTHER_CIRCLE),
        refused,
    )
    yield scenario(
        "signed_by_a_stranger", "names the author", _signed(name, label, content, STRANGER), refused
    )
    stranger = {**content, signer: public_key_of(STRANGER).hex()}
    yield scenario(
        "of_a_stranger",
        "its own right signature",
        _signed(name, label, stranger, STRANGER),
        refused,
    )

    for version in (0, 2):
        changed = _signed(name, label, {**content, "version": version}, seed)
        yield scenario(f"version_{version}", "never guessed", changed, "unknown_version")
    unversioned = {k: v for k, v in content.items() if k != "version"}
    yield scenario(
        "without_version", "never guessed", _signed(name, label, unversioned, seed), "wrong_shape"
    )
    more = _signed(name, label, {**content, "more": 1}, seed)
    yield scenario("unknown_name", "signed", more, "wrong_shape")
    last = list(content)[-1]
    less = _signed(name, label, {k: v for k, v in content.items() if k != last}, seed)
    yield scenario("name_missing", "signed", less, "wrong_shape")
    yield scenario("frame_unknown_name", "beside the two", {**good, "more": "x"}, "wrong_shape")
    upper = {**good, "signature": good["signature"].upper()}
    yield scenario("signature_upper_case", "hex is lower case", upper, "wrong_shape")
    short = {**good, "signature": good["signature"][:-2]}
    yield scenario("signature_short", "64 bytes", short, "wrong_shape")
    yield scenario("not_json", "a comma too many", json.dumps(good)[:-1] + ",}", "wrong_shape")
    yield scenario("array", "no object", [good], "wrong_shape")


def _sign(name: str, message: bytes) -> bytes:
    key = signing_key(name)
    public = CertifyingKey(0, Use.STAMP, PERIOD, key.modulus, ())
    value = blind(public, message, stream("blinding of a signature", 272))
    return unblind(public, message, blind_sign(key, value.blinded), value.inverse)


def _certificates() -> Iterator[Scenario]:
    public_key, tag = SealingKey(stream("certified")).public, stream("certified tag")
    for card_class in CardClass:
        root = root_of(CIRCLE, card_class, PERIOD, public_key, tag)
        message = certificate_message(CIRCLE, root)
        use = card_class.use.value
        first, second = _sign(f"0 {use}", message), _sign(f"1 {use}", message)
        given: Json = {
            **AGAINST,
            "class": int(card_class),
            "period": PERIOD,
            "public_key": public_key.hex(),
            "claim_tag": tag.hex(),
            "signatures": [first.hex(), second.hex()],
        }
        name = f"certificate_{use}"
        yield Scenario(name, "certificate", "both duty keys", given)
        other_root = certificate_message(OTHER_CIRCLE, root)
        for what, change in {
            "other_class": {"class": 1 - card_class},
            "other_period": {"period": PERIOD - 1},
            "other_key": {"public_key": flipped(public_key, 0).hex()},
            "other_tag": {"claim_tag": flipped(tag, 0).hex()},
            "key_short": {"public_key": public_key[:-1].hex()},
            "swapped": {"signatures": [second.hex(), first.hex()]},
            "one_twice": {"signatures": [first.hex(), first.hex()]},
            "one": {"signatures": [first.hex()]},
            "three": {"signatures": [first.hex(), second.hex(), second.hex()]},
            "none": {"signatures": []},
            "flipped": {"signatures": [first.hex(), flipped(second, 128).hex()]},
            "by_stamp_key": {"signatures": [_sign("0 stamp", message).hex(), second.hex()]},
            "of_other_circle": {
                "signatures": [
                    _sign(f"0 {use}", other_root).hex(),
                    _sign(f"1 {use}", other_root).hex(),
                ]
            },
        }.items():
            comment = "not what the duty coordinators signed"
            expect = "invalid_certificate"
            yield Scenario(f"{name}_{what}", "certificate", comment, {**given, **change}, expect)

    nonce = stream("nonce of a token")
    for what, key, message_of, other in [
        ("stamp", "0 stamp", stamp_message, receipt_message),
        ("receipt", "1 receipt", receipt_message, stamp_message),
    ]:
        period = PERIOD.to_bytes(4, "big")
        signature = _sign(key, message_of(CIRCLE, PERIOD, nonce))
        token = period + nonce + signature
        tokens = {
            "": token,
            "_flipped": flipped(token, -1),
            "_other_nonce": flipped(token, 4),
            "_other_period": (PERIOD - 1).to_bytes(4, "big") + token[4:],
            "_other_purpose": period + nonce + _sign(key, other(CIRCLE, PERIOD, nonce)),
            "_other_circle": period + nonce + _sign(key, message_of(OTHER_CIRCLE, PERIOD, nonce)),
            "_other_coordinator": period
            + nonce
            + _sign("0 request", message_of(CIRCLE, PERIOD, nonce)),
        }
        for name, value in tokens.items():
            given = {**AGAINST, "bytes": value.hex()}
            expect = "invalid_certificate" if name else "success"
            yield Scenario(f"{what}{name}", what, f"a {what} of the accepted circle", given, expect)
