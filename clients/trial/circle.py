"""A trial circle: everybody at one table, found in seconds, marked as a trial in its almanac.

home/circle.json                         the signed circle document
home/coordinator-0.keyring, -1           sealed, as they would be anywhere but for what a try costs
home/matcher.keyring, home/signer.keyring
home/passphrase                          of all of them: this is a trial
home/node.key, home/node/                the node's key and its data
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clients.operators.founding import (
    TRIAL_POLICY,
    Duties,
    coordinator_identity,
    make_almanac,
    make_certifying_keys,
    make_charter,
    make_period,
    read_certifying_keys,
    read_identity,
    unsigned,
    with_signature,
)
from clients.operators.keyring import CoordinatorKeyring, MatcherKeyring, SignerKeyring
from clients.operators.sealed_file import CHEAPEST
from clients.trial.processes import NodeProcess
from crypto.almanac import NodeEntry, Policy
from crypto.circle import Circle, read_circle
from crypto.periods import period_of
from matching.trial_catalogue import TRIAL_CATALOGUE

COORDINATORS = 2

CLAIMS_PER_DAY = 100_000
"""Of one card: a trial's day has thousands of epochs, and a bench's card thousands of visits."""


@dataclass(frozen=True)
class Trial:
    """Where the files of a trial circle are."""

    home: Path

    @property
    def document(self) -> Path:
        """The circle document."""
        return self.home / "circle.json"

    @property
    def node_data(self) -> Path:
        """Everything that the node writes."""
        return self.home / "node"

    @property
    def matcher_keyring(self) -> Path:
        """The matcher's."""
        return self.home / "matcher.keyring"

    def coordinator_keyring(self, number: int) -> Path:
        """The keyring of coordinator 0 or 1."""
        return self.home / f"coordinator-{number}.keyring"

    @property
    def passphrase(self) -> str:
        """Of all keyrings of this trial."""
        return self._passphrase_file.read_text().strip()

    @property
    def exists(self) -> bool:
        """Whether it was founded; the document is written last."""
        return self.document.exists()

    def circle(self) -> Circle:
        """The circle, verified."""
        return read_circle(self.document.read_bytes())

    def node(
        self,
        port: int,
        *,
        data: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> NodeProcess:
        """The node's process, over its own *data*; whoever starts it waits until it is ready."""
        return NodeProcess(
            circle_document=self.document,
            node_key=self._node_key,
            data=data or self.node_data,
            port=port,
            environment={"KLUNAK_CLAIMS_PER_DAY": str(CLAIMS_PER_DAY), **(environment or {})},
        )

    @property
    def _passphrase_file(self) -> Path:
        return self.home / "passphrase"

    @property
    def _node_key(self) -> Path:
        return self.home / "node.key"

    def found(
        self,
        *,
        today: int,
        address: str,
        policy: Policy = TRIAL_POLICY,
        node_key: bytes | None = None,
    ) -> None:
        """Make keys for everybody and the circle document. *today* is days since 1970-01-01;
        *node_key* is the public key of a node that has made its own."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        passphrase = secrets.token_hex(16)
        _write_private(self._passphrase_file, passphrase + "\n")
        paths = [self.coordinator_keyring(number) for number in range(COORDINATORS)]
        coordinators = [
            CoordinatorKeyring.create(path, passphrase, cost=CHEAPEST) for path in paths
        ]
        matcher = MatcherKeyring.create(self.matcher_keyring, passphrase, cost=CHEAPEST)
        signer = SignerKeyring.create(self.home / "signer.keyring", passphrase, cost=CHEAPEST)
        identities = [read_identity(coordinator_identity(keyring)) for keyring in coordinators]
        charter = make_charter(
            name="trial: matcher beside the node",
            signers=[signer.public_key],
            threshold=1,
            coordinators=identities,
            matchers=[matcher.public_key],
        )
        period, duties = period_of(today), Duties(request=(0, 1), offer=(0, 1))
        keys = [
            read_certifying_keys(
                make_certifying_keys(keyring, charter, period=period, duties=duties), charter
            )
            for keyring in coordinators
        ]
        almanac = make_almanac(
            charter,
            coordinators=identities,
            nodes=[NodeEntry(key=node_key or self._new_node_key(), address=address)],
            periods=[make_period(period, duties, keys)],
            catalogue=TRIAL_CATALOGUE,
            policy=policy,
            trial=True,
        )
        document = with_signature(unsigned(charter, almanac), signer.secrets.signing_seed)
        _write_private(self.document, json.dumps(document))

    def _new_node_key(self) -> bytes:
        command = [sys.executable, "-B", "-m", "api", "new-key", str(self._node_key)]
        made = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        return bytes.fromhex(made.stdout)


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
