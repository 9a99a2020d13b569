"""A node of the same circle that nobody ever visits: what stands in it anyway.

Regions and stores stand in the circle's document, which every node has, and the page a node serves
has a line of a list for an example. Elsewhere they may stand in a seized node no more often than
here.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from clients.drill.common import Common
from clients.drill.memory import memory_of, with_descendants
from clients.drill.places import pieces_of
from clients.thief import Patterns, files_below, finds_in
from clients.tour.markers import catalogue_values, is_line, typed_markers
from clients.tour.season import Season
from clients.trial.ports import free_port
from clients.trial.postgresql import Cluster
from matching.catalogue import Catalogue


def common_of(season: Season) -> Common:
    """Names of regions and stores, and the document that has them."""
    names = catalogue_values(Catalogue.from_json(season.circle.catalogue))
    return Common(names, season.trial.document.read_text(encoding="utf-8"))


def found_in_an_idle_node(
    season: Season, home: Path, common: Common, *, backend: str
) -> dict[str, Counter[str]]:
    """How often each stands elsewhere in the memory and on the disk of an idle node, by place.

    So do single lines of people's lists; nine of them together are nobody else's.
    """
    typed = typed_markers(season.scenario, [])
    lines = Patterns((name, value) for name, value in typed if is_line(name))

    def counted(data: bytes, where: str) -> Counter[str]:
        held = Counter(find.marker for find in finds_in(data, lines, where))
        return held + common.elsewhere(data, where)

    found: dict[str, Counter[str]] = {"node_memory": Counter(), "node_disk": Counter()}
    with ExitStack() as ending:
        places = [home / "idle"]
        environment: dict[str, str] = {}
        if backend == "postgresql":
            cluster = Cluster(durable=True)
            ending.callback(cluster.remove)
            cluster.start()
            environment["KLUNAK_DATABASE_URL"] = cluster.url(cluster.new_database())
            places.append(cluster.files)
        node = season.trial.node(free_port(), data=places[0], environment=environment)
        with node:
            node.wait_until_ready()
            shared: set[str] = set()
            for process in with_descendants(node.pid):
                for mapping, data in memory_of(process, shared):
                    found["node_memory"] += counted(data, mapping)
            node.kill()
        for file in files_below(*places):
            for piece in pieces_of(file):
                found["node_disk"] += counted(piece, file.name)
    return found
