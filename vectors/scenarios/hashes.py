"""Hashes, derivations, labels, drops and periods (protocol.md, sections 1 and 3)."""

from __future__ import annotations

from collections.abc import Iterator

from vectors.scenarios.parts import CIRCLE, RECORD_BYTES, Scenario, stream


def scenarios() -> Iterator[Scenario]:
    """Everything else is built of these."""
    for name, person, data, comment in [
        ("hash_of_nothing", "klunak blank", b"", "no bytes at all"),
        ("hash_short_person", "klunak", stream("data", 100), "the personalisation is padded"),
        ("hash_full_person", "klunak root key", stream("data", 1_216), "fifteen characters"),
        ("hash_of_a_block", "klunak part", stream("data", 128), "exactly one block of BLAKE2b"),
    ]:
        yield Scenario(name, "hash", comment, {"person": person, "data": data.hex()})

    for name, label, context, length, comment in [
        ("derive_without_context", "shelf key", b"", 32, "the label still ends in a zero byte"),
        ("derive_with_context", "person", CIRCLE + bytes(4), 32, "circle and period"),
        ("derive_long", "blinding request", stream("key id"), 272, "nine blocks of HKDF"),
        ("derive_longest", "limit", b"", 8_160, "all that HKDF-SHA256 gives"),
        ("derive_one_byte", "limit", b"", 1, "a byte: shorter outputs are beginnings of longer"),
    ]:
        given = {"secret": stream("secret").hex(), "label": label, "context": context.hex()}
        yield Scenario(name, "derive", comment, {**given, "length": length})

    for name, label, context in [
        ("bound_outbox", "outbox", b""),
        ("bound_page_one", "page 1", stream("context", 101)),
    ]:
        given = {"label": label, "circle": CIRCLE.hex(), "context": context.hex()}
        yield Scenario(name, "bound", "label, zero, circle, context", given)

    yield Scenario(
        "drop_chain", "drop", "w gives B gives R gives A", {"write": stream("write").hex()}
    )
    yield Scenario("drop_chain_of_zeros", "drop", "no special case", {"write": bytes(32).hex()})
    yield Scenario(
        "record_hash",
        "record_hash",
        "the name of the record a write replaces",
        {"record": stream("record", RECORD_BYTES).hex()},
    )

    for name, day in [
        ("period_first_day_of_all", 0),
        ("period_last_day_of_a_quarter", 20_453),
        ("period_first_day_of_a_quarter", 20_454),
        ("period_leap_day", 19_782),
    ]:
        yield Scenario(name, "period", "quarters of UTC years", {"day": day})
    yield Scenario("period_before_1970", "period", "no such day", {"day": -1}, "wrong_shape")
