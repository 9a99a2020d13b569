"""What reads foreign bytes, as functions of bytes: each returns, or there is something to mend.

A declared refusal is the expected end and is caught here. Where something is read, it has to be
what it looks like: the same bytes when written again.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from api.app import ROUTERS
from api.bodies import body_of
from crypto.certificates import (
    STAMP_BYTES,
    CardClass,
    Receipt,
    Stamp,
    verify_certificate,
    verify_receipt,
    verify_stamp,
)
from crypto.certifying_keys import CertifyingKey, Use, admit_key
from crypto.circle import read_circle
from crypto.commit_headers import read_commit_header
from crypto.descriptors import read_epoch_descriptor, read_node_descriptor
from crypto.documents import sign
from crypto.encoding import decode, encode
from crypto.errors import CannotOpen, CryptoError, InvalidCertificate, ListError, WrongLength
from crypto.goods import LANGUAGES, Good, suggest
from crypto.labels import bound
from crypto.lists import format_line, parse_line, parse_list
from crypto.messages.batches import Answers, Batch
from crypto.messages.cards import Card, CarriedCard, RoundKey
from crypto.messages.intake import In, Intake, Out
from crypto.messages.notices import Notice
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import Page, PageOne
from crypto.messages.shelf import Shelf
from crypto.records import NONCE_BYTES, SHARED_FRAME_BYTES, open_record
from crypto.sealing import SEALED_FRAME_BYTES, SealingKey, open_sealed
from crypto.shapes import Message
from crypto.strict_json import read_object
from tests.api.nodes import TrialNode, running_node
from tests.api.people import begin_epoch, new_card, post
from tests.circles import TrialCircle, make_trial_circle, signed_texts

SEALED_KINDS: tuple[type[Message], ...] = (Intake, Card, RoundKey, PageOne, Batch, Answers)
SHARED_KINDS: tuple[type[Message], ...] = (Out, In, Shelf, CarriedCard, Notice, Outbox, Page)
KINDS = SEALED_KINDS + SHARED_KINDS

KEY, AAD = b"k" * 32, b"bound to nothing but this"


@cache
def trial() -> TrialCircle:
    return make_trial_circle()


@cache
def sealing_key() -> SealingKey:
    return SealingKey(KEY)


def messages(data: bytes) -> None:
    """The first byte says of which kind; the rest is the encoded message, or a frame as it is."""
    kind, encoded = _kind(data)
    frame_bytes = SEALED_FRAME_BYTES if kind in SEALED_KINDS else SHARED_FRAME_BYTES
    with suppress(CryptoError):
        decode(kind, encoded)
    frame = _framed(encoded, frame_bytes)
    with suppress(CryptoError):
        message = decode(kind, frame)
        assert encode(message, frame_bytes=frame_bytes) == frame


def opening(data: bytes) -> None:
    """Records: as they are, and truly sealed around a message that is not one."""
    kind, encoded = _kind(data)
    record = encoded.ljust(4_096, b"\0")[:4_096]
    for foreign in (encoded, record):
        with suppress(WrongLength, CannotOpen):
            open_record(kind, foreign, key=KEY, aad=AAD)
        with suppress(WrongLength, CannotOpen):
            open_sealed(kind, foreign, key=sealing_key(), info=AAD)
    frame, nonce = _framed(encoded, SHARED_FRAME_BYTES), b"n" * NONCE_BYTES
    closed = nonce + crypto_aead_xchacha20poly1305_ietf_encrypt(frame, AAD, nonce, KEY)
    with suppress(CannotOpen):
        open_record(kind, closed, key=KEY, aad=AAD)


def certificates(data: bytes) -> None:
    """Stamps, receipts, certificates and certifying keys made up of the bytes."""
    circle = trial().circle
    with suppress(WrongLength, InvalidCertificate):
        verify_stamp(circle, Stamp.from_bytes(data))
    with suppress(WrongLength, InvalidCertificate):
        verify_receipt(circle, Receipt.from_bytes(data[:STAMP_BYTES]))
    period = int.from_bytes(data[:4], "big")
    for number in (period, trial().period):
        with suppress(InvalidCertificate):
            verify_certificate(
                circle,
                CardClass(data[:1] > b"\x7f"),
                number,
                data[4:1_220],
                data[1_220:1_252],
                (data[1_252:1_508], data[1_508:]),
            )
    key = CertifyingKey(0, Use.STAMP, period, data[4:260], (data[4:260],) * 8)
    with suppress(CryptoError):
        admit_key(key, circle.digest)


def circles(data: bytes) -> None:
    """A circle document; and an almanac that is signed, whatever it says."""
    with suppress(CryptoError):
        read_circle(data)
    text = _text(data)
    with suppress(CryptoError):
        read_circle(signed_texts(trial().document["charter"], text, trial().signer_seeds))
    with suppress(CryptoError):
        read_circle(signed_texts(text, trial().document["almanac"], trial().signer_seeds))


def documents(data: bytes) -> None:
    """Descriptors and headers: as they came, and signed by one who may, whatever they say."""
    circle, text = trial().circle, _text(data)
    for reads, name, label, seed in (
        (read_epoch_descriptor, "descriptor", "epoch", trial().matcher_seed),
        (read_node_descriptor, "descriptor", "node", trial().node_seed),
        (read_commit_header, "header", "commit", trial().matcher_seed),
    ):
        signature = sign(seed, bound(label, circle.digest) + text.encode()).hex()
        for document in (data, {name: text, "signature": signature}):
            with suppress(CryptoError):
                reads(document, circle)  # type: ignore[operator]


def strict_json(data: bytes) -> None:
    """What is read is what every other reader of JSON would read, and can be written again."""
    with suppress(CryptoError):
        value = read_object(data)
        assert value == json.loads(data)
        assert read_object(json.dumps(value, ensure_ascii=False).encode()) == value


def lists(data: bytes) -> None:
    """What somebody typed. A line that is read is read again as the same, in each language."""
    text = data.decode(errors="replace")
    with suppress(ListError):
        for line in parse_list(text.split("\n")).lines:
            for language in LANGUAGES:
                assert parse_line(format_line(line, language)) == line
    for good in suggest(text):
        assert isinstance(good, Good)


def node(data: bytes) -> None:
    """The first byte says which route; the rest is its body. Whatever comes, never a 500."""
    running = _node()
    method, path, body, who = ROUTES[data[0] % len(ROUTES)] if data else ROUTES[0]
    sent = data[1:].ljust(body.minimum, b"\0")[: body.maximum]
    if who is None:
        answer = running.request(
            method, path, content=sent, headers={"content-type": body.media_type}
        )
    else:
        seeds = {"matcher": trial().matcher_seed, "coordinator": trial().coordinator_seeds[0]}
        answer = running.operator(seeds[who], method, path, sent, content_type=body.media_type)
    assert answer.status_code < 500 or answer.json()["code"] in ("no_epoch", "intake_full", "busy")


def _bodies() -> list[tuple[str, str, Any, str | None]]:
    coordinators = ("/operator/invites", "/operator/answers/{id}")
    found = []
    for router in ROUTERS:
        for route in router.routes:
            body = body_of(getattr(route, "openapi_extra", None))
            if body.maximum:
                template = str(route.path)  # type: ignore[attr-defined]
                who = "coordinator" if template in coordinators else "matcher"
                path = template.format(epoch=1, number=0, id="00" * 32)
                method = next(iter(route.methods))  # type: ignore[attr-defined]
                found.append((method, path, body, who if "/operator/" in path else None))
    return found


ROUTES = _bodies()

_open_things = ExitStack()


@cache
def _node() -> TrialNode:
    directory = _open_things.enter_context(tempfile.TemporaryDirectory())
    running = _open_things.enter_context(running_node(Path(directory), trial()))
    begin_epoch(running, 1)
    post(running, new_card(running), 1)
    begin_epoch(running, 2)
    return running


def close() -> None:
    """End what a target has started."""
    _open_things.close()


def _kind(data: bytes) -> tuple[type[Message], bytes]:
    return KINDS[data[0] % len(KINDS)] if data else KINDS[0], data[1:]


def _framed(encoded: bytes, frame_bytes: int) -> bytes:
    encoded = encoded[: frame_bytes - 2]
    return (len(encoded).to_bytes(2, "big") + encoded).ljust(frame_bytes, b"\0")


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (messages, opening, certificates, circles, documents, strict_json, lists, node)
}
