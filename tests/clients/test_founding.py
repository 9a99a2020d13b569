"""Founding: a circle from keyrings, by people who send each other nothing but JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from clients.operators.founding import (
    TRIAL_POLICY,
    Duties,
    Identity,
    coordinator_identity,
    make_almanac,
    make_certifying_keys,
    make_charter,
    make_period,
    next_almanac,
    read_certifying_keys,
    read_identity,
    unsigned,
    with_signature,
)
from clients.operators.keyring import CoordinatorKeyring, MatcherKeyring, SignerKeyring
from clients.operators.rounds.planning import durations
from clients.operators.sealed_file import CHEAPEST
from crypto.almanac import NodeEntry
from crypto.certifying_keys import Use
from crypto.circle import read_circle, replaces
from crypto.errors import InvalidKey, InvalidSignature, WrongShape
from crypto.periods import period_of
from matching.trial_catalogue import TRIAL_CATALOGUE
from tests.circles import TODAY

PERIOD = period_of(TODAY)
DUTIES = Duties(request=(0, 1), offer=(0, 2))


@dataclass
class Founders:
    coordinators: list[CoordinatorKeyring]
    matcher: MatcherKeyring
    signers: list[SignerKeyring]
    identities: list[Identity]
    charter: str

    def document(self, signatures: int = 2) -> dict[str, Any]:
        almanac = make_almanac(
            self.charter,
            coordinators=self.identities,
            nodes=[NodeEntry(key=b"\1" * 32, address="http://127.0.0.1:8750")],
            periods=[self.period(PERIOD)],
            catalogue=TRIAL_CATALOGUE,
            policy=TRIAL_POLICY,
            trial=True,
        )
        document = unsigned(self.charter, almanac)
        for signer in self.signers[:signatures]:
            document = with_signature(json.dumps(document), signer.secrets.signing_seed)
        return document

    def period(self, number: int) -> Any:
        sent = [
            make_certifying_keys(keyring, self.charter, period=number, duties=DUTIES)
            for keyring in self.coordinators
        ]
        received = [read_certifying_keys(json.dumps(one), self.charter) for one in sent]
        return make_period(number, DUTIES, received)


@pytest.fixture
def founders(tmp_path: Path) -> Founders:
    coordinators = [
        CoordinatorKeyring.create(tmp_path / f"coordinator-{n}", "p", cost=CHEAPEST)
        for n in range(3)
    ]
    matcher = MatcherKeyring.create(tmp_path / "matcher", "p", cost=CHEAPEST)
    signers = [SignerKeyring.create(tmp_path / f"signer-{n}", "p", cost=CHEAPEST) for n in range(3)]
    identities = [read_identity(coordinator_identity(one)) for one in coordinators]
    charter = make_charter(
        name="Клунак",
        signers=[one.public_key for one in signers],
        threshold=2,
        coordinators=identities,
        matchers=[matcher.public_key],
    )
    return Founders(coordinators, matcher, signers, identities, charter)


def test_a_circle_is_founded_and_every_key_is_where_its_duty_is(founders: Founders) -> None:
    circle = read_circle(founders.document())
    assert (circle.name, circle.trial, circle.serial) == ("Клунак", True, 1)
    for number, keyring in enumerate(founders.coordinators):
        assert circle.coordinators[number] == keyring.public_key
        assert circle.sealing_keys[number] == bytes(keyring.secrets.sealing_key.public)
        for use in DUTIES.uses_of(number):
            held = keyring.secrets.signing_key(PERIOD, use)
            assert circle.certifying_key(PERIOD, use, number).modulus == held.modulus
    assert DUTIES.uses_of(0) == (Use.REQUEST, Use.OFFER, Use.STAMP)
    assert DUTIES.uses_of(1) == (Use.REQUEST, Use.RECEIPT)
    assert DUTIES.uses_of(2) == (Use.OFFER,)


def test_the_trials_durations_are_ones_that_matching_takes(founders: Founders) -> None:
    taken = durations(read_circle(founders.document()))
    assert taken.answer_epochs == TRIAL_POLICY.answer_epochs
    assert taken.confirm_epochs == TRIAL_POLICY.confirm_epochs


def test_one_signature_of_two_is_not_enough(founders: Founders) -> None:
    with pytest.raises(InvalidSignature):
        read_circle(founders.document(signatures=1))


def test_keys_asked_for_again_are_the_same(founders: Founders) -> None:
    one = founders.coordinators[0]
    first = make_certifying_keys(one, founders.charter, period=PERIOD, duties=DUTIES)
    assert make_certifying_keys(one, founders.charter, period=PERIOD, duties=DUTIES) == first
    assert len(one.change(lambda kept: kept).keys) == 3


def test_a_new_period_comes_under_a_higher_serial(founders: Founders) -> None:
    document = founders.document()
    almanac = next_almanac(document, period=founders.period(PERIOD + 1))
    later = unsigned(document["charter"], almanac)
    for signer in founders.signers[1:]:
        later = with_signature(later, signer.secrets.signing_seed)

    old, new = read_circle(document), read_circle(later)
    assert replaces(old, new)
    assert [one.number for one in new.periods] == [PERIOD, PERIOD + 1]
    assert new.serial == 2


def test_a_strangers_keys_and_signature_are_refused(founders: Founders, tmp_path: Path) -> None:
    stranger = CoordinatorKeyring.create(tmp_path / "stranger", "p", cost=CHEAPEST)
    with pytest.raises(WrongShape):
        make_certifying_keys(stranger, founders.charter, period=PERIOD, duties=DUTIES)
    document = founders.document()
    with pytest.raises(WrongShape):
        with_signature(document, stranger.secrets.signing_seed)


def test_exchanged_keys_are_refused(founders: Founders) -> None:
    sent = make_certifying_keys(
        founders.coordinators[0], founders.charter, period=PERIOD, duties=DUTIES
    )
    forged = {**sent, "keys": sent["keys"].replace('"offer"', '"stamp"', 1)}
    with pytest.raises(InvalidSignature):
        read_certifying_keys(forged, founders.charter)
    received = read_certifying_keys(sent, founders.charter)
    with pytest.raises(WrongShape):
        make_period(PERIOD + 1, DUTIES, [received])


def test_a_document_without_a_dutys_keys_is_not_signed(founders: Founders) -> None:
    document = founders.document(signatures=1)
    almanac = json.loads(document["almanac"])
    almanac["periods"][0]["keys"].pop()
    document = {**document, "almanac": json.dumps(almanac), "signatures": {}}
    first = with_signature(document, founders.signers[0].secrets.signing_seed)
    with pytest.raises(InvalidKey):
        with_signature(first, founders.signers[1].secrets.signing_seed)
