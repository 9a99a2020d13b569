"""A private Tor network on loopback: one authority, five relays, and whoever uses them.

Real tor processes (Debian's), so onion services, client authorization, circuits and their isolation
are the real ones; only the relays are few and all here. It starts in about fifteen seconds, needs
no network but loopback (`clients.trial.alone` gives it one to itself) and ends with its `with`.

    founded   keys of the authority; everybody starts and uploads descriptors
    voted     a vote is forced; the consensus names all relays
    usable    relays have circuits; clients and onion services may start
"""

from __future__ import annotations

import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from pathlib import Path

from clients.trial.accounts import as_unprivileged, give
from clients.trial.entered import Entered
from clients.trial.ports import free_port
from clients.trial.tor_control import Control
from clients.trial.tor_process import TorFailed, TorProcess, directory_of, program

RELAYS = 5
"""Fewer are not enough: with four of seven an onion service now and then finds no circuit."""

PATIENCE_SECONDS = 300.0

EVERYBODY = (
    "TestingTorNetwork 1",
    "Schedulers Vanilla",  # the default one waits 10 ms between cells on loopback
    "ShutdownWaitLength 0",
)
_RELAY = (
    "Address 127.0.0.1",
    "AssumeReachable 1",  # nobody could test it before there is a network
    # A relay that reports bandwidth before the others becomes the last hop of every circuit.
    "TestingMinTimeToReportBandwidth 1 day",
    "SocksPort 0",
    "ExitRelay 0",
)
_AUTHORITY = (
    "AuthoritativeDirectory 1",
    "V3AuthoritativeDirectory 1",
    "ContactInfo trial@localhost",
    "TestingDirAuthVoteExit *",
    "TestingDirAuthVoteGuard *",
    "TestingDirAuthVoteHSDir *",
    "TestingV3AuthInitialVoteDelay 2",
    "TestingV3AuthInitialDistDelay 2",
    "V3AuthVoteDelay 2",
    "V3AuthDistDelay 2",
    # Onion services' time periods follow the voting interval: a long one keeps their places.
    "TestingV3AuthInitialVotingInterval 300",
    "V3AuthVotingInterval 300",
)


class TorNetwork(Entered):
    """The network; a context manager. Use `client` and `service` inside."""

    def __init__(self, *, relays: int = RELAYS, told: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self._relays = relays
        self._told = told or (lambda _now: None)
        self.account = as_unprivileged("debian-tor")

    def begin(self) -> None:
        """Start it; returns once clients and onion services may start."""
        self.home = Path(tempfile.mkdtemp(prefix="klunak-tor-"))
        self._ending.callback(shutil.rmtree, self.home, ignore_errors=True)
        give(self.home, self.account)
        self._found()

    @property
    def lines(self) -> tuple[str, ...]:
        """What makes a torrc one of this network."""
        return (*EVERYBODY, self._authority_line)

    def client(self, name: str, *lines: str) -> TorProcess:
        """A tor for clients, once it can build circuits; *lines* say where it takes SOCKS."""
        return self._started(TorProcess(self.home / name, self.account, [*self.lines, *lines]))

    def service(self, name: str, run_by: Sequence[str | Path]) -> TorProcess:
        """A tor that the program *run_by* runs with arguments of ours; its onion services may not
        be up yet."""
        return self._started(TorProcess(self.home / name, self.account, self.lines, run_by=run_by))

    def _started(self, process: TorProcess) -> TorProcess:
        self._ending.enter_context(process)
        process.wait_for_bootstrap(100, PATIENCE_SECONDS)
        return process

    def _found(self) -> None:
        self._told("making the authority's keys")
        or_port, directory_port, *ports = (free_port() for _ in range(2 + self._relays))
        self._authority_line = self._made_authority(or_port, directory_port)
        common = (*self.lines, *_RELAY)
        ports_of_authority = (f"ORPort 127.0.0.1:{or_port}", f"DirPort 127.0.0.1:{directory_port}")
        self._told("starting the relays")
        authority = self._begun("authority", *common, *_AUTHORITY, *ports_of_authority)
        relays = [
            self._begun(f"relay{number}", *common, f"ORPort 127.0.0.1:{port}")
            for number, port in enumerate(ports)
        ]
        everybody = 1 + self._relays
        self._told("waiting for their descriptors")
        authority.until(
            lambda: _count(directory_port, "server/all", r"^router ") == everybody, PATIENCE_SECONDS
        )
        _force_vote(authority)
        self._told("waiting for the consensus")
        authority.until(
            lambda: _count(directory_port, "status-vote/current/consensus", r"^r ") == everybody,
            PATIENCE_SECONDS,
        )
        self._told("waiting for circuits")
        for relay in relays:
            relay.send(signal.SIGHUP)  # asks for the consensus now instead of in a while
        for relay in relays:
            relay.wait_for_bootstrap(75, PATIENCE_SECONDS)  # some get no further, and serve

    def _begun(self, name: str, *lines: str) -> TorProcess:
        process = TorProcess(self.home / name, self.account, [*lines, f"Nickname {name}"])
        return self._ending.enter_context(process)

    def _made_authority(self, or_port: int, directory_port: int) -> str:
        """Make the authority's keys; the line by which everybody knows it."""
        home = self.home / "authority"
        keys = directory_of(home / "data" / "keys", self.account)
        self._run(
            program("tor-gencert"),
            *("--create-identity-key", "--passphrase-fd", "0", "-m", "12"),
            *("-i", keys / "authority_identity_key", "-s", keys / "authority_signing_key"),
            *("-c", keys / "authority_certificate", "-a", f"127.0.0.1:{directory_port}"),
        )
        certificate = (keys / "authority_certificate").read_text()
        identity = _found(r"^fingerprint ([0-9A-F]{40})$", certificate)
        empty = home / "empty"
        empty.touch()
        listed = self._run(
            *(program("tor"), "-f", empty, "--quiet", "--list-fingerprint"),
            *("--DataDirectory", home / "data", "--ORPort", str(or_port)),
        )
        fingerprint = _found(r"((?:[0-9A-F]{4} ?){10})$", listed).replace(" ", "")
        return (
            f"DirAuthority authority orport={or_port} no-v2 v3ident={identity} "
            f"127.0.0.1:{directory_port} {fingerprint}"
        )

    def _run(self, *command: str | Path) -> str:
        done: subprocess.CompletedProcess[str] = subprocess.run(  # noqa: S603 - Debian's programs with our own arguments
            command,
            input=secrets.token_hex(16) + "\n",  # a passphrase that nobody will need again
            capture_output=True,
            text=True,
            check=False,
            **self.account,
        )
        if done.returncode:
            raise TorFailed(done.stdout + done.stderr)
        return done.stdout


def _force_vote(authority: TorProcess) -> None:
    interval = 5
    offset = (int(time.time()) + 3) % interval
    with Control(authority.control) as control:
        control.ask(
            f"SETCONF TestingV3AuthVotingStartOffset={offset} "
            f"TestingV3AuthInitialVotingInterval={interval}"
        )


def _count(directory_port: int, document: str, line: str) -> int:
    """How many lines of the authority's *document* begin like that; OSError if it is not there."""
    connection = HTTPConnection("127.0.0.1", directory_port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", f"/tor/{document}")
        return len(re.findall(line, connection.getresponse().read().decode("latin-1"), re.M))
    finally:
        connection.close()


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.M)
    if found is None:
        raise TorFailed(f"tor said something else than expected: {text[:200]}")
    return found[1]
