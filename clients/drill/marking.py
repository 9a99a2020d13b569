"""The markers of a drill: of the season's people, of epochs' keys, of requests in flight."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from clients.drill.season import DrillSeason
from clients.operators.keyring import MatcherKeyring
from clients.thief import Patterns, Value
from clients.tour.markers import Marker, markers_of
from crypto.labels import hashed

EPOCHS, EPOCHS_AHEAD = 4, 2
"""So many up to this one have their notices marked, and so many that are to come."""

DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "SHA-256": lambda value: hashlib.sha256(value).digest(),
    "SHA-1": lambda value: hashlib.sha1(value, usedforsecurity=False).digest(),
    "MD5": lambda value: hashlib.md5(value, usedforsecurity=False).digest(),
    "BLAKE2b": lambda value: hashlib.blake2b(value).digest(),
    "the protocol's hash": lambda value: hashed("", value),
}
"""By which somebody careless would look people up."""

_LOOKED_UP = re.compile(r"code \d+|(family|donor) \d+: (list|name|phone|street)")

_WRITES, _BLANKS, _READS = "w of ", "B of ", "R of "


@dataclass
class Marking:
    """What of *season* has been named so far."""

    season: DrillSeason
    codes: int = 0
    digests: int = 0
    """Made of other markers, by which those could be looked up."""
    epochs: set[int] = field(default_factory=set)

    def everybody(self) -> Iterator[Marker]:
        """Name of the marker and value, for everybody of the season and whatever has come of it.

        Deriving so many takes minutes, so notices of the next epochs are among them.
        """
        epoch = self.season.world.epoch
        markers = markers_of(
            self.season.scenario,
            circle=self.season.circle,
            period=self.season.circle.period_on(self.season.today).number,
            epochs=range(max(1, epoch - EPOCHS + 1), epoch + EPOCHS_AHEAD + 1),
            codes=[],
        )
        yield from self._with_digests(markers)
        yield from self.new()

    def new(self) -> Iterator[Marker]:
        """What has come since: codes of vouchers, what people noted, the matcher's epoch keys."""
        season = self.season
        before, self.codes = self.codes, len(season.world.codes)
        codes = ((f"code {n}", season.world.codes[n]) for n in range(before, self.codes))
        yield from self._with_digests(codes)
        yield from season.notes.new_markers()
        keyring = MatcherKeyring.open(season.trial.matcher_keyring, season.trial.passphrase)
        for held in keyring.secrets.epochs:
            if held.epoch not in self.epochs:
                self.epochs.add(held.epoch)
                yield f"epoch {held.epoch} key", held.seed

    def _with_digests(self, markers: Iterable[Marker]) -> Iterator[Marker]:
        for name, value in markers:
            yield name, value
            for digest in digests_of(name, value):
                self.digests += 1
                yield digest


def digests_of(name: str, value: Value) -> Iterator[Marker]:
    """Markers of what people could be looked up by without its being there: a code, a phone, ..."""
    if _LOOKED_UP.fullmatch(name):
        octets = value.encode() if isinstance(value, str) else value
        yield from ((f"{name}, by {how}", digest(octets)) for how, digest in DIGESTS.items())


def shown_by(bodies: Iterable[bytes], patterns: Patterns) -> set[str]:
    """The markers that *bodies* show, and those that follow: w gives B, and B gives R."""
    shown = {find.marker for body in bodies for find in patterns.found_in(body, "a request")}
    for name in list(shown):
        for known, follows in ((_WRITES, (_BLANKS, _READS)), (_BLANKS, (_READS,))):
            if known in name:
                shown |= {name.replace(known, other) for other in follows}
    return shown
