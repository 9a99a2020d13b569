"""From an operator's options to a coordinator's desk."""

from __future__ import annotations

from pathlib import Path

from clients.cli.operators import newest_circle, passphrase
from clients.cli.reach import ways
from clients.coordinator import Coordinator
from clients.node import NodeClient
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.signed_http import SignedHttp


def desk_at(file: Path, node: str, circle: Path, passphrase_file: Path | None) -> Coordinator:
    """The desk of the keyring in *file*, at *node*. Raises NotOnDuty and a keyring's errors."""
    keyring = CoordinatorKeyring.open(file, passphrase(passphrase_file))
    known = newest_circle(node, circle)
    operator = OperatorClient(
        SignedHttp(node, keyring.secrets.signing_seed, known.digest, **ways())
    )
    return Coordinator(keyring, operator, NodeClient(node, **ways()), known)
