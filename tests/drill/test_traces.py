"""What a disk shows of a row beside its database."""

from __future__ import annotations

import random
import sqlite3
import struct
import zlib
from pathlib import Path

from clients.drill.cores import node_core
from clients.drill.picture import picture
from clients.drill.traces import traces_in

LOT = random.Random(5)
ONE, OTHER, GONE = (LOT.randbytes(32) for _ in range(3))
MIDDLES = {address: LOT.randbytes(32) for address in (ONE, OTHER, GONE)}


def record(middle: bytes) -> bytes:
    return bytes(2_048) + middle + bytes(2_016)


def test_rows_are_found_in_the_file_and_in_the_log(tmp_path: Path) -> None:
    # Compacted by the order of addresses in a file, written one after another in its log.
    (tmp_path / "node.db").write_bytes(ONE + OTHER + MIDDLES[ONE] + MIDDLES[OTHER])
    (tmp_path / "node.db-wal").write_bytes(b"...." + OTHER + MIDDLES[OTHER] + MIDDLES[OTHER])
    found = traces_in(tmp_path.iterdir(), MIDDLES)

    assert found[OTHER].place - found[ONE].place == 32
    assert found[ONE].log == []
    assert found[OTHER].place < found[OTHER].log[0]
    assert [found[address].versions for address in (ONE, OTHER, GONE)] == [1, 2, 0]
    assert (found[GONE].place, found[GONE].log) == (0, [])


def test_the_log_of_sqlite_tells_what_was_written_last(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "node.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE drops (address BLOB PRIMARY KEY, record BLOB) WITHOUT ROWID")
    for address, middle in MIDDLES.items():
        database.execute("INSERT INTO drops VALUES (?, ?)", (address, record(middle)))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    written = LOT.randbytes(32)
    database.execute("UPDATE drops SET record = ? WHERE address = ?", (record(written), OTHER))
    found = traces_in(tmp_path.glob("node.db*"), {**MIDDLES, OTHER: written})
    database.close()

    assert found[OTHER].log
    assert found[ONE].log == found[GONE].log == []
    assert found[ONE].place != found[GONE].place > 0


def test_a_core_of_the_node_counts_and_a_control_is_dumped(tmp_path: Path) -> None:
    place = node_core(is_dumped=True, scratch=tmp_path)

    # Where a machine dumps no core of anything there is nothing to search.
    assert place is None or (place.control_found and place.weaknesses)


def test_octets_are_drawn_a_pixel_each() -> None:
    drawn = picture(bytes(range(256)) * 256)

    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", drawn[16:24]) == (512, 128)
    squeezed = drawn[drawn.index(b"IDAT") + 4 : drawn.index(b"IEND") - 8]
    rows = zlib.decompress(squeezed)
    assert rows[:513] == b"\0" + bytes(range(256)) * 2
    assert len(rows) == 128 * 513
