"""The matcher against a real node: pairs, decoys, and a process that may die anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clients.errors import NodeMisbehaves, NodeRefused, NodeUnreachable
from clients.matcher import RoundReport
from clients.operators.keyring import MatcherKeyring
from clients.operators.operator import FrozenCard, RoundState
from crypto.certificates import stamp_nonce, stamped
from crypto.errors import CannotOpen, InvalidKey
from crypto.keys import notice_write
from crypto.messages.cards import AGREED, FINISHED, HELD, IDLE, WAITING
from crypto.records import random_record
from matching.catalogue import Catalogue
from matching.oracle import verify
from tests.clients.operators import (
    NOW,
    PASSPHRASE,
    Desks,
    NextSlotWanted,
    desks_at,
    donor,
    family,
)


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Desks]:
    with desks_at(tmp_path) as desks:
        yield desks


def run(desks: Desks) -> RoundReport:
    report = desks.matcher().round_once(NOW)
    assert report is not None
    return report


def test_a_request_and_an_offer_meet(desks: Desks) -> None:
    anna, bob = family(desks).post(), donor(desks).post()

    report = run(desks)

    assert (report.live, report.matched, report.waiting, report.void) == (2, 1, 0, 0)
    to_anna, to_bob = anna.notice(1), bob.notice(1)
    assert to_anna.phase == to_bob.phase == HELD
    assert to_anna.match is not None
    assert to_bob.match is not None
    assert to_anna.match.rendezvous == to_bob.match.rendezvous
    assert to_anna.match.peer.public_key == bob.card().public_key
    assert to_bob.match.peer.public_key == anna.card().public_key
    assert to_anna.pages == bob.card().pages_read
    assert to_bob.pages == anna.card().pages_read
    assert to_anna.match.matched == 1


def test_who_waits_reads_a_lasting_decoy_and_the_odd_one_itself(desks: Desks) -> None:
    waiting = [family(desks).post() for _ in range(3)]
    run(desks)

    pages = {one.root: one.notice(1).pages for one in waiting}
    owner_of = {one.card().pages_read: one.root for one in waiting}
    reads = {root: owner_of[seen] for root, seen in pages.items()}
    assert sum(root == seen for root, seen in reads.items()) == 1
    assert all(reads[seen] == root for root, seen in reads.items())

    run(desks)
    assert {one.root: owner_of[one.notice(2).pages] for one in waiting} == reads
    assert all(one.notice(2).phase == WAITING and one.notice(2).match is None for one in waiting)


def test_a_card_that_cannot_be_opened_stops_nothing(desks: Desks) -> None:
    broken = family(desks).post(random_record())
    outside = family(desks, regions=0b11).post()
    uncertified = family(desks, signatures=(b"\1" * 256, b"\1" * 256)).post()
    keyless = donor(desks)
    no_key, tag = b"\xff" * 1_216, keyless.pseudonym.claim_tag
    signed = desks.trial.certificate(keyless.card_class, no_key, tag)
    keyless.changes = {"public_key": no_key, "signatures": signed}
    keyless.post()
    anna, bob = family(desks).post(), donor(desks).post()

    for epoch in (1, 2):
        report = run(desks)
        assert (report.live, report.void) == (2, 4)
        assert anna.notice(epoch).phase == bob.notice(epoch).phase == HELD
        for one in (broken, outside, uncertified, keyless):
            with pytest.raises(CannotOpen):
                one.notice(epoch)


def test_an_owner_who_reserves_its_own_notices_stops_nothing(desks: Desks) -> None:
    squatter = family(desks)
    squatter.post(reserved=[notice_write(squatter.pseudonym.notice_secret, e) for e in (1, 2, 3)])
    anna, bob = family(desks).post(), donor(desks, regions=0b1).post()

    for _ in (1, 2, 3):
        run(desks)
    assert anna.notice(3) is not None
    assert bob.notice(3) is not None


def test_a_running_matcher_takes_the_almanac_of_the_new_quarter(desks: Desks) -> None:
    """A card is void for ever once it was void: the almanac has to be there in time."""
    published = desks.trial.circle
    matcher = desks.matcher(newest=lambda: published)
    matcher.circle = replace(published, serial=published.serial - 1, periods=())
    anna = family(desks).post()

    report = matcher.round_once(NOW)

    assert report is not None
    assert (report.live, report.void) == (1, 0)
    assert anna.notice(1).phase == WAITING
    matcher._newest = lambda: replace(published, serial=published.serial - 1, periods=())
    matcher.round_once(NOW)
    assert matcher.circle is published


def test_a_carried_card_goes_before_one_that_repeats_it(desks: Desks) -> None:
    anna = family(desks).post()
    run(desks)
    thief = family(desks)
    thief.changes = {
        name: getattr(anna.card(), name) for name in ("public_key", "claim_tag", "signatures")
    }
    thief.post(stamp=desks.trial.stamp(b"n" * 32))

    matcher = desks.matcher()
    honest, named = matcher.operator.cards, stamped(desks.trial.period, stamp_nonce(anna.root))

    def lying(epoch: int) -> list[FrozenCard]:
        """No honest node takes one root's stamp twice, or says so of another."""
        return [replace(card, stamped=named) for card in honest(epoch)]

    matcher.operator.cards = lying  # type: ignore[method-assign]
    report = matcher.round_once(NOW)

    assert report is not None
    assert (report.live, report.void) == (1, 1)
    assert anna.notice(2).phase == WAITING
    with pytest.raises(CannotOpen):
        thief.notice(2)


def test_a_secret_of_two_cards_makes_the_second_void(desks: Desks) -> None:
    anna = family(desks).post()
    run(desks)
    family(desks, pages_read=anna.card().pages_read).post()
    family(desks, outbox_read=anna.card().pages_read[0]).post()
    family(desks, pages_read=(b"\1" * 32,) * 4).post()
    assert run(desks).void == 3


def test_a_parcel_from_match_to_the_next_slot(desks: Desks) -> None:
    anna, bob = family(desks, modes=0b100).post(), donor(desks).post()
    run(desks)
    wanted = NextSlotWanted(desks)

    bob.say(accepted=1, next_slot=wanted.message())
    run(desks)
    assert anna.notice(2).phase == bob.notice(2).phase == AGREED
    anna.say(shown=1)
    bob.say(sent=1)
    run(desks)
    anna.say(received=1, receipt=anna.receipt())
    report = run(desks)
    assert report.confirmed == 1
    assert anna.notice(4).phase == bob.notice(4).phase == FINISHED
    assert bob.notice(4).delivery is None

    # One clerk is slow: its half comes a round later, and the other's is kept.
    assert desks.clerk(0).clerk_once().signed == 1
    assert run(desks).slots == 0
    assert desks.clerk(1).clerk_once().signed == 2  # asked in two rounds, answered alike
    assert run(desks).slots == 1
    delivery = bob.notice(6).delivery
    assert delivery is not None
    assert delivery.index == wanted.index
    wanted.unblinded(delivery.signatures)

    assert run(desks).slots == 0
    assert bob.notice(7).delivery == delivery
    bob.say(got=wanted.index)
    run(desks)
    assert bob.notice(8).delivery is None
    assert desks.clerk(0).clerk_once().signed == 0


def test_a_silent_donor_idles_and_the_request_keeps_its_place(desks: Desks) -> None:
    anna, bob = family(desks).post(), donor(desks).post()
    for _ in range(3):
        report = run(desks)
    assert report.reopened == 1
    assert anna.notice(3).phase == WAITING
    assert bob.notice(3).phase == IDLE
    assert bob.notice(3).match is None
    bob.say()
    assert run(desks).matched == 1
    assert anna.notice(4).phase == HELD


def test_a_family_can_turn_a_donor_away(desks: Desks) -> None:
    anna, bob = family(desks).post(), donor(desks).post()
    run(desks)
    anna.say(declined=1)
    report = run(desks)
    assert report.reopened == 1
    assert anna.notice(2).phase == WAITING
    assert bob.notice(2).phase == IDLE
    assert bob.notice(2).match is None


@pytest.mark.parametrize("who", ["family", "donor"])
def test_two_of_whom_one_said_no_are_not_reunited_by_their_again(desks: Desks, who: str) -> None:
    again = b"again".ljust(16)
    anna, bob = (
        family(desks, agains=(again,)).post(),
        donor(desks, agains=(again,), regions=0b11).post(),
    )
    assert run(desks).matched == 1

    (anna if who == "family" else bob).say(declined=1)
    assert run(desks).matched == 0
    # Only Bob can help Dora and only Carl is left for Anna, unless her again still ties her to Bob.
    carl, dora = donor(desks, regions=0b01).post(), family(desks, regions=0b10).post()
    bob.say()
    assert run(desks).matched + run(desks).matched == 2

    for one, partner in ((anna, carl), (dora, bob)):
        match = one.notice(4).match
        assert match is not None
        assert match.peer.public_key == partner.card().public_key


def test_an_older_outbox_is_not_listened_to(desks: Desks) -> None:
    anna, bob = family(desks, modes=0b100).post(), donor(desks).post()
    run(desks)
    bob.say(declined=1)
    old = bob.outbox_record
    bob.say(declined=0, accepted=1)
    run(desks)
    assert anna.notice(2).phase == AGREED
    assert bob.notice(2).counter == 2
    bob.write_outbox(old)
    run(desks)
    assert anna.notice(3).phase == AGREED
    bob.write_outbox(random_record())
    run(desks)
    assert anna.notice(4).phase == AGREED


def test_only_the_next_epochs_key_is_left_after_a_round(desks: Desks) -> None:
    family(desks).post()
    seed = desks.matcher().keyring.secrets.epoch_seed(1)
    run(desks)

    keyring = MatcherKeyring.open(desks.matcher_path, PASSPHRASE)
    kept = keyring.secrets
    assert [held.epoch for held in kept.epochs] == [2]
    assert seed not in keyring._file.content
    with pytest.raises(InvalidKey):
        kept.epoch_seed(1)


def test_every_coordinator_gets_as_many_batches_whether_or_not_one_is_owed(desks: Desks) -> None:
    run(desks)
    for number in (0, 1):
        assert len(desks.coordinator(number).operator.batches()) == 2
        assert desks.clerk(number).clerk_once().batches == 2
        assert desks.coordinator(number).operator.batches() == []


class Killed(Exception):
    """The process ends here."""


STEPS = [
    ("keyring.change", 0),
    ("keyring.change", 1),
    ("operator.publish_epoch", 0),
    ("operator.round_state", 1),
    ("operator.cards", 0),
    ("operator.committed_header", 0),
    ("operator.read", 0),
    ("operator.answers", 0),
    ("operator.put_part", 0),
    ("operator.put_part", 2),
    ("operator.commit", 0),
]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("step", "call"), STEPS)
def test_a_matcher_killed_anywhere_makes_no_half_round_and_no_second_pairing(
    desks: Desks, step: str, call: int, when: str
) -> None:
    anna, bob = family(desks).post(), donor(desks).post()
    run(desks)
    first = anna.notice(1).match
    assert first is not None
    carol, *others = donor(desks).post(), family(desks).post(), family(desks).post()

    victim = desks.matcher()
    holder, name = step.split(".")
    target = getattr(victim, holder)
    real, count = getattr(target, name), 0

    def fatal(*args: object, **kwargs: object) -> object:
        nonlocal count
        count += 1
        if count == call + 1:
            if when == "after":
                real(*args, **kwargs)
            raise Killed
        return real(*args, **kwargs)

    setattr(target, name, fatal)
    with pytest.raises(Killed):
        victim.round_once(NOW)

    state = desks.matcher().operator.round_state()
    if state.committed < 2:
        report = desks.matcher().round_once(NOW)
        assert report is not None
        assert report.epoch == 2
    notices = [one.notice(2) for one in (anna, bob, carol, *others)]
    by_rendezvous: dict[bytes, int] = {}
    for notice in notices:
        if notice.match is not None:
            place = notice.match.rendezvous
            by_rendezvous[place] = by_rendezvous.get(place, 0) + 1
    assert set(by_rendezvous.values()) == {2}
    assert len(by_rendezvous) == 2
    again = anna.notice(2).match
    assert again is not None
    assert again.rendezvous == first.rendezvous

    third = desks.matcher().round_once(NOW)
    assert third is not None
    assert third.epoch == 3
    kept = MatcherKeyring.open(desks.matcher_path, PASSPHRASE).secrets
    assert [held.epoch for held in kept.epochs] == [4]


def test_a_commit_that_was_not_acknowledged_is_sent_again_as_it_was(desks: Desks) -> None:
    anna, _ = family(desks).post(), donor(desks).post()
    matcher = desks.matcher()
    real, sent = matcher.operator.commit, []

    def cut_off(epoch: int, header: dict[str, str]) -> None:
        sent.append(header)
        if len(sent) == 1:
            raise NodeUnreachable
        real(epoch, header)

    matcher.operator.commit = cut_off  # type: ignore[method-assign]
    with pytest.raises(NodeUnreachable):
        matcher.round_once(NOW)
    report = matcher.round_once(NOW)
    assert report is not None
    assert (report.epoch, report.matched) == (1, 1)
    assert sent[0] == sent[1]
    assert anna.notice(1).phase == HELD


def test_a_commit_whose_answer_was_lost_is_not_made_twice(desks: Desks) -> None:
    anna, _ = family(desks).post(), donor(desks).post()
    matcher = desks.matcher()
    real = matcher.operator.commit

    def answer_lost(epoch: int, header: dict[str, str]) -> None:
        real(epoch, header)
        real(epoch, header)  # the same again is fine
        raise NodeUnreachable

    matcher.operator.commit = answer_lost  # type: ignore[method-assign]
    with pytest.raises(NodeUnreachable):
        matcher.round_once(NOW)
    matcher.operator.commit = real  # type: ignore[method-assign]
    before = anna.notice(1).match

    report = matcher.round_once(NOW)
    assert report is not None
    assert report.epoch == 2
    after = anna.notice(2).match
    assert before is not None
    assert after is not None
    assert after.rendezvous == before.rendezvous


def test_a_node_that_lies_about_the_round_destroys_no_key(desks: Desks) -> None:
    matcher = desks.matcher()
    matcher.operator.round_state = lambda: RoundState(9, None, 8, 0)  # type: ignore[method-assign]
    with pytest.raises(NodeMisbehaves):
        matcher.round_once(NOW)
    assert desks.matcher().keyring.secrets.epoch_seed(1)


def test_many_cards_are_opened_by_several_processes(desks: Desks) -> None:
    anna, bob = family(desks).post(), donor(desks).post()
    report = desks.matcher(processes=2).round_once(NOW)
    assert report is not None
    assert (report.live, report.matched) == (2, 1)
    assert desks.matcher(processes=2).round_once(NOW) is not None
    assert anna.notice(2).phase == bob.notice(2).phase == HELD


def test_an_observer_sees_the_open_cards_and_the_plan(desks: Desks) -> None:
    for one in (family(desks), donor(desks), family(desks)):
        one.post()
    seen = []
    matcher = desks.matcher(observer=lambda *told: seen.append(told))
    matcher.round_once(NOW)
    ((epoch, requests, offers, plan),) = seen
    assert (epoch, len(requests), len(offers), len(plan.pairs)) == (1, 2, 1, 1)
    verify(plan, requests, offers, Catalogue.from_json(desks.trial.circle.catalogue))


def test_it_runs_on_waits_for_a_node_and_lets_a_begun_epoch_end(desks: Desks) -> None:
    matcher, slept, told = desks.matcher(), [], []
    now = NOW
    real, away = matcher.operator.round_state, iter([False, False, True, False, False, False])

    def sometimes() -> RoundState:
        if next(away, False):
            raise NodeUnreachable
        return real()

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    matcher.operator.round_state = sometimes  # type: ignore[method-assign]
    matcher.run_forever(
        86_400,
        clock=lambda: now,
        sleep=sleep,
        told=told.append,
        goes_on=lambda: len(told) < 2,
    )
    assert [report.epoch for report in told] == [1, 2]
    assert slept[0] == 86_400
    assert 5.0 in slept


def test_a_refusal_that_will_not_pass_ends_it(desks: Desks) -> None:
    matcher = desks.matcher()

    def refused() -> RoundState:
        raise NodeRefused("wrong_operator", 403)

    matcher.operator.round_state = refused  # type: ignore[method-assign]
    with pytest.raises(NodeRefused):
        matcher.run_forever(1, sleep=lambda _: None)
