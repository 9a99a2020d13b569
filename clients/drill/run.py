"""The drill from beginning to end: live, seize place after place, attack, add up."""

from __future__ import annotations

import math
import random
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from api.store import open_engine
from clients.drill import attacks, estimates, tables, truth
from clients.drill.coercion import Coerced, coerce, with_the_matchers_passphrase
from clients.drill.control_request import OpenRequest
from clients.drill.marking import drill_markers, shown_by
from clients.drill.places import Place, finds_in, kind_of, search_disk, search_memory
from clients.drill.recorded import Recording, look_back
from clients.drill.season import DrillSeason
from clients.node import NodeClient, OpenEpoch
from clients.operators.keyring import MatcherKeyring
from clients.thief import Patterns
from clients.tour.crowd import with_crowd
from clients.tour.markers import is_typed
from clients.tour.scenario import Scenario, compose
from clients.tour.season import tour_policy
from clients.trial.ports import free_port
from clients.trial.postgresql import Cluster
from crypto.almanac import Policy
from crypto.labels import BLIND_COUNT
from matching.catalogue import Catalogue
from matching.trial_catalogue import TRIAL_CATALOGUE

BACKENDS = ("sqlite", "postgresql")
CORE_FAMILIES = 12
"""With lists, habits and invites, the ordinary way; whoever else there is belongs to a crowd."""

SPARE = 1.1
"""So many times as many parcels are asked for as are wanted: some are always on their way."""

LEAST_EPOCHS, MOST_EPOCHS = 6, 40
"""Lived whole before the last, interrupted one: enough for goods, receipts and earned slots."""

NOT_COVERED = (
    "a brotli stream has no mark: one is unpacked only where a file or a table's values begin",
    "no core is dumped: a node forbids it; all of its memory is read instead",
    "a recorded past is that of the people who go the ordinary way, not of the crowd's",
    "catalogue values are not counted against an idle node's; `klunak tour` does that for the disk",
    "a few hundred parcels bound a guess to a few hundredths; thousands bound it closer",
    "raw devices: blocks that the file system gave back are not read",
)
"""Said with every result."""

PATIENCE = {"KLUNAK_BODY_SECONDS": "3600"}
"""The planted request stays open as long as the season does."""


@dataclass
class Drill:
    """What a drill came to."""

    backend: str
    wanted: int = 0
    parcels: int = 0
    epochs: int = 0
    people: int = 0
    markers: int = 0
    places: dict[str, Place] = field(default_factory=dict)
    coercion: dict[str, Coerced] = field(default_factory=dict)
    recorded: Recording = field(default_factory=Recording)
    link: dict[str, attacks.Advantage] = field(default_factory=dict)
    estimates: dict[str, estimates.Estimate] = field(default_factory=dict)
    dump: str = ""
    """A few lines of the disk as it lies there."""
    seconds: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)
    """Seconds by what they were spent on."""

    def spent(self, phase: str, began: float) -> None:
        """Seconds since *began* were spent on *phase*."""
        self.phases[phase] = round(self.phases.get(phase, 0.0) + time.monotonic() - began, 1)

    def as_json(self) -> dict[str, object]:
        """The figures of `klunak drill --json`."""
        return {
            "backend": self.backend,
            "parcels": self.parcels,
            "epochs": self.epochs,
            "people": self.people,
            "phases": self.phases,
            "markers": self.markers,
            "places": {name: place.as_json() for name, place in self.places.items()},
            "coercion": {name: one.as_json() for name, one in self.coercion.items()},
            "recorded": self.recorded.as_json(),
            "link": {name: one.as_json() for name, one in self.link.items()},
            "estimates": {name: one.as_json() for name, one in self.estimates.items()},
            "not_covered": list(NOT_COVERED),
            "failures": self.failures,
            "seconds": self.seconds,
        }

    @property
    def failures(self) -> list[str]:
        """Why this drill failed; nothing if it did not."""
        few = [f"only {self.parcels} of {self.wanted} parcels came to be confirmed"]
        lost = [
            f"{name}: a control was not found"
            for name, p in self.places.items()
            if not p.control_found
        ]
        found = [
            f"{name}: hits of {', '.join(sorted({kind_of(find.marker) for find in place.hits}))}"
            for name, place in self.places.items()
            if place.hits
        ]
        opened = [
            f"coercion, {name}: opened {', '.join(sorted(set(coerced.must_not)))}"
            for name, coerced in (*self.coercion.items(), *self.recorded.opened.items())
            if coerced.must_not
        ]
        weak = [f"{name}: {said}" for name, p in self.places.items() for said in p.weaknesses]
        return (few if self.parcels < self.wanted else []) + lost + found + weak + opened


def run_drill(
    parcels: int,
    *,
    backend: str,
    today: int,
    home: Path,
    seed: int = 1,
    told: Callable[[str], None] = lambda _now: None,
) -> Drill:
    """A season in *home* until *parcels* are confirmed, seized in the middle of the next epoch."""
    began = time.monotonic()
    drill = Drill(backend, wanted=parcels)
    scenario = _people(parcels, seed)
    drill.people = len(scenario.families) + len(scenario.donors)
    lot = random.Random(seed)  # noqa: S311 - a drill can be repeated
    with ExitStack() as ending:
        cluster = _cluster(backend, ending)
        scratch = home / "node-tmp"
        scratch.mkdir()
        environment = {**PATIENCE, "TMPDIR": str(scratch), **_database(cluster)}
        season = DrillSeason(
            scenario, home, today, prove=False, environment=environment, policy=_policy()
        )
        ending.enter_context(season)
        season.hand_out_invites()
        _live(drill, season, told)
        told("the matcher is frozen in the middle of a round")
        season.live_people()
        season.live_desks()
        _look_at_the_matcher(drill, season, home)
        told("the node is frozen in the middle of business")
        usual = season.traffic.requests // drill.epochs
        with OpenRequest(season.port) as planted:
            season.live_until_seized(lot.randrange(1, max(2, usual)))
            began_search = time.monotonic()
            markers = Patterns(drill_markers(season))
            drill.markers = len(markers)
            drill.spent("markers", began_search)
            told("searching the node's memory")
            excused = shown_by(season.traffic.in_flight, markers)
            drill.places["node_memory"] = search_memory(
                "node_memory",
                season.node.pid,
                markers,
                planted=planted.planted,
                is_excused=excused.__contains__,
            )
            season.end_life()
        if cluster is not None:
            cluster.stop(signal.SIGQUIT)
        told("searching the node's disk")
        seized = _seized(season, cluster, home)
        drill.places["node_disk"] = search_disk(
            "node_disk", [seized, scratch, home / "trial" / "node.key"], markers, scratch=home
        )
        drill.dump = _dump(seized)
        drill.spent("search", began_search)
        told("reading the tables")
        began_attacks = time.monotonic()
        if cluster is not None:
            cluster.start()
        _look_at_the_tables(drill, season, seized, cluster, markers)
        told("opening what can be opened under coercion")
        port = free_port()
        with season.trial.node(port, data=seized / "node", environment=_database(cluster)) as node:
            url = node.wait_until_ready().url
            drill.coercion |= coerce(season, url)
            told("looking back on what was recorded")
            look_back(season.recording, season, _epoch_at(url, season))
            drill.recorded = season.recording
        drill.spent("attacks", began_attacks)
        drill.parcels = sum(family.confirmed for family in season.families)
    drill.seconds = round(time.monotonic() - began, 1)
    return drill


def _people(parcels: int, seed: int) -> Scenario:
    catalogue = Catalogue.from_json(TRIAL_CATALOGUE)
    core = min(parcels, CORE_FAMILIES)
    scenario = compose(core, max(2, core * 3 // 4), seed=seed, catalogue=catalogue)
    crowd = math.ceil(SPARE * parcels / BLIND_COUNT)
    return with_crowd(scenario, crowd, math.ceil(SPARE * crowd), catalogue=catalogue)


def _policy() -> Policy:
    """A tour's, with room in the queue for a crowd."""
    roomy = {"intake_pool": 100_000, "intake_draw": 4_096}
    return Policy(**{**tour_policy().model_dump(), **roomy})


def _live(drill: Drill, season: DrillSeason, told: Callable[[str], None]) -> None:
    """Whole epochs, until as many parcels are confirmed as are wanted."""
    while drill.epochs < LEAST_EPOCHS or (
        drill.parcels < drill.wanted and drill.epochs < MOST_EPOCHS
    ):
        told(f"epoch {drill.epochs + 1}: {drill.parcels:,} of {drill.wanted:,} parcels confirmed")
        for phase, act in (
            ("people", season.live_people),
            ("desks", season.live_desks),
            ("rounds", season.close_epoch),
        ):
            began = time.monotonic()
            act()
            drill.spent(phase, began)
        drill.epochs += 1
        drill.parcels = sum(family.confirmed for family in season.families)


def _epoch_at(url: str, season: DrillSeason) -> OpenEpoch:
    node = NodeClient(url)
    try:
        return node.epoch(season.circle)
    finally:
        node.close()


def _look_at_the_matcher(drill: Drill, season: DrillSeason, home: Path) -> None:
    began = time.monotonic()
    markers = Patterns(drill_markers(season))
    held = {"its own seed": _matcher(season).secrets.signing_seed}
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
        is_excused=lambda marker: marker.startswith("epoch "),
    )
    places: list[Place] = []
    season.in_the_middle_of_a_round(
        lambda pid: places.append(
            search_memory(
                "matcher_round",
                pid,
                markers,
                planted=held,
                is_excused=lambda marker: not is_typed(marker),
            )
        )
    )
    drill.places["matcher_round"] = places[0]
    drill.spent("search", began)


def _look_at_the_tables(
    drill: Drill,
    season: DrillSeason,
    seized: Path,
    cluster: Cluster | None,
    patterns: Patterns,
) -> None:
    file = None if cluster is not None else next(seized.rglob("node.db"))
    engine = open_engine(_database(cluster).get("KLUNAK_DATABASE_URL", f"sqlite:///{file}"))
    place = drill.places["table_internals"] = Place("table_internals")
    try:
        for values in tables.values_of(engine):
            place.bytes += len(values)
            place.hits += finds_in(values, patterns, "a table")
        place.weaknesses = tables.weaknesses(engine, file, today=season.today)
        _plant_in_tables(place, engine, file, season.today)
        _attack(drill, season, engine, file)
    finally:
        engine.dispose()


def _plant_in_tables(place: Place, engine: Engine, file: Path | None, today: int) -> None:
    """A table that numbers its rows has to be noticed."""
    with engine.begin() as connection:
        serial = "SERIAL" if file is None else "INTEGER"
        connection.exec_driver_sql(f"CREATE TABLE control (id {serial} PRIMARY KEY, words TEXT)")
    place.controls_planted = 1
    place.controls_found = int(
        any("control" in one for one in tables.weaknesses(engine, file, today=today))
    )
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE control")


def _attack(drill: Drill, season: DrillSeason, engine: Engine, file: Path | None) -> None:
    epoch, secrets = season.world.epoch, _matcher(season).secrets
    opened = {"epoch": epoch, "today": season.today}
    population = truth.opened(engine, secrets, season.circle, **opened)
    drill.coercion["matcher_passphrase"] = with_the_matchers_passphrase(population, season)
    cards = truth.true_cards(engine, secrets, season.circle, **opened)
    cards = truth.with_owners(cards, season)
    place = drill.places["table_internals"]
    place.weaknesses += tables.recognisable(engine, cards)
    drill.link = attacks.link(cards, tables.rows_of(engine, file), laid_out_before=epoch)
    drill.estimates = estimates.estimate(
        tables.counts_of(engine),
        cards=len(cards),
        matches=sum(card.partner is not None for card in cards) // 2,
        parcels=sum(family.confirmed for family in season.families),
        people=sum(bool(f.asked_epoch) for f in season.families)
        + sum(donor.asked for donor in season.donors),
    )


def _matcher(season: DrillSeason) -> MatcherKeyring:
    return MatcherKeyring.open(season.trial.matcher_keyring, season.trial.passphrase)


def _cluster(backend: str, ending: ExitStack) -> Cluster | None:
    if backend != "postgresql":
        return None
    cluster = Cluster(durable=True)
    ending.callback(cluster.remove)
    cluster.start()
    cluster.new_database()
    return cluster


def _database(cluster: Cluster | None) -> dict[str, str]:
    return {} if cluster is None else {"KLUNAK_DATABASE_URL": cluster.url("klunak_1")}


def _seized(season: DrillSeason, cluster: Cluster | None, home: Path) -> Path:
    """A copy of everything the node wrote."""
    seized = home / "seized"
    shutil.copytree(season.trial.node_data, seized / "node")
    if cluster is not None:
        shutil.copytree(cluster.files, seized / "postgresql")
    return seized


def _dump(seized: Path) -> str:
    """The middle of the largest file in hexadecimal."""
    largest = max((f for f in seized.rglob("*") if f.is_file()), key=lambda f: f.stat().st_size)
    data = largest.read_bytes()
    middle = len(data) // 2 // 4_096 * 4_096 + 512
    lines = [data[at : at + 16] for at in range(middle, min(middle + 256, len(data)), 16)]
    return "\n".join(f"{middle + 16 * n:08x}  {line.hex(' ')}" for n, line in enumerate(lines))
