"""Guess from the seized database alone what belongs together, as well as an order can be guessed.

An attack takes one row and a list of candidates of which one is right, and names one by whichever
trace it goes by. Guessing blindly is right once in as many times as there are candidates;
*advantage* is what an attack gains on that.

    request_offer    whose offer was matched with this request
    page_outbox      which outbox belongs to this page's card
    page_page        which page 2 stands beside this page 1
    slot_slot        which other card's outbox is the same person's
    notice_card      which card a notice is for
    shelf_card       which outbox belongs to the owner of this shelf
    thread_card      which outbox belongs to whoever was vetted in this thread
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from clients.drill.bounds import lower_bound, upper_bound
from clients.drill.nearness import TRACES, Row, Trace
from clients.drill.truth import TrueCard

SEED = 20260801
"""Of ties and of the order of candidates: the same database gives the same figures."""

CANDIDATES = 64
"""At most; drawn by lot from the rest, beside the right one."""

MOST_TRIALS = 8_000
"""Of one attack, drawn by lot: so many bound an advantage well below two hundredths."""


Pair = tuple[bytes, bytes]
"""Addresses of two rows that belong together."""


@dataclass(frozen=True)
class Question:
    """A row, and candidates the first of which is right."""

    row: tuple[Row, ...]
    candidates: tuple[tuple[Row, ...], ...]


@dataclass(frozen=True)
class Advantage:
    """How the best trace of an attack did."""

    trials: int
    trace: str
    successes: int
    by_chance: float
    upper99: float
    lower: float
    """It is better than blind guessing by this much, all but certainly."""

    @property
    def advantage(self) -> float:
        """Above guessing."""
        return self.successes / self.trials - self.by_chance if self.trials else 0.0

    def as_json(self) -> dict[str, object]:
        """The figures."""
        return {
            "advantage": round(self.advantage, 4),
            "upper99": round(self.upper99, 4),
            "lower": round(self.lower, 4),
            "trials": self.trials,
            "by_chance": round(self.by_chance, 4),
            "best_trace": self.trace,
        }


def link(cards: Sequence[TrueCard], rows: Mapping[bytes, Row]) -> dict[str, Advantage]:
    """Every attack on every trace, over all pairs of which both rows are among *rows*."""
    lot = random.Random(SEED)  # noqa: S311 - a measurement that can be repeated
    two: dict[str, list[Pair]] = {
        "page_outbox": [(card.pages[0], card.outbox) for card in cards],
        "page_page": [(card.pages[0], card.pages[1]) for card in cards],
        "shelf_card": [(card.shelf, card.outbox) for card in cards],
        "thread_card": [(card.thread, card.outbox) for card in cards],
        "slot_slot": _slots_of_one(cards),
    }
    questions = {
        "request_offer": _pairs(cards, rows, lot),
        "notice_card": _within([(card.notice, card.row) for card in cards], rows, lot),
    }
    questions |= {name: _within(pairs, rows, lot) for name, pairs in two.items()}
    attacks = len(questions) * len(TRACES)
    return {name: _best(asked, lot, attacks=attacks) for name, asked in questions.items()}


def _pairs(
    cards: Sequence[TrueCard], rows: Mapping[bytes, Row], lot: random.Random
) -> list[Question]:
    by_row = {card.row: card for card in cards}
    offers = [card for card in cards if not card.is_request]
    matched = [card for card in cards if card.is_request and card.partner is not None]
    asked = []
    for card in _some(matched, lot):
        right = by_row[card.partner or b""]
        listed = [_seen(one, rows) for one in _beside(right, offers, lot)]
        own = _seen(card, rows)
        if own and all(listed) and len(listed) > 1:
            asked.append(Question(own, tuple(listed)))
    return asked


def _slots_of_one(cards: Sequence[TrueCard]) -> list[Pair]:
    """Two outboxes of each person who has two cards or more."""
    owned: dict[bytes, list[bytes]] = {}
    for card in cards:
        if card.shelf:
            owned.setdefault(card.shelf, []).append(card.outbox)
    return [(outboxes[0], outboxes[1]) for outboxes in owned.values() if len(outboxes) > 1]


def _within(pairs: Sequence[Pair], rows: Mapping[bytes, Row], lot: random.Random) -> list[Question]:
    known = [pair for pair in pairs if pair[0] in rows and pair[1] in rows]
    seconds = sorted({second for _, second in known})
    asked = []
    for first, second in _some(known, lot):
        candidates = tuple((rows[address],) for address in _beside(second, seconds, lot))
        if len(candidates) > 1:
            asked.append(Question((rows[first],), candidates))
    return asked


T = TypeVar("T")


def _some(questions: Sequence[T], lot: random.Random) -> list[T]:
    return lot.sample(questions, min(MOST_TRIALS, len(questions)))


def _beside(right: T, everyone: Sequence[T], lot: random.Random) -> list[T]:
    """*right* first, and others drawn from *everyone*, who has *right* once."""
    drawn = lot.sample(everyone, min(CANDIDATES, len(everyone)))
    return [right, *[other for other in drawn if other != right][: CANDIDATES - 1]]


def _seen(card: TrueCard, rows: Mapping[bytes, Row]) -> tuple[Row, ...]:
    return tuple(rows[address] for address in (card.row, *card.drops) if address in rows)


def _best(asked: Sequence[Question], lot: random.Random, *, attacks: int) -> Advantage:
    """The trace that did best. Its bound is the largest of all traces', so none did better."""
    if not asked:
        return Advantage(0, "none", 0, 0.0, 1.0, 0.0)
    by_chance = sum(1 / len(question.candidates) for question in asked) / len(asked)
    results = {
        name: sum(_is_right(question, trace, lot) for question in asked)
        for name, trace in TRACES.items()
    }
    best = max(results, key=lambda name: results[name])
    upper = upper_bound(results[best], len(asked), attacks=attacks) - by_chance
    lower = lower_bound(results[best], len(asked), attacks=attacks) - by_chance
    return Advantage(len(asked), best, results[best], by_chance, upper, lower)


def _is_right(question: Question, trace: Trace, lot: random.Random) -> bool:
    """Whether the nearest candidate is the right one; among equals one is drawn."""
    own = trace.of(question.row)
    apart = [trace.apart(own, trace.of(candidate)) for candidate in question.candidates]
    least = min(apart)
    nearest = [place for place, distance in enumerate(apart) if distance == least]
    return lot.choice(nearest) == 0
