"""The handshake and the pages of a conversation (protocol.md, section 6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crypto.conversations import Meeting, _page_key
from crypto.encoding import encode
from crypto.records import _close_from_parts
from vectors.scenarios.parts import (
    CIRCLE,
    OTHER_CIRCLE,
    SEALED_FRAME_BYTES,
    Json,
    Scenario,
    sealed,
    stream,
)
from vectors.scenarios.samples import SAMPLES

MEETING = Meeting(CIRCLE, stream("rendezvous"), 201, stream("request root"), stream("offer root"))
BOUND: Json = {
    "circle": CIRCLE.hex(),
    "rendezvous": MEETING.rendezvous.hex(),
    "matched": MEETING.matched,
    "request_root": MEETING.request_root.hex(),
    "offer_root": MEETING.offer_root.hex(),
}
DONOR, FAMILY = stream("share of the donor"), stream("share of the family")
SEED, ESEED = stream("certified key"), stream("encapsulation of page one", 64)

OTHER: dict[str, Json] = {
    "other_circle": {"circle": OTHER_CIRCLE.hex()},
    "other_rendezvous": {"rendezvous": stream("other rendezvous").hex()},
    "other_epoch": {"matched": 202},
    "other_request": {"request_root": stream("other request root").hex()},
    "other_offer": {"offer_root": stream("other offer root").hex()},
}


def scenarios() -> Iterator[Scenario]:
    """The key of a match, its pages, and every other match that they do not open in."""
    shares = {"share_donor": DONOR.hex(), "share_family": FAMILY.hex()}
    yield Scenario("key", "conversation", "K and the again value", {**BOUND, **shares})
    yield Scenario(
        "key_shares_swapped",
        "conversation",
        "the donor's share comes first: another K",
        {**BOUND, "share_donor": FAMILY.hex(), "share_family": DONOR.hex()},
    )
    for name, other in OTHER.items():
        given = {**BOUND, **other, **shares}
        yield Scenario(f"key_{name}", "conversation", "another match: another K", given)

    for name, direction in (("to_family", 0), ("to_donor", 1)):
        record = _page_one(direction)
        given = {**BOUND, "direction": direction, "seed": SEED.hex(), "record": record.hex()}
        yield Scenario(
            f"page_one_{name}",
            "open_page_one",
            "sealed with eseed",
            {**given, "eseed": ESEED.hex()},
        )
    given = {
        **BOUND,
        "direction": 0,
        "seed": SEED.hex(),
        "record": _page_one(0).hex(),
        "eseed": ESEED.hex(),
    }
    for name, other in {
        **OTHER,
        "other_direction": {"direction": 1},
        "other_key": {"seed": stream("another certified key").hex()},
    }.items():
        comment = "written for another match"
        yield Scenario(
            f"page_one_{name}", "open_page_one", comment, {**given, **other}, "cannot_open"
        )

    key = MEETING.conversation_key(share_donor=DONOR, share_family=FAMILY)
    for direction in (0, 1):
        for number in (2, 3, 4):
            name = f"page_{number}_direction_{direction}"
            given = _page_given(key, direction, number)
            yield Scenario(name, "open_page", "under K, with the nonce it begins with", given)
    given = _page_given(key, 0, 2)
    for name, other in {
        "other_circle": OTHER["other_circle"],
        "other_epoch": OTHER["other_epoch"],
        "other_direction": {"direction": 1},
        "other_number": {"number": 3},
        "other_key": {"key": stream("another K").hex()},
    }.items():
        comment = "written for another page"
        yield Scenario(f"page_{name}", "open_page", comment, {**given, **other}, "cannot_open")

    yield from _layouts()


def _page_one(direction: int) -> bytes:
    frame = encode(SAMPLES["page_one"], frame_bytes=SEALED_FRAME_BYTES)
    return sealed(frame, seed=SEED, info=MEETING.page_one_info(direction), eseed=ESEED)


def _page_given(key: bytes, direction: int, number: int) -> Json:
    record = _close_from_parts(
        SAMPLES["page"],
        key=_page_key(key, direction, number),
        aad=MEETING._page_aad(direction, number),
        nonce=stream(f"nonce of page {number} direction {direction}", 24),
    )
    return {
        **BOUND,
        "key": key.hex(),
        "direction": direction,
        "number": number,
        "record": record.hex(),
    }


def _layouts() -> Iterator[Scenario]:
    def said(words: str, times: int) -> list[Any]:
        return [{"kind": 5, "words": words}] * times

    for name, transcript, comment in [
        ("empty", [], "three empty pages"),
        ("17_short", said("", 17), "sixteen messages to a page"),
        ("full_of_long", said("w" * 1_200, 9), "3,600 bytes of words to a page"),
        ("one_byte_over_a_page", said("w" * 1_200, 3) + said("w", 1), "the fourth moves on"),
        ("exactly_a_page", said("я" * 300, 6), "six times 600 bytes"),
    ]:
        given = {"transcript": transcript}
        yield Scenario(f"lay_out_{name}", "lay_out", comment, given)
    for name, transcript in [
        ("49_short", said("", 49)),
        ("10_long", said("w" * 1_200, 10)),
    ]:
        comment = "one message more than three pages hold"
        yield Scenario(
            f"lay_out_{name}", "lay_out", comment, {"transcript": transcript}, "wrong_length"
        )
