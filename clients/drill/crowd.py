"""What makes a crowd's business quick: nothing that a node or a matcher looks at.

    QuickNode   a plain HTTP connection; what is public is asked for once an epoch
    QuickVisits the same for a desk at which several things are done at once
    QuickDesk   a coordinator who signs natively, since it knows whom: the same bytes as blindly

A crowd's people run the clients of everybody. The node sees requests as from them, the matcher
cards, and every signature is one of the circle's keys.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from clients.coordinator import Coordinator
from clients.drill.traffic import PATIENCE_SECONDS, Seized, Traffic
from clients.node import NodeAnswer, NodeClient, OpenEpoch
from clients.operators.keyring import CoordinatorKeyring
from clients.operators.operator import OperatorClient
from clients.operators.threads import Opened
from clients.people.person import Place, class_of
from clients.trial.native_keys import Signer, native_signer
from crypto.certificates import certificate_message, receipt_message, stamp_message
from crypto.certifying_keys import MODULUS_BYTES, CertifyingKey, Use
from crypto.circle import Circle
from crypto.descriptors import NodeDescriptor
from crypto.keys import Person, Pseudonym
from crypto.labels import BLIND_COUNT

GRACE_BITS = 1
"""How much less than today's proof of work a node still takes."""


@dataclass
class PublicFacts:
    """What a node tells everybody alike, asked for once in each epoch."""

    open: OpenEpoch | None = None
    terms: NodeDescriptor | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def forget(self) -> None:
        """An epoch is over."""
        self.open = self.terms = None


class QuickNode(NodeClient):
    """A node over `http.client`; one for each thread, kept as long as the thread is."""

    def __init__(
        self,
        host: str,
        port: int,
        traffic: Traffic,
        facts: PublicFacts,
        recorded: Callable[[str, bytes, int], None],
    ) -> None:
        """*recorded* is told path, body and status of whatever is answered."""
        super().__init__(f"http://{host}:{port}", traffic.sitting())
        self._connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
        self._traffic = traffic
        self._facts = facts
        self._recorded = recorded

    def close(self) -> None:
        """Nothing: the next sitting of this thread comes by the same connection."""

    def hang_up(self) -> None:
        """Close the connection."""
        self._connection.close()
        super().close()

    def epoch(self, circle: Circle) -> OpenEpoch:
        """The open epoch, as it was when this epoch's first visitor asked."""
        with self._facts.lock:
            if self._facts.open is None:
                self._facts.open = super().epoch(circle)
            return self._facts.open

    def node(self, circle: Circle) -> NodeDescriptor:
        """Today's terms, at the least work that is still taken."""
        with self._facts.lock:
            if self._facts.terms is None:
                terms = super().node(circle)
                least = terms.pow_bits - GRACE_BITS
                self._facts.terms = terms.model_copy(update={"pow_bits": least})
            return self._facts.terms

    def _asked(self, method: str, path: str, body: bytes, at_most: int) -> NodeAnswer:
        headers = {"content-type": "application/octet-stream"} if method == "POST" else {}
        with self._traffic.passing(body):
            try:
                self._connection.request(method, path, body or None, headers)
                response = self._connection.getresponse()
                content = response.read(at_most + 1)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                if self._traffic.is_seized:
                    raise Seized from None
                raise ConnectionError from error
        self._recorded(path, body, response.status)
        media_type = (response.getheader("content-type") or "").partition(";")[0].strip()
        return NodeAnswer(response.status, media_type, content)


class QuickVisits(NodeClient):
    """The node for several threads at once: each asks by its own connection."""

    def __init__(self, base_url: str, connect: Callable[[], QuickNode]) -> None:
        """*connect* is asked in every thread."""
        super().__init__(base_url)
        self._connect = connect

    def _asked(self, method: str, path: str, body: bytes, at_most: int) -> NodeAnswer:
        return self._connect()._asked(method, path, body, at_most)


class QuickDesk(Coordinator):
    """A duty coordinator to whom the crowd's people, by thread key, are no strangers.

    A blind signature is s·r mod n, with s the plain signature and r the blinding. Who knows the
    message and r can have s from the library, twenty times as fast as the root of a blinded value.
    """

    def __init__(
        self,
        keyring: CoordinatorKeyring,
        operator: OperatorClient,
        visits: NodeClient,
        circle: Circle,
        *,
        known: Mapping[bytes, Person],
    ) -> None:
        super().__init__(keyring, operator, visits, circle)
        self._known = known
        self._signers: dict[bytes, Signer] = {}

    def crowd_waiting(self) -> list[Callable[[], None]]:
        """To certify everybody of the crowd whose intake lies here: one act for each."""
        return [
            partial(self.hand_over, one)
            for one in self.opened()
            if one.intake.thread_key in self._known
        ]

    def _sign(self, one: Opened) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        person = self._known.get(one.intake.thread_key)
        if person is None:
            return super()._sign(one)
        circle, role = self.circle, one.intake.role
        root_key = circle.certificate_keys(one.period, class_of(role))[one.position]
        roots, extras = [], []
        for index in range(BLIND_COUNT):
            place = Place(person, index)
            message = certificate_message(circle.digest, place.root(role))
            roots.append(self._signed(root_key, message, place.pseudonym))
            if one.extras_use is Use.STAMP:
                message = stamp_message(circle.digest, one.period, place.stamp_nonce(role))
                key = circle.stamp_key(one.period)
                extras.append(self._signed(key, message, place.pseudonym))
            elif one.extras_use is Use.RECEIPT:
                message = receipt_message(circle.digest, one.period, place.pseudonym.receipt_nonce)
                key = circle.receipt_key(one.period)
                extras.append(self._signed(key, message, place.pseudonym))
        return tuple(roots), tuple(extras)

    def _signed(self, key: CertifyingKey, message: bytes, pseudonym: Pseudonym) -> bytes:
        if key.key_id not in self._signers:
            held = self.keyring.secrets.signing_key(key.period, Use(key.use))
            self._signers[key.key_id] = native_signer(held)
        return as_if_blindly(self._signers[key.key_id], key, message, pseudonym)


def as_if_blindly(
    signer: Signer, key: CertifyingKey, message: bytes, pseudonym: Pseudonym
) -> bytes:
    """What `blind_sign` answers, 256 bytes, to *message* blinded by *pseudonym* for *key*."""
    signature = int.from_bytes(signer(message), "big")
    blinding = int.from_bytes(pseudonym.blinding(key.use, key.key_id), "big")
    return (signature * blinding % key.n).to_bytes(MODULUS_BYTES, "big")
