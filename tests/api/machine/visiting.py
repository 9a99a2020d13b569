"""People who visit: look, meet and leave, with secrets of every kind and of nobody."""

from __future__ import annotations

import secrets

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from crypto.labels import hashed
from tests.api.machine.machine import Machine, which
from tests.api.people import Claim, Drop, a_record, meet


class Visiting(Machine):
    """What comes in by `/visit`."""

    @precondition(lambda self: self.drops or self.noticed)
    @rule(picked=st.lists(st.tuples(which, st.sampled_from("rrrrbwa?")), min_size=1, max_size=12))
    def look(self, picked: list[tuple[int, str]]) -> None:
        asked = [self.secret_of(one, how) for one, how in picked]
        asked += [secrets.token_bytes(32) for _ in range(12 - len(asked))]
        answer = self.node.post("/visit/look", b"".join(asked))
        assert (answer.status_code, len(answer.content)) == (200, 49_152)
        for place, secret in enumerate(asked):
            found = answer.content[place * 4_096 : (place + 1) * 4_096]
            standing = self.model.read(hashed("klunak address", secret))
            assert found == standing or (standing is None and found not in self.all_records())

    @precondition(lambda self: self.drops)
    @rule(
        picked=st.lists(st.tuples(which, st.sampled_from("rrbb?")), max_size=4),
        how=st.sampled_from(("new", "new", "mine", "theirs", "elses")),
        one=which,
        has_card=st.sampled_from((True, True, False)),
    )
    def meet(self, picked: list[tuple[int, str]], how: str, one: int, has_card: bool) -> None:
        asked = [self.secret_of(number, what) for number, what in picked]
        asked += [secrets.token_bytes(32) for _ in range(4 - len(asked))]
        claim = Claim()
        if has_card and self.cards:
            claim.permit = self.cards[one % len(self.cards)].permit
        if how != "new" and self.claimed:
            earlier = self.claimed[one % len(self.claimed)]
            claim.tag = earlier.tag
            claim.token = earlier.token if how == "mine" else claim.token
        before = self.all_records()
        records, verdict = meet(self.node, claim, asked)
        for secret, found in zip(asked, records, strict=True):
            address = hashed("klunak address", secret)
            standing = self.model.drops[address].record if address in self.model.drops else None
            assert found == standing or (standing is None and found not in before)
        for secret in asked:
            self.model.blank(hashed("klunak address", hashed("klunak read", secret)))
        assert verdict == self.model.claim(claim)
        self.claimed.append(claim)

    @precondition(lambda self: self.drops)
    @rule(
        picked=st.lists(
            st.tuples(
                which, st.sampled_from("wwwwb?"), st.sampled_from(("now", "now", "old", "same"))
            ),
            max_size=8,
        )
    )
    def leave(self, picked: list[tuple[int, str, str]]) -> None:
        body, expected = b"", b""
        for one, how, over in picked:
            drop, secret = self.drops[one % len(self.drops)], self.secret_of(one, how)
            standing = self.model.read(drop.row[:32]) or drop.record
            replaced = bytes(32) if over == "old" else hashed("klunak record", standing)
            record = standing if over == "same" else a_record()
            body += secret + replaced + record
            written = hashed(
                "klunak address", hashed("klunak read", hashed("klunak blank", secret))
            )
            expected += bytes([self.model.write(written, replaced, record)])
        decoys = 8 - len(picked)
        body += b"".join(Drop().write(a_record()) for _ in range(decoys))
        answer = self.node.post("/visit/leave", body)
        assert (answer.status_code, answer.content) == (200, expected + bytes(decoys))

    def secret_of(self, one: int, how: str) -> bytes:
        every = [*self.drops, *self.noticed]
        drop = every[one % len(every)]
        return {"r": drop.r, "b": drop.b, "w": drop.w, "a": drop.row[:32]}.get(
            how, secrets.token_bytes(32)
        )

    def all_records(self) -> set[bytes]:
        drops = {drop.record for drop in self.model.drops.values() if drop.record}
        return drops | {record for record, _ in self.model.notices.values()}
