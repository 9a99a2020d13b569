"""Private files that change whole or not at all, and the lock around them.

    write beside ─▶ fsync ─▶ rename over ─▶ fsync the folder ─▶ overwrite the old one

A crash leaves either the old file or the new one. The lock is a file of its own, because the name
of the private file changes its file with every write.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clients.errors import KeyringBusy, KeyringError, KeyringExposed

MOST_BYTES = 64 * 1024 * 1024
LOCK_SECONDS = 10.0


def read_private(path: Path) -> bytes:
    """The whole file. Raises KeyringExposed if others can read it, KeyringError without one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise KeyringError("there is no such keyring") from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if status.st_mode & 0o077 or status.st_uid != os.getuid():
            raise KeyringExposed
        if status.st_size > MOST_BYTES:
            raise KeyringError("not a keyring")
        return file.read(MOST_BYTES)


def replace_durably(path: Path, data: bytes) -> None:
    """Write *data* under this name, readable by its owner alone; on the disk on return."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)  # a crash between writing and renaming leaves one behind
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    old = _old_file(path)
    os.rename(fresh, path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    if old is not None:
        _wipe(old)


def _old_file(path: Path) -> int | None:
    with suppress(FileNotFoundError):
        return os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    return None


def _wipe(descriptor: int) -> None:
    # The old file has no name any more. A destroyed epoch key lies in it, under the passphrase.
    try:
        os.pwrite(descriptor, bytes(os.fstat(descriptor).st_size), 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def identity(path: Path) -> tuple[int, int, int]:
    """What tells one writing of a file from the next."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock beside *path*. Raises KeyringBusy when somebody else keeps it too long."""
    lock = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise KeyringError("the keyring's folder cannot be written") from error
    try:
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise KeyringBusy from None
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)
