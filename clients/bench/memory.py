"""How much memory a process holds."""

from __future__ import annotations

from pathlib import Path

from clients.trial.processes import ProcessFailed


def memory_mb(pid: int) -> float:
    """The largest resident set of a process and its children."""
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    family = [pid, *(int(child) for child in told.split())]
    return round(max(_resident_kib(each) for each in family) / 1_024, 1)


def _resident_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessFailed("a process without memory")
