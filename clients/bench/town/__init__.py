"""A town: a node in a process of its own that can be killed, its database that can be stopped,
an open epoch, and whatever lets people in.

Everything goes the way of the protocol: invites are registered by the coordinators, the epoch is
published by the matcher, stamps are signed by the coordinator whose duty it is.
"""

from __future__ import annotations

import secrets
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Event

from clients.bench.backends import server_of
from clients.bench.stamps import stamper
from clients.operators.founding import TRIAL_POLICY
from clients.operators.invites import kept_hash
from clients.operators.keyring import CoordinatorKeyring, MatcherKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp
from clients.trial.circle import COORDINATORS, Trial
from clients.trial.ports import free_port
from clients.trial.postgresql import Cluster
from clients.trial.processes import NodeProcess
from crypto.almanac import Policy
from crypto.descriptors import write_epoch_descriptor
from crypto.labels import hashed
from crypto.periods import period_of

_CODE_BYTES = 8
_INVITES_AT_ONCE = 20
_EPOCH_KEY_BYTES = 1_216

Tokens = tuple[bytes, bytes]
"""What an invite's two halves are shown as."""


class Town:
    """The node, its database and its operators. Not for several threads, but for `tokens`,
    `stamp` and `ended`."""

    def __init__(
        self,
        home: Path,
        server: Cluster | None,
        *,
        policy: Policy = TRIAL_POLICY,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._server = server
        self._environment = dict(environment or {})
        if server is not None:
            self._environment["KLUNAK_DATABASE_URL"] = server.url(server.new_database())
        self.trial = Trial(home / "trial")
        today = int(time.time()) // 86_400
        self.trial.found(today=today, address="http://127.0.0.1:1", policy=policy)
        self.circle = self.trial.circle()
        self.period = period_of(today)
        self.stamp = stamper(self.trial, self.period)
        self.epoch = 0
        self._invites: SimpleQueue[Tokens] = SimpleQueue()
        self._seeds = [
            CoordinatorKeyring.open(
                self.trial.coordinator_keyring(number), self.trial.passphrase
            ).secrets.signing_seed
            for number in range(COORDINATORS)
        ]
        keyring = MatcherKeyring.open(self.trial.matcher_keyring, self.trial.passphrase)
        self._matcher_seed = keyring.secrets.signing_seed
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.ended = Event()
        """Set when the town is no more: whoever waits for its node waits in vain."""
        self.node = self._started()

    def _started(self) -> NodeProcess:
        node = self.trial.node(self._port, environment=self._environment)
        try:
            return node.wait_until_ready()
        except BaseException:
            node.stop()
            raise

    def kill_node(self) -> None:
        """End the node as a power cut would."""
        self.node.kill()

    def start_node(self) -> None:
        """Start it again over what it left. Raises ProcessFailed."""
        self.node = self._started()

    @property
    def has_server(self) -> bool:
        """Whether the database is a server, which can be killed without the node."""
        return self._server is not None

    def restart_server(self) -> None:
        """End the database without a checkpoint, as a crash does, and start it over its log."""
        if self._server is not None:
            self._server.stop(signal.SIGQUIT)
            self._server.start()

    def close(self) -> None:
        """End the node, and whoever still waits for it."""
        self.ended.set()
        self.node.stop()

    @contextmanager
    def matcher(self) -> Iterator[OperatorClient]:
        """The matcher, at the node."""
        with self._operator(self._matcher_seed) as operator:
            yield operator

    @contextmanager
    def coordinator(self, number: int) -> Iterator[OperatorClient]:
        """A coordinator, at the node."""
        with self._operator(self._seeds[number]) as operator:
            yield operator

    @contextmanager
    def _operator(self, seed: bytes) -> Iterator[OperatorClient]:
        operator = OperatorClient(SignedHttp(self.url, seed, self.circle.digest))
        try:
            yield operator
        finally:
            operator.close()

    def begin_epoch(self) -> None:
        """Publish the next epoch, which closes the one before. Nobody seals anything to its key."""
        now = int(time.time()) // 60
        descriptor = write_epoch_descriptor(
            self.circle,
            epoch=self.epoch + 1,
            key=secrets.token_bytes(_EPOCH_KEY_BYTES),
            opens=now,
            closes=now + 1_440,
            signing_seed=self._matcher_seed,
        )
        with self.matcher() as matcher:
            matcher.publish_epoch(descriptor)
        self.epoch += 1

    def print_invites(self, count: int) -> None:
        """Have both coordinators register *count* invites, within the policy's number a day."""
        codes = [
            (secrets.token_bytes(_CODE_BYTES), secrets.token_bytes(_CODE_BYTES))
            for _ in range(count)
        ]
        for number in range(COORDINATORS):
            kept = [kept_hash(pair[number]) for pair in codes]
            with self.coordinator(number) as coordinator:
                for start in range(0, count, _INVITES_AT_ONCE):
                    some = kept[start : start + _INVITES_AT_ONCE]
                    coordinator.register_invites(self.period, some)
        for first, second in codes:
            self._invites.put((_token(first), _token(second)))

    def tokens(self) -> Tokens | None:
        """An invite that nobody has used, while there is one."""
        try:
            return self._invites.get_nowait()
        except Empty:
            return None


def _token(code: bytes) -> bytes:
    return hashed("klunak invite", code)


@contextmanager
def town_on(
    backend: str,
    *,
    policy: Policy = TRIAL_POLICY,
    environment: Mapping[str, str] | None = None,
) -> Iterator[Town]:
    """A town on a database as careful as in service, with its first epoch open."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, server_of(backend) as server:
        town = Town(Path(directory), server, policy=policy, environment=environment)
        try:
            town.begin_epoch()
            yield town
        finally:
            town.close()
