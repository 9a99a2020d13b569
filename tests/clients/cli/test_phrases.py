"""Nobody is left without a sentence, in any language; and no sentence says more than it should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from string import Formatter
from typing import Any, get_args

import pytest

import clients.errors
import crypto.errors
from clients.cli.phrases import Phrases, Role, named, shown, slot_json, slug, table
from clients.errors import ClientError, MatchChanged, NodeRefused
from clients.node import OpenEpoch
from clients.people.views import Facts, SlotView, Status
from crypto.almanac import DEFAULT_POLICY, Policy
from crypto.descriptors import EpochDescriptor
from crypto.errors import CannotOpen, UnknownGood
from crypto.goods import DISHES, GOODS, LANGUAGES, Language
from crypto.messages.pages import Kind, Said
from matching.catalogue import Catalogue, Mode, Need, Region, Size
from matching.trial_catalogue import TRIAL_CATALOGUE

CATALOGUE = Catalogue.from_json(TRIAL_CATALOGUE)
ROLES: tuple[Role, ...] = get_args(Role)
EN = Phrases("en")
NOON = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
FACTS = Facts(matched=3, mode=0, store=1, region=3, size=0, needs=0b101)


def entries(node: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every entry that has one text per language."""
    for key, value in node.items():
        path = f"{name}.{key}".lstrip(".")
        if any(isinstance(inner, dict) for inner in value.values()):
            yield from entries(value, path)
        elif key != "days":
            yield path, value


def test_every_entry_has_every_language_and_nothing_else() -> None:
    for name, entry in entries(table()):
        assert set(entry) == set(LANGUAGES), name
        assert all(text.strip() for text in entry.values()), name


def test_every_entry_has_the_same_fields_in_every_language() -> None:
    for name, entry in entries(table()):
        fields = [{part[1] for part in Formatter().parse(t)} - {None} for t in entry.values()]
        assert fields[0] == fields[1] == fields[2], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_and_kind_and_name_has_a_phrase(language: Language) -> None:
    phrases = Phrases(language)
    for role in ROLES:
        assert set(table()["status"][role]) == {status.value for status in Status}
        for status in Status:
            assert phrases.status(role, status)
    assert set(table()["kind"]) == {kind.name.lower() for kind in Kind}
    for kind in Kind:
        assert phrases.kind(kind)
    for codes in (Region, Mode, Need, Size):
        for code in codes:
            assert phrases.name(code)
    for mode in Mode:
        assert phrases.sees(mode)
    assert len(phrases.guidance()) == 4


def test_belarusian_and_russian_are_not_mixed() -> None:
    for name, entry in entries(table()):
        assert not re.search("[иъщ]", entry["be"], re.IGNORECASE), name
        assert not re.search("[іў]", entry["ru"], re.IGNORECASE), name
        assert not re.search("[а-яёіў]", entry["en"], re.IGNORECASE), name
        # One apostrophe, the one that Belarusian is printed with.
        assert "'" not in entry["be"], name


VOWEL = "[аеёіоуыэюя]"


@pytest.mark.parametrize("wrong", [rf"{VOWEL}\s+у(?!\w)", r"[бвгджзйклмнпрстўфхцчшь,.:;]\s+ў"])
def test_u_is_short_after_a_vowel_and_nowhere_else(wrong: str) -> None:
    days = [Phrases("be").day(date(2026, 11, 23) + timedelta(days=n)) for n in range(7)]
    said = [Phrases("be").text("come_back", when=day) for day in days]
    written = [(name, entry["be"]) for name, entry in entries(table())]
    listed = [(str(row.number), row.names["be"]) for row in (*GOODS, *DISHES)]

    for name, text in [*written, *listed, *zip(days, said, strict=True)]:
        assert not re.search(wrong, text, re.IGNORECASE), name
    assert said[1] == "Вяртайцеся ў аўторак, 24 лістапада."


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_can_be_named(language: Language) -> None:
    days = {Phrases(language).day(date(2026, 1, 1) + timedelta(days=n)) for n in range(365)}

    assert len(days) == 365


def test_every_error_a_person_can_meet_has_a_sentence_of_its_own() -> None:
    operators = {"DeskError", "KeyringError", "BenchError"}
    people = [
        kind
        for kind in (*ClientError.__subclasses__(), *clients.errors.NotPossible.__subclasses__())
        if kind.__name__ not in operators and kind is not NodeRefused
    ]
    for kind in (*people, *crypto.errors.ListError.__subclasses__()):
        assert kind.__name__ in table()["error"], kind


def test_an_error_without_a_sentence_of_its_own_is_told_by_its_kind() -> None:
    assert EN.explain(CannotOpen()) == table()["error"]["CryptoError"]["en"]
    assert EN.explain(MatchChanged()) == table()["error"]["MatchChanged"]["en"]


def test_a_refusal_is_told_by_its_code() -> None:
    assert "unknown_nonsense" in EN.explain(NodeRefused("unknown_nonsense", 403))
    assert EN.explain(NodeRefused("busy", 503)) == table()["refused"]["busy"]["en"]


def test_a_wrong_line_is_named() -> None:
    error = UnknownGood("secret words")
    error.line_number = 4

    assert EN.explain(error).startswith("Line 4: ")
    assert "secret words" not in EN.explain(error)


@pytest.mark.parametrize(
    "typed", ["minsk-city", "MINSK-CITY", "горад Мінск", "город минск", " Minsk city "]
)
def test_a_region_is_known_by_its_slug_and_by_its_name_in_any_language(typed: str) -> None:
    assert named("region", Region, typed) is Region.MINSK_CITY


def test_a_region_that_is_none_is_not_guessed() -> None:
    assert named("region", Region, "minsk city region") is None


def test_a_machine_reads_facts_by_name() -> None:
    view = SlotView(
        period=8107,
        index=2,
        status=Status.CODE,
        facts=FACTS,
        code="A-1",
        message=Said(kind=Kind.THANKS, words="дзякуй"),
        come_back_epoch=7,
    )

    assert slot_json(view, CATALOGUE, EN) == {
        "status": "code",
        "facts": {
            "region": "homel",
            "mode": "voucher",
            "store": CATALOGUE.stores[1].name,
            "size": "small",
            "needs": ["food", "care"],
        },
        "code": "A-1",
        "terms": "",
        "ordered": "",
        "message": {"kind": "thanks", "phrase": "Thank you!", "words": "дзякуй"},
        "again": False,
        "come_back_epoch": 7,
    }


def test_a_match_with_a_store_and_a_size_that_do_not_exist_can_still_be_read() -> None:
    facts = Facts(matched=3, mode=2, store=900, region=0, size=200, needs=0b11111001)

    assert "store no. 900" in EN.facts(facts, CATALOGUE)


def test_what_is_over_is_not_shown_once_more() -> None:
    message = Said(kind=Kind.THANKS, words="дзякуй")
    view = SlotView(1, 0, Status.RECEIVED, FACTS, "CODE", "вуліца", "No. 7", message)

    assert shown(view) == SlotView(1, 0, Status.RECEIVED)
    finished = SlotView(1, 0, Status.FINISHED, FACTS, "CODE", "вуліца", "No. 7", message)
    assert shown(finished) == SlotView(1, 0, Status.FINISHED, message=message)
    # Somebody who erred, or was told to try again, still needs it.
    assert shown(SlotView(1, 0, Status.CODE_FAILED, FACTS, "CODE")).code == "CODE"


def test_short_epochs_end_at_a_time_of_today() -> None:
    policy = _policy(20)

    assert EN.when(6, _open(5, NOON + timedelta(minutes=1)), policy, NOON) == "after 12:02 today"
    assert EN.when(96, _open(5, NOON), policy, NOON) == "after 12:31 today"


def test_an_epoch_that_should_be_over_is_waited_for_a_little() -> None:
    late = _open(5, NOON - timedelta(hours=3))

    assert EN.when(6, late, _policy(20), NOON) == "in a few minutes"


@pytest.mark.parametrize(
    ("closes", "when"),
    [
        (datetime(2026, 11, 24, 3, 0, tzinfo=UTC), "on Tuesday, 24 November"),
        (datetime(2026, 11, 24, 12, 0, tzinfo=UTC), "on Tuesday, 24 November, in the evening"),
        (datetime(2026, 11, 24, 21, 0, tzinfo=UTC), "on Wednesday, 25 November"),
        (datetime(2026, 11, 20, 21, 0, tzinfo=UTC), "on Tuesday, 24 November, in the evening"),
    ],
)
def test_an_epoch_of_a_day_ends_on_a_day(closes: datetime, when: str) -> None:
    assert EN.when(6, _open(5, closes), DEFAULT_POLICY, NOON) == when


def test_several_epochs_of_a_day_are_as_many_days() -> None:
    closes = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

    assert Phrases("be").when(8, _open(5, closes), DEFAULT_POLICY, NOON) == (
        "у чацвер, 26 лістапада"
    )


def test_a_slug_is_what_an_option_takes() -> None:
    assert [slug(mode) for mode in Mode] == ["voucher", "locker", "delivery"]


def _policy(epoch_seconds: int) -> Policy:
    return DEFAULT_POLICY.model_copy(update={"epoch_seconds": epoch_seconds})


def _open(epoch: int, closes: datetime) -> OpenEpoch:
    minutes = int(closes.timestamp()) // 60
    descriptor = EpochDescriptor.model_construct(epoch=epoch, opens=0, closes=minutes)
    return OpenEpoch(descriptor, epoch - 1)


def test_no_phrase_shows_a_line_of_somebodys_list() -> None:
    """A drill that looks for the lines of lists would find the example in every process."""
    written_out = re.compile(r"\w — [1-8] \w")
    for path, texts in entries(table()):
        assert not any(written_out.search(text) for text in texts.values()), path
