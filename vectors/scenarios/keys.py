"""The key tree and X-Wing key pairs (protocol.md, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import shake_128
from typing import Any

from crypto.keys import Person
from vectors.scenarios.parts import CIRCLE, PERIOD, Scenario, stream


def scenarios() -> Iterator[Scenario]:
    """From a list key to the last leaf."""
    list_key = stream("list key")
    for name, key, circle, period in [
        ("person", list_key, CIRCLE, PERIOD),
        ("person_next_period", list_key, CIRCLE, PERIOD + 1),
        ("person_other_circle", list_key, stream("other circle"), PERIOD),
        ("person_other_list", stream("other list key"), CIRCLE, PERIOD),
    ]:
        given: dict[str, Any] = {"list_key": key.hex(), "circle": circle.hex(), "period": period}
        yield Scenario(name, "person", "shelf and threads of one list", given)

    person = Person.from_list_key(list_key, circle=CIRCLE, period=PERIOD)
    for index in (0, 1, 2, 65_535):
        given = {
            "person": person.secret.hex(),
            "circle": CIRCLE.hex(),
            "period": PERIOD,
            "index": index,
            "key_id": stream("key id").hex(),
            "rendezvous": stream("rendezvous").hex(),
            "peer_root": stream("peer root").hex(),
            "epoch": 77,
            "slot": index,
        }
        yield Scenario(f"pseudonym_{index}", "pseudonym", "all leaves of a pseudonym", given)

    for name, seed in [("sealing_key", stream("seed")), ("sealing_key_of_zeros", bytes(32))]:
        comment = "an X-Wing public key from its seed"
        yield Scenario(name, "sealing_key", comment, {"seed": seed.hex()})
    for size in (0, 31, 33):
        yield Scenario(
            f"sealing_key_seed_of_{size}_bytes",
            "sealing_key",
            "a seed has 32 bytes",
            {"seed": stream("seed", size).hex()},
            "wrong_length",
        )

    published = shake_128().digest(3 * 96)
    for number in range(3):
        randomness = published[96 * number :][:96]
        yield Scenario(
            f"xwing_draft_{number + 1}",
            "xwing",
            "draft-connolly-cfrg-xwing-kem-08, appendix C; see README for what came from there",
            {"seed": randomness[:32].hex(), "eseed": randomness[32:].hex()},
        )
