"""One record at a time, without HTTP: what other services' stores are compared with."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection

from api import drops
from api.store import Store, open_store
from crypto.drops import DropAddress
from crypto.labels import HASH_BYTES, RECORD_BYTES

DROPS = 1_000
CLIENTS = 32
FAR_DAY = 2**31
"""No sweep runs here."""


def single_rates(database: str, seconds: int) -> dict[str, float]:
    """Records of 4,096 bytes read and replaced a second in a fresh *database*, each in a
    transaction of its own, on the disk before the next: by one client, and by thirty-two."""
    store = open_store(database)
    addresses = [DropAddress(secrets.token_bytes(HASH_BYTES)) for _ in range(DROPS)]
    rows = [(address, secrets.token_bytes(RECORD_BYTES)) for address in addresses]
    store.write(lambda connection: drops.reserve(connection, rows, lambda: FAR_DAY))

    def read() -> None:
        address = secrets.choice(addresses)
        store.read(lambda connection: drops.read(connection, [address]))

    def write() -> None:
        _replace(store, secrets.choice(addresses), secrets.token_bytes(RECORD_BYTES))

    try:
        return {
            "read_per_s": _rate(read, 1, seconds),
            "write_per_s": _rate(write, 1, seconds),
            f"read_per_s_by_{CLIENTS}": _rate(read, CLIENTS, seconds),
            f"write_per_s_by_{CLIENTS}": _rate(write, CLIENTS, seconds),
        }
    finally:
        store.close()


def _replace(store: Store, address: bytes, record: bytes) -> None:
    def work(connection: Connection) -> None:
        ((expires, _),) = drops.read_to_change(connection, [address]).values()
        drops.replace(connection, {address: drops.Change(expires, before=None, after=record)})

    store.write(work)


def _rate(act: Callable[[], None], clients: int, seconds: int) -> float:
    end = time.perf_counter() + seconds

    def until_over() -> int:
        done = 0
        while time.perf_counter() < end:
            act()
            done += 1
        return done

    with ThreadPoolExecutor(clients) as pool:
        done = sum(future.result() for future in [pool.submit(until_over) for _ in range(clients)])
    return round(done / seconds, 1)
