"""The catalogue is read strictly, or not at all."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from matching.catalogue import PRESETS_MAX, Catalogue, Mode, Need, Region, Size, bits, members
from matching.errors import CatalogueError
from matching.trial_catalogue import TRIAL_CATALOGUE


@pytest.fixture
def document() -> dict[str, Any]:
    return deepcopy(TRIAL_CATALOGUE)


def test_trial_catalogue_reads_back_what_it_says(document: dict[str, Any]) -> None:
    catalogue = Catalogue.from_json(document)

    assert [store.name for store in catalogue.stores] == [
        store["name"] for store in document["stores"]
    ]
    for store, said in zip(catalogue.stores, document["stores"], strict=True):
        assert [*members(Region, store.regions)] == said["regions"]
        assert [*members(Mode, store.modes)] == said["modes"]
        assert [*members(Need, store.needs)] == said["needs"]
    assert [list(preset) for preset in catalogue.presets] == document["presets"]


def test_trial_catalogue_says_that_it_is_one() -> None:
    assert all("(trial)" in store["name"] for store in TRIAL_CATALOGUE["stores"])


def test_every_region_can_be_helped_in_every_need_by_the_widest_preset() -> None:
    catalogue = Catalogue.from_json(TRIAL_CATALOGUE)
    for region in Region:
        for need in Need:
            assert any(
                store.regions >> region & 1 and store.needs >> need & 1 and store.modes
                for store in catalogue.stores
            )


def test_codes_are_the_wire_format() -> None:
    assert [*map(int, Region)] == list(range(7))
    assert [(mode.name, int(mode)) for mode in Mode] == [
        ("VOUCHER", 0),
        ("LOCKER", 1),
        ("DELIVERY", 2),
    ]
    assert [*map(int, Size)] == [*map(int, Need)] == [0, 1, 2]


def test_a_set_and_its_members_undo_each_other() -> None:
    for held in range(1 << len(Region)):
        assert bits(members(Region, held)) == held


WRONG: dict[str, tuple[list[str | int], Any]] = {
    "as_of_is_text": (["as_of"], "20770"),
    "as_of_is_true": (["as_of"], True),
    "as_of_is_negative": (["as_of"], -1),
    "as_of_is_a_fraction": (["as_of"], 1.5),
    "stores_is_an_object": (["stores"], {}),
    "store_is_a_number": (["stores", 0], 3),
    "name_is_empty": (["stores", 0, "name"], ""),
    "name_is_too_long": (["stores", 0, "name"], "a" * 65),
    "name_is_a_number": (["stores", 0, "name"], 7),
    "regions_hold_an_unknown_code": (["stores", 0, "regions"], [0, 7]),
    "regions_are_not_rising": (["stores", 0, "regions"], [1, 0]),
    "regions_repeat": (["stores", 0, "regions"], [1, 1]),
    "modes_hold_an_unknown_code": (["stores", 0, "modes"], [3]),
    "modes_hold_true": (["stores", 0, "modes"], [True]),
    "needs_are_null": (["stores", 0, "needs"], None),
    "foreign_cards_is_a_number": (["stores", 0, "foreign_cards"], 1),
    "foreign_cards_were_tried_tomorrow": (["stores", 0, "foreign_cards_as_of"], 20771),
    "asks_phone_is_text": (["stores", 0, "asks_phone"], "yes"),
    "asks_name_is_null": (["stores", 0, "asks_name"], None),
    "presets_name_an_unknown_store": (["presets"], [[0], [0, 5]]),
    "presets_are_not_nested": (["presets"], [[0, 1], [0, 2]]),
    "presets_are_too_many": (["presets"], [[0]] * (PRESETS_MAX + 1)),
}


@pytest.mark.parametrize(("path", "value"), WRONG.values(), ids=WRONG.keys())
def test_one_wrong_value_refuses_the_whole(
    document: dict[str, Any], path: list[Any], value: object
) -> None:
    *way, last = path
    place: Any = document
    for step in way:
        place = place[step]
    place[last] = value

    with pytest.raises(CatalogueError):
        Catalogue.from_json(document)


@pytest.mark.parametrize("place", ["catalogue", "store"])
@pytest.mark.parametrize("change", ["missing", "unknown"])
def test_names_are_exactly_these(document: dict[str, Any], place: str, change: str) -> None:
    fields = document if place == "catalogue" else document["stores"][2]
    if change == "missing":
        fields.pop("as_of" if place == "catalogue" else "needs")
    else:
        fields["note"] = ""

    with pytest.raises(CatalogueError, match="missing"):
        Catalogue.from_json(document)


@pytest.mark.parametrize("value", [None, [], "{}", 1])
def test_something_else_is_not_a_catalogue(value: object) -> None:
    with pytest.raises(CatalogueError):
        Catalogue.from_json(value)


def test_a_preset_the_catalogue_does_not_have_reaches_nothing(document: dict[str, Any]) -> None:
    catalogue = Catalogue.from_json(document)

    assert catalogue.reach(2) == (0, 1, 2, 3, 4)
    assert catalogue.reach(3) == ()


def test_only_modes_that_some_store_serves_are_worth_choosing_from() -> None:
    trial = Catalogue.from_json(TRIAL_CATALOGUE)

    everything = trial.modes(region=Region.MINSK_CITY, preset=2, needs=bits([Need.FOOD]))
    no_locker = trial.modes(region=Region.MAHILIOU, preset=2, needs=bits([Need.FOOD]))
    nothing = trial.modes(region=Region.MINSK_CITY, preset=9, needs=0)

    assert everything == bits(Mode)
    assert no_locker == bits([Mode.VOUCHER, Mode.DELIVERY])
    assert nothing == 0
