"""Who writes? One writer, and whatever waits becomes one transaction (D2, D3).

A small group is committed in the event loop's own turn: crossing into a thread costs more than its SQL. A large one, or
any while commits are slow, goes to the writer's thread; what arrives meanwhile joins the next group.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from ..domain.booking import ACCOUNT_GONE, Booking, Refusal, Submit, settle
from ..domain.lifecycle import Course
from ..domain.rules import Rule
from ..errors import EimsSimError, OverloadedError, StorageError
from ..protocol.limits import NUMBERS_PER_GET, WAITING_NUMBERS
from ..waiter import Waiter
from .bookings import keep_bookings
from .checkpoints import Checkpointer
from .condition import Condition, explain
from .database import BUSY_MILLISECONDS, Database
from .transaction import Deed, Ledger, T, Transaction, drive

INLINE_NUMBERS: Final = 256
"""A group of more numbers goes to the thread."""

GROUP_NUMBERS: Final = 50_000
"""A group takes no more numbers than that, so that nobody waits long for another's work."""

WAITING_JOBS: Final = 20_000
"""So many submits and deeds may wait, beside the bound of numbers, before new work is refused with 503 (P1.3)."""

DEEDS_AHEAD: Final = 2_000
"""So many deeds more may wait: what operators do, and what becomes of messages, goes on while submits are refused."""

CROWD: Final = 4
"""After a group of more jobs the next one is given a turn more to gather."""

SLOW_SECONDS: Final = 0.02
"""Where a commit takes longer, even small groups go to the thread: the loop never waits for a disk."""


TOO_MUCH: Final = "too much work waits for the database"

Foretell = Callable[[Booking], None]
"""Told of a booking while its commit still runs, to prepare what depends on its ids."""


class _Job(NamedTuple):
    """One who waits: a submit to book, or a deed. `weight` is the rows it is about to touch."""

    submit: Submit | None
    deed: Deed[Any] | None
    weight: int
    waiter: Waiter
    foretell: Foretell | None = None


class _Done(NamedTuple):
    """What came of a group: an outcome (or exception) per job, or the failure of all."""

    outcomes: Sequence[Any]
    transaction: Transaction | None
    failure: StorageError | None
    seconds: float


class World(NamedTuple):
    """What a booking depends on beside the submit: the rules in order, and delays and seed."""

    rules: Sequence[Rule]
    course: Course


class Writer:
    """The only door to durable change. `ledger` shows what is committed.

    `world` is read when a group is settled; `booked` is told of every booking right after its commit. `stopwatch`
    gives real seconds, to see when a disk is slow. Once `waiting_numbers` wait, further submits are refused.
    """

    def __init__(
        self,
        database: Database,
        world: Callable[[], World],
        stopwatch: Callable[[], float],
        waiting_numbers: int = WAITING_NUMBERS,
    ) -> None:
        self.ledger = Ledger()
        self.booked: Callable[[Sequence[Booking]], None] = lambda _: None
        self._world = world
        self._stopwatch = stopwatch
        self._database = database
        self._loop = asyncio.get_running_loop()
        self._connection = database.open()
        self._cursor = self._connection.cursor()
        self._cursor.execute("PRAGMA busy_timeout=0")  # who may wait says so: see _begin_patiently
        self._checkpointer = Checkpointer(database)
        self._jobs: deque[_Job] = deque()
        self._numbers = 0
        self._waiting_numbers = waiting_numbers
        self._busy = False
        self._scheduled = False
        self._seconds = 0.0
        self._crowd = 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="eims-sim-writer")
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def condition(self) -> Condition:
        """Whether the database takes what it is given."""
        return self._database.condition

    @property
    def waiting(self) -> int:
        """How many submits and deeds wait for their group."""
        return len(self._jobs)

    def is_full(self, *, large: bool) -> bool:
        """Whether a further submit, small or `large`, would be refused: what it would cost to read can be saved.

        Large ones fill half of the room at most: whoever sends little gets in while somebody sends too much.
        """
        most = max(1, self._waiting_numbers // 2) if large else self._waiting_numbers
        return self._numbers >= most or len(self._jobs) >= WAITING_JOBS

    def begin(self, deed: Deed[T]) -> T:
        """Run a deed at start, before there is anyone to wait for. Raises StorageError."""
        done = self._commit([_Job(None, deed, 0, Waiter())])
        if done.failure is not None:
            raise done.failure
        self._publish(done)
        outcome: T = done.outcomes[0]
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def book(self, submit: Submit, foretell: Foretell | None = None) -> "asyncio.Future[Booking | Refusal]":
        """Join the next group; the future's result is known once it is committed.

        `foretell` may be called before, when the group takes a while: it must not let anything out. Raises
        OverloadedError at once when too much waits, StorageError through the future.
        """
        accepted = submit.numbers.accepted
        if self.is_full(large=accepted > NUMBERS_PER_GET):
            raise OverloadedError(TOO_MUCH)
        return self._join(submit, None, accepted, foretell)

    def do(self, deed: Deed[T], weight: int = 1, *, first: bool = False) -> "asyncio.Future[T]":
        """Do a deed with the next group; `weight` says how many rows it is about to touch.

        The `first` one goes before all that waits: it must not matter to them. Raises as `book` does, but only when
        deeds are too many as well.

        A deed may refuse by an EimsSimError of its own, before it changes anything: the rest of its group goes on.
        """
        if len(self._jobs) >= WAITING_JOBS + DEEDS_AHEAD:
            raise OverloadedError(TOO_MUCH)
        waiter = self._join(None, deed, weight)
        if first:
            self._jobs.rotate(1)
        return waiter

    async def drain(self) -> None:
        """Wait until nothing waits any more."""
        await self._idle.wait()

    async def close(self) -> None:
        """Finish what was accepted and give the database up."""
        await self.drain()
        self._thread.shutdown()
        self._checkpointer.close()
        self._connection.close()
        self._database.close()

    def _join(
        self, submit: Submit | None, deed: Deed[Any] | None, weight: int, foretell: Foretell | None = None
    ) -> "asyncio.Future[Any]":
        waiter = Waiter(loop=self._loop)
        self._jobs.append(_Job(submit, deed, weight, waiter, foretell))
        self._numbers += weight
        if not self._scheduled and not self._busy:
            self._schedule()
        return waiter

    def _schedule(self) -> None:
        self._scheduled = True
        self._idle.clear()
        # Where many come together, one more turn of the loop brings in those that are already on the wire.
        self._loop.call_soon(self._wait_a_turn if self._crowd > CROWD else self._flush)

    def _wait_a_turn(self) -> None:
        self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._scheduled = False
        group, weight = self._next_group()
        self._crowd = len(group)
        small = weight <= INLINE_NUMBERS and self._seconds < SLOW_SECONDS and not self._checkpointer.blocking
        if small and self._begin_at_once():
            self._finish(group, self._commit(group))
            return
        self._busy = True
        running = self._loop.run_in_executor(self._thread, self._commit, group)
        running.add_done_callback(lambda done: self._finish(group, done.result()))

    def _next_group(self) -> tuple[list[_Job], int]:
        jobs = self._jobs
        group: list[_Job] = []
        weight = 0
        while jobs and (not group or weight + jobs[0].weight <= GROUP_NUMBERS):
            job = jobs.popleft()
            group.append(job)
            weight += job.weight
        self._numbers -= weight
        return group, weight

    def _finish(self, group: list[_Job], done: _Done) -> None:
        """In the loop: show what was committed, wake the waiters, begin the next group."""
        self._busy = False
        self._publish(done)
        # A group in the thread is seldom small: what it took says nothing of the disk.
        self._seconds = 0.7 * self._seconds + 0.3 * done.seconds if len(group) <= INLINE_NUMBERS else self._seconds
        for job, outcome in zip(group, done.outcomes or [done.failure] * len(group), strict=True):
            if job.waiter.done():
                continue
            if isinstance(outcome, BaseException):
                job.waiter.set_exception(outcome)
            else:
                job.waiter.set_result(outcome)
            if job.waiter.resume is not None:
                job.waiter.resume()
        if not self._jobs:
            self._idle.set()
        elif not self._scheduled and self._numbers >= GROUP_NUMBERS:  # a whole group: no turn would bring more into it
            self._flush()
        elif not self._scheduled:
            self._schedule()

    def _publish(self, done: _Done) -> None:
        if done.transaction is None:
            assert done.failure is not None  # noqa: S101  a group is kept or failed
            self.condition.failed(done.failure)
            return
        done.transaction.publish(self.ledger)
        self._checkpointer.written()
        bookings = [outcome for outcome in done.outcomes if isinstance(outcome, Booking)]
        if bookings:
            self.booked(bookings)

    def _commit(self, group: Sequence[_Job]) -> _Done:
        """One transaction for the whole group; in the loop's thread or the writer's, never both at once."""
        cursor = self._cursor
        transaction = Transaction(cursor, self.ledger)
        try:
            if not self._connection.in_transaction:
                self._begin_patiently()
            outcomes = self._run(transaction, group)
            drive(transaction.flush())
            committing = self._stopwatch()
            cursor.execute("COMMIT")
            seconds = self._stopwatch() - committing
        except Exception as error:  # noqa: BLE001  whatever failed, nobody in the group was kept, and each is told
            self._undo()
            failure = StorageError(f"nothing of this group could be kept: {explain(error)}")
            failure.__cause__ = error
            return _Done((), None, failure, 0.0)
        return _Done(outcomes, transaction, None, seconds)

    def _begin_at_once(self) -> bool:
        """Begin a transaction unless somebody else holds the database: the loop must not wait for them."""
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:  # the thread waits, or finds out what else is wrong
            return False
        return True

    def _begin_patiently(self) -> None:
        self._cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
        finally:
            self._cursor.execute("PRAGMA busy_timeout=0")

    def _run(self, transaction: Transaction, group: Sequence[_Job]) -> list[Any]:
        """The jobs in the order they came; submits that follow each other are booked together."""
        outcomes: list[Any] = []
        bookable: list[_Job] = []
        for job in group:
            if job.deed is None:
                bookable.append(job)
                continue
            outcomes += self._book(transaction, bookable)
            bookable = []
            outcomes.append(_attempt(transaction, job.deed))
        return outcomes + self._book(transaction, bookable)

    def _book(self, transaction: Transaction, jobs: list[_Job]) -> list[Booking | Refusal]:
        if not jobs:
            return []
        credit = transaction.credit
        submits = [job.submit for job in jobs if job.submit is not None and credit.get(job.submit.account) is not None]
        if len(submits) < len(jobs):  # an account was removed while its submit waited: book the others
            return self._book_known(transaction, jobs)
        rules, course = self._world()
        settled = settle(submits, credit, transaction.next_ids["messages"], rules, transaction.applied, course)
        bookings = [outcome for outcome in settled if isinstance(outcome, Booking)]
        if bookings:
            transaction.number_messages(sum([booking.submit.numbers.accepted for booking in bookings]))
            self._foretell(jobs, settled)
            drive(keep_bookings(transaction, bookings))
        return list(settled)

    def _book_known(self, transaction: Transaction, jobs: list[_Job]) -> list[Booking | Refusal]:
        known = [job for job in jobs if job.submit and transaction.credit.get(job.submit.account) is not None]
        booked = dict(zip(map(id, known), self._book(transaction, known), strict=True))
        return [booked.get(id(job), ACCOUNT_GONE) for job in jobs]

    def _foretell(self, jobs: list[_Job], settled: Sequence[Booking | Refusal]) -> None:
        """In the thread, where the statements take a while: let the loop prepare the answers meanwhile."""
        if not self._busy:
            return
        for job, outcome in zip(jobs, settled, strict=True):
            if job.foretell is not None and isinstance(outcome, Booking):
                self._loop.call_soon_threadsafe(job.foretell, outcome)

    def _undo(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.rollback()
        except sqlite3.Error:  # the transaction is lost either way, and its group is told so
            return


def _attempt(transaction: Transaction, deed: Deed[T] | None) -> T | EimsSimError:
    assert deed is not None  # noqa: S101  a job is a submit or a deed
    try:
        return drive(deed(transaction))
    except EimsSimError as refusal:
        return refusal


__all__ = ["World", "Writer"]
