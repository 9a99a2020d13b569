"""Adversary × secret: what a seizure of each yields, in a word (docs/threat-model.md has why)."""

from __future__ import annotations

from enum import Enum


class Yield(Enum):
    """What somebody gets of a kind of secret. The value is what a reader sees."""

    NOTHING = "nothing"
    COUNTS = "counts"
    SOME = "own part"
    ALL = "all"


SECRETS = (
    "names, addresses",
    "messages, codes",
    "region, needs",
    "who was matched",
    "lists",
    "numbers of people",
)

_N, _C, _S, _A = Yield.NOTHING, Yield.COUNTS, Yield.SOME, Yield.ALL

_ROWS = {
    "node, switched off": (_N, _N, _N, _N, _N, _C),
    "node, running": (_N, _N, _N, _N, _N, _C),
    "matcher, off, without its passphrase": (_N, _N, _N, _N, _N, _N),
    "matcher, running, with the node's records": (_N, _N, _A, _A, _N, _A),
    "one coordinator's passphrase": (_N, _S, _N, _N, _N, _C),
    "one family's list": (_S, _S, _S, _N, _S, _N),
    "one donor's list": (_S, _S, _S, _N, _S, _N),
}

ADVERSARIES = tuple(_ROWS)
MATRIX = {name: dict(zip(SECRETS, row, strict=True)) for name, row in _ROWS.items()}
