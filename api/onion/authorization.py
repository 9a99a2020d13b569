"""Who may read the descriptor of the operators' onion service (rend-spec-v3, client authorization).

    authorized_clients/NAME.auth     descriptor:x25519:<public key, base32>

It fails open: where tor finds no file that it can read and understand, the service is everybody's.
So one file is always there, for a key of which nobody has the other half, and `check` refuses
whatever tor would overlook. Taking a key away counts only once tor was started anew, which
`watched` does: a client that holds a descriptor still comes in after a reload.

Written by root, a file is given to whom the directory above belongs to, which is tor's account.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
from pathlib import Path

NOBODY = "nobody"
KEY_BYTES = 32
_NAME = re.compile(r"[a-z0-9-]{1,32}")
_LINE = re.compile(r"descriptor:x25519:([A-Z2-7]{52})")


class Unsound(Exception):
    """The operators' onion service would be open, or a key would not count."""


def prepare(directory: Path) -> None:
    """Make *directory*, for its owner alone, with nobody's key in it. Raises OSError."""
    for made in (directory.parent, directory):
        if not made.exists():
            made.mkdir(mode=0o700)
            _give_as_above(made)
    path = directory / f"{NOBODY}.auth"
    if not path.exists():
        # Any 32 bytes are a public key of X25519, and nobody has computed the private one.
        _write(path, secrets.token_bytes(KEY_BYTES))


def authorize(directory: Path, name: str, public_key: bytes) -> None:
    """Let *public_key* in, from tor's next start. Raises Unsound, FileExistsError."""
    if not _NAME.fullmatch(name) or name == NOBODY:
        raise Unsound("a name is up to 32 small letters, digits and hyphens")
    if len(public_key) != KEY_BYTES:
        raise Unsound("a key is 32 bytes")
    prepare(directory)
    _write(directory / f"{name}.auth", public_key)


def revoke(directory: Path, name: str) -> None:
    """Take *name*'s key away; it counts once tor was started anew. Raises Unsound."""
    path = directory / f"{name}.auth"
    if not _NAME.fullmatch(name) or name == NOBODY or not path.exists():
        raise Unsound("nobody of that name is let in")
    path.unlink()


def check(directory: Path) -> list[str]:
    """The names that are let in, when tor will read all files as they are meant. Raises Unsound.

    To be run as tor's own account: what this cannot read, tor cannot either.
    """
    return [name for name in keys_of(directory) if name != NOBODY]


def keys_of(directory: Path) -> dict[str, str]:
    """As `check`, nobody among them, and the line of each. Raises Unsound."""
    try:
        owner = directory.stat()
        files = sorted(directory.iterdir())
    except OSError:
        raise Unsound("there is no directory of authorized clients that tor can read") from None
    if stat.S_IMODE(owner.st_mode) & 0o077:
        raise Unsound("others can enter the directory of authorized clients (chmod 700)")
    lines: dict[str, str] = {}
    for file in files:
        if file.suffix != ".auth" or not _NAME.fullmatch(file.stem):
            raise Unsound(f"tor would overlook {file.name}: a key's file is NAME.auth")
        try:
            line = file.read_text().strip()
        except (OSError, ValueError):
            raise Unsound(f"tor cannot read {file.name}") from None
        if not _LINE.fullmatch(line):
            raise Unsound(f"{file.name} is no key; tor would overlook it")
        if file.stat().st_uid != owner.st_uid:
            raise Unsound(f"{file.name} is another account's")
        lines[file.stem] = line
    if NOBODY not in lines:
        raise Unsound("nobody's key is missing; klunak node onion prepare puts it back")
    return lines


def _write(path: Path, public_key: bytes) -> None:
    """All at once, so that nobody reads half a key."""
    text = base64.b32encode(public_key).decode().rstrip("=")
    beside = path.parent.parent / f"{path.name}.{secrets.token_hex(8)}"
    try:
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(f"descriptor:x25519:{text}\n")
        _give_as_above(beside)
        path.hardlink_to(beside)
    finally:
        beside.unlink(missing_ok=True)


def _give_as_above(path: Path) -> None:
    above = path.parent.stat()
    if os.geteuid() == 0:
        os.chown(path, above.st_uid, above.st_gid)
