"""A shelf, changed."""

from __future__ import annotations

from dataclasses import replace

from clients.people import shelves
from clients.people.shelves import NO_WISH, new_shelf, new_slot
from crypto.labels import BLIND_COUNT
from crypto.messages.intake import DONOR, FAMILY
from crypto.messages.shelf import DONE, MAX_SLOTS, MAX_UNSPENT, POSTED, Shelf

SHELF = new_shelf(role=DONOR, language="ru", asked=3, wish=NO_WISH)
SIGNED = (b"a" * 256, b"b" * 256)


def with_slots(count: int, *, signed: bool = True) -> Shelf:
    shelf = SHELF
    for index in range(count):
        slot = new_slot(index, SIGNED if signed else (), b"s" * 256, None)
        shelf = shelves.with_slot(shelf, slot)
    return shelf


def test_a_slot_is_put_in_the_place_of_its_namesake() -> None:
    shelf = with_slots(2)
    shelf = shelves.with_slot(shelf, replace(shelf.slots[0], stage=POSTED))

    assert [(slot.index, slot.stage) for slot in shelf.slots] == [(0, POSTED), (1, 0)]
    assert shelf.next_index == 3


def test_what_is_not_there_is_neither_changed_nor_removed() -> None:
    shelf = with_slots(1)

    assert shelves.changed_slot(shelf, 7, stage=DONE) == shelf
    assert shelves.without_slot(shelf, 7) == shelf
    assert shelves.slot_of(None, 0) is None


def test_there_is_room_below_both_bounds_only() -> None:
    assert shelves.has_room(with_slots(MAX_UNSPENT - 1))
    assert not shelves.has_room(with_slots(MAX_UNSPENT))
    assert shelves.has_room(with_slots(MAX_SLOTS - 1, signed=False))
    assert not shelves.has_room(with_slots(MAX_SLOTS, signed=False))


def test_what_is_to_come_keeps_its_place_among_both_bounds() -> None:
    assert shelves.has_room(with_slots(MAX_UNSPENT - 2), kept_free=1)
    assert not shelves.has_room(with_slots(MAX_UNSPENT - 1), kept_free=1)
    assert not shelves.has_room(with_slots(MAX_SLOTS - 1, signed=False), kept_free=1)


def test_a_family_has_room_for_what_one_intake_brings() -> None:
    assert shelves.has_room(replace(with_slots(BLIND_COUNT - 1), role=FAMILY))
    assert not shelves.has_room(replace(with_slots(BLIND_COUNT), role=FAMILY))


def test_three_agains_are_kept_the_newest_ones_each_once() -> None:
    shelf = SHELF
    for letter in (b"a", b"b", b"b", b"c", b"d"):
        shelf = shelves.with_again(shelf, letter * 16)

    assert shelf.agains == (b"b" * 16, b"c" * 16, b"d" * 16)


def test_only_posted_cards_expire_and_on_the_day_after() -> None:
    shelf = shelves.changed_slot(with_slots(2), 0, stage=POSTED, posted=10)

    last = shelves.without_expired(shelf, epoch=100, card_epochs=90)
    after = shelves.without_expired(shelf, epoch=101, card_epochs=90)

    assert [slot.index for slot in last.slots] == [0, 1]
    assert [slot.index for slot in after.slots] == [1]
