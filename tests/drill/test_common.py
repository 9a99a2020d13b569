"""Names that everybody may know: counted where they stand outside the document that has them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from clients.drill.common import COMMON, Common, texts_of
from clients.drill.place import Place
from clients.drill.places import search_disk
from clients.thief import WINDOW, Patterns
from clients.tour.markers import catalogue_values
from matching.catalogue import Catalogue
from matching.trial_catalogue import TRIAL_CATALOGUE

DOCUMENT = json.dumps({"signed": json.dumps({"serial": 1, "catalogue": TRIAL_CATALOGUE})})
"""Built as a circle's is: a text within a text, and the catalogue a text within that."""

NAMES = catalogue_values(Catalogue.from_json(TRIAL_CATALOGUE))
LONG = sorted(name for name, value in NAMES.items() if len(value.encode()) >= WINDOW)
"""Shorter ones would be found by chance, and are looked for in UTF-16 alone."""


@pytest.fixture(scope="module")
def common() -> Common:
    return Common(NAMES, DOCUMENT)


def searched(common: Common, data: bytes) -> Place:
    place = Place("node_disk")
    place.search(data, Patterns(common.markers), "a file", common=common)
    return place


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_document_counts_however_often_it_stands_there(common: Common, encoding: str) -> None:
    longer = [text for text in texts_of(common.document) if text not in NAMES.values()]
    found = searched(common, b"".join(text.encode(encoding) for text in longer) * 3)

    assert found.surplus == Counter()
    assert found.hit_count == 0


@pytest.mark.parametrize("name", LONG)
@pytest.mark.parametrize("written", ["raw", "utf-16", "json", "hex"])
def test_a_name_anywhere_else_is_a_hit(common: Common, name: str, written: str) -> None:
    value = NAMES[name]
    stored = {
        "raw": value.encode(),
        "utf-16": value.encode("utf-16-le"),
        "json": json.dumps({"wanted": value}).encode(),
        "hex": value.encode().hex().encode(),
    }[written]
    found = searched(common, common.document.encode() + b"\0\1" + stored + b"\1\0")

    assert found.surplus[f"{COMMON}{name}"] == 1
    assert found.hit_count == found.surplus.total()


def test_half_a_document_counts_as_the_document(common: Common) -> None:
    """A page or a piece of memory ends where it ends."""
    document = common.document.encode()
    at = document.index(b"Kalasok")
    end = at + len(NAMES["store 0"])

    assert searched(common, document[at:]).hit_count == 0
    assert searched(common, document[:end]).hit_count == 0
    assert searched(common, document[at:end]).hit_count == 1


def test_as_often_as_in_an_idle_node_is_no_hit(common: Common) -> None:
    found = searched(common, b"MINSK_CITY, MINSK_CITY")
    assert found.hit_count > 0

    found.if_idle = Counter(found.common)
    assert found.hit_count == 0


@pytest.mark.parametrize("stores", ["region", "nothing"])
def test_a_region_that_a_node_stores_in_plain_is_found(
    tmp_path: Path, common: Common, stores: str
) -> None:
    with sqlite3.connect(tmp_path / "node.db") as database:
        database.execute("CREATE TABLE circle (document TEXT)")
        database.execute("INSERT INTO circle VALUES (?)", (common.document,))
        database.execute("CREATE TABLE cards (region TEXT)")
        if stores == "region":
            database.execute("INSERT INTO cards VALUES (?)", (NAMES["region 0"],))
    database.close()
    (tmp_path / "scratch").mkdir()
    found = search_disk(
        "node_disk",
        [tmp_path / "node.db"],
        Patterns(common.markers),
        scratch=tmp_path / "scratch",
        common=common,
    )

    assert set(found.surplus) == ({f"{COMMON}region 0"} if stores == "region" else set())
