"""What people call a slot."""

from __future__ import annotations

from clients.people.slot_names import slot_name, slot_names
from clients.people.views import SlotView, Status


def test_a_slot_has_a_short_name_whichever_asking_it_is_of() -> None:
    indexes = [0, 1, 2, 3, 12, 4_096, 4_099, 8_192, 61_440, 65_535]
    names = ["1", "2", "3", "4", "13", "B1", "B4", "C1", "P1", "P4096"]
    assert [slot_name(index) for index in indexes] == names


def test_the_quarter_stands_before_the_name_only_where_two_quarters_have_it() -> None:
    slots = [SlotView(8107, 0, Status.WAITING), SlotView(8107, 1, Status.WAITING)]
    slots.append(SlotView(8108, 0, Status.WAITING))
    assert slot_names(slots) == ["4-1", "2", "1-1"]
