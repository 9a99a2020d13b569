"""People who ask, offer and post: cards, invites and intake, also wrong, late and twice."""

from __future__ import annotations

import secrets
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from api.work import work_bits
from crypto.certificates import Stamp
from crypto.labels import hashed
from tests.api.machine.machine import Machine, coordinator, expect, which
from tests.api.model import INVITE, WORK, kept
from tests.api.people import JSON, Card, Drop, Intake, as_coordinator
from tests.api.test_invites import invites_body


class Posting(Machine):
    """What comes in by `/cards`, `/intake` and `/operator/invites`."""

    @rule(
        late=st.sampled_from((0, 0, 0, 0, -1, 1)),
        wrong=st.sampled_from(("",) * 5 + ("signature", "period", "twice", "taken", "permit")),
    )
    def new_card(self, late: int, wrong: str) -> None:
        period = self.trial.period - (wrong == "period")
        stamp = self.trial.stamp(secrets.token_bytes(32), period)
        if wrong == "signature":
            stamp = Stamp(stamp.period, stamp.nonce, bytes(256))
        card = Card(stamp)
        if wrong == "twice":
            card.drops[4] = Drop(card.drops[0].w)
        if wrong == "taken" and self.drops:
            card.drops[2] = Drop(self.drops[-1].w)
        if wrong == "permit" and self.cards:
            card.permit = self.cards[-1].permit
        self.post_card(card, self.model.opened + late, genuine=wrong != "signature")

    @precondition(lambda self: self.cards)
    @rule(
        one=which,
        late=st.sampled_from((0, 0, -1, 1)),
        change=st.sampled_from(("", "", "record", "retry", "drops")),
    )
    def card_again(self, one: int, late: int, change: str) -> None:
        card = self.cards[one % len(self.cards)]
        if change:
            other = Card(card.stamp)
            card = replace(card, **{change: getattr(other, change)})
        self.post_card(card, max(0, self.model.opened + late))

    def post_card(self, card: Card, epoch: int, *, genuine: bool = True) -> None:
        epoch = max(0, epoch)
        reasons = self.model.card_reasons(card, epoch, genuine=genuine)
        answer = self.node.post("/cards", card.body(epoch))
        if expect(answer, reasons, 201):
            assert answer.json() == {"status": "accepted"}
            self.model.post_card(card, epoch)
        if genuine:
            self.cards.append(card)
            self.drops += card.drops

    @rule(
        count=st.integers(1, 3),
        number=coordinator,
        wrong=st.sampled_from(("", "", "", "period", "other pair")),
    )
    def print_slips(self, count: int, number: int, wrong: str) -> None:
        """Slips of two codes, one for each coordinator; sometimes only one hands its half in."""
        slips = [
            (
                hashed("klunak invite", secrets.token_bytes(8)),
                hashed("klunak invite", secrets.token_bytes(8)),
            )
            for _ in range(count)
        ]
        self.slips += slips
        period = self.trial.period - (wrong == "period")
        for place in (0, 1) if wrong != "other pair" else (number,):
            self.hand_in(place, [kept(slip[place]) for slip in slips], period)

    @precondition(lambda self: self.invitations)
    @rule(one=which, number=coordinator)
    def hand_in_again(self, one: int, number: int) -> None:
        _, hashes, period = self.invitations[one % len(self.invitations)]
        self.hand_in(number, hashes, period)

    def hand_in(self, number: int, hashes: list[bytes], period: int) -> None:
        reasons = self.model.invite_reasons(number, hashes, period)
        body = invites_body(period, hashes)
        answer = as_coordinator(self.node, number, "POST", "/operator/invites", body, JSON)
        if expect(answer, reasons, 201):
            self.model.keep_invites(number, hashes, period)
        self.invitations.append((number, hashes, period))

    @precondition(lambda self: self.slips)
    @rule(one=which, wrong=st.sampled_from(("", "", "", "pair", "period", "twice", "token")))
    def invited_intake(self, one: int, wrong: str) -> None:
        tokens = list(self.slips[one % len(self.slips)])
        if wrong == "token":
            tokens[1] = secrets.token_bytes(32)
        self.post_intake(self.an_intake(wrong), INVITE, b"".join(tokens).ljust(292, b"\0"))

    @rule(wrong=st.sampled_from(("", "", "", "pair", "period", "twice", "challenge")))
    def worked_intake(self, wrong: str) -> None:
        intake = self.an_intake(wrong)
        known = wrong != "challenge" and bool(self.challenges)
        challenge = self.challenges[-1] if known else secrets.token_bytes(16)
        bits = work_bits(len(self.model.waiting), self.model.policy.intake_pool)
        admission = intake.worked(challenge, bits)[1:293]
        self.post_intake(intake, WORK, admission, known_challenge=known)

    def an_intake(self, wrong: str) -> Intake:
        pair = (1, 0) if wrong == "pair" else (0, 1)
        intake = Intake(self.trial.period - (wrong == "period"), pair)
        if wrong == "twice":
            intake.drops[3] = Drop(intake.drops[1].w)
        return intake

    @precondition(lambda self: self.intakes)
    @rule(one=which, change=st.sampled_from(("", "", "", "retry", "drops")))
    def intake_again(self, one: int, change: str) -> None:
        intake, kind, admission = self.intakes[one % len(self.intakes)]
        if change:
            intake = replace(intake, **{change: getattr(Intake(intake.period), change)})
        # The work was done for other bytes, or for a challenge that no longer counts.
        self.post_intake(intake, kind, admission, known_challenge=False)

    def post_intake(
        self, intake: Intake, kind: int, admission: bytes, *, known_challenge: bool = True
    ) -> None:
        reasons = self.model.intake_reasons(
            intake, kind, admission, known_challenge=known_challenge
        )
        answer = self.node.post("/intake", bytes([kind]) + admission + intake.rest)
        if kind == WORK and reasons == {"wrong_work"} and answer.status_code == 201:
            return self.lucky(intake, kind, admission)
        if expect(answer, reasons, 201):
            assert answer.json() == {"status": "accepted"}
            self.model.post_intake(intake, kind, admission)
        self.intakes.append((intake, kind, admission))
        self.drops += intake.drops
        return None

    def lucky(self, intake: Intake, kind: int, admission: bytes) -> None:
        """Other bytes under the same nonce are worth a place once in sixteen times."""
        assert admission[:16] in self.challenges[-2:]
        self.model.post_intake(intake, kind, admission)
        self.drops += intake.drops
