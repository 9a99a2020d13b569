"""A small disk of a test's own, which can be full or read-only."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(at: Path, *options: str) -> Iterator[Path]:
    """A file system in memory, mounted at the directory *at*."""
    mounting = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", at]
    mounted = subprocess.run(mounting, check=False, capture_output=True, text=True)
    if mounted.returncode:
        # Not skipped: a disk that is full is tested, or the tests did not pass.
        pytest.fail(f"no disk could be mounted, as root may and `unshare -rm`: {mounted.stderr}")
    try:
        yield at
    finally:
        subprocess.run(["umount", at], check=True)


def remount(disk: Path, options: str) -> None:
    """Give *disk* other options."""
    subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)
