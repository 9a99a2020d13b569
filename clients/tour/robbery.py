"""After the season: take the node's files away and search them."""

from __future__ import annotations

from pathlib import Path

from clients.tour.markers import catalogue_values, markers_of
from clients.tour.season import Season
from clients.tour.seizure import Loot, seize
from clients.trial.circle import Trial
from clients.trial.ports import free_port
from matching.catalogue import Catalogue


def rob(season: Season, home: Path) -> Loot:
    """Seize the node of *season*, which has stopped, beside a node that never met anybody."""
    markers = markers_of(
        season.scenario,
        circle=season.circle,
        period=season.circle.period_on(season.today).number,
        epochs=range(season.world.epoch - 3, season.world.epoch + 1),
        codes=season.world.codes,
    )
    return seize(
        season.trial.node_data,
        _idle_node(season, home),
        dict(markers),
        catalogue_values(Catalogue.from_json(season.circle.catalogue)),
        scratch=home,
    )


def _idle_node(season: Season, home: Path) -> Path:
    """The files of a node of the same circle that was started, stopped, and never visited."""
    trial: Trial = season.trial
    idle = home / "idle"
    with trial.node(free_port(), data=idle) as node:
        node.wait_until_ready()
    return idle
