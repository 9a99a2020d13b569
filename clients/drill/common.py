"""Names of regions and stores, which are no secrets and yet may stand in one place alone.

The circle's document has them, and every node has that, as often as it is asked for it just now.
Anywhere else a name may stand no more often than in a node that nobody visited.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clients.thief import Patterns, finds_in

COMMON = "catalogue: "
"""What the name of such a marker begins with."""

BESIDE = 12
"""So many characters before a name, or after it, show that it stands in the document."""


def texts_of(document: str) -> Iterator[str]:
    """*document* and every text within it: a document holds documents as JSON strings."""
    yield document
    try:
        held = json.loads(document)
    except ValueError:
        return
    waiting = [held]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield from texts_of(one)
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


@dataclass
class Common:
    """*names* that stand in *document* anyway."""

    names: Mapping[str, str]
    document: str = field(repr=False)

    def __post_init__(self) -> None:
        self.markers = [(f"{COMMON}{name}", value) for name, value in self.names.items()]
        self._patterns = Patterns(self.markers)
        self._beside = sorted(set(self._neighbourhoods()), key=len, reverse=True)

    def elsewhere(self, data: bytes, place: str) -> Counter[str]:
        """How often each stands in *data* and not where the document, whole or in part, does."""
        for beside in self._beside:
            data = data.replace(beside, bytes(len(beside)))
        return Counter(find.marker for find in finds_in(data, self._patterns, place))

    def _neighbourhoods(self) -> Iterator[bytes]:
        for text in texts_of(self.document):
            for name in self.names.values():
                # As it is, and as it stands in a document within a document.
                for written in (name, json.dumps(name)[1:-1], json.dumps(json.dumps(name))[3:-3]):
                    yield from _around(text, written)


def _around(text: str, name: str) -> Iterator[bytes]:
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        for beside in (text[max(0, at - BESIDE) : end], text[at : end + BESIDE]):
            if len(beside) == len(name) + BESIDE:
                yield beside.encode()
                yield beside.encode("utf-16-le")
        at = text.find(name, end)
