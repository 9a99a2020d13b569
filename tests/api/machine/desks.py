"""Coordinators: what they read, erase and answer."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crypto.labels import u32
from tests.api.machine.machine import Machine, coordinator, expect, which
from tests.api.people import a_record, as_coordinator
from tests.api.test_batches import rows_of


class Desks(Machine):
    """What comes in by `/operator/intake`, `/operator/batches` and `/operator/answers`."""

    @rule(number=coordinator, one=which, erase=st.booleans())
    def read_inbox(self, number: int, one: int, erase: bool) -> None:
        inbox = rows_of(as_coordinator(self.node, number, "GET", "/operator/intake").content)
        assert set(inbox.values()) == {r for n, r in self.model.inboxes if n == number}
        if erase and inbox:
            gone = sorted(inbox)[one % len(inbox)]
            for who in (1 - number, number, number):  # a stranger's word changes nothing
                answer = as_coordinator(self.node, who, "DELETE", f"/operator/intake/{gone.hex()}")
                assert answer.status_code == 204
            del self.model.inboxes[number, inbox[gone]]

    @rule(number=coordinator)
    def read_batches(self, number: int) -> None:
        found = rows_of(as_coordinator(self.node, number, "GET", "/operator/batches").content)
        assert set(found.values()) == {r for n, r in self.model.batches if n == number}
        self.known_batches.update({i: (number, record) for i, record in found.items()})

    @precondition(lambda self: self.known_batches)
    @rule(
        one=which,
        late=st.sampled_from((0, 0, 0, -1, 1)),
        strange=st.sampled_from((False,) * 4 + (True,)),
    )
    def answer(self, one: int, late: int, strange: bool) -> None:
        batch = sorted(self.known_batches)[one % len(self.known_batches)]
        known = self.known_batches[batch]
        who, epoch, record = known[0], self.model.opened + late, a_record()
        reasons = self.model.answer_reasons(batch, known, epoch)
        if strange:
            who, reasons = 1 - who, {"unknown_batch"}
        path = f"/operator/answers/{batch.hex()}"
        if expect(as_coordinator(self.node, who, "PUT", path, u32(epoch) + record), reasons, 204):
            self.model.answer(batch, known, epoch, record)
