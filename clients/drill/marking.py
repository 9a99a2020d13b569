"""The markers of a drill: of the tour's people, of the epochs' keys, of requests in flight."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clients.operators.keyring import MatcherKeyring
from clients.thief import Patterns
from clients.tour.markers import markers_of
from clients.tour.season import Season

EPOCHS = 4
"""The last ones, whose notices are marked."""

_WRITES, _BLANKS, _READS = "w of ", "B of ", "R of "


def drill_markers(season: Season) -> dict[str, str | bytes]:
    """Name of the marker → value, for everybody of *season* and for the matcher's epoch keys."""
    epoch = season.world.epoch
    markers = markers_of(
        season.scenario,
        circle=season.circle.digest,
        period=season.circle.period_on(season.today).number,
        epochs=range(max(1, epoch - EPOCHS + 1), epoch + 1),
        codes=season.world.codes,
    )
    keyring = MatcherKeyring.open(season.trial.matcher_keyring, season.trial.passphrase)
    for held in keyring.secrets.epochs:
        markers[f"epoch {held.epoch} key"] = held.seed
    return markers


def shown_by(bodies: Iterable[bytes], markers: Mapping[str, str | bytes]) -> set[str]:
    """The markers that *bodies* show, and those that follow: w gives B, and B gives R."""
    patterns = Patterns(markers)
    shown = {find.marker for body in bodies for find in patterns.found_in(body, "a request")}
    for name in list(shown):
        for known, follows in ((_WRITES, (_BLANKS, _READS)), (_BLANKS, (_READS,))):
            if known in name:
                shown |= {name.replace(known, other) for other in follows}
    return shown & set(markers)


def typed(markers: Mapping[str, str | bytes]) -> dict[str, str | bytes]:
    """Those that somebody typed or would read: names, addresses, words, codes, lists."""
    return {name: value for name, value in markers.items() if isinstance(value, str)}
