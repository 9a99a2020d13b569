"""Which addresses a client talks to.

An onion address only through Tor's SOCKS: anything else would ask a resolver for it, aloud. This
machine without it. Anything else not at all, unless somebody insists who loses nothing by it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from clients.errors import NoAddress, NotBehindTor, SocksNeeded

_PLAIN = re.compile(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
"""Host and port as everybody reads them alike: another full stop than ours is one to whoever asks
a resolver, and would make an onion name of what was none here."""


def checked_address(address: str, *, socks: str | None = None, clearnet: bool = False) -> str:
    """*address* with its scheme, if it may be talked to. Raises NoAddress, SocksNeeded,
    NotBehindTor."""
    with_scheme = address if "://" in address else f"http://{address}"
    try:
        parts = urlsplit(with_scheme)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise NoAddress from None
    if host is None or parts.scheme not in ("http", "https") or not _PLAIN.fullmatch(parts.netloc):
        raise NoAddress
    if is_onion(host):
        if socks is None:
            raise SocksNeeded
    elif not is_this_machine(host) and not clearnet:
        raise NotBehindTor
    return with_scheme


def moved_to(typed: str, published: Iterable[str]) -> list[str]:
    """The addresses that a circle publishes, if *typed* is an onion address and none of them."""
    host = urlsplit(typed if "://" in typed else f"http://{typed}").hostname or ""
    addresses = list(published)
    hosts = {urlsplit(address).hostname for address in addresses}
    return addresses if is_onion(host) and host not in hosts else []


def is_onion(host: str) -> bool:
    """Whether only Tor can reach *host*."""
    return host.rstrip(".").endswith(".onion")


def is_this_machine(host: str) -> bool:
    """Whether *host* is loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
