"""What people type, the list key and the dish (protocol.md, section 3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from vectors.scenarios.parts import Scenario

BELARUSIAN = [
    "Грэчка — 2 пачкі",
    "Рыс — 1 кг",
    "Пшанічнае вотруб’е — 3 пачкі",
    "Слаёнае цеста — 8 упаковак",
    "Белы хлеб — 2 боханы",
    "Ёгурт — 4 стаканчыкі",
    "Згушчонка — 5 бляшанак",
    "Сайра — 6 бляшанак",
    "Буракі — 7 кг",
]
RUSSIAN = [
    "Гречка — 2 пачки",
    "Рис — 1 кг",
    "Пшеничные отруби — 3 пачки",
    "Слоёное тесто — 8 упаковок",
    "Белый хлеб — 2 буханки",
    "Йогурт — 4 стаканчика",
    "Сгущёнка — 5 банок",
    "Сайра — 6 банок",
    "Свёкла — 7 кг",
]
ENGLISH = [
    "Buckwheat — 2 packs",
    "Rice — 1 kg",
    "Wheat bran — 3 packs",
    "Puff pastry — 8 packets",
    "White bread — 2 loaves",
    "Yoghurt — 4 cups",
    "Condensed milk — 5 tins",
    "Saury — 6 tins",
    "Beetroot — 7 kg",
]


def scenarios() -> Iterator[Scenario]:
    """One list written in many ways, two others, and what is no list."""
    decomposed = [unicodedata.normalize("NFD", line) for line in RUSSIAN]
    same = [
        ("belarusian", BELARUSIAN, "as the page writes it"),
        ("russian", RUSSIAN, "the same list"),
        ("english", ENGLISH, "the same list"),
        ("turned_round", BELARUSIAN[::-1], "another order"),
        ("three_languages", BELARUSIAN[:3] + RUSSIAN[3:6] + ENGLISH[6:], "mixed"),
        ("capitals", [line.upper() for line in RUSSIAN], "upper case"),
        ("small", [line.lower() for line in ENGLISH], "lower case"),
        ("without_yo", [line.replace("ё", "е") for line in RUSSIAN], "е for ё"),
        ("decomposed", decomposed, "й and ё as two code points (NFD)"),
        (
            "decomposed_capitals",
            [line.upper() for line in decomposed],
            "Й and Ё as two code points",
        ),
        (
            "apostrophes",
            [line.replace("’", "'") for line in BELARUSIAN],
            "' for ’; ʼ and none are read as well",
        ),
        (
            "modifier_apostrophe",
            [line.replace("’", "ʼ") for line in BELARUSIAN],
            "ʼ (U+02BC) for ’",
        ),
        ("number_first", ["2 гречка", "1x rice", "3 пачки пшеничные отруби", *RUSSIAN[3:]], "2 …"),
        ("bare", ["гречка 2", "рис1", "rice bran: 3"][:2] + RUSSIAN[2:], "no unit, no space"),
        ("spaces", [f"  {line.replace(' ', chr(0xA0))}\t" for line in ENGLISH], "no-break spaces"),
        ("empty_lines", ["", *BELARUSIAN[:4], " \t", "—", *BELARUSIAN[4:], ""], "are skipped"),
    ]
    for name, lines, comment in same:
        yield Scenario(name, "list", comment, {"lines": lines})

    other = [BELARUSIAN[0].replace("2", "3"), *BELARUSIAN[1:]]
    yield Scenario("one_pack_more", "list", "another list, and still a list", {"lines": other})
    other = ["Пшано — 2 пачкі", *BELARUSIAN[1:]]
    yield Scenario("another_good", "list", "another list, and still a list", {"lines": other})

    refused: list[tuple[str, list[str], str, int | None]] = [
        ("eight_lines", BELARUSIAN[:8], "wrong_number_of_lines", None),
        ("ten_lines", [*BELARUSIAN, "Пшано — 1 пачка"], "wrong_number_of_lines", None),
        ("no_line", [], "wrong_number_of_lines", None),
        ("repeated", [*BELARUSIAN[:8], BELARUSIAN[0]], "repeated_good", 9),
        ("repeated_in_russian", [*BELARUSIAN[:8], "рис 5"], "repeated_good", 9),
        ("unknown_good", ["Дуриан — 1", *BELARUSIAN[1:]], "unknown_good", 1),
        ("no_good", ["2 пачкі", *BELARUSIAN[1:]], "unknown_good", 1),
        ("two_goods", [*BELARUSIAN[:3], "рыс грэчка 1", *BELARUSIAN[4:]], "unknown_good", 4),
        ("line_of_121", ["грэчка 2" + " " * 113, *BELARUSIAN[1:]], "unknown_good", 1),
        ("quantity_0", ["Грэчка — 0", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_9", ["Грэчка — 9", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_10", ["Грэчка — 10", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_02", ["Грэчка — 02", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_missing", ["Грэчка", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_twice", ["Грэчка 2 2", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_half", ["Грэчка — ½", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_1_5", ["Рыс — 1,5 кг", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_arabic", ["Грэчка — ٢", *BELARUSIAN[1:]], "wrong_quantity", 1),
        ("quantity_fullwidth", ["Грэчка — ２", *BELARUSIAN[1:]], "wrong_quantity", 1),
    ]
    for name, lines, code, line_number in refused:
        told = {"line_number": line_number}
        comment = "the same line twice over" if code == "repeated_good" else "not a list"
        yield Scenario(name, "list", comment, {"lines": lines}, code, told)
