"""What a vector can ask for: one function per `operation`, JSON values in, JSON values out.

A second language writes the same functions over its own modules; vectors/README.md lists what each
takes and gives. Bytes are lower-case hex, messages are objects with the names of their fields and
bytes as {"hex": …}.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from crypto import blinding, certificates, conversations, keys
from crypto.certificates import Receipt, Stamp
from crypto.certifying_keys import CardClass, CertifyingKey, Use, admit_key, challenge_value, key_id
from crypto.circle import Circle, read_circle
from crypto.commit_headers import read_commit_header
from crypto.conversations import Meeting
from crypto.descriptors import read_epoch_descriptor, read_node_descriptor
from crypto.drops import WriteSecret, blank_secret, drop_address, read_secret, record_hash
from crypto.encoding import encode
from crypto.labels import bound, derive, hashed
from crypto.lists import canonical_bytes, dish_of, list_to_key, parse_list
from crypto.messages.batches import Answers, Batch
from crypto.messages.cards import Card, CarriedCard, RoundKey
from crypto.messages.intake import In, Intake, Out
from crypto.messages.notices import Notice
from crypto.messages.outboxes import Outbox
from crypto.messages.pages import Page, PageOne, Said
from crypto.messages.shelf import Shelf
from crypto.periods import period_of
from crypto.permits import permit_hash
from crypto.records import NONCE_BYTES, SHARED_FRAME_BYTES, _close_from_parts, open_record
from crypto.sealing import SEALED_FRAME_BYTES, SealingKey, open_sealed
from crypto.shapes import Message, Wire
from crypto.signing_keys import SigningKey
from tests.crypto import hpke_reference

VECTORS = Path(__file__).parents[2] / "vectors"

Json = dict[str, Any]

SEALED_KINDS: tuple[type[Message], ...] = (Intake, Card, RoundKey, PageOne, Batch, Answers)
SHARED_KINDS: tuple[type[Message], ...] = (Out, In, Shelf, CarriedCard, Notice, Outbox, Page)
KINDS = {kind.__name__: kind for kind in (*SEALED_KINDS, *SHARED_KINDS)}


# Messages as JSON


def to_json(message: Message) -> Json:
    """The fields by name, in the order of the array."""
    return {f.name: _value_to_json(getattr(message, f.name)) for f in fields(message)}  # type: ignore[arg-type]


def from_json(kind: type[Message], value: Json) -> Message:
    """The message whose fields are these, in this order. Raises WrongShape."""
    message = kind.from_wire(_to_wire(value))
    if _as_text(to_json(message)) != _as_text(value):
        raise AssertionError(f"a vector names the fields of {kind.__name__} otherwise")
    return message


def _value_to_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, Message):
        return to_json(value)
    if isinstance(value, tuple):
        return [_value_to_json(item) for item in value]
    return value


def _to_wire(value: Any) -> Wire:
    if isinstance(value, list):
        return [_to_wire(item) for item in value]
    if isinstance(value, dict):
        if list(value) == ["hex"]:
            return _bytes(value["hex"])
        return [_to_wire(item) for item in value.values()]
    return value


def _as_text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text)


def _bytes_at(given: Json, *names: str) -> list[bytes]:
    return [_bytes(given[name]) for name in names]


def _as_hex(**values: bytes) -> Json:
    return {name: value.hex() for name, value in values.items()}


# Hashes, drops, periods


def hash_(given: Json) -> Json:
    return _as_hex(digest=hashed(given["person"], _bytes(given["data"])))


def derive_(given: Json) -> Json:
    secret, context = _bytes_at(given, "secret", "context")
    return _as_hex(key=derive(secret, given["label"], context, length=given["length"]))


def bound_(given: Json) -> Json:
    return _as_hex(bytes=_bound(given))


def _bound(given: Json) -> bytes:
    circle, context = _bytes_at(given, "circle", "context")
    return bound(given["label"], circle, context)


def drop(given: Json) -> Json:
    blank = blank_secret(WriteSecret(_bytes(given["write"])))
    read = read_secret(blank)
    return _as_hex(blank=blank, read=read, address=drop_address(read))


def record_hash_(given: Json) -> Json:
    return _as_hex(hash=record_hash(_bytes(given["record"])))


def period(given: Json) -> Json:
    return {"period": period_of(given["day"])}


# Lists and keys


def list_(given: Json) -> Json:
    groceries = parse_list(given["lines"])
    list_key = list_to_key(groceries)
    return {
        **_as_hex(canonical=canonical_bytes(groceries), list_key=list_key),
        "dish": dish_of(list_key).number,
    }


def person(given: Json) -> Json:
    list_key, circle = _bytes_at(given, "list_key", "circle")
    who = keys.Person.from_list_key(list_key, circle=circle, period=given["period"])
    threads = [who.thread(number, asking) for asking in (0, 1, 15) for number in (0, 1)]
    return {
        **_as_hex(
            person=who.secret,
            shelf_write=who.shelf_write,
            shelf_key=who.shelf_key,
            intake_retry=who.intake_retry,
            exchange_retry=who.exchange_retry(1),
            spare_write=who.spare_write(1),
        ),
        "threads": [
            _as_hex(in_write=t.in_write, out_write=t.out_write, thread_key=t.key) for t in threads
        ],
    }


def pseudonym(given: Json) -> Json:
    secret, circle, key_id_, rendezvous, peer_root = _bytes_at(
        given, "person", "circle", "key_id", "rendezvous", "peer_root"
    )
    who = keys.Person(circle, given["period"], secret).pseudonym(given["index"])
    notice_secret, epoch = who.notice_secret, given["epoch"]
    return {
        **_as_hex(
            pseudonym=who.secret,
            public_key=who.sealing_key.public,
            throwaway_public_key=who.throwaway_key.public,
            claim_tag=who.claim_tag,
            claim_token=who.claim_token(who.claim_tag),
            claim_permit=who.claim_permit,
            claim_permit_hash=permit_hash(who.claim_permit),
            notice_secret=notice_secret,
            outbox_write=who.outbox_write,
            receipt_nonce=who.receipt_nonce,
            card_retry=who.card_retry,
            share=who.share(rendezvous, peer_root),
            partner_mark=who.partner_mark(rendezvous, peer_root, epoch),
            outbox_key=keys.outbox_key(notice_secret),
            notice_write=keys.notice_write(notice_secret, epoch),
            notice_key=keys.notice_key(notice_secret, epoch),
            ticket=keys.slot_ticket(notice_secret, given["slot"]),
        ),
        "pages_write": [write.hex() for write in who.pages_write],
        "blinding": {use.value: who.blinding(use, key_id_).hex() for use in Use},
    }


def sealing_key(given: Json) -> Json:
    return _as_hex(public_key=SealingKey(_bytes(given["seed"])).public)


def xwing(given: Json) -> Json:
    """The draft's three vectors: key pair by the library, encapsulation by the reference."""
    seed, eseed = _bytes_at(given, "seed", "eseed")
    public_key = SealingKey(seed).public
    shared_secret, enc = hpke_reference.encapsulate(public_key, eseed)
    if hpke_reference.decapsulate(enc, seed) != shared_secret:
        raise AssertionError("X-Wing does not decapsulate what it encapsulated")
    return _as_hex(pk=public_key, ct=enc, ss=shared_secret)


# Messages and records


def encode_(given: Json) -> Json:
    kind = KINDS[given["kind"]]
    frame_bytes = SEALED_FRAME_BYTES if kind in SEALED_KINDS else SHARED_FRAME_BYTES
    frame = encode(from_json(kind, given["message"]), frame_bytes=frame_bytes)
    return _as_hex(encoded=frame[2 : 2 + int.from_bytes(frame[:2], "big")])


def open_shared(given: Json) -> Json:
    key, record = _bytes_at(given, "key", "record")
    message = open_record(KINDS[given["kind"]], record, key=key, aad=_bound(given))
    # And the same bytes once more, from the nonce that is there.
    nonce = record[:NONCE_BYTES]
    if _close_from_parts(message, key=key, aad=_bound(given), nonce=nonce) != record:
        raise AssertionError("closing again gives other bytes")
    return {"message": to_json(message)}


def open_sealed_(given: Json) -> Json:
    seed, record, eseed = _bytes_at(given, "seed", "record", "eseed")
    key = SealingKey(seed)
    message = open_sealed(KINDS[given["kind"]], record, key=key, info=_bound(given))
    frame = encode(message, frame_bytes=SEALED_FRAME_BYTES)
    again = hpke_reference.seal_frame(frame, recipient=key.public, info=_bound(given), eseed=eseed)
    if again != record:
        raise AssertionError("sealing again gives other bytes")
    return {"message": to_json(message)}


# Conversations


def _meeting(given: Json) -> Meeting:
    circle, rendezvous, request_root, offer_root = _bytes_at(
        given, "circle", "rendezvous", "request_root", "offer_root"
    )
    return Meeting(circle, rendezvous, given["matched"], request_root, offer_root)


def conversation(given: Json) -> Json:
    share_donor, share_family = _bytes_at(given, "share_donor", "share_family")
    key = _meeting(given).conversation_key(share_donor=share_donor, share_family=share_family)
    return _as_hex(key=key, again=conversations.again_value(key))


def open_page_one(given: Json) -> Json:
    seed, record = _bytes_at(given, "seed", "record")
    message = _meeting(given).open_page_one(
        record, direction=given["direction"], key=SealingKey(seed)
    )
    return {"message": to_json(message)}


def open_page(given: Json) -> Json:
    key, record = _bytes_at(given, "key", "record")
    message = _meeting(given).open_page(
        record, key=key, direction=given["direction"], number=given["number"]
    )
    return {"message": to_json(message)}


def lay_out(given: Json) -> Json:
    transcript = tuple(Said.from_wire(_to_wire(said)) for said in given["transcript"])
    return {"pages": [to_json(page) for page in conversations.lay_out(transcript)]}


# Certificates, stamps, receipts


def root(given: Json) -> Json:
    circle, public_key, claim_tag = _bytes_at(given, "circle", "public_key", "claim_tag")
    card_class = CardClass(given["class"])
    return _as_hex(
        root=certificates.root_of(circle, card_class, given["period"], public_key, claim_tag),
        key_part=certificates.key_part(public_key),
        tag_part=certificates.tag_part(claim_tag),
    )


def stamp_nonce(given: Json) -> Json:
    return _as_hex(nonce=certificates.stamp_nonce(*_bytes_at(given, "root")))


def certificate_message(given: Json) -> Json:
    return _as_hex(message=certificates.certificate_message(*_bytes_at(given, "circle", "root")))


def stamp_message(given: Json) -> Json:
    circle, nonce = _bytes_at(given, "circle", "nonce")
    return _as_hex(message=certificates.stamp_message(circle, given["period"], nonce))


def receipt_message(given: Json) -> Json:
    circle, nonce = _bytes_at(given, "circle", "nonce")
    return _as_hex(message=certificates.receipt_message(circle, given["period"], nonce))


def read_token(given: Json) -> Json:
    token = Stamp.from_bytes(_bytes(given["bytes"]))
    return {"period": token.period, **_as_hex(nonce=token.nonce, signature=token.signature)}


def _public(modulus: str, **more: Any) -> CertifyingKey:
    values = {"coordinator": 0, "use": Use.STAMP, "period": 0, "challenges": (), **more}
    return CertifyingKey(modulus=_bytes(modulus), **values)


def blind(given: Json) -> Json:
    message, blinding_ = _bytes_at(given, "message", "blinding")
    value = blinding.blind(_public(given["modulus"]), message, blinding_)
    return _as_hex(blinded=value.blinded, inverse=value.inverse.to_bytes(256, "big"))


def blind_sign(given: Json) -> Json:
    p, q, blinded = _bytes_at(given, "p", "q", "blinded")
    return _as_hex(blind_signature=blinding.blind_sign(SigningKey.from_bytes(p + q), blinded))


def unblind(given: Json) -> Json:
    message, blind_signature, inverse = _bytes_at(given, "message", "blind_signature", "inverse")
    signature = blinding.unblind(
        _public(given["modulus"]), message, blind_signature, int.from_bytes(inverse, "big")
    )
    return _as_hex(signature=signature)


def verify_signature(given: Json) -> Json:
    message, signature = _bytes_at(given, "message", "signature")
    certificates.verify_signature(_public(given["modulus"]), message, signature)
    return {}


def challenge(given: Json) -> Json:
    modulus, circle = _bytes_at(given, "modulus", "circle")
    value = challenge_value(modulus, circle, given["period"], Use(given["use"]), given["number"])
    return _as_hex(challenge=value.to_bytes(256, "big"))


def admit(given: Json) -> Json:
    key = _public(
        given["modulus"],
        use=Use(given["use"]),
        period=given["period"],
        challenges=tuple(_bytes(text) for text in given["challenges"]),
    )
    admit_key(key, _bytes(given["circle"]))
    return _as_hex(key_id=key_id(key.modulus))


# Circles and what is signed in them


def circle(given: Json) -> Json:
    pinned = given.get("pinned_digest")
    signers = given.get("pinned_signers")
    found = read_circle(
        given["document"],
        pinned_digest=None if pinned is None else _bytes(pinned),
        pinned_signers=None if signers is None else [_bytes(signer) for signer in signers],
    )
    return {
        **_as_hex(digest=found.digest),
        "name": found.name,
        "serial": found.serial,
        "trial": found.trial,
        "coordinators": [key.hex() for key in found.coordinators],
        "matchers": [key.hex() for key in found.matchers],
        "nodes": [{"key": node.key.hex(), "address": node.address} for node in found.nodes],
        "periods": [
            {
                "period": p.number,
                "from_day": p.from_day,
                "to_day": p.to_day,
                "request": list(p.request),
                "offer": list(p.offer),
                "key_ids": [key.key_id.hex() for key in p.keys],
            }
            for p in found.periods
        ],
    }


@cache
def _accepted_circle(name: str) -> Circle:
    vector = json.loads((VECTORS / "circles" / f"{name}.json").read_text())
    return read_circle(vector["input"]["document"])


def _circle_of(given: Json) -> Circle:
    return _accepted_circle(given["circle_vector"])


def epoch_descriptor(given: Json) -> Json:
    found = read_epoch_descriptor(given["document"], _circle_of(given))
    return {
        "epoch": found.epoch,
        "opens": found.opens,
        "closes": found.closes,
        **_as_hex(key=found.key, matcher=found.matcher),
    }


def node_descriptor(given: Json) -> Json:
    found = read_node_descriptor(given["document"], _circle_of(given))
    return {
        "day": found.day,
        "pow_bits": found.pow_bits,
        "intake_open": found.intake_open,
        **_as_hex(node=found.node, pow_challenge=found.pow_challenge),
    }


def commit_header(given: Json) -> Json:
    found = read_commit_header(given["document"], _circle_of(given))
    return {
        "epoch": found.epoch,
        "cards": found.cards,
        "notices": found.notices,
        "parts": [
            {"kind": int(part.kind), "rows": part.rows, "digest": part.digest.hex()}
            for part in found.parts
        ],
        **_as_hex(round_key=found.round_key, matcher=found.matcher),
    }


def certificate(given: Json) -> Json:
    public_key, claim_tag = _bytes_at(given, "public_key", "claim_tag")
    found = certificates.verify_certificate(
        _circle_of(given),
        CardClass(given["class"]),
        given["period"],
        public_key,
        claim_tag,
        [_bytes(signature) for signature in given["signatures"]],
    )
    return _as_hex(root=found)


def stamp(given: Json) -> Json:
    certificates.verify_stamp(_circle_of(given), Stamp.from_bytes(_bytes(given["bytes"])))
    return {}


def receipt(given: Json) -> Json:
    certificates.verify_receipt(_circle_of(given), Receipt.from_bytes(_bytes(given["bytes"])))
    return {}


OPERATIONS: dict[str, Callable[[Json], Json]] = {
    "hash": hash_,
    "derive": derive_,
    "bound": bound_,
    "drop": drop,
    "record_hash": record_hash_,
    "period": period,
    "list": list_,
    "person": person,
    "pseudonym": pseudonym,
    "sealing_key": sealing_key,
    "xwing": xwing,
    "encode": encode_,
    "open_shared": open_shared,
    "open_sealed": open_sealed_,
    "conversation": conversation,
    "open_page_one": open_page_one,
    "open_page": open_page,
    "lay_out": lay_out,
    "root": root,
    "certificate_message": certificate_message,
    "stamp_message": stamp_message,
    "stamp_nonce": stamp_nonce,
    "receipt_message": receipt_message,
    "read_token": read_token,
    "blind": blind,
    "blind_sign": blind_sign,
    "unblind": unblind,
    "verify_signature": verify_signature,
    "challenge": challenge,
    "admit_key": admit,
    "circle": circle,
    "epoch_descriptor": epoch_descriptor,
    "node_descriptor": node_descriptor,
    "commit_header": commit_header,
    "certificate": certificate,
    "stamp": stamp,
    "receipt": receipt,
}
