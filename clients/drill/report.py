"""The drill as a page to look at: self-contained HTML, no script, readable in black and white.

Every cell of the matrix says in words what its colour says.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files

from clients.drill.attacks import Advantage
from clients.drill.layouts import SinceLayout
from clients.drill.matrix import SECRETS, Matrix, Yield
from clients.drill.picture import picture
from clients.drill.place import Place
from clients.drill.result import Drill

Cells = Sequence[str]


def written_report(drill: Drill) -> str:
    """The page."""
    style = files("clients.drill").joinpath("report.css").read_text(encoding="utf-8")
    verdict = "failed" if drill.failures else "nothing was found that must not be there"
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width,initial-scale=1'>",
        f"<title>Seizure drill</title><style>{style}</style><main>",
        "<h1>Seizure drill</h1>",
        f"<p class={'bad' if drill.failures else 'good'}>{escape(verdict)}</p>",
        f"<p>{drill.parcels:,} parcels confirmed over {escape(drill.backend)}; {drill.markers:,} "
        f"markers searched for in every encoding; {drill.seconds:,.0f} seconds.</p>",
        *(f"<p class=bad>{escape(failure)}</p>" for failure in drill.failures),
        "<h2>What a seizure of each yields</h2>",
        _matrix(drill.matrix),
        "<h2>What was searched</h2>",
        _table(
            ("place", "bytes", "hits", "regions and stores", "excused", "controls found"),
            (
                (
                    name,
                    f"{place.bytes:,}",
                    str(place.hit_count),
                    _beside_idle(place),
                    _counted(place.as_json()["excused"]),
                    f"{place.controls_found} of {place.controls_planted}",
                )
                for name, place in drill.places.items()
            ),
        ),
        "<p>Regions and stores stand in every node's circle document, which is not counted here: "
        "in brackets how often elsewhere in a node that nobody visited. Excused are secrets of the "
        "requests that were in flight when the node was frozen, and in a matcher's its keys and, "
        "in a round, what cards hold; people's words never.</p>",
        "<h2>What can be guessed to belong together</h2>",
        "<p>Best of nine guesses at each: by place in the file, order, the log, what locked it, "
        "the number of times something was written, day, and address. The bar goes to where it is "
        "at most.</p>",
        _guesses(drill.link),
        "<h2>The same for what was written since the tables were last laid out</h2>",
        f"<p>{_since(drill.since_layout)}</p>",
        _guesses(drill.since_layout.link),
        "<h2>What can be counted</h2>",
        _table(
            ("what", "a thief's estimate", "true"),
            (
                (name, f"{one.estimated:,.0f}", f"{one.true:,.0f}")
                for name, one in drill.estimates.items()
            ),
        ),
        "<h2>What coercion opens on top</h2>",
        _table(
            ("whoever is made to", "opens", "must not have opened"),
            (
                (name, one.note or _counted(dict(one.opens)), str(len(one.must_not)))
                for name, one in drill.coercion.items()
            ),
        ),
        "<h2>What a recorded past adds</h2>",
        "<p>Had the node kept, from the first day, the addresses that everybody's requests show, "
        "and whole what those sent who went the ordinary way. None of this counts as a failure: "
        "it is what remains.</p>",
        _table(
            ("what", "comes to"),
            ((name, _told(value)) for name, value in drill.recorded.as_json().items()),
        ),
        "<h2>What the disk looks like</h2>",
        "<p>65,536 octets from the middle of the largest file, a pixel each, and some of them "
        "as numbers.</p>",
        f"<img alt='grey noise' src='data:image/png;base64,{_drawn(drill.octets)}'>",
        f"<pre>{escape(drill.dump)}</pre>",
        "<h2>What this drill does not cover</h2>",
        "<ul>",
        *(f"<li>{escape(one)}" for one in drill.not_covered),
        "</ul></main></html>",
    ]
    return "\n".join(parts)


def _matrix(matrix: Matrix) -> str:
    head = "".join(f"<th scope=col>{escape(name)}" for name in SECRETS)
    rows = []
    for adversary, row in matrix.items():
        cells = "".join(
            f"<td class={row[secret].much.name.lower()}>{escape(str(row[secret]))}"
            for secret in SECRETS
        )
        rows.append(f"<tr><th scope=row>{escape(adversary)}{cells}")
    key = " ".join(f"<span class={y.name.lower()}>{escape(y.value)}</span>" for y in Yield)
    return (
        f"<div class=wide><table><tr><th>{head}{''.join(rows)}</table></div>"
        f"<p>{key} Counted in this drill, over all lists that were tried together; "
        "docs/threat-model.md says why.</p>"
    )


def _table(heads: Cells, rows: Iterable[Cells]) -> str:
    head = "".join(f"<th scope=col>{escape(name)}" for name in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell.replace('_', ' '))}" for cell in row) for row in rows
    )
    return f"<div class=wide><table><tr>{head}{body}</table></div>"


def _since(since: SinceLayout) -> str:
    return (
        f"A node with so large a database lays its tables out every {since.seconds_of_a_day:,.0f} "
        f"seconds at most. Since the last time {since.requests:,} requests had gone by, drawn by "
        f"lot from those of so much of a day, and {since.rows:,} rows show that they were written "
        "since. What one request wrote lies together until then: this remains, and counts above."
    )


def _guesses(attacks: Mapping[str, Advantage]) -> str:
    rows = []
    for name, one in attacks.items():
        if not one.trials:
            continue
        figures = (
            f"{one.advantage:+.4f}",
            f"{one.upper99:.4f}",
            f"{one.trials:,}",
            one.trace.replace("_", " "),
        )
        cells = "".join(f"<td>{figure}" for figure in figures)
        bar = f"<meter max=1 value={max(0.0, one.upper99):.4f}></meter>"
        rows.append(f"<tr><th scope=row>{escape(name.replace('_', ' '))}{cells}<td>{bar}")
    heads = ("guess", "advantage", "at most (99 %, all together)", "trials", "best by", "")
    head = "".join(f"<th scope=col>{one}" for one in heads)
    return f"<div class=wide><table><tr>{head}{''.join(rows)}</table></div>"


def _beside_idle(place: Place) -> str:
    return f"{place.common.total()} ({place.if_idle.total()})"


def _drawn(octets: bytes) -> str:
    return base64.b64encode(picture(octets)).decode()


def _told(value: object) -> str:
    return _counted(value["opens"]) if isinstance(value, dict) else f"{value:,}"


def _counted(kinds: object) -> str:
    if not isinstance(kinds, dict) or not kinds:
        return "nothing"
    return ", ".join(f"{name} ({count})" for name, count in kinds.items())
