"""Invites: printed slips that let a family in without a proof of work (protocol.md, section 7).

    half-code (8) = nonce 3 ‖ MAC 5
    MAC           = BLAKE2b-40(key = invite key, bound("invite", circle, period u32) ‖ nonce)
    a slip        = a half-code of the first duty coordinator and one of the second

The node keeps hashes of half-codes; each coordinator recognises its own by the MAC and remembers
none. Forty bits suffice because a forgery cannot be tried in silence: the node admits only what was
registered, and a clerk certifies a few invites a day, however many it is shown.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b

from clients.errors import TooManyInvites
from clients.invites_text import InviteCodes, format_invite
from clients.operators.keyring import CoordinatorKeyring, CoordinatorSecrets, InviteCount
from clients.operators.operator import OperatorClient
from crypto.circle import Circle
from crypto.labels import bound, derive, hashed, u32
from crypto.messages.intake import INVITE_CODE_BYTES

NONCE_BYTES = 3
MAC_BYTES = 5
MOST_A_PERIOD = 10_000
"""Far below the 2^24 nonces, so that a guess at a nonce is not a good one either."""


def make_invites(
    keyring: CoordinatorKeyring,
    operator: OperatorClient,
    circle: Circle,
    *,
    period: int,
    count: int,
) -> list[bytes]:
    """*count* fresh half-codes of *period*, which count at the node from now on.

    Raises TooManyInvites, and NodeRefused ``invite_limit`` when others were made today.
    """
    if not 1 <= count <= circle.policy.invites_per_day:
        raise TooManyInvites
    first = 0

    def counted(kept: CoordinatorSecrets) -> CoordinatorSecrets:
        nonlocal first
        first = next((one.made for one in kept.invites if one.period == period), 0)
        if first + count > MOST_A_PERIOD:
            raise TooManyInvites
        others = tuple(one for one in kept.invites if one.period != period)
        return replace(kept, invites=(*others, InviteCount(period=period, made=first + count)))

    # Counted before they are registered: a crash wastes nonces and never repeats one.
    secrets = keyring.change(counted)
    codes = [
        _half_code(secrets.invite_key, circle.digest, period, number)
        for number in range(first, first + count)
    ]
    operator.register_invites(period, sorted(kept_hash(code) for code in codes))
    return codes


def join_slips(first: Sequence[bytes], second: Sequence[bytes]) -> list[InviteCodes]:
    """Slips from the half-codes of the first and the second duty coordinator of requests.

    Raises ValueError unless there are as many of each.
    """
    return list(zip(first, second, strict=True))


def is_ours(code: bytes, *, invite_key: bytes, circle: bytes, period: int) -> bool:
    """Whether *code* was made with *invite_key* for *period* of *circle* (the digest)."""
    if len(code) != INVITE_CODE_BYTES:
        return False
    nonce, mac = code[:NONCE_BYTES], code[NONCE_BYTES:]
    return hmac.compare_digest(mac, _mac(invite_key, circle, period, nonce))


def kept_hash(code: bytes) -> bytes:
    """What the node keeps of a half-code: the hash of the token that a visitor shows."""
    return hashed("klunak kept", hashed("klunak invite", code))


def _half_code(invite_key: bytes, circle: bytes, period: int, number: int) -> bytes:
    # A walk through all nonces in an order of the key's own: none comes twice, and a slip does not
    # say which in the row it is.
    walk = int.from_bytes(derive(invite_key, "invite walk", u32(period)), "big")
    size = 1 << 8 * NONCE_BYTES
    start, step = walk % size, walk // size % size | 1
    nonce = ((start + step * number) % size).to_bytes(NONCE_BYTES, "big")
    return nonce + _mac(invite_key, circle, period, nonce)


def _mac(invite_key: bytes, circle: bytes, period: int, nonce: bytes) -> bytes:
    message = bound("invite", circle, u32(period)) + nonce
    return blake2b(message, key=invite_key, digest_size=MAC_BYTES).digest()


_SLIP_TEXT = {
    "be": (
        "Запрашэнне па дапамогу прадуктамі",
        "Адкрыйце ў Tor Browser: {address}",
        "Код запрашэння: {code}",
        "Код дзейнічае адзін раз. Не фатаграфуйце яго; пасля выкарыстання знішчыце паперку.",
    ),
    "ru": (
        "Приглашение за помощью продуктами",
        "Откройте в Tor Browser: {address}",
        "Код приглашения: {code}",
        "Код действует один раз. Не фотографируйте его; после использования уничтожьте бумажку.",
    ),
    "en": (
        "An invitation to ask for groceries",
        "Open in Tor Browser: {address}",
        "Invite code: {code}",
        "The code works once. Do not photograph it; destroy this paper when it is used.",
    ),
}


def slip_text(slip: InviteCodes, *, address: str, language: str) -> str:
    """A slip to print and cut out, in Belarusian, Russian or English."""
    code = format_invite(slip)
    return "\n".join(line.format(address=address, code=code) for line in _SLIP_TEXT[language])
