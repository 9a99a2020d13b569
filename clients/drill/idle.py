"""A node of the same circle that nobody ever visits: what stands in it anyway.

Regions and stores stand in the circle's document, which every node has. In a seized node they may
stand no more often than here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from clients.drill.memory import memory_of, with_descendants
from clients.drill.places import COMMON, finds_in, pieces_of
from clients.thief import Find, Patterns, Value, files_below
from clients.tour.markers import catalogue_values
from clients.tour.season import Season
from clients.trial.ports import free_port
from clients.trial.postgresql import Cluster
from matching.catalogue import Catalogue


def common_markers(season: Season) -> Iterator[tuple[str, Value]]:
    """Names of regions and stores."""
    values = catalogue_values(Catalogue.from_json(season.circle.catalogue))
    return ((f"{COMMON}{name}", value) for name, value in values.items())


def common_in_an_idle_node(season: Season, home: Path, *, backend: str) -> dict[str, Counter[str]]:
    """How often each stands in the memory and on the disk of an idle node, by place."""
    patterns = Patterns(common_markers(season))
    found: dict[str, Counter[str]] = {}
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
            found["node_memory"] = _counted(
                find
                for process in with_descendants(node.pid)
                for mapping, data in memory_of(process)
                for find in finds_in(data, patterns, mapping)
            )
            node.kill()
        found["node_disk"] = _counted(
            find
            for file in files_below(*places)
            for piece in pieces_of(file)
            for find in finds_in(piece, patterns, file.name)
        )
    return found


def _counted(finds: Iterable[Find]) -> Counter[str]:
    return Counter(find.marker for find in finds)
