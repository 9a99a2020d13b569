"""A node behind two real onion services, and everybody who reaches it through Tor.

node ── public socket ────▶ service tor ═══ private network ═══ strangers' tor ── people
     └─ operators' socket ▶      ″      ═══        ″        ═══ operators' tor ── operators
"""

from __future__ import annotations

import base64
import os
import shutil
import stat
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from api.onion.authorization import authorize, prepare
from api.onion.torrc import Places, node_torrc
from clients.coordinator import Coordinator
from clients.donor import Donor
from clients.family import Family
from clients.matcher import Matcher
from clients.node import NodeClient
from clients.operators.clerk import Clerk
from clients.operators.keyring import CoordinatorKeyring, MatcherKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.tor.keys import new_onion_key
from clients.trial.accounts import as_unprivileged, give
from clients.trial.circle import COORDINATORS, Trial
from clients.trial.ports import free_port
from clients.trial.processes import Process
from clients.trial.tor_control import Control
from clients.trial.tor_network import TorNetwork
from clients.trial.tor_process import TorProcess, directory_of
from crypto.lists import draw_list, list_to_key

PATIENCE_SECONDS = 90.0
PUBLISHED = "HS_DESC UPLOADED"


class OnionTown:
    """The network, the node and the tors; a context manager."""

    def __init__(self) -> None:
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._ending.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ending.close()

    def _begin(self) -> None:
        self.account = as_unprivileged("debian-tor")
        self.home = Path(tempfile.mkdtemp(prefix="klunak-onion-"))
        self._ending.callback(shutil.rmtree, self.home, ignore_errors=True)
        self.home.chmod(0o711)
        self.network = self._ending.enter_context(TorNetwork())
        self.places = Places(
            tor_data=self.home / "tor" / "data",
            public_socket=self._shared("public") / "http",
            operators_socket=self._shared("operators") / "http",
        )
        self.service = self._service()
        self.strangers_socks, self.operators_socks = free_port(), free_port()
        self.strangers = self.network.client(
            "strangers", f"SocksPort 127.0.0.1:{self.strangers_socks}", "SocksTimeout 20"
        )
        self.operators = self._operators_tor()
        self.trial = Trial(self.home / "trial")
        self.trial.found(today=self.today, address=self.public)
        self.node = self._ending.enter_context(self._node())
        self.people = {role: list_to_key(draw_list()) for role in ("family", "donor")}

    # What runs

    def _shared(self, name: str) -> Path:
        """A directory whose sockets belong to tor's group."""
        path = self.home / name
        path.mkdir(mode=0o750)
        if self.account:
            os.chown(path, 0, self.account["group"])
        path.chmod(0o750 | stat.S_ISGID)
        return path

    def _service(self) -> TorProcess:
        directory_of(self.places.operators_service, self.account)
        prepare(self.places.authorized_clients)
        self.own()
        self.probe_socket = directory_of(self.home / "tor" / "probe", self.account) / "socks"
        torrc = self.home / "torrc"
        torrc.write_text(node_torrc(self.places, work=True, probe_socket=self.probe_socket))
        return self.network.service("service", torrc)

    def own(self) -> None:
        """Let tor own what was written for it; it overlooks what it cannot read."""
        for path in (self.places.authorized_clients, *self.places.authorized_clients.iterdir()):
            give(path, self.account)

    def _operators_tor(self) -> TorProcess:
        keys = directory_of(self.home / "keys", self.account)
        private, public = new_onion_key(self._hostname(self.places.operators_service))
        path = keys / "operators.auth_private"
        path.write_text(private)
        path.chmod(0o600)
        give(path, self.account)
        authorize(self.places.authorized_clients, "operators", base64.b32decode(public + "===="))
        self.own()
        self.service.stop()  # keys count from a start
        self.service.start()
        self.service.wait_for_bootstrap(100, PATIENCE_SECONDS)
        return self.network.client(
            "operators",
            f"SocksPort 127.0.0.1:{self.operators_socks}",
            "SocksTimeout 20",
            f"ClientOnionAuthDir {keys}",
        )

    def _node(self) -> Process:
        data = self.home / "node"
        data.mkdir(mode=0o700)
        return Process(
            ["-m", "api", "serve"],
            log=self.home / "node.log",
            environment={
                "KLUNAK_CIRCLE_DOCUMENT": str(self.trial.document),
                "KLUNAK_NODE_KEY": str(self.trial.home / "node.key"),
                "KLUNAK_DATA_DIRECTORY": str(data),
                "KLUNAK_UNIX_SOCKET": str(self.places.public_socket),
                "KLUNAK_OPERATORS_SOCKET": str(self.places.operators_socket),
            },
        )

    def until_reached(self) -> None:
        """Wait until the node answers through its public onion service."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            client = self.person()
            try:
                client.circle()
                return
            except Exception:
                assert self.node.running, self.node.log.read_text()
                if time.monotonic() > deadline:
                    raise
            finally:
                client.close()

    # Addresses

    def _hostname(self, service: Path) -> str:
        return (service / "hostname").read_text().strip()

    @property
    def public(self) -> str:
        return f"http://{self._hostname(self.places.public_service)}"

    @property
    def operators_onion(self) -> str:
        return self._hostname(self.places.operators_service)

    @property
    def today(self) -> int:
        return int(time.time()) // 86_400

    # Who reaches it

    def person(self) -> NodeClient:
        """A person's client, through a tor that has no key."""
        client = NodeClient(self.public, socks=f"127.0.0.1:{self.strangers_socks}")
        self._ending.callback(client.close)
        return client

    def operator(self, signing_seed: bytes, *, key: bool = True) -> OperatorClient:
        """An operator's client; without *key* through a tor that has none."""
        port = self.operators_socks if key else self.strangers_socks
        client = OperatorClient(
            SignedHttp(
                f"http://{self.operators_onion}",
                signing_seed,
                self.trial.circle().digest,
                socks=f"127.0.0.1:{port}",
            )
        )
        self._ending.callback(client.close)
        return client

    def matcher(self) -> Matcher:
        keyring = MatcherKeyring.open(self.trial.matcher_keyring, self.trial.passphrase)
        operator = self.operator(keyring.secrets.signing_seed)
        return Matcher(keyring, operator, self.trial.circle(), processes=1)

    def desk(self, number: int) -> Coordinator:
        keyring = CoordinatorKeyring.open(
            self.trial.coordinator_keyring(number), self.trial.passphrase
        )
        operator = self.operator(keyring.secrets.signing_seed)
        node = NodeClient(
            f"http://{self.operators_onion}", socks=f"127.0.0.1:{self.operators_socks}"
        )
        self._ending.callback(node.close)
        return Coordinator(keyring, operator, node, self.trial.circle())

    def round(self) -> None:
        """The clerks work, then the matcher closes the epoch."""
        for number in range(COORDINATORS):
            Clerk(self.desk(number), today=lambda: self.today).clerk_once()
        self.matcher().round_once(time.time())

    def certify(self) -> None:
        for number in range(COORDINATORS):
            desk = self.desk(number)
            for waiting in desk.inbox():
                desk.certify(waiting.id)

    def family(self) -> Family:
        return Family(self.people["family"], self.trial.circle(), self.person(), self.today)

    def donor(self) -> Donor:
        return Donor(self.people["donor"], self.trial.circle(), self.person(), self.today)

    def circuits_by_credentials(self) -> dict[str, set[str]]:
        """The circuits that streams of each SOCKS user name went by, from tor's own mouth."""
        with Control(self.strangers.control) as control:
            found: dict[str, set[str]] = {}
            for line in control.get("circuit-status").splitlines():
                fields = dict(part.split("=", 1) for part in line.split() if "=" in part)
                if "SOCKS_USERNAME" in fields:
                    found.setdefault(fields["SOCKS_USERNAME"], set()).add(line.split()[0])
            return found

    def restart_service(self) -> None:
        """As whoever takes a key away has to."""
        self.service.stop()
        self.service.start()
        self.service.wait_for_bootstrap(100, PATIENCE_SECONDS)


def listening(pid: int) -> list[str]:
    """The IP addresses that a process listens on, hexadecimal as the kernel has them."""
    inodes = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            inodes.add(os.readlink(file))
    found = []
    for table, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and f"socket:[{fields[9]}]" in inodes:
                found.append(fields[1].partition(":")[0])
    return found


def children() -> list[int]:
    """The processes that this one started: every tor, and the node."""
    told = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in told.split()]
