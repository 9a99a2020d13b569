"""A network of one's own: `python -m clients.trial.alone COMMAND…` runs COMMAND with a loopback
interface and nothing else, so that it can reach nobody and nobody can reach it.

It is a Linux network namespace, which root may always make and others mostly may, with a user
namespace beside it. Where neither is allowed, COMMAND runs on this machine's loopback, and is told
so. In the namespace acknowledgements are not delayed: through six relays that alone would make a
request twenty times as slow.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence

_READY = (
    "ip link set lo up && "
    "ip route replace local 127.0.0.1 dev lo table local scope host src 127.0.0.1 quickack 1 && "
    'exec "$@"'
)
_WAYS = (["unshare", "--net"], ["unshare", "--net", "--map-root-user"])


def is_alone() -> bool:
    """Whether this process has a loopback interface and no other."""
    return [name for _, name in socket.if_nameindex()] == ["lo"]


def alone(command: Sequence[str]) -> list[str]:
    """*command*, wrapped so that it runs alone; as it is where that is not possible."""
    if is_alone() or shutil.which("ip") is None:
        return list(command)
    for way in _WAYS:
        wrapped = [*way, "sh", "-c", _READY, "sh"]
        tried = subprocess.run([*wrapped, "true"], capture_output=True, check=False)  # noqa: S603
        if tried.returncode == 0:
            return [*wrapped, *command]
    return list(command)


def main(command: Sequence[str]) -> None:
    """Become *command*."""
    wrapped = alone(command)
    if wrapped == list(command) and not is_alone():
        print("no network namespace here: on this machine's loopback instead", file=sys.stderr)
    os.execvp(wrapped[0], wrapped)  # noqa: S606 - the caller's own command


if __name__ == "__main__":
    main(sys.argv[1:])
