"""Whoever asks while others are being answered is answered next, all of them at once.

    ask ──▶ waiting ──▶ one call for all that wait ──▶ each its answer

Handing a question to another thread, and that thread to the database, costs more than many answers.
Nobody waits for company: whoever comes first goes alone, and the next go together. Everything here
happens on the event loop, so there is no lock.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent import futures
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from api.errors import ApiError, Busy

Q = TypeVar("Q")
A = TypeVar("A")

MOST_TOGETHER = 64


@dataclass(frozen=True, slots=True, eq=False)
class _Asked(Generic[Q, A]):
    question: Q
    answer: asyncio.Future[A]

    def refuse(self, error: BaseException) -> None:
        if not self.answer.done():  # whoever asked may have gone
            self.answer.set_exception(error)


class Together(Generic[Q, A]):
    """Questions of one kind. Always true: while any wait, *at_once* groups are being answered.

    Whoever waits longer than *busy_seconds* is told busy, and so is a group that waits as long to
    be begun; one that is begun is told what becomes of it.
    """

    def __init__(
        self,
        begin: Callable[[Sequence[Q]], futures.Future[Sequence[A | ApiError]]],
        *,
        at_once: int,
        waiting: int,
        busy_seconds: float,
    ) -> None:
        self._begin = begin
        self._at_once = at_once
        self._most_waiting = waiting
        self._busy_seconds = busy_seconds
        self._waiting: deque[_Asked[Q, A]] = deque()
        self._under_way = 0

    async def ask(self, question: Q) -> A:
        """The answer to *question*. Raises it if it is a refusal, Busy, and whatever ended its
        group."""
        if len(self._waiting) >= self._most_waiting:
            raise Busy
        loop = asyncio.get_running_loop()
        asked: _Asked[Q, A] = _Asked(question, loop.create_future())
        self._waiting.append(asked)
        patience = loop.call_later(self._busy_seconds, self._give_up, asked)
        try:
            self._go_on()
            return await asked.answer
        finally:
            patience.cancel()

    def _give_up(self, asked: _Asked[Q, A]) -> None:
        if asked in self._waiting:
            self._waiting.remove(asked)
            asked.refuse(Busy())

    def _go_on(self) -> None:
        while self._waiting and self._under_way < self._at_once:
            next_ones = [self._waiting.popleft() for _ in range(self._group_size())]
            group = [one for one in next_ones if not one.answer.done()]
            if group:
                self._answer(group)

    def _group_size(self) -> int:
        return min(MOST_TOGETHER, len(self._waiting))

    def _answer(self, group: list[_Asked[Q, A]]) -> None:
        try:
            begun = self._begin([one.question for one in group])
        except Exception as refusal:  # noqa: BLE001 - whatever it is, nobody is left waiting
            for one in group:
                one.refuse(refusal)
            return
        self._under_way += 1
        # A future can be cancelled only until somebody begins to work on it.
        patience = asyncio.get_running_loop().call_later(self._busy_seconds, begun.cancel)
        done = asyncio.wrap_future(begun)
        done.add_done_callback(lambda _: patience.cancel())
        done.add_done_callback(partial(self._answered, group))

    def _answered(
        self, group: list[_Asked[Q, A]], done: asyncio.Future[Sequence[A | ApiError]]
    ) -> None:
        self._under_way -= 1
        error = Busy() if done.cancelled() else done.exception()
        if error is not None:
            for one in group:
                one.refuse(error)
        else:
            for one, answer in zip(group, done.result(), strict=True):
                if isinstance(answer, ApiError):
                    one.refuse(answer)
                elif not one.answer.done():
                    one.answer.set_result(answer)
        self._go_on()
