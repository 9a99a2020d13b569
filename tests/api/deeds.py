"""Everything by which a node's database changes, each ready to be done to a node, and again."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from crypto.labels import u32
from tests.api.nodes import OCTETS, TrialNode
from tests.api.people import (
    JSON,
    Card,
    Claim,
    Intake,
    a_record,
    begin_epoch,
    epoch_descriptor,
    new_card,
    post,
    round_work,
    whole_round,
)
from tests.api.test_batches import batches
from tests.api.test_intake import inbox, worked
from tests.api.test_invites import give_invites, invites_body


class Deed(Protocol):
    """Something that is asked of a node."""

    def is_done_by(self, node: TrialNode) -> bool:
        """Whether *node* acknowledges it; any number of times."""
        ...


@dataclass(frozen=True)
class Request:
    """A request, signed by the operator with *seed* if there is one."""

    method: str
    path: str
    body: bytes = b""
    content_type: str = OCTETS
    seed: bytes | None = None

    def is_done_by(self, node: TrialNode) -> bool:
        if self.seed is None:
            answer = node.post(self.path, self.body, self.content_type)
        else:
            answer = node.operator(
                self.seed, self.method, self.path, self.body, content_type=self.content_type
            )
        return answer.is_success


@dataclass(frozen=True)
class Sweep:
    """The sweep of a day so many days later."""

    days: int

    def is_done_by(self, node: TrialNode) -> bool:
        node.clock.pass_days(self.days)
        node.node.sweeper.sweep(node.node.today())
        return True


def card(node: TrialNode) -> Deed:
    return Request("POST", "/cards", new_card(node).body(1))


def invited_intake(node: TrialNode) -> Deed:
    return Request("POST", "/intake", Intake(node.trial.period).invited(*give_invites(node)))


def worked_intake(node: TrialNode) -> Deed:
    return Request("POST", "/intake", worked(node, Intake(node.trial.period)))


def exchange(node: TrialNode) -> Deed:
    earlier = node.trial.stamp(secrets.token_bytes(32), node.trial.period - 1)
    return Request("POST", "/intake", Intake(node.trial.period).exchanging(earlier))


def meet(node: TrialNode, epoch: int = 1) -> Deed:
    """Two drops blanked and a tag claimed."""
    own = posted(node, epoch)
    four = b"".join([own.drops[0].b, own.drops[1].b, own.drops[2].r, secrets.token_bytes(32)])
    return Request("POST", "/visit/meet", four + Claim(permit=own.permit).body)


def leave(node: TrialNode) -> Deed:
    """Eight drops written over."""
    drops = [*posted(node).drops, *posted(node).drops][:8]
    return Request("POST", "/visit/leave", b"".join(drop.write(a_record()) for drop in drops))


def close_epoch(node: TrialNode) -> Deed:
    """An epoch that freezes two cards, and draws two of three who wait."""
    posted(node)
    for _ in range(3):
        assert worked_intake(node).is_done_by(node)
    return by_matcher(node, "POST", "/operator/epochs", epoch_descriptor(node, 2), JSON)


def part(node: TrialNode) -> Deed:
    """A part over an earlier one of its number."""
    posted(node)
    begin_epoch(node, 2)
    round_work(node, 1).upload(node)
    body = round_work(node, 1).parts[0]
    return by_matcher(node, "PUT", "/operator/rounds/1/parts/0", body)


def commit(node: TrialNode) -> Deed:
    """A round of three cards that forgets an answer and an earlier round's notices."""
    posted(node)
    whole_round(node, 1)
    whole_round(node, 2)
    for _ in range(2):
        assert post(node, new_card(node), 3).status_code == 201
    assert answer_of(node, 3).is_done_by(node)
    begin_epoch(node, 4)
    work = round_work(node, 3)
    work.upload(node)
    return by_matcher(node, "POST", "/operator/rounds/3", work.header(node), JSON)


def answer(node: TrialNode) -> Deed:
    whole_round(node, 1)
    return answer_of(node, 2)


def invites(node: TrialNode) -> Deed:
    body = invites_body(node.trial.period, [secrets.token_bytes(32) for _ in range(3)])
    return by_coordinator(node, "POST", "/operator/invites", body, JSON)


def erase(node: TrialNode) -> Deed:
    assert invited_intake(node).is_done_by(node)
    assert inbox(node, 0)
    (gone,) = (row[0] for row in node.rows()["intake"] if row[1] == 0)
    return by_coordinator(node, "DELETE", f"/operator/intake/{gone.hex()}")


def circle(node: TrialNode) -> Deed:
    document = json.dumps(node.trial.rewritten(serial=2)).encode()
    return by_matcher(node, "PUT", "/operator/circle", document, JSON)


def sweep(node: TrialNode) -> Deed:
    """A day on which of everything something ends and something does not."""
    posted(node)
    assert worked_intake(node).is_done_by(node)
    whole_round(node, 1)
    for _ in range(2):
        assert invited_intake(node).is_done_by(node)
        assert meet(node, 2).is_done_by(node)
        node.clock.pass_days(5)
    node.node.sweeper.sweep(node.node.today())
    return Sweep(days=3)


DEEDS: dict[str, Callable[[TrialNode], Deed]] = {
    made.__name__: made
    for made in (
        card,
        invited_intake,
        worked_intake,
        exchange,
        meet,
        leave,
        close_epoch,
        part,
        commit,
        answer,
        invites,
        erase,
        circle,
        sweep,
    )
}
"""Each sets a node whose epoch 1 is open up for a deed, and gives the deed."""


def posted(node: TrialNode, epoch: int = 1) -> Card:
    new = new_card(node)
    assert post(node, new, epoch).status_code == 201
    return new


def answer_of(node: TrialNode, epoch: int) -> Deed:
    batch = next(iter(batches(node, 0)))
    return by_coordinator(node, "PUT", f"/operator/answers/{batch.hex()}", u32(epoch) + a_record())


def by_matcher(
    node: TrialNode, method: str, path: str, body: bytes, content_type: str = OCTETS
) -> Deed:
    return Request(method, path, body, content_type, node.trial.matcher_seed)


def by_coordinator(
    node: TrialNode, method: str, path: str, body: bytes = b"", content_type: str = OCTETS
) -> Deed:
    return Request(method, path, body, content_type, node.trial.coordinator_seeds[0])
