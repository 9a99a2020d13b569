"""Few threads that write: whatever waits goes to the disk together (group commit).

    write() ──▶ queue ──▶ the writer takes all that wait ──▶ one transaction, one commit ──▶ answers

SQLite has one writer, PostgreSQL a few: there, most of a write is waiting for the server.

Nobody waits for company: while one commit is on its way to the disk, the next group gathers.
A write is answered after the commit that holds it, a refusal too: it may rest on what another of
the group wrote.

There are no savepoints. A refusal that wrote nothing needs none; whoever fails after writing is
taken out, the others go again, and it goes alone after them. Besides being quicker, on PostgreSQL
a savepoint would stamp the rows of one visit with a number of their own (docs/decisions/0010).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import ApiError, Busy, log_without_words
from api.statements import writes_so_far

T = TypeVar("T")

MOST_TOGETHER = 64
"""Writes in one commit; the queue is shorter by default."""

MOST_SPOILT = 2
"""How often a group starts again without one of its own; then each goes alone, in linear time."""

TRIES = 6
PAUSE_SECONDS = 0.02
"""Before the second try; doubles with each, with jitter, so that two do not meet again.

A writer sleeps through it, holding no connection, 0.62 s at most for one job: others of a few go on
meanwhile, and to hand the job back to the queue would let it be overtaken without end."""


class Overtaken(Exception):
    """Another process changed what this write rests on; trying again will see the change."""


class Transactions(Protocol):
    """What the writer needs of a database; `api.store` has it."""

    def transaction(self, *, alone: bool) -> AbstractContextManager[Connection]:
        """One transaction: committed at the end, undone by whatever is raised."""
        ...

    def may_pass(self, error: DBAPIError) -> bool:
        """Whether the same work may well succeed when it is tried again."""
        ...

    def translated(self, error: DBAPIError) -> ApiError:
        """The refusal that *error* means."""
        ...


@dataclass(eq=False)
class _Job:
    work: Callable[[Connection], Any]
    alone: bool = False
    between: Callable[[], Any] | None = None
    """Done outside of any transaction, instead of the work."""
    answer: Future[Any] = field(default_factory=Future)


class _Spoilt(Exception):
    def __init__(self, job: _Job) -> None:
        self.job = job


class Writer:
    """Takes writes from any thread and does them one group after the other.

    Always true: at most *waiting* writes are queued or being done.
    """

    def __init__(
        self, database: Transactions, *, threads: int, waiting: int, busy_seconds: float
    ) -> None:
        self._database = database
        self._most_threads = threads
        self._busy_seconds = busy_seconds
        self._places = threading.BoundedSemaphore(waiting)
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._threads: list[threading.Thread] = []

    def write(self, work: Callable[[Connection], T], *, alone: bool = False) -> T:
        """What *work* answers, once it is on the disk. Raises what *work* raises, and Busy."""
        begun: Future[T] = self._queued(_Job(work, alone=alone))
        return self._result_of(begun)

    def begin(self, work: Callable[[Connection], T]) -> Future[T]:
        """As `write`, without waiting; until it is begun it can be cancelled. Raises Busy."""
        return self._queued(_Job(work))

    def between(self, act: Callable[[], T]) -> T:
        """Do *act* in a writer's thread; where there is one, nothing writes then. Raises Busy."""
        begun: Future[T] = self._queued(_Job(_nothing, alone=True, between=act))
        return self._result_of(begun)

    def close(self) -> None:
        """Finish what is queued and end the threads."""
        with self._starting:
            threads, self._threads = self._threads, []
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join()

    def _queued(self, job: _Job) -> Future[Any]:
        if not self._places.acquire(blocking=False):
            raise Busy
        job.answer.add_done_callback(lambda _: self._places.release())
        try:
            self._start()
        except RuntimeError:  # no thread can be started now
            job.answer.cancel()  # gives its place back
            raise Busy from None
        self._queue.put(job)
        return job.answer

    def _result_of(self, begun: Future[T]) -> T:
        with suppress(TimeoutError):
            return begun.result(self._busy_seconds)
        if begun.cancel():
            raise Busy
        # It has begun: what becomes of it is known soon, and nobody is told less.
        return begun.result()

    def _start(self) -> None:
        # Not before the first write: a process that forks workers has no thread until then.
        with self._starting:
            while len(self._threads) < self._most_threads:
                thread = threading.Thread(target=self._run, name="writer", daemon=True)
                thread.start()
                self._threads.append(thread)

    def _run(self) -> None:
        following: _Job | None = None
        while True:
            job = following or self._queue.get()
            following = None
            if job is None:
                return
            group = [job]
            while not job.alone and len(group) < MOST_TOGETHER:
                try:
                    another = self._queue.get_nowait()
                except Empty:
                    break
                if another is None:
                    self._queue.put(None)
                    break
                if another.alone:
                    following = another
                    break
                group.append(another)
            self._write_together([j for j in group if j.answer.set_running_or_notify_cancel()])

    def _write_together(self, group: list[_Job]) -> None:
        by_itself: list[_Job] = []
        while len(group) > 1:
            spoilt = self._committed(group) if len(by_itself) < MOST_SPOILT else group
            group = [job for job in group if job not in spoilt]
            by_itself += spoilt
            if not spoilt:
                group = []
        for job in [*group, *by_itself]:
            self._write_alone(job)

    def _committed(self, group: list[_Job]) -> list[_Job]:
        """Commit and answer *group*; or those because of whom nothing of it was committed."""
        answers: list[tuple[_Job, Any, ApiError | None]] = []
        try:
            with self._database.transaction(alone=False) as connection:
                for job in group:
                    before = writes_so_far(connection)
                    try:
                        answers.append((job, job.work(connection), None))
                    except ApiError as refusal:
                        if writes_so_far(connection) != before:
                            raise _Spoilt(job) from None
                        answers.append((job, None, refusal))
                    except Exception:  # noqa: BLE001 - whatever it is, it goes alone
                        raise _Spoilt(job) from None
        except _Spoilt as spoilt:
            return [spoilt.job]
        except PoolTimeout:
            _refuse(group, Busy())
        except DBAPIError as error:
            if self._database.may_pass(error):
                return group
            log_without_words(error, "database")
            _refuse(group, self._database.translated(error))
        except BaseException as error:  # noqa: BLE001 - travels on
            _refuse(group, error)
        else:
            for job, answer, refused in answers:
                if refused is None:
                    job.answer.set_result(answer)
                else:
                    job.answer.set_exception(refused)
        return []

    def _write_alone(self, job: _Job) -> None:
        for this_try in range(1, TRIES + 1):
            try:
                job.answer.set_result(self._result(job))
            except PoolTimeout:
                _refuse([job], Busy())
            except Overtaken:
                if this_try < TRIES:
                    _pause(this_try)
                    continue
                _refuse([job], Busy())
            except DBAPIError as error:
                if this_try < TRIES and self._database.may_pass(error):
                    _pause(this_try)
                    continue
                log_without_words(error, "database")
                _refuse([job], self._database.translated(error))
            except BaseException as error:  # noqa: BLE001 - travels on
                _refuse([job], error)
            return

    def _result(self, job: _Job) -> Any:
        if job.between is not None:
            return job.between()
        with self._database.transaction(alone=job.alone) as connection:
            return job.work(connection)


def _refuse(jobs: list[_Job], error: BaseException) -> None:
    for job in jobs:
        job.answer.set_exception(error)


def _pause(this_try: int) -> None:
    longest = PAUSE_SECONDS * 2 ** (this_try - 1)
    time.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - not a secret


def _nothing(_connection: Connection) -> None: ...
