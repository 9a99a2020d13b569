"""Where a node can write beside its data: what it is told to use, and directories of everybody's.

Its own directories lie below the drill's. Whatever comes up in everybody's meanwhile is searched as
well, another's or not; in each directory lies a word that has to be found.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from clients.controls import control_word
from clients.thief import files_below
from clients.trial.entered import Entered

OF_EVERYBODY = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"))  # noqa: S108 - looked at alone
MOST_BYTES = 1 << 25
"""Of what came up there: others of this machine write there, too."""


class Surroundings(Entered):
    """Of a node whose directories are made below *home*; the words are removed in the end."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home
        self._own = {
            "PWD": home / "node-directory",
            "TMPDIR": home / "node-tmp",
            "HOME": home / "node-home",
            "PYTHONPYCACHEPREFIX": home / "node-caches",
        }
        self._shared = [one for one in OF_EVERYBODY if os.access(one, os.R_OK | os.W_OK | os.X_OK)]
        self.in_own: dict[str, str] = {}
        self.in_shared: dict[str, str] = {}
        """Names of the planted words, and the words."""

    def begin(self) -> None:
        """Make its directories, and plant a word in each of all."""
        for directory in self._own.values():
            directory.mkdir()
        self._before = set(self._entries())
        self.in_own = dict(map(self._plant, self._own.values()))
        self.in_shared = dict(map(self._plant, self._shared))

    @property
    def environment(self) -> dict[str, str]:
        """What sends a node to its own directories; it keeps its compiled modules there, too."""
        own = {variable: str(directory) for variable, directory in self._own.items()}
        return {**own, "PYTHONDONTWRITEBYTECODE": ""}

    @property
    def own(self) -> list[Path]:
        """The directory it works in, temporary files, its home, compiled modules."""
        return list(self._own.values())

    @property
    def own_files(self) -> list[Path]:
        """What stands in them."""
        return files_below(*self.own)

    def left(self, *known: Path) -> tuple[list[Path], int]:
        """Copies of what came up in directories of everybody's and belongs to this account, but for
        what holds *known* ones; and how many bytes of it were too many to be copied."""
        copies, skipped, room = self._home / "left", 0, MOST_BYTES
        copies.mkdir()
        known = (self._home, *known)
        came_up = sorted(set(self._entries()) - self._before)
        ours = (one for one in came_up if not any(path.is_relative_to(one) for path in known))
        for number, file in enumerate(_files_in(ours)):
            with suppress(OSError):  # another's may be gone meanwhile
                size = file.stat().st_size
                if size > room:
                    skipped += size
                    continue
                room -= size
                shutil.copyfile(file, copies / f"{number}-{file.name}"[:100])
        return files_below(copies), skipped

    def _entries(self) -> Iterator[Path]:
        for directory in self._shared:
            yield from directory.iterdir()

    def _plant(self, directory: Path) -> tuple[str, str]:
        word = control_word(directory.name)
        opened = self._ending.enter_context(
            tempfile.NamedTemporaryFile(  # noqa: SIM115 - the stack closes it
                prefix="drill-control-", dir=directory
            )
        )
        opened.write(word.encode())
        opened.flush()
        return f"control {directory}", word


def _files_in(entries: Iterable[Path]) -> Iterator[Path]:
    """Plain files of this account's; of what cannot be read there are none."""
    for entry in entries:
        with suppress(OSError):
            for file in [] if entry.is_symlink() else files_below(entry):
                if not file.is_symlink() and file.stat().st_uid == os.geteuid():
                    yield file
