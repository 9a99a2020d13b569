"""Rob the node: copy its files and look for everybody; plant controls and find those.

A search that finds nothing proves nothing unless it would have found something. So the same search
runs over a second copy in which known values were planted, in a file, in a log and in the database
itself, each in every encoding, and all of them have to be found.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clients.controls import Controls
from clients.thief import Find, files_below, search

Seen = tuple[str, int, tuple[str, ...], str]
"""A table of the seized database: name, rows, columns, and one row as it lies there."""

SHOWN_BYTES = 12


@dataclass(frozen=True)
class Loot:
    """What the search of a seized node came to."""

    files: tuple[tuple[str, int], ...]
    tables: tuple[Seen, ...]
    markers: int
    hits: tuple[Find, ...]
    catalogue_surplus: int
    controls_planted: int
    controls_found: int

    @property
    def marker_hits(self) -> int:
        """Finds of people's values, and of catalogue values beyond an idle node's."""
        return len(self.hits) + self.catalogue_surplus


def seize(
    node_files: Path,
    idle_files: Path,
    markers: Mapping[str, str | bytes],
    catalogue: Mapping[str, str | bytes],
    *,
    scratch: Path,
) -> Loot:
    """Search *node_files*, beside those of an *idle* node that never met anybody."""
    seized = scratch / "seized"
    shutil.copytree(node_files, seized)
    files = files_below(seized)
    sizes = [(str(file.relative_to(seized)), file.stat().st_size) for file in files]
    hits = search(files, markers)
    surplus = _counted(files, catalogue) - _counted(files_below(idle_files), catalogue)
    planted, found = _controls(seized, scratch / "control")
    return Loot(
        files=tuple(sizes),
        tables=tuple(_tables(next(file for file in files if _is_sqlite(file)))),
        markers=len(markers),
        hits=tuple(hits),
        catalogue_surplus=surplus.total(),
        controls_planted=planted,
        controls_found=found,
    )


def _counted(files: list[Path], values: Mapping[str, str | bytes]) -> Counter[str]:
    return Counter(find.marker for find in search(files, values))


def _controls(seized: Path, control: Path) -> tuple[int, int]:
    """Plant three controls in a copy, each in every encoding; (planted, found)."""
    shutil.copytree(seized, control)
    in_file, in_log, in_row = Controls("file"), Controls("log"), Controls("row")
    control.joinpath("control.bin").write_bytes(in_file.written)
    with control.joinpath("node.log").open("ab") as log:
        log.write(in_log.written)
    database = next(file for file in files_below(control) if _is_sqlite(file))
    with sqlite3.connect(database) as connection:
        # A drop whose record is not a record: what a node that kept plain words would hold.
        connection.execute("CREATE TABLE control (words BLOB)")
        connection.execute("INSERT INTO control VALUES (?)", (in_row.written,))
    connection.close()
    planted = {**in_file.planted, **in_log.planted, **in_row.planted}
    finds = search(files_below(control), planted)
    return len(planted), len({find.marker for find in finds})


def _tables(database: Path) -> Iterator[Seen]:
    """What a thief's own SQLite shows; done last, since opening the copy changes it."""
    connection = sqlite3.connect(database)
    try:
        names = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        for (name,) in connection.execute(names).fetchall():
            rows = connection.execute(f'SELECT * FROM "{name}"')  # noqa: S608  names of our own
            columns = tuple(column[0] for column in rows.description)
            found = rows.fetchall()
            sample = ", ".join(_shown(value) for value in found[0]) if found else ""
            yield name, len(found), columns, sample
    finally:
        connection.close()


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return value[:SHOWN_BYTES].hex() + ("…" if len(value) > SHOWN_BYTES else "")
    text = str(value)
    return text if len(text) <= 2 * SHOWN_BYTES else text[: 2 * SHOWN_BYTES] + "…"


def _is_sqlite(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(16) == b"SQLite format 3\0"
