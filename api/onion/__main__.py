"""`python -m api.onion`: what has to be done where a node's tor runs, by whoever runs it."""

from __future__ import annotations

import argparse
import base64
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from api.onion.authorization import KEY_BYTES, Unsound, authorize, check, prepare, revoke
from api.onion.moving import forget, former, move
from api.onion.probe import Found, probe
from api.onion.torrc import Places, node_torrc
from api.onion.watched import TorEnded, Watched, watch

DAY_SECONDS = 86_400
FORMER_DAYS = 90
"""As long as a card lives: whoever holds an old slip comes back in that time."""

TOR_DATA = Path("/var/lib/tor-instances/klunak")
PUBLIC, OPERATORS = Path("/run/klunak/public/http"), Path("/run/klunak/operators/http")


def main() -> str | None:
    """What to exit with: None, or a sentence."""
    given = _arguments()
    places = Places(given.tor_data, given.public_socket, given.operators_socket)
    directory = places.authorized_clients
    try:
        match given.command:
            case "torrc":
                print(_torrc(given, places), end="")
            case "run":
                _run(given, places)
            case "move":
                aside = move(places.public_service, today=_today(), days=given.days)
                print(f"tor makes a new address when it starts anew; {aside.name} is kept")
            case "prepare":
                prepare(directory)
            case "authorize":
                authorize(directory, given.name, _key(given.key))
            case "revoke":
                revoke(directory, given.name)
                print("until tor is started anew this key still opens", file=sys.stderr)
            case "check":
                for name in check(directory):
                    print(name)
            case "probe":
                return _probed(given.probe_socket, places, given.seconds)
    except (Unsound, TorEnded) as error:
        return str(error)
    except OSError as error:
        return f"{error.strerror}: {error.filename}"
    return None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m api.onion", description=__doc__)
    parser.add_argument("--tor-data", type=Path, default=TOR_DATA)
    parser.add_argument("--public-socket", type=Path, default=PUBLIC)
    parser.add_argument("--operators-socket", type=Path, default=OPERATORS)
    parser.add_argument("--probe-socket", type=Path, default=None)
    parser.add_argument("--tor", type=Path, default=Path("/usr/sbin/tor"))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("torrc", help="print the torrc of a node")
    run = commands.add_parser("run", help="run tor: keys checked before, a stranger refused after")
    run.add_argument("tor_arguments", nargs="*", help="after --, for tor: bridges, for example")
    commands.add_parser("prepare", help="put nobody's key where tor looks for keys")
    one = commands.add_parser("authorize", help="let an operator's key in")
    one.add_argument("name")
    one.add_argument("key", help="52 letters and digits, as klunak onion-key printed them")
    commands.add_parser("revoke", help="take a key away").add_argument("name")
    commands.add_parser("check", help="refuse what tor would overlook")
    moving = commands.add_parser("move", help="take a new address, and keep the old one for a time")
    moving.add_argument("--days", type=int, default=FORMER_DAYS)
    asked = commands.add_parser("probe", help="ask for the operators' service without a key")
    asked.add_argument("--seconds", type=float, default=300.0)
    return parser.parse_args()


def _torrc(given: argparse.Namespace, places: Places) -> str:
    known = former(given.tor_data, today=_today()) if given.tor_data.exists() else []
    work = _knows_work(given.tor)
    return node_torrc(places, work=work, probe_socket=given.probe_socket, former=known)


def _today() -> int:
    return int(time.time()) // DAY_SECONDS


def _run(given: argparse.Namespace, places: Places) -> None:
    if given.probe_socket is None:
        raise Unsound("tor is not run without --probe-socket: nobody would see an open service")
    command = [given.tor, "-f", given.tor_data / "torrc", *given.tor_arguments]

    def torrc() -> str:
        forget(given.tor_data, today=_today())
        return _torrc(given, places)

    watch(Watched(command, places, given.probe_socket, torrc=torrc, told=_say))


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _key(text: str) -> bytes:
    try:
        key = base64.b32decode(text.strip().upper() + "====")
    except ValueError:
        raise Unsound("that is not a key") from None
    if len(key) != KEY_BYTES:
        raise Unsound("that is not a key")
    return key


def _probed(socks: Path | None, places: Places, seconds: float) -> str | None:
    if socks is None:
        return "the probe needs --probe-socket"
    onion = (places.operators_service / "hostname").read_text().strip()
    match probe(socks, onion, seconds=seconds):
        case Found.SHUT:
            return None
        case Found.OPEN:
            return "the operators' onion service is OPEN to strangers: stop tor, then check"
        case Found.UNKNOWN:
            return "tor could not say whether the operators' onion service is shut"


@cache
def _knows_work(tor: Path) -> bool:
    """Whether it was built with proof of work; where it is not here yet, Debian's is."""
    if not tor.exists():
        return True
    told = subprocess.run([tor, "--list-modules"], capture_output=True, text=True, check=False)  # noqa: S603
    return "pow: yes" in told.stdout


if __name__ == "__main__":
    sys.exit(main())
