"""The clerk: what a coordinator's machine may decide alone, one pass at a time.

    an invited request with this coordinator's MAC  ─▶ certified, at most so many a day
    a receipt of this circle, in a matcher's batch   ─▶ the donor's next slot, signed once
    a slot of the quarter before, its stamp burned   ─▶ one of this quarter, signed once

What is spent is burned in the keyring, durably and together with what it was spent on, before a
signature leaves. The same thing asked again gets the same bytes; anything else is refused. Whoever
seals a batch (the matcher) therefore cannot mint a slot, and a receipt is worth one.

Offers are never certified here, with whatever invite they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from clients.coordinator import Coordinator
from clients.errors import NodeMisbehaves
from clients.operators.exchange_desk import ExchangeDesk, can_be_signed, intake_values
from clients.operators.invites import is_ours
from clients.operators.keyring import Burned, CoordinatorSecrets, DayCount
from clients.operators.slot_desk import SlotDesk
from clients.operators.threads import Opened
from crypto.almanac import Policy
from crypto.circle import Circle, replaces
from crypto.errors import WrongShape
from crypto.labels import hashed, u32
from crypto.messages.intake import FAMILY
from crypto.periods import days_of

DAYS_COUNTED = 7


@dataclass(frozen=True, slots=True)
class ClerkReport:
    """Counts of one pass."""

    certified: int
    invites_refused: int
    batches: int
    signed: int
    receipts_refused: int
    exchanged: int = 0
    exchanges_refused: int = 0


class Clerk:
    """The clerk of one coordinator. *today* is the day, since 1970-01-01 (UTC)."""

    def __init__(
        self,
        coordinator: Coordinator,
        *,
        today: Callable[[], int],
        newest: Callable[[], Circle] | None = None,
    ) -> None:
        """*newest*, the circle as it is published now, is asked before every pass: under an old
        almanac a receipt of the new quarter would be left out."""
        self._desk = coordinator
        self._today = today
        self._newest = newest

    def clerk_once(self) -> ClerkReport:
        """One pass. Raises NodeUnreachable or NodeRefused; repeating it is safe."""
        self._keep_up()
        self._forget_old()
        certified, invites_refused = self._invited()
        exchanges = ExchangeDesk(self._desk, today=self._today()).answer_exchanges()
        honoured = SlotDesk(self._desk, today=self._today()).answer_batches()
        return ClerkReport(
            certified,
            invites_refused,
            honoured.batches,
            honoured.signed,
            honoured.refused,
            exchanges.signed,
            exchanges.refused,
        )

    def _keep_up(self) -> None:
        if self._newest is None:
            return
        served = self._newest()
        if replaces(self._desk.circle, served):
            self._desk.circle = served

    def _invited(self) -> tuple[int, int]:
        certified = refused = 0
        for one in self._desk.opened():
            if not one.intake.invite_code or one.intake.role != FAMILY:
                continue  # for a person to decide
            if not self._admits(one):
                refused += 1
                continue
            try:
                self._desk.hand_over(one)
            except NodeMisbehaves:
                # Its owner holds w of *in* too, and may write without end. What was burned stays
                # burned with these values; the next pass finds the record again.
                refused += 1
            else:
                certified += 1
        return certified, refused

    def _admits(self, one: Opened) -> bool:
        code, values = one.intake.invite_code, intake_values(one)
        today, circle = self._today(), self._desk.circle
        if not can_be_signed(self._desk, one):
            return False
        admitted = False

        def burned(kept: CoordinatorSecrets) -> CoordinatorSecrets:
            nonlocal admitted
            ours = is_ours(
                code, invite_key=kept.invite_key, circle=circle.digest, period=one.period
            )
            if not ours:
                return kept
            spent = hashed("klunak burned", b"invite" + u32(one.period) + code)
            spent_on = _spent_on(kept.burned_invites, spent)
            if spent_on is not None:
                admitted = spent_on == values
                return kept
            so_far = kept.certified_on(today)
            if so_far >= circle.policy.invites_per_day:
                return kept
            admitted = True
            return replace(
                kept,
                burned_invites=(
                    *kept.burned_invites,
                    Burned(spent=spent, on=values, period=one.period),
                ),
                days=(
                    *(count for count in kept.days if count.day != today),
                    DayCount(day=today, certified=so_far + 1),
                ),
            )

        self._desk.keyring.change(burned)
        return admitted

    def _forget_old(self) -> None:
        """Erase what has been burned for so long that it cannot be spent any more."""
        today, policy = self._today(), self._desk.circle.policy

        def forgotten(kept: CoordinatorSecrets) -> CoordinatorSecrets:
            fresh = replace(
                kept,
                burned_invites=_unexpired(kept.burned_invites, today, policy),
                burned_for_slots=_unexpired(kept.burned_for_slots, today, policy),
                days=tuple(count for count in kept.days if count.day > today - DAYS_COUNTED),
            )
            return kept if fresh == kept else fresh

        self._desk.keyring.change(forgotten)


def _spent_on(burned: Iterable[Burned], spent: bytes) -> bytes | None:
    return next((one.on for one in burned if one.spent == spent), None)


def _unexpired(burned: tuple[Burned, ...], today: int, policy: Policy) -> tuple[Burned, ...]:
    kept = []
    for one in burned:
        try:
            last = days_of(one.period)[1]
        except WrongShape:
            continue
        if today <= last + policy.keep_days:
            kept.append(one)
    return tuple(kept)
