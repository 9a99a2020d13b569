"""The torrc of a node: two onion services, each in front of a UNIX socket.

Every option stands with its reason, in the file itself as well: whoever is to trust a machine with
it reads it there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

STREAMS_AT_ONCE = 32
"""On one circuit: a browser that loads the page takes six, a client one."""


@dataclass(frozen=True)
class Places:
    """Where a node's tor keeps its services, and where the node listens."""

    tor_data: Path
    public_socket: Path
    operators_socket: Path

    @property
    def public_service(self) -> Path:
        """Holds the public service's identity; `hostname` in it is the node's address."""
        return self.tor_data / "public"

    @property
    def operators_service(self) -> Path:
        """Holds the operators' service's identity."""
        return self.tor_data / "operators"

    @property
    def authorized_clients(self) -> Path:
        """Holds a file for every key that may read the operators' service's descriptor."""
        return self.operators_service / "authorized_clients"


def node_torrc(
    places: Places,
    *,
    work: bool,
    probe_socket: Path | None = None,
    former: Sequence[Path] = (),
) -> str:
    """The torrc's text. *work* is whether the installed tor knows proof of work; at
    *probe_socket* the probe asks for the operators' service as a stranger would; *former* are
    the identities from before a move that are still answered."""
    return "\n".join(
        [
            "# Written by klunak node torrc. A node's tor: two onion services and nothing else.",
            *_general(places, probe_socket),
            *_service(places.public_service, places.public_socket, work=work),
            *_former(former, places.public_socket, work=work),
            "",
            "# For matchers, coordinators, other nodes: its descriptor opens to their keys alone,",
            "# which are files in authorized_clients. With none there it would open to everybody:",
            "# klunak node onion keeps one there that belongs to nobody.",
            # No proof of work: who cannot read the descriptor cannot come, and who can may hurry.
            *_service(places.operators_service, places.operators_socket, work=False),
            "",
        ]
    )


def _general(places: Places, probe_socket: Path | None) -> list[str]:
    if probe_socket is None:
        probe = ["# Nothing on this machine goes out through it.", "SocksPort 0"]
    else:
        probe = [
            "# For the probe alone, which knows no key: it tells a missing key from a wrong one.",
            f"SocksPort unix:{probe_socket} GroupWritable ExtendedErrors OnionTrafficOnly",
            "SocksTimeout 30",
        ]
    return [
        "",
        f"DataDirectory {places.tor_data}",
        *probe,
        "# Warnings of tor's own state; nothing of circuits, and every address as [scrubbed].",
        "Log warn stderr",
        "SafeLogging 1",
        "# No statistics of onion services, for anybody.",
        "HiddenServiceStatistics 0",
        "# A relay that learns this machine's guards is a long step nearer to it: fewer see them.",
        "VanguardsLiteEnabled 1",
        "# What tor needs of the kernel and nothing more, should a flaw in it be used.",
        "Sandbox 1",
        "# Whoever can see into other processes of this machine does not see into this one.",
        "DisableDebuggerAttachment 1",
        "# A disk says when it was written: only what has to be is.",
        "AvoidDiskWrites 1",
    ]


def _former(former: Sequence[Path], socket: Path, *, work: bool) -> list[str]:
    lines = []
    for directory in former:
        lines += ["", "# An address from before a move, through the day in its name."]
        lines += _service(directory, socket, work=work)
    return lines


def _service(directory: Path, socket: Path, *, work: bool) -> list[str]:
    lines = [
        "",
        f"HiddenServiceDir {directory}",
        "HiddenServiceVersion 3",
        "# A UNIX socket: no port, so nobody else on this machine or network can come by it.",
        f"HiddenServicePort 80 unix:{socket}",
        "# One circuit may not open connections without end; one that tries is closed, not queued.",
        f"HiddenServiceMaxStreams {STREAMS_AT_ONCE}",
        "HiddenServiceMaxStreamsCloseCircuit 1",
        "# Introduction points hold a flood back before it costs this machine anything.",
        "HiddenServiceEnableIntroDoSDefense 1",
        "HiddenServiceEnableIntroDoSRatePerSec 25",
        "HiddenServiceEnableIntroDoSBurstPerSec 200",
    ]
    if work:
        lines += [
            "# Under a flood, visitors prove work and whoever proves more goes first.",
            "HiddenServicePoWDefensesEnabled 1",
            "HiddenServicePoWQueueRate 250",
            "HiddenServicePoWQueueBurst 2500",
        ]
    return lines
