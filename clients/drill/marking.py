"""The markers of a drill: of the season's people, of epochs' keys, of requests in flight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from clients.drill.season import DrillSeason
from clients.operators.keyring import MatcherKeyring
from clients.thief import Patterns
from clients.tour.markers import Marker, markers_of

EPOCHS = 4
"""The last ones, whose notices are marked."""

_WRITES, _BLANKS, _READS = "w of ", "B of ", "R of "


def drill_markers(season: DrillSeason) -> Iterator[Marker]:
    """Name of the marker and value, for everybody of *season* and for the matcher's epoch keys."""
    epoch = season.world.epoch
    yield from markers_of(
        season.scenario,
        circle=season.circle,
        period=season.circle.period_on(season.today).number,
        epochs=range(max(1, epoch - EPOCHS + 1), epoch + 2),
        codes=season.world.codes,
    )
    yield from season.notes.markers()
    keyring = MatcherKeyring.open(season.trial.matcher_keyring, season.trial.passphrase)
    for held in keyring.secrets.epochs:
        yield f"epoch {held.epoch} key", held.seed


def shown_by(bodies: Iterable[bytes], patterns: Patterns) -> set[str]:
    """The markers that *bodies* show, and those that follow: w gives B, and B gives R."""
    shown = {find.marker for body in bodies for find in patterns.found_in(body, "a request")}
    for name in list(shown):
        for known, follows in ((_WRITES, (_BLANKS, _READS)), (_BLANKS, (_READS,))):
            if known in name:
                shown |= {name.replace(known, other) for other in follows}
    return shown
