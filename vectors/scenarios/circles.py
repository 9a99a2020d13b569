"""Circle documents (protocol.md, section 4): one that counts, and those that do not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from crypto.almanac import DEFAULT_POLICY
from crypto.certifying_keys import Use
from crypto.documents import public_key_of, sign
from crypto.labels import bound, hashed
from crypto.periods import days_of
from crypto.sealing import SealingKey
from crypto.signing_keys import challenges
from crypto.strict_json import b64
from vectors.scenarios.parts import PERIOD, Json, Scenario, flipped, signing_key, stream

SIGNERS = tuple(stream(f"signer {number}") for number in range(3))
STRANGER = stream("stranger")
MATCHER, NODE = stream("matcher"), stream("node")
DUTIES = (
    (0, Use.REQUEST),
    (1, Use.REQUEST),
    (0, Use.OFFER),
    (1, Use.OFFER),
    (0, Use.STAMP),
    (1, Use.RECEIPT),
)
FROM_DAY, TO_DAY = 20_454, 20_543

Change = Callable[[Json], Any]


def charter(coordinators: int = 2) -> Json:
    """Three signers of whom two decide, two coordinators if not told otherwise, one matcher."""
    return {
        "version": 1,
        "name": "Кола дапамогі",
        "signers": [public_key_of(seed).hex() for seed in SIGNERS],
        "threshold": 2,
        "coordinators": [
            public_key_of(stream(f"coordinator {n}")).hex() for n in range(coordinators)
        ],
        "matchers": [public_key_of(MATCHER).hex()],
    }


def almanac(digest: bytes, coordinators: int = 2) -> Json:
    """One period, in which coordinator 0 and coordinator 1 have all duties."""
    sealing = [b64(SealingKey(stream(f"sealing {n}")).public) for n in range(coordinators)]
    return {
        "version": 1,
        "circle": digest.hex(),
        "serial": 3,
        "trial": True,
        "nodes": [{"key": public_key_of(NODE).hex(), "address": "http://node.example"}],
        "policy": DEFAULT_POLICY.model_dump(),
        "catalogue": {"as_of": 20_450},
        "coordinators": [{"sealing": key} for key in sealing],
        "periods": [
            {
                "period": PERIOD,
                "from_day": FROM_DAY,
                "to_day": TO_DAY,
                "request": [0, 1],
                "offer": [0, 1],
                "keys": copy.deepcopy(_keys(digest)),
            }
        ],
    }


@cache
def _keys(digest: bytes, first: int = 0, period: int = PERIOD) -> list[Json]:
    """The keys of coordinators *first* and the next."""
    keys = []
    for number, use in DUTIES:
        key = signing_key(f"{first + number} {use.value}")
        answers = b"".join(challenges(key, digest, period, use))
        keys.append(
            {
                "coordinator": first + number,
                "use": use.value,
                "modulus": b64(key.modulus),
                "challenges": b64(answers),
            }
        )
    return keys


def _two_pairs(apart: int) -> Json:
    """Four coordinators: two have all duties, and *apart* periods later the two others."""

    def second(plain: Json) -> None:
        digest, number = bytes.fromhex(plain["circle"]), PERIOD + apart
        first_day, last_day = days_of(number)
        plain["coordinators"] = almanac(digest, 4)["coordinators"]
        plain["periods"].append(
            {
                "period": number,
                "from_day": first_day,
                "to_day": last_day,
                "request": [2, 3],
                "offer": [2, 3],
                "keys": _keys(digest, 2, number),
            }
        )

    four = charter(4)["coordinators"]
    return document(of_charter=_at("coordinators", value=four), of_almanac=second)


def text_of(value: Json) -> str:
    """JSON without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def document(
    *,
    of_charter: Change | None = None,
    of_almanac: Change | None = None,
    of_text: Callable[[str], str] = str,
    signers: tuple[bytes, ...] = SIGNERS[:2],
) -> Json:
    """A circle document with changes that are signed as if they were right."""
    plain_charter = charter()
    if of_charter is not None:
        of_charter(plain_charter)
    charter_text = text_of(plain_charter)
    digest = hashed("klunak circle", charter_text.encode())
    plain_almanac = almanac(digest)
    if of_almanac is not None:
        of_almanac(plain_almanac)
    almanac_text = of_text(text_of(plain_almanac))
    message = bound("almanac", digest) + almanac_text.encode()
    return {
        "charter": charter_text,
        "almanac": almanac_text,
        "signatures": {public_key_of(s).hex(): sign(s, message).hex() for s in signers},
    }


def _at(*path: str | int, value: Any) -> Change:
    def change(plain: Json) -> None:
        place: Any = plain
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def _swap_moduli(plain: Json) -> None:
    keys = plain["periods"][0]["keys"]
    keys[0]["modulus"], keys[1]["modulus"] = keys[1]["modulus"], keys[0]["modulus"]


def _repeat_a_key(plain: Json) -> None:
    keys = plain["periods"][0]["keys"]
    keys[1] = keys[0]


def _drop_a_key(plain: Json) -> None:
    del plain["periods"][0]["keys"][5]


def _add_a_key(plain: Json) -> None:
    spare = copy.deepcopy(plain["periods"][0]["keys"][5])
    key, digest = signing_key("spare"), bytes.fromhex(plain["circle"])
    spare["coordinator"] = 0
    spare["modulus"] = b64(key.modulus)
    spare["challenges"] = b64(b"".join(challenges(key, digest, PERIOD, Use.RECEIPT)))
    plain["periods"][0]["keys"].append(spare)


def _drop(*path: str | int) -> Change:
    def change(plain: Json) -> None:
        place: Any = plain
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def _nested(depth: int) -> Json:
    """A catalogue of *depth* objects inside one another."""
    value: Json = {}
    for _ in range(depth - 1):
        value = {"inner": value}
    return value


def _scenario(name: str, comment: str, value: Json, expect: str, **more: Any) -> Scenario:
    text = json.dumps(value, ensure_ascii=False)
    return Scenario(f"circle_{name}", "circle", comment, {"document": text, **more}, expect)


def scenarios() -> Iterator[Scenario]:
    """The accepted document comes first: the other folders verify against it."""
    good = document()
    digest = hashed("klunak circle", good["charter"].encode()).hex()
    yield _scenario("accepted", "two of three signers", good, "success")
    yield _scenario("pinned", "that very circle", good, "success", pinned_digest=digest)
    yield _scenario("all_signers", "three of three", document(signers=SIGNERS), "success")
    spaced = document(of_text=lambda text: text.replace(",", ", "))
    yield _scenario("with_spaces", "signed and hashed exactly as received", spaced, "success")

    deep = document(of_almanac=_at("catalogue", value=_nested(31)))
    yield _scenario("almanac_32_deep", "as deep as may be", deep, "success")

    for apart, expect in ((1, "wrong_shape"), (2, "wrong_shape"), (3, "success")):
        comment = "a receipt is spent in three periods, by pairs that have somebody in common"
        yield _scenario(f"duties_{apart}_apart", comment, _two_pairs(apart), expect)

    refused = "invalid_signature"
    other = stream("another digest").hex()
    yield _scenario("pinned_other", "another circle", good, refused, pinned_digest=other)
    wrong_signers = [public_key_of(STRANGER).hex()]
    yield _scenario("other_signers", "pinned", good, refused, pinned_signers=wrong_signers)
    yield _scenario("one_signer", "one of two needed", document(signers=SIGNERS[:1]), refused)
    yield _scenario("no_signer", "none of two needed", document(signers=()), refused)
    stranger = document(signers=(*SIGNERS[:2], STRANGER))
    yield _scenario("stranger", "a stranger's beside enough right ones", stranger, refused)
    names = list(good["signatures"])
    for name, place in (("flipped_r", 0), ("flipped_s", 40)):
        altered = copy.deepcopy(good)
        signature = bytes.fromhex(altered["signatures"][names[1]])
        altered["signatures"][names[1]] = flipped(signature, place).hex()
        yield _scenario(name, "one bit of a signature", altered, refused)
    altered = copy.deepcopy(good)
    first, second = (altered["signatures"][name] for name in names)
    altered["signatures"] = {names[0]: second, names[1]: first}
    yield _scenario("signatures_swapped", "each under the other's name", altered, refused)
    altered = {**good, "almanac": good["almanac"].replace('"serial":3', '"serial":4')}
    yield _scenario("almanac_altered", "under the old signatures", altered, refused)
    altered = {**good, "charter": good["charter"].replace('"threshold":2', '"threshold":1')}
    yield _scenario("charter_altered", "another circle under old signatures", altered, refused)
    of_other = document(of_almanac=_at("circle", value=other))
    yield _scenario("almanac_of_another_circle", "signed by the right people", of_other, refused)

    for name, comment, change in [
        ("key_missing", "no receipt key", _drop_a_key),
        ("key_added", "a second receipt key", _add_a_key),
        ("key_repeated", "one modulus in two places", _repeat_a_key),
        ("moduli_swapped", "challenges of another key", _swap_moduli),
        (
            "key_other_use",
            "the duty of stamps",
            _at("periods", 0, "keys", 4, "use", value="receipt"),
        ),
    ]:
        yield _scenario(name, comment, document(of_almanac=change), "invalid_key")

    yield _scenario(
        "charter_version_2",
        "never guessed",
        document(of_charter=_at("version", value=2)),
        "unknown_version",
    )
    yield _scenario(
        "almanac_version_2",
        "never guessed",
        document(of_almanac=_at("version", value=2)),
        "unknown_version",
    )
    matcher = charter()["matchers"][0]
    for name, change in {
        "charter_without_version": _drop("version"),
        "charter_unknown_name": _at("more", value=1),
        "charter_threshold_4": _at("threshold", value=4),
        "charter_threshold_0": _at("threshold", value=0),
        "charter_coordinator_matches": _at("coordinators", 0, value=matcher),
        "charter_signer_twice": _at("signers", 1, value=charter()["signers"][0]),
        "charter_upper_case": _at("matchers", 0, value=matcher.upper()),
    }.items():
        value = document(of_charter=change)
        yield _scenario(name, "signed, and no charter", value, "wrong_shape")
    for name, change in {
        "almanac_without_version": _drop("version"),
        "almanac_33_deep": _at("catalogue", value=_nested(32)),
        "almanac_unknown_name": _at("more", value=1),
        "almanac_without_policy": _drop("policy"),
        "almanac_policy_name_missing": _drop("policy", "jitter_days"),
        "almanac_serial_is_text": _at("serial", value="3"),
        "almanac_serial_is_a_bool": _at("serial", value=True),
        "almanac_serial_over": _at("serial", value=2**32),
        "almanac_serial_is_a_fraction": _at("serial", value=3.0),
        "almanac_keep_days_short": _at("policy", "keep_days", value=96),
        "almanac_day_outside": _at("periods", 0, "to_day", value=TO_DAY + 1),
        "almanac_duty_twice": _at("periods", 0, "offer", value=[0, 0]),
        "almanac_first_duties_differ": _at("periods", 0, "offer", value=[1, 0]),
        "almanac_sealing_short": _at("coordinators", 0, "sealing", value="AAAA"),
        "almanac_catalogue_is_null": _at("catalogue", value=None),
        "almanac_one_sealing_key": _drop("coordinators", 1),
    }.items():
        value = document(of_almanac=change)
        yield _scenario(name, "signed, and no almanac", value, "wrong_shape")
    twice = document(of_text=lambda text: text.replace('"serial":3', '"serial":3,"serial":3'))
    yield _scenario("almanac_name_twice", "signed, and no almanac", twice, "wrong_shape")
    half = document(of_text=lambda text: text.replace('"as_of":20450', '"as_of":"\\ud800"'))
    yield _scenario("almanac_half_a_pair", "half a surrogate pair", half, "wrong_shape")
    yield _scenario("frame_unknown_name", "beside the three", {**good, "more": 1}, "wrong_shape")
    unsigned = {name: good[name] for name in ("charter", "almanac")}
    yield _scenario("frame_without_signatures", "a name is missing", unsigned, "wrong_shape")
