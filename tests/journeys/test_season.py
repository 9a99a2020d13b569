"""A season begins whole or not at all, and ends whatever processes it has by then."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from clients.tour.scenario import compose
from clients.tour.season import Season
from clients.trial.processes import ProcessFailed, StepProcess
from matching.catalogue import Catalogue
from matching.trial_catalogue import TRIAL_CATALOGUE
from tests.patience import wait_until

pytestmark = pytest.mark.journey


@pytest.fixture
def season(tmp_path: Path) -> Season:
    people = compose(1, 1, seed=1, catalogue=Catalogue.from_json(TRIAL_CATALOGUE))
    return Season(people, tmp_path, today=int(time.time()) // 86_400, prove=False)


def test_the_node_ends_when_the_matcher_does_not_start(
    season: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_started() -> StepProcess:
        raise ProcessFailed("no matcher")

    monkeypatch.setattr(season, "start_matcher", not_started)

    with pytest.raises(ProcessFailed, match="no matcher"):
        season.__enter__()

    assert not season.node.running


def test_a_node_that_took_anothers_place_ends_with_the_season(season: Season) -> None:
    with season:
        first = season.node
        season.restart_node()
        assert season.committed() == 0
        second, matcher = season.node, season.matcher

    assert second is not first
    assert not any(process.running for process in (first, second, matcher))


def test_a_clerk_waits_while_its_node_is_started_again(season: Season, tmp_path: Path) -> None:
    with season:
        clerk = season.clerks[0]
        season.node.kill()
        clerk.begin()
        wait_until(lambda: "trying again" in (tmp_path / "clerk-0.log").read_text())
        season.node = season.start_node()

        assert clerk.finish()["certified"] == 0
