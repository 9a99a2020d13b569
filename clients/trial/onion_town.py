"""A node behind two real onion services, and everybody who reaches it through a tor of their own.

node ── public socket ────▶ service tor ═══ private network ═══ strangers' tor ── people
     └─ operators' socket ▶      ″      ═══        ″        ═══ matcher's tor ─── matcher run
                                        ═══        ″        ═══ desks' tor ────── coordinator clerk

The tor of the services is run by `python -m api.onion run`, from a copy of what a tor's machine is
given and nothing else; matcher and clerks are processes of the klunak command, and take a step when
told to.
"""

from __future__ import annotations

import base64
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from api.onion.authorization import authorize
from api.onion.torrc import Places
from clients.coordinator import Coordinator
from clients.donor import Donor
from clients.errors import NodeUnreachable
from clients.family import Family
from clients.node import NodeClient
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.tor.keys import new_onion_key
from clients.trial.accounts import as_unprivileged, give
from clients.trial.circle import COORDINATORS, Trial
from clients.trial.entered import Entered
from clients.trial.ports import free_port
from clients.trial.processes import Process, StepProcess
from clients.trial.tor_control import Control
from clients.trial.tor_network import TorNetwork
from clients.trial.tor_process import TorProcess, directory_of
from clients.trial.watched_tor import ship, watched_tor
from crypto.lists import draw_list, list_to_key

PATIENCE_SECONDS = 300.0
KEYHOLDERS = ("matcher", "desks")
STRANGERS = "strangers"


class OnionTown(Entered):
    """The network, the node, the tors and the operators; a context manager."""

    def __init__(self, told: Callable[[str], None] = lambda _now: None) -> None:
        super().__init__()
        self._told = told

    def begin(self) -> None:
        """Start everything; returns once people and operators have been answered."""
        self.account = as_unprivileged("debian-tor")
        self.home = Path(tempfile.mkdtemp(prefix="klunak-onion-"))
        self._ending.callback(shutil.rmtree, self.home, ignore_errors=True)
        self.home.chmod(0o711)
        self.places = Places(
            tor_data=directory_of(self.home / "tor", self.account) / "data",
            public_socket=self._shared("public") / "http",
            operators_socket=self._shared("operators") / "http",
        )
        directory_of(self.places.tor_data, self.account)
        self.probe_socket = directory_of(self.home / "probe", self.account) / "socks"
        self._run_tor = watched_tor(ship(self.home / "shipped"), self.places, self.probe_socket)
        self._told("founding a circle")
        self._make_identities()
        keys = {name: self._let_in(name) for name in KEYHOLDERS}
        self.trial = Trial(self.home / "trial")
        self.trial.found(today=self.today, address=self.public)
        began = time.monotonic()
        self.network = self._ending.enter_context(TorNetwork(told=self._told))
        self._told("starting the services and whoever visits them")
        self.service = self.network.service("service", self._run_tor)
        self.socks = {name: free_port() for name in (STRANGERS, *KEYHOLDERS)}
        self.strangers = self._client(STRANGERS)
        for name, directory in keys.items():
            self._client(name, f"ClientOnionAuthDir {directory}")
        self.node = self._ending.enter_context(self._node())
        self._told("waiting until the node is reached")
        self.until_answered(self.public, STRANGERS)
        self.bootstrap_seconds = time.monotonic() - began
        for name in KEYHOLDERS:
            self.until_answered(self.operators_address, name)
        self._start_operators()

    # What runs

    def _shared(self, name: str) -> Path:
        """A directory whose sockets belong to tor's group."""
        path = self.home / name
        path.mkdir(mode=0o750)
        if self.account:
            os.chown(path, 0, self.account["group"])
        path.chmod(0o750 | stat.S_ISGID)
        return path

    def _make_identities(self) -> None:
        """Let tor make its keys, off the network."""
        making = TorProcess(
            self.home / "identities", self.account, ["DisableNetwork 1"], run_by=self._run_tor
        )
        services = (self.places.public_service, self.places.operators_service)
        with making:
            making.until(
                lambda: all((service / "hostname").exists() for service in services),
                PATIENCE_SECONDS,
            )

    def _let_in(self, name: str) -> Path:
        """The directory of *name*'s key to the operators' service, for its tor."""
        keys = directory_of(self.home / f"{name}-key", self.account)
        private, public = new_onion_key(self.operators_onion)
        path = keys / "node.auth_private"
        path.write_text(private)
        path.chmod(0o600)
        give(path, self.account)
        authorize(self.places.authorized_clients, name, base64.b32decode(public + "===="))
        return keys

    def _client(self, name: str, *lines: str) -> TorProcess:
        port = f"SocksPort 127.0.0.1:{self.socks[name]}"
        return self.network.client(name, port, "SocksTimeout 20", *lines)

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

    def _start_operators(self) -> None:
        keyring = str(self.trial.matcher_keyring)
        self._matcher = self._program("matcher", "matcher", "run", keyring)
        self._clerks = [
            self._program("desks", "coordinator", "clerk", str(self.trial.coordinator_keyring(n)))
            for n in range(COORDINATORS)
        ]

    def _program(self, tor: str, *command: str) -> StepProcess:
        reached = ("--node", self.operators_address, "--circle", str(self.trial.document))
        return self._ending.enter_context(
            StepProcess(
                ["--socks", f"127.0.0.1:{self.socks[tor]}", *command, *reached],
                log=self.home / f"{command[0]}.log",
                passphrase=self.trial.passphrase,
            )
        )

    def until_answered(self, address: str, tor: str) -> None:
        """Return when the node answers at *address* through *tor*. Raises NodeUnreachable."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            client = NodeClient(address, socks=f"127.0.0.1:{self.socks[tor]}")
            try:
                client.circle()
            except NodeUnreachable:
                if not self.node.running or time.monotonic() > deadline:
                    raise
            else:
                return
            finally:
                client.close()

    def until_tor_was_started_anew(self, before: list[int]) -> None:
        """Return when the services' tor is another than *before*, and each of its services is
        published anew. Raises TorFailed.

        Introduction points learn within three seconds that the tor before is gone. Whoever asks
        them meanwhile is told yes, meets nobody, and is let go by his own tor after 36 seconds.
        """
        self.service.until(lambda: self.service.children not in ([], before), PATIENCE_SECONDS)
        self.service.until(self._is_published, PATIENCE_SECONDS)

    def _is_published(self) -> bool:
        """Whether tor, asked from its start on, uploaded a descriptor of every service."""
        published = set[str]()
        with Control(self.service.control) as control:
            control.ask("SETEVENTS HS_DESC")
            while True:
                told = control.wait_for("HS_DESC UPLOADED", PATIENCE_SECONDS)
                if told is None:
                    return False
                published.add(f"{told.split()[2]}.onion")
                services = self.places.tor_data.glob("*/hostname")
                if {_hostname(file.parent) for file in services} <= published:
                    return True

    # Addresses

    @property
    def public(self) -> str:
        """What families open."""
        return f"http://{_hostname(self.places.public_service)}"

    @property
    def operators_onion(self) -> str:
        """The name of the service that only keys open."""
        return _hostname(self.places.operators_service)

    @property
    def operators_address(self) -> str:
        """What operators open."""
        return f"http://{self.operators_onion}"

    @property
    def today(self) -> int:
        """Days since 1970-01-01 (UTC)."""
        return int(time.time()) // 86_400

    # Who reaches it

    def person(self) -> NodeClient:
        """A person's client, through a tor that has no key."""
        client = NodeClient(self.public, socks=f"127.0.0.1:{self.socks[STRANGERS]}")
        self._ending.callback(client.close)
        return client

    def operator(self, signing_seed: bytes, *, tor: str = "desks") -> OperatorClient:
        """An operator's client through *tor*."""
        client = OperatorClient(
            SignedHttp(
                self.operators_address,
                signing_seed,
                self.trial.circle().digest,
                socks=f"127.0.0.1:{self.socks[tor]}",
            )
        )
        self._ending.callback(client.close)
        return client

    @property
    def programs(self) -> list[StepProcess]:
        """The matcher and the clerks."""
        return [self._matcher, *self._clerks]

    def round(self) -> None:
        """The clerks work, then the matcher closes the epoch."""
        for clerk in self._clerks:
            clerk.begin()
        for clerk in self._clerks:
            clerk.finish()
        self._matcher.step()

    def certify(self) -> None:
        """Both coordinators vouch for everybody who waits."""
        for number in range(COORDINATORS):
            desk = self._desk(number)
            for waiting in desk.inbox():
                desk.certify(waiting.id)

    def _desk(self, number: int) -> Coordinator:
        keyring = CoordinatorKeyring.open(
            self.trial.coordinator_keyring(number), self.trial.passphrase
        )
        node = NodeClient(self.operators_address, socks=f"127.0.0.1:{self.socks['desks']}")
        self._ending.callback(node.close)
        operator = self.operator(keyring.secrets.signing_seed)
        return Coordinator(keyring, operator, node, self.trial.circle())

    def family(self, key: bytes) -> Family:
        """One sitting of the family whose list makes *key*."""
        return Family(key, self.trial.circle(), self.person(), self.today)

    def donor(self, key: bytes) -> Donor:
        """One sitting of the donor whose list makes *key*."""
        return Donor(key, self.trial.circle(), self.person(), self.today)


def new_person() -> bytes:
    """The key of a list that somebody has just drawn."""
    return list_to_key(draw_list())


def _hostname(service: Path) -> str:
    return (service / "hostname").read_text().strip()
