"""A Debian 12 in a directory, freshly made, to be root in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

INSIDE = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Root:
    """A debootstrap root with /proc and /dev; whoever made it removes it."""

    def __init__(self, path: Path) -> None:
        assert os.getuid() == 0, "only root can make a root to try the installer in"
        self.path = path
        self._mounted: list[Path] = []
        subprocess.run(
            ["debootstrap", "--variant=minbase", "bookworm", path],
            check=True,
            capture_output=True,
        )
        shutil.copy("/etc/resolv.conf", path / "etc/resolv.conf")
        for kind, name in (("proc", "proc"), ("tmpfs", "run")):
            subprocess.run(["mount", "-t", kind, kind, path / name], check=True)
            self._mounted.append(path / name)

    def remove(self) -> None:
        """Unmount, and delete all of it."""
        for place in reversed(self._mounted):
            subprocess.run(["umount", "--lazy", place], check=True)
        shutil.rmtree(self.path)

    def command(self, *command: str, user: str = "root", cwd: str = "/") -> list[str]:
        """What runs *command* inside; *user* is one of the root's own accounts."""
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        inside = ["env", f"--chdir={cwd}", *command]
        return ["chroot", str(self.path), *(as_user if user != "root" else []), *inside]

    def run(
        self,
        *command: str,
        user: str = "root",
        cwd: str = "/",
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """What it printed. Fails with what it complained of."""
        done = subprocess.run(
            self.command(*command, user=user, cwd=cwd),
            env={"PATH": INSIDE, "LC_ALL": "C", **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout[-2_000:], done.stderr[-3_000:])
        return done.stdout


def unit_environment(text: str) -> dict[str, str]:
    """What Environment= of a unit sets."""
    return dict(re.findall(r"^Environment=(\w+)=(.*)$", text, re.M))
