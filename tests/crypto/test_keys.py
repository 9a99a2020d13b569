"""The key tree: everything follows from the list, and no two leaves are the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.drops import WriteSecret
from crypto.keys import (
    BLINDING_BYTES,
    Person,
    Pseudonym,
    Thread,
    notice_key,
    notice_write,
    outbox_key,
    slot_ticket,
)
from crypto.labels import derive
from crypto.permits import permit_hash

LIST_KEY, CIRCLE, PERIOD = b"\x11" * 32, b"\xcc" * 32, 8_104


def person(list_key: bytes = LIST_KEY, circle: bytes = CIRCLE, period: int = PERIOD) -> Person:
    return Person.from_list_key(list_key, circle=circle, period=period)


def leaves_of_pseudonym(pseudonym: Pseudonym) -> Iterator[bytes]:
    yield pseudonym.secret
    yield pseudonym.sealing_key.public
    yield pseudonym.throwaway_key.public
    yield pseudonym.claim_tag
    yield pseudonym.claim_token(pseudonym.claim_tag)
    yield pseudonym.claim_token(pseudonym.claim_permit)
    yield pseudonym.claim_permit
    yield permit_hash(pseudonym.claim_permit)
    yield pseudonym.notice_secret
    yield pseudonym.outbox_write
    yield from pseudonym.pages_write
    yield pseudonym.receipt_nonce
    yield pseudonym.card_retry
    for use in ("request", "offer", "stamp", "receipt"):
        for key_id in (b"k" * 32, b"l" * 32):
            yield pseudonym.blinding(use, key_id)
    yield pseudonym.share(b"r" * 32, b"p" * 32)
    yield pseudonym.share(b"r" * 32, b"q" * 32)
    yield pseudonym.share(b"s" * 32, b"p" * 32)
    yield outbox_key(pseudonym.notice_secret)
    for number in (0, 1, 65_535):
        yield notice_write(pseudonym.notice_secret, number)
        yield notice_key(pseudonym.notice_secret, number)
        yield slot_ticket(pseudonym.notice_secret, number)


def leaves_of(who: Person) -> Iterator[bytes]:
    yield from (who.secret, who.shelf_write, who.shelf_key, who.intake_retry)
    for number in (0, 1):
        thread = who.thread(number)
        yield from (thread.in_write, thread.out_write, thread.key)
    for index in (0, 1, 2, 65_535):
        yield from leaves_of_pseudonym(who.pseudonym(index))


def test_no_two_leaves_of_the_tree_are_the_same() -> None:
    people = [person(), person(b"\x12" * 32), person(circle=b"\xcd" * 32), person(period=8_105)]
    leaves = [leaf for who in people for leaf in leaves_of(who)]
    assert len(set(leaves)) == len(leaves)


def test_a_fresh_process_walks_the_same_tree() -> None:
    assert list(leaves_of(person())) == list(leaves_of(person()))


def test_the_person_is_bound_to_list_circle_and_period() -> None:
    assert person().secret == derive(LIST_KEY, "person", CIRCLE, PERIOD.to_bytes(4, "big"))


def test_all_secrets_have_32_bytes_and_blindings_272() -> None:
    pseudonym = person().pseudonym(0)
    sizes = {len(leaf) for leaf in leaves_of(person())}
    assert sizes == {32, 1_216, BLINDING_BYTES}
    assert len(pseudonym.blinding("stamp", b"k" * 32)) == 272


def test_the_four_pages_have_four_write_secrets() -> None:
    pseudonym = person().pseudonym(0)
    assert pseudonym.pages_write == tuple(
        derive(pseudonym.secret, "page write", bytes((n,))) for n in (1, 2, 3, 4)
    )


@given(index=st.integers(0, 65_535))
def test_a_pseudonym_is_its_index(index: int) -> None:
    assert person().pseudonym(index) == Pseudonym(
        derive(person().secret, "pseudonym", index.to_bytes(2, "big"))
    )


@pytest.mark.parametrize("index", [-1, 65_536])
def test_there_is_no_other_pseudonym(index: int) -> None:
    with pytest.raises(OverflowError):
        person().pseudonym(index)


@pytest.mark.parametrize("number", [-1, 256])
def test_there_is_no_other_thread(number: int) -> None:
    with pytest.raises(OverflowError):
        person().thread(number)


def test_a_matcher_that_holds_the_notice_secret_addresses_the_same_notice() -> None:
    pseudonym = person().pseudonym(1)
    assert notice_write(pseudonym.notice_secret, 7) == WriteSecret(
        derive(pseudonym.notice_secret, "notice write", b"\0\0\0\7")
    )


@pytest.mark.parametrize(
    "hidden",
    [person(), person().pseudonym(0), person().thread(0), person().pseudonym(0).sealing_key],
    ids=["person", "pseudonym", "thread", "sealing key"],
)
def test_repr_hides_the_secret(hidden: object) -> None:
    leaves = set(leaves_of(person()))
    for text in (repr(hidden), str(hidden), f"{hidden}", repr([hidden]), repr({"key": hidden})):
        assert type(hidden).__name__ in text
        for leaf in leaves:
            assert leaf.hex() not in text
            assert repr(leaf)[2:-1] not in text
        assert len(text) < 60


def test_a_thread_is_equal_by_its_secrets() -> None:
    assert person().thread(0) == person().thread(0)
    assert person().thread(0) != person().thread(1)
    assert isinstance(person().thread(0), Thread)
