"""The drill from beginning to end: live, seize place after place, attack, add up."""

from __future__ import annotations

import math
import random
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path

from clients.drill.answers import reserved_reads, told_apart
from clients.drill.coercion import coerce
from clients.drill.control_request import open_request
from clients.drill.cores import node_core
from clients.drill.excuses import InFlight
from clients.drill.idle import common_of, found_in_an_idle_node
from clients.drill.layouts import QUICKLY, laid_out_lately
from clients.drill.looking import look_at_the_matcher, look_at_the_tables
from clients.drill.marking import Marking
from clients.drill.places import search_memory
from clients.drill.recorded import look_back
from clients.drill.result import Drill
from clients.drill.season import AT_ONCE, LAST, DrillSeason
from clients.drill.seizing import dump_of, search_the_disks, seize
from clients.drill.server import DATABASE, MEMORY, begin_server, plant, search_the_server
from clients.drill.surroundings import Surroundings
from clients.node import NodeClient, OpenEpoch
from clients.thief import Patterns, Value
from clients.tour.crowd import with_crowd
from clients.tour.scenario import Scenario, compose
from clients.tour.season import tour_policy
from clients.trial.ports import free_port
from clients.trial.postgresql import Cluster
from crypto.almanac import Policy
from crypto.labels import BLIND_COUNT
from matching.catalogue import Catalogue
from matching.trial_catalogue import TRIAL_CATALOGUE

CORE_FAMILIES = 12
"""With lists, habits and invites, the ordinary way; whoever else there is belongs to a crowd."""

SPARE = 1.1
"""So many times as many parcels are asked for as are wanted: some are always on their way."""

LEAST_EPOCHS, MOST_EPOCHS = 6, 40
"""Lived whole before the last, interrupted one: enough for goods, receipts and earned slots."""

REQUESTS_A_PARCEL, LIVING = 70, 0.75
"""What the time left is guessed by: so many requests go to a parcel, and so much of a drill goes
into living its season, the rest into the search."""

PATIENCE = {"KLUNAK_BODY_SECONDS": "3600"}
"""The planted request stays open as long as the season does."""


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
        cluster = begin_server(ending) if backend == "postgresql" else None
        around = ending.enter_context(Surroundings(home))
        environment = {**PATIENCE, **QUICKLY, **around.environment, **_database(cluster)}
        season = DrillSeason(
            scenario, home, today, prove=False, environment=environment, policy=_policy()
        )
        ending.enter_context(season)
        season.hand_out_invites()
        _live(drill, season, told)
        season.live_people()
        season.live_desks()
        season.let_one_ask()
        told("working out what to look for")
        began_marking = time.monotonic()
        marking = Marking(season)
        markers = Patterns(marking.everybody())
        drill.markers = len(markers)
        drill.spent("markers", began_marking)
        told("the matcher is frozen in the middle of a round")
        look_at_the_matcher(drill, season, home, markers)
        told("the node is frozen in the middle of business")
        usual = season.traffic.requests // drill.epochs
        with open_request(season.port) as controls:
            laid_out = partial(
                laid_out_lately, drill.since_layout, _url(season, cluster), usual, lot
            )
            season.live_until_seized(lot.randrange(1, max(2, usual)), laid_out)
            began_search = time.monotonic()
            common = common_of(season)
            known = len(markers)
            markers.add(marking.new())
            drill.markers += len(markers) - known - marking.digests
            planted = {**controls.planted, **around.in_own, **around.in_shared}
            markers.add(chain(common.markers, planted.items()))
            drill.spent("markers", began_search)
            told("searching the node's memory")
            in_flight = InFlight(season.traffic.in_flight, markers)
            drill.places["node_memory"] = search_memory(
                "node_memory",
                season.node.pid,
                markers,
                planted=controls.planted,
                is_excused=in_flight,
                common=common,
            )
            in_flight.judge(drill.places["node_memory"], at_once=AT_ONCE)
            in_server: dict[str, Value] = {}
            if cluster is not None:
                in_log, in_row = plant(cluster)
                in_server = {**in_log, **in_row}
                markers.add(in_server.items())
                drill.places[MEMORY] = search_the_server(cluster, markers, in_row)
            is_dumped = season.end_life()
        if cluster is not None:
            cluster.stop(signal.SIGQUIT)
        told("searching the node's disk")
        seized = seize(season, cluster, home)
        search_the_disks(
            drill,
            seized,
            around,
            markers,
            home=home,
            common=common,
            planted=in_server,
            known=[] if cluster is None else [cluster.directory],
        )
        if (core := node_core(is_dumped, scratch=home)) is not None:
            drill.places["node_core"] = core
        told("looking at a node that nobody visited")
        idle = found_in_an_idle_node(season, home, common, backend=backend)
        for place, counted in idle.items():
            drill.places[place].if_idle = counted
        drill.dump, drill.octets = dump_of(seized)
        drill.spent("search", began_search)
        told("reading the tables")
        began_attacks = time.monotonic()
        if cluster is not None:
            cluster.start()
        cards = look_at_the_tables(
            drill, season, seized, _database(cluster).get("KLUNAK_DATABASE_URL"), markers, common
        )
        told("opening what can be opened under coercion")
        port = free_port()
        with season.trial.node(port, data=seized / "node", environment=_database(cluster)) as node:
            url = node.wait_until_ready().url
            drill.coercion |= coerce(season, url, cards)
            drill.told_apart = told_apart(url, reserved_reads(season))
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
    scenario.families[0].arrives = LAST  # with an invite, for a coordinator to have in the end
    crowd = math.ceil(SPARE * parcels / BLIND_COUNT)
    return with_crowd(scenario, crowd, math.ceil(SPARE * crowd), catalogue=catalogue)


def _policy() -> Policy:
    """A tour's, with room in the queue for a crowd."""
    roomy = {"intake_pool": 100_000, "intake_draw": 4_096}
    return Policy(**{**tour_policy().model_dump(), **roomy})


def _live(drill: Drill, season: DrillSeason, told: Callable[[str], None]) -> None:
    """Whole epochs, until as many parcels are confirmed as are wanted."""
    lived = time.monotonic()
    while drill.epochs < LEAST_EPOCHS or (
        drill.parcels < drill.wanted and drill.epochs < MOST_EPOCHS
    ):
        left = _time_left(time.monotonic() - lived, season.traffic.requests, drill.wanted)
        told(
            f"epoch {drill.epochs + 1}: {drill.parcels:,} of {drill.wanted:,} parcels confirmed"
            f"{left}"
        )
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


def _time_left(lived: float, requests: int, parcels: int) -> str:
    """About, once there is something to go by."""
    if not requests:
        return ""
    done = LIVING * min(1.0, requests / (REQUESTS_A_PARCEL * parcels))
    return f", about {math.ceil(lived * (1 / done - 1) / 60)} minutes left"


def _epoch_at(url: str, season: DrillSeason) -> OpenEpoch:
    node = NodeClient(url)
    try:
        return node.epoch(season.circle)
    finally:
        node.close()


def _database(cluster: Cluster | None) -> dict[str, str]:
    return {} if cluster is None else {"KLUNAK_DATABASE_URL": cluster.url(DATABASE)}


def _url(season: DrillSeason, cluster: Cluster | None) -> str:
    """The node's database."""
    file = f"sqlite:///{season.trial.node_data / 'node.db'}"
    return _database(cluster).get("KLUNAK_DATABASE_URL", file)
