"""`klunak tour`: a season of parcels through real processes, told, then robbed."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from clients.cli.operators import Json, today
from clients.cli.voice import plainly, result
from clients.tour.accidents import Accidents
from clients.tour.outcome import outcome_of
from clients.tour.robbery import rob
from clients.tour.scenario import compose
from clients.tour.season import Season
from clients.tour.story import Story
from matching.catalogue import Catalogue
from matching.trial_catalogue import TRIAL_CATALOGUE


def tour(
    families: Annotated[int, typer.Option(min=1, max=240, help="How many families.")] = 12,
    donors: Annotated[int, typer.Option(min=1, max=240, help="How many donors.")] = 9,
    seed: Annotated[
        int, typer.Option(help="Draws the people; the same seed, the same people.")
    ] = 1,
    epochs: Annotated[int, typer.Option(min=1, max=40, help="How long the season is.")] = 14,
    kills: Annotated[
        int,
        typer.Option(min=0, help="Kill the node, and the matcher, this often at random moments."),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Watch families and donors go the whole way, then see the node as a thief would."""
    began = time.monotonic()
    story = Story(quiet=as_json)
    catalogue = Catalogue.from_json(TRIAL_CATALOGUE)
    scenario = compose(families, donors, seed=seed, catalogue=catalogue)
    accidents = Accidents.planned(kills, range(1, epochs), random.Random(seed))  # noqa: S311
    with plainly(), tempfile.TemporaryDirectory(prefix="tour-") as directory:
        home = Path(directory)
        with (
            Season(scenario, home, today(), told=story.tell, accidents=accidents) as season,
            story.progress(epochs) as advanced,
        ):
            story.begin(season)
            season.hand_out_invites()
            for _ in range(epochs):
                report = season.live_one_epoch()
                story.epoch_ends(season, report)
                advanced()
                if season.is_over:
                    break
            season.node.kill()  # the door is kicked in; nothing is tidied up first
        loot = rob(season, home)
        outcome = outcome_of(season, loot, seconds=time.monotonic() - began)
        story.end(outcome, loot)
    if as_json:
        result(outcome.as_json())
