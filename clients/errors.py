"""What can go wrong between a client, its node and its own disk.

ClientError
├── NodeUnreachable       nobody answered, or not in time; trying again later is safe
├── NodeRefused           the node said no: ``code`` and ``status`` say how
├── NodeMisbehaves        the answer is not what the protocol allows; not to be trusted further
└── KeyringError          what a coordinator or a matcher keeps cannot be used
    ├── WrongPassphrase   or a damaged file: deliberately one answer
    ├── KeyringExposed    others can read the file
    ├── KeyringExists     a keyring is never overwritten
    └── KeyringBusy       another program is writing it

The docstring of an error is what a person reads. No error repeats what was sent or typed.
"""

from __future__ import annotations


class ClientError(Exception):
    """The root of everything this package raises."""


class NodeUnreachable(ClientError):
    """The node could not be reached. Nothing is lost; try again in a while."""


class NodeRefused(ClientError):
    """The node refused."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


class NodeMisbehaves(ClientError):
    """The node answered something that the protocol does not allow. Stop, and ask its operator."""


class KeyringError(ClientError):
    """The keyring cannot be used."""


class WrongPassphrase(KeyringError):
    """The keyring does not open: the passphrase is wrong, or the file is damaged."""


class KeyringExposed(KeyringError):
    """Others may read the keyring. Make it yours alone (chmod 600) and change its passphrase."""


class KeyringExists(KeyringError):
    """There is a keyring already; it is not overwritten."""


class KeyringBusy(KeyringError):
    """Another program is writing this keyring. Try again in a moment."""
