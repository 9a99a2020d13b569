"""Where a drill looks besides the node's disk and memory: at the matcher, and into the tables."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from sqlalchemy import Engine, text

from api.store import open_engine
from clients.controls import Controls
from clients.drill import attacks, estimates, tables, truth
from clients.drill.coercion import with_the_matchers_passphrase
from clients.drill.common import Common
from clients.drill.excuses import between_rounds, in_a_round
from clients.drill.place import Place
from clients.drill.places import search_disk, search_memory
from clients.drill.plainness import ENOUGH
from clients.drill.result import Drill
from clients.drill.season import DrillSeason
from clients.operators.keyring import MatcherKeyring
from clients.thief import Patterns, finds_in


def look_at_the_matcher(drill: Drill, season: DrillSeason, home: Path, markers: Patterns) -> None:
    began = time.monotonic()
    held = {"control: its own seed": _matcher(season).secrets.signing_seed}
    markers.add(held.items())
    drill.places["matcher_disk"] = search_disk(
        "matcher_disk", [season.trial.matcher_keyring, season.matcher.log], markers, scratch=home
    )
    # Between rounds it has its keys; in a round it opens cards, so what cards hold is no surprise.
    # What people wrote to each other would be, at any time.
    drill.places["matcher_memory"] = search_memory(
        "matcher_memory",
        season.matcher.pid,
        markers,
        planted=held,
        is_excused=between_rounds,
    )

    def look(moment: str, pid: int) -> None:
        drill.places[moment] = search_memory(
            moment, pid, markers, planted=held, is_excused=in_a_round
        )

    season.in_the_middle_of_a_round(look)
    drill.spent("search", began)


def look_at_the_tables(
    drill: Drill,
    season: DrillSeason,
    seized: Path,
    database_url: str | None,
    patterns: Patterns,
    common: Common,
) -> list[truth.TrueCard]:
    """The cards that stand in them, too."""
    file = None if database_url else next(seized.rglob("node.db"))
    untouched = seized
    if file is not None:  # what is opened here is put in order, and its log emptied
        untouched = seized.with_name("untouched")
        shutil.copytree(seized, untouched)
    engine = open_engine(database_url or f"sqlite:///{file}")
    place = drill.places["table_internals"] = Place("table_internals")
    try:
        for values in tables.values_of(engine, tables.all_names()):
            place.search(values, patterns, "a table", common=common)
        place.weaknesses = tables.weaknesses(engine, file, today=season.today)
        _plant_in_tables(place, engine, file, season.today)
        return _attack(drill, season, engine, untouched)
    finally:
        engine.dispose()


def _plant_in_tables(place: Place, engine: Engine, file: Path | None, today: int) -> None:
    """A table that numbers its rows has to be noticed, and what stands in it found."""
    controls = Controls("table")
    serial, octets = ("SERIAL", "BYTEA") if file is None else ("INTEGER", "BLOB")
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE control (id {serial} PRIMARY KEY, word {octets})")
        connection.execute(
            text("INSERT INTO control (word) VALUES (:word)"), {"word": controls.written}
        )
    patterns = Patterns(controls.planted.items())
    (values,) = tables.values_of(engine, ["control"])
    is_noticed = any("control" in one for one in tables.weaknesses(engine, file, today=today))
    place.controls_planted = len(controls.planted) + 1
    place.controls_found = controls.found(finds_in(values, patterns, "a table")) + int(is_noticed)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE control")


def _attack(
    drill: Drill, season: DrillSeason, engine: Engine, untouched: Path
) -> list[truth.TrueCard]:
    epoch, secrets = season.world.epoch, _matcher(season).secrets
    opened = {"epoch": epoch, "today": season.today}
    population = truth.opened(engine, secrets, season.circle, **opened)
    drill.coercion["matcher_passphrase"] = with_the_matchers_passphrase(population, season)
    cards = truth.true_cards(engine, secrets, season.circle, **opened)
    cards = truth.with_owners(cards, season)
    place = drill.places["table_internals"]
    place.weaknesses += tables.recognisable(engine, cards)
    if len(cards) < ENOUGH:
        drill.uncovered.append(f"{len(cards)} cards are too few to tell records sealed to keys")
    rows = tables.rows_of(engine, untouched)
    drill.link = attacks.link(cards, rows)
    fresh = {address: row for address, row in rows.items() if row.is_fresh}
    drill.since_layout.rows = len(fresh)
    drill.since_layout.link = attacks.link(cards, fresh)
    drill.estimates = estimates.estimate(
        tables.counts_of(engine),
        cards=len(cards),
        matches=sum(card.partner is not None for card in cards) // 2,
        parcels=sum(family.confirmed for family in season.families),
        people=sum(bool(f.asked_epoch) for f in season.families)
        + sum(donor.asked for donor in season.donors),
    )
    return cards


def _matcher(season: DrillSeason) -> MatcherKeyring:
    return MatcherKeyring.open(season.trial.matcher_keyring, season.trial.passphrase)
