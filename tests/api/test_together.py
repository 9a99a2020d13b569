"""Questions that wait are answered together; nobody waits for company, nobody for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future

import pytest

from api.errors import ApiError, Busy, NoStorage
from api.together import MOST_TOGETHER, Together


class Answerer:
    """Answers when the test says so: twice each number."""

    def __init__(self) -> None:
        self.groups: list[Sequence[int]] = []
        self.begun: list[Future[Sequence[int | ApiError]]] = []

    def begin(self, group: Sequence[int]) -> Future[Sequence[int | ApiError]]:
        self.groups.append(group)
        self.begun.append(Future())
        return self.begun[-1]

    def finish(self, error: Exception | None = None) -> None:
        """Answer the group that was begun first, or refuse it."""
        group, begun = self.groups[-len(self.begun)], self.begun.pop(0)
        if error is None:
            begun.set_result([2 * number for number in group])
        else:
            begun.set_exception(error)


@pytest.fixture
def answerer() -> Answerer:
    return Answerer()


def together(
    answerer: Answerer, *, at_once: int = 1, waiting: int = 1_000, busy_seconds: float = 60
) -> Together[int, int]:
    return Together(answerer.begin, at_once=at_once, waiting=waiting, busy_seconds=busy_seconds)


async def asking(asked: Together[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    """Tasks that ask; all have reached where they wait."""
    tasks = [asyncio.create_task(asked.ask(number)) for number in numbers]
    await asyncio.sleep(0)
    return tasks


def test_the_first_goes_alone_and_who_comes_meanwhile_goes_next(answerer: Answerer) -> None:
    async def story() -> list[int]:
        asked = together(answerer)
        tasks = await asking(asked, 1, 2, 3)
        answerer.finish()
        await tasks[0]
        answerer.finish()
        return await asyncio.gather(*tasks)

    assert asyncio.run(story()) == [2, 4, 6]
    assert answerer.groups == [[1], [2, 3]]


def test_so_many_groups_are_under_way_and_no_more(answerer: Answerer) -> None:
    async def story() -> None:
        asked = together(answerer, at_once=2)
        tasks = await asking(asked, 1, 2, 3, 4)
        assert answerer.groups == [[1], [2]]
        for task in tasks[:3]:
            answerer.finish()
            await task
        await tasks[3]

    asyncio.run(story())
    assert answerer.groups == [[1], [2], [3, 4]]


def test_a_group_has_a_largest_size(answerer: Answerer) -> None:
    async def story() -> None:
        tasks = await asking(together(answerer), *range(MOST_TOGETHER + 2))
        for task in (tasks[0], tasks[1], tasks[-1]):
            answerer.finish()
            await task

    asyncio.run(story())
    assert [len(group) for group in answerer.groups] == [1, MOST_TOGETHER, 1]


def test_a_full_queue_is_told_at_once(answerer: Answerer) -> None:
    async def story() -> None:
        asked = together(answerer, waiting=2)
        tasks = await asking(asked, 1, 2, 3)
        with pytest.raises(Busy):
            await asked.ask(4)
        answerer.finish()
        await tasks[0]
        answerer.finish()
        await asyncio.gather(*tasks)

    asyncio.run(story())
    assert answerer.groups == [[1], [2, 3]]


def test_who_waits_too_long_is_told_busy_and_never_begun(answerer: Answerer) -> None:
    async def story() -> None:
        tasks = await asking(together(answerer, busy_seconds=0), 1, 2)
        for task in tasks:
            # The first's group was never begun to be worked on, the second was in no group.
            with pytest.raises(Busy):
                await task

    asyncio.run(story())
    assert answerer.groups == [[1]]


def test_a_group_that_is_being_worked_on_is_told_what_becomes_of_it(answerer: Answerer) -> None:
    async def story() -> None:
        first, second = await asking(together(answerer, busy_seconds=0), 1, 2)
        answerer.begun[0].set_running_or_notify_cancel()
        with pytest.raises(Busy):
            await second
        answerer.finish()
        assert await first == 2

    asyncio.run(story())


def test_what_ends_a_group_ends_each_of_it_and_no_other(answerer: Answerer) -> None:
    async def story() -> list[int | BaseException]:
        tasks = await asking(together(answerer), 1, 2, 3)
        answerer.finish()
        await tasks[0]
        answerer.finish(NoStorage())
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second, third = asyncio.run(story())
    assert first == 2
    assert isinstance(second, NoStorage)
    assert isinstance(third, NoStorage)


def test_whoever_is_refused_is_refused_alone(answerer: Answerer) -> None:
    async def story() -> list[int | BaseException]:
        tasks = await asking(together(answerer), 1, 2, 3)
        answerer.finish()
        await tasks[0]
        answerer.begun.pop().set_result([NoStorage(), 6])
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second, third = asyncio.run(story())
    assert (first, third) == (2, 6)
    assert isinstance(second, NoStorage)


def test_who_has_gone_is_not_asked_for(answerer: Answerer) -> None:
    async def story() -> None:
        first, second, third = await asking(together(answerer), 1, 2, 3)
        second.cancel()
        await asyncio.sleep(0)
        answerer.finish()
        await first
        answerer.finish()
        assert await third == 6

    asyncio.run(story())
    assert answerer.groups == [[1], [3]]


@pytest.mark.parametrize("refusal", [Busy, NoStorage, RuntimeError])
def test_a_refusal_to_begin_is_told_to_the_whole_group(refusal: type[Exception]) -> None:
    first: Future[Sequence[int | ApiError]] = Future()
    begun = iter([first])

    def begin(_group: Sequence[int]) -> Future[Sequence[int | ApiError]]:
        for one in begun:
            return one
        raise refusal

    async def story() -> None:
        asked: Together[int, int] = Together(begin, at_once=1, waiting=9, busy_seconds=60)
        tasks = await asking(asked, 1, 2, 3)
        first.set_result([2])
        assert await tasks[0] == 2
        for task in tasks[1:]:
            with pytest.raises(refusal):
                await task

    asyncio.run(story())
