"""The drill's place in README, from what drills printed.

    python -m tests.drill.figures sqlite.json [postgresql.json]

Lays out the figures between the two marks in README.md, below the picture of a drill's page
(`tests.browser.drill_picture`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Figures = dict[str, Any]

ROOT = Path(__file__).parents[2]
BEGIN, END = "<!-- drill -->\n", "<!-- /drill -->\n"
PICTURE = "docs/img/drill.webp"
SEARCHED = ("node_disk", "node_memory", "table_internals", "matcher_disk", "matcher_memory")
WANTED = 0.02
FRESH = "_fresh"


ROWS: dict[str, Callable[[Figures], str]] = {
    "parcels confirmed": lambda one: f"{one['parcels']:,}",
    "people, epochs": lambda one: f"{one['people']:,}, {one['epochs']}",
    "seconds": lambda one: f"{one['seconds']:,.0f}",
    "values looked for": lambda one: f"{one['markers']:,}",
    **{
        f"{name.replace('_', ' ')}: bytes, hits": lambda one, name=name: (  # type: ignore[misc]
            f"{one['places'][name]['bytes']:,}, {one['places'][name]['hits']}"
        )
        for name in SEARCHED
    },
    "matcher in a round: hits": lambda one: str(one["places"]["matcher_round"]["hits"]),
    "every control found": lambda one: _yes(
        all(place["control_found"] for place in one["places"].values())
    ),
}


def laid_out(drills: list[Figures]) -> Iterator[str]:
    """The lines between the marks."""
    yield f'<img src="{PICTURE}" width="640" alt="The drill\'s report: what each seizure yields">'
    yield ""
    heads = [f"`--backend {one['backend']}`" for one in drills]
    yield f"| `klunak drill --json` | {' | '.join(heads)} |"
    yield "|---|" + "---|" * len(drills)
    for name, told in ROWS.items():
        yield f"| {name} | {' | '.join(told(one) for one in drills)} |"
    for name in drills[0]["link"]:
        if not name.endswith(FRESH):
            cells = [_guess(one["link"][name], WANTED) for one in drills]
            yield f"| {name.replace('_', ' and ')}: advantage, at most | {' | '.join(cells)} |"
    yield ""
    yield "Still learned, and no hit:"
    yield ""
    for one in drills:
        yield f"* {one['backend']}: {'; '.join(_learned(one))}."


def _learned(one: Figures) -> Iterator[str]:
    for name, guess in one["estimates"].items():
        yield (
            f"{name.replace('_', ' ')} guessed at {guess['estimated']:,.0f}, "
            f"in truth {guess['true']:,.0f}"
        )
    for name, guess in one["link"].items():
        if name.endswith(FRESH) and guess["trials"]:
            what = name.removesuffix(FRESH).replace("_", " and ")
            yield f"written since the last sweep, {what} {_guess(guess)}"
    past = one["recorded"]
    yield (
        f"had the node recorded everything, {past['cards_linked_to_intake']:,} of "
        f"{past['cards']:,} cards would be linked to their intake"
    )
    for name, place in one["places"].items():
        if place["excused"]:
            yield f"{name.replace('_', ' ')} held {sum(place['excused'].values()):,} excused values"


def _guess(guess: Figures, wanted: float = 1) -> str:
    over = "" if guess["upper99"] <= wanted else f" (wanted: {wanted})"
    return f"{guess['advantage']:.4f}, {guess['upper99']:.4f}{over}"


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
