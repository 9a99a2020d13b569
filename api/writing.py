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
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.errors import ApiError, Busy, log_without_words

T = TypeVar("T")

MOST_TOGETHER = 64
"""Writes in one commit; the queue is shorter by default."""

MOST_SPOILT = 2
"""How often a group starts again without one of its own; then each goes alone, in linear time."""

TRIES = 6
PAUSE_SECONDS = 0.02
"""Before the second try; doubles with each, with jitter, so that two do not meet again."""


class Overtaken(Exception):
    """Another process changed what this write rests on; trying again will see the change."""


class Transactions(Protocol):
    """What the writer needs of a database; `api.store` has it."""

    def writing(self, *, alone: bool) -> AbstractContextManager[Connection]:
        """One transaction: committed at the end, undone by whatever is raised."""
        ...

    def writes_so_far(self, connection: Connection) -> int:
        """A number that rises with every statement that is not a SELECT."""
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
    between: Callable[[], None] | None = None
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

    def write(self, work: Callable[[Connection], T], *, alone: bool) -> T:
        """What *work* answers, once it is on the disk. Raises what *work* raises, and Busy."""
        answer: T = self._done(_Job(work, alone=alone))
        return answer

    def between(self, act: Callable[[], None]) -> None:
        """Do *act* in a writer's thread; where there is one, nothing writes then. Raises Busy."""
        self._done(_Job(_nothing, alone=True, between=act))

    def close(self) -> None:
        """Finish what is queued and end the threads."""
        with self._starting:
            threads, self._threads = self._threads, []
        for _ in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join()

    def _done(self, job: _Job) -> Any:
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            self._start()
            self._queue.put(job)
            try:
                return job.answer.result(self._busy_seconds)
            except TimeoutError:
                if job.answer.cancel():
                    raise Busy from None
            # It has begun: what becomes of it is known soon, and nobody is told less.
            return job.answer.result()
        finally:
            self._places.release()

    def _start(self) -> None:
        # Not before the first write: a process that forks workers has no thread until then.
        with self._starting:
            while len(self._threads) < self._most_threads:
                thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._threads.append(thread)
                thread.start()

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
            with self._database.writing(alone=False) as connection:
                for job in group:
                    before = self._database.writes_so_far(connection)
                    try:
                        answers.append((job, job.work(connection), None))
                    except ApiError as refusal:
                        if self._database.writes_so_far(connection) != before:
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
        with self._database.writing(alone=job.alone) as connection:
            return job.work(connection)


def _refuse(jobs: list[_Job], error: BaseException) -> None:
    for job in jobs:
        job.answer.set_exception(error)


def _pause(this_try: int) -> None:
    longest = PAUSE_SECONDS * 2 ** (this_try - 1)
    time.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - not a secret


def _nothing(_connection: Connection) -> None: ...
