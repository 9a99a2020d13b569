"""What a node's memory holds of requests that are over: nothing.

The node is served for real, its processes' whole memory is read through /proc, and the same search
over a node without its precautions has to find something.
"""

from __future__ import annotations

import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from api.__main__ import main
from api.memory import _CAP_IPC_LOCK, ALLOCATOR, TUNABLES, _has_capability, overwriting
from clients.drill.memory import memory_of, with_descendants
from clients.thief import Find, Patterns
from crypto.drops import WriteSecret, blank_secret, read_secret
from crypto.permits import Permit
from tests.api.nodes import OCTETS
from tests.api.people import permit_in_database
from tests.api.servers import ServedProcess
from tests.circles import TrialCircle
from tests.patience import PATIENCE_SECONDS, wait_until

SITTINGS = 40
LOOKS = 20

PRECAUTIONS = """
from api.__main__ import main
from api.memory import overwrite_what_is_freed
from api.serve import serve
from api.settings import Settings
overwrite_what_is_freed()
serve(Settings(), hidden=False)
"""
"""As `python -m api serve`, but for who may read the memory: a test need not be root."""

NO_PRECAUTIONS = """
from api import connections, memory, serve
from api.settings import Settings
memory.hide = lambda **_: None
memory.keep_off_the_disk = lambda: None
serve.protocol_of = connections._bounded
serve.serve(Settings())
"""


@contextmanager
def node(
    directory: Path, trial: TrialCircle, program: str, workers: int
) -> Iterator[tuple[str, int, Permit]]:
    """Address and process of a node, and the permit of a card."""
    permit = permit_in_database(directory)
    process = ServedProcess(
        directory, trial, program=program, workers=workers, claims_per_day=SITTINGS
    )
    address = process.start()
    try:
        yield address, process.pid, permit
    finally:
        process.stop()


def sit(address: str, number: int, permit: Permit) -> dict[str, bytes]:
    """A whole visit on a connection of its own; what it showed the node, by name."""
    write = [WriteSecret(secrets.token_bytes(32)) for _ in range(8)]
    blank = [blank_secret(w) for w in write]
    read = [read_secret(b) for b in blank]
    unknown = [secrets.token_bytes(32) for _ in range(4)]
    tag, token = secrets.token_bytes(32), secrets.token_bytes(32)
    with httpx.Client(
        base_url=address,
        headers={"content-type": OCTETS},
        verify=False,
        trust_env=False,
        timeout=PATIENCE_SECONDS,
    ) as client:
        for path, body in (
            ("/visit/look", b"".join([*read, *unknown])),
            ("/visit/meet", b"".join([*read[:2], *blank[2:4], permit, tag, token])),
            ("/visit/leave", b"".join(w + secrets.token_bytes(32 + 4_096) for w in write)),
        ):
            assert client.post(path, content=body).status_code == 200
    named = {"w": write, "B": blank, "R": read, "unknown": unknown, "claim": [permit, tag, token]}
    return {
        f"{name} {place} of sitting {number}": bytes(value)
        for name, values in named.items()
        for place, value in enumerate(values)
    }


def found_after_sittings(
    address: str, pid: int, permit: Permit, *, looks: int = LOOKS
) -> list[Find]:
    """Finds in the memory of the node's processes, after everybody has gone."""
    markers = {}
    for number in range(SITTINGS):
        markers.update(sit(address, number, permit))
    patterns = Patterns(markers.items())
    finds: list[Find] = []
    for look in range(looks):
        if look:
            time.sleep(0.5)
        finds = [find for process in with_descendants(pid) for find in found_in(process, patterns)]
        if not finds:
            # An answer is there before its task has ended; what stays is what a request leaves.
            break
    return finds


def found_in(pid: int, patterns: Patterns) -> Iterator[Find]:
    for place, data in memory_of(pid):
        yield from patterns.found_in(data, place)


@pytest.mark.parametrize("workers", [1, 2])
def test_no_secret_outlives_its_request(tmp_path: Path, trial: TrialCircle, workers: int) -> None:
    with node(tmp_path, trial, PRECAUTIONS, workers) as (address, pid, permit):
        assert len(with_descendants(pid)) == (1 if workers == 1 else 1 + workers)
        finds = found_after_sittings(address, pid, permit)

    assert [(find.marker, find.encoding, find.place) for find in finds] == []


@pytest.mark.sqlite
def test_without_precautions_the_same_search_finds_secrets(
    tmp_path: Path, trial: TrialCircle
) -> None:
    with node(tmp_path, trial, NO_PRECAUTIONS, 1) as (address, pid, permit):
        assert found_after_sittings(address, pid, permit, looks=1)


def printed_by(program: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return ran.stdout


@pytest.mark.parametrize(("hidden", "dumpable"), [("True", "0"), ("False", "1")])
def test_no_core_is_dumped_and_the_owner_may_be_kept_out(hidden: str, dumpable: str) -> None:
    program = (
        "import ctypes, resource\nfrom api import memory\n"
        f"memory.hide(from_its_owner={hidden})\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))"
    )
    assert printed_by(program).strip() == f"{dumpable} (0, 0)"


def test_another_c_library_hides_memory_as_well_and_says_what_it_lacks() -> None:
    program = (
        "import ctypes, platform, resource\n"
        "platform.libc_ver = lambda: ('musl', '1.2.5')\n"
        "from api import memory\nfrom api.serve import log_quietly\n"
        "log_quietly()\nmemory.hide()\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert ran.stdout.strip() == "0 (0, 0)"
    assert "freed memory is not overwritten by this system's C library" in ran.stdout + ran.stderr


def kilobytes(pid: int, kind: str) -> int:
    """How much of a process's memory is locked (VmLck) or lies in swap (VmSwap)."""
    status = Path(f"/proc/{pid}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return int(lines[kind].split()[0])


MAY_LOCK = resource.getrlimit(resource.RLIMIT_MEMLOCK)[
    1
] == resource.RLIM_INFINITY or _has_capability(_CAP_IPC_LOCK)


@pytest.mark.sqlite
@pytest.mark.skipif(not MAY_LOCK, reason="memory may not be locked here")
def test_every_process_that_answers_visits_locks_its_memory(
    tmp_path: Path, trial: TrialCircle
) -> None:
    with node(tmp_path, trial, PRECAUTIONS, 2) as (address, pid, permit):
        sit(address, 0, permit)
        _parent, *workers = with_descendants(pid)
        assert len(workers) == 2
        # One may answer while the other still begins.
        wait_until(lambda: all(kilobytes(worker, "VmLck") > 10_000 for worker in workers))
        assert [kilobytes(worker, "VmSwap") for worker in workers] == [0, 0]


@pytest.mark.sqlite
def test_a_node_that_may_not_lock_its_memory_starts_and_says_so(
    tmp_path: Path, trial: TrialCircle
) -> None:
    """As in a container: root perhaps, but with a limit and without CAP_IPC_LOCK."""
    begun_anew = (
        "import ctypes, os, resource, sys\n"
        "if resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] == resource.RLIM_INFINITY:\n"
        "    resource.setrlimit(resource.RLIMIT_MEMLOCK, (1 << 30, 1 << 30))\n"
        "ctypes.CDLL(None).prctl(24, 14, 0, 0, 0)\n"  # PR_CAPBSET_DROP; refused to whoever has none
        f"os.execv(sys.executable, [sys.executable, '-c', {PRECAUTIONS!r}])\n"
    )
    with node(tmp_path, trial, begun_anew, 1) as (address, pid, _permit):
        assert httpx.get(f"{address}/circle").status_code == 200
        status = Path(f"/proc/{pid}/status").read_text()
        printed = (tmp_path / "printed.txt").read_text()

    assert "VmLck:\t       0 kB" in status
    assert printed.splitlines() == [
        "info: serving",
        "warning: memory could be swapped: allow it to be locked, or use no swap",
    ]


def test_the_allocator_is_chosen_once_and_what_else_was_chosen_stays() -> None:
    once = overwriting({"PATH": "/bin", "GLIBC_TUNABLES": "glibc.malloc.arena_max=2"})

    assert once == {
        "PATH": "/bin",
        "PYTHONMALLOC": ALLOCATOR,
        "GLIBC_TUNABLES": f"glibc.malloc.arena_max=2:{TUNABLES}",
    }
    assert overwriting(once) == once
    assert overwriting({})["GLIBC_TUNABLES"] == TUNABLES


def test_serving_begins_with_the_allocator(monkeypatch: pytest.MonkeyPatch) -> None:
    class BegunAnew(Exception): ...

    def begin_anew() -> None:
        raise BegunAnew

    monkeypatch.setattr("api.__main__.overwrite_what_is_freed", begin_anew)
    with pytest.raises(BegunAnew):
        main(["serve"])
