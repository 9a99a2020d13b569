"""The drill's place in README, from what drills printed.

    python -m tests.drill.figures sqlite.json [postgresql.json]

Lays out the figures between the two marks in README.md, below the picture of a drill's page
(`tests.browser.drill_picture`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- drill -->\n", "<!-- /drill -->\n"
PICTURE = "docs/img/drill.webp"
SEARCHED = ("node_disk", "node_memory", "table_internals", "matcher_disk", "matcher_memory")
EXCUSED = ("node_memory", "matcher_round", "matcher_commit")
WANTED = 0.02
EXCUSES = (
    "Excused are in the node's memory the secrets of the requests under way, and in a matcher's, "
    "in the middle of a round, what its cards hold. An advantage is what a guess is worth over "
    "guessing blindly; with 99 % confidence all of them together are at most what stands behind."
)

Row = Callable[[Figures], str]


def laid_out(drills: list[Figures]) -> Iterator[str]:
    """The lines between the marks."""
    yield f'<img src="{PICTURE}" width="640" alt="The drill\'s report: what each seizure yields">'
    yield from _table("`klunak drill --json`", _found(drills), drills)
    yield from _table("still learned, and no hit", _learned(drills), drills)
    yield ""
    yield EXCUSES


def _table(title: str, rows: dict[str, Row], drills: list[Figures]) -> Iterator[str]:
    heads = [f"`--backend {one['backend']}`" for one in drills]
    yield ""
    yield f"| {title} | {' | '.join(heads)} |"
    yield "|---|" + "---|" * len(drills)
    for name, told in rows.items():
        yield f"| {name} | {' | '.join(told(one) for one in drills)} |"


def _found(drills: list[Figures]) -> dict[str, Row]:
    return {
        "parcels confirmed": lambda one: f"{one['parcels']:,}",
        "people, epochs": lambda one: f"{one['people']:,}, {one['epochs']}",
        "seconds": lambda one: f"{one['seconds']:,.0f}",
        "values looked for": lambda one: f"{one['markers']:,}",
        **{f"{_words(name)}: bytes, hits": partial(_searched, name) for name in SEARCHED},
        "matcher in a round: hits": lambda one: str(one["places"]["matcher_round"]["hits"]),
        "every control found": lambda one: _yes(
            all(place["control_found"] for place in one["places"].values())
        ),
        **{
            f"{_words(name, ' and ')}: advantage, at most": partial(_guess, name)
            for name in drills[0]["link"]
        },
    }


def _learned(drills: list[Figures]) -> dict[str, Row]:
    recent = dict.fromkeys(name for one in drills for name in one["since_layout"]["link"])
    return {
        **{
            f"{_words(name)}: guessed, in truth": partial(_estimate, name)
            for name in drills[0]["estimates"]
        },
        "rows written since the last laying out": lambda one: f"{one['since_layout']['rows']:,}",
        **{
            f"among these, {_words(name, ' and ')}: advantage, at most": partial(_recent, name)
            for name in recent
        },
        "recorded from the first day: cards linked to an intake, of": lambda one: (
            f"{one['recorded']['cards_linked_to_intake']:,}, {one['recorded']['cards']:,}"
        ),
        **{f"{_words(name)}: values excused": partial(_excused, name) for name in EXCUSED},
    }


def _searched(name: str, one: Figures) -> str:
    return f"{one['places'][name]['bytes']:,}, {one['places'][name]['hits']}"


def _guess(name: str, one: Figures) -> str:
    guess = one["link"][name]
    over = "" if guess["upper99"] <= WANTED else f" (wanted: {WANTED})"
    return f"{guess['advantage']:z.4f}, {guess['upper99']:.4f}{over}"


def _recent(name: str, one: Figures) -> str:
    guess = one["since_layout"]["link"].get(name)
    return f"{guess['advantage']:.2f}, {guess['upper99']:.2f}" if guess else "no rows"


def _estimate(name: str, one: Figures) -> str:
    guess = one["estimates"][name]
    return f"{guess['estimated']:,.0f}, {guess['true']:,.0f}"


def _excused(name: str, one: Figures) -> str:
    return f"{sum(one['places'][name]['excused'].values()):,}"


def _words(name: str, between: str = " ") -> str:
    return name.replace("_", between)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "**no**"


def placed(readme: str, lines: list[str]) -> str:
    """*readme* with *lines* between the marks. Raises ValueError where those are not there."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError("no place for the figures")
    return before + begin + "\n".join(lines) + "\n" + end + after


def main(*files: str) -> None:
    drills = [json.loads(Path(file).read_text(encoding="utf-8")) for file in files]
    readme = ROOT / "README.md"
    text = placed(readme.read_text(encoding="utf-8"), list(laid_out(drills)))
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
