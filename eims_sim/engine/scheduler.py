"""What is due, and who runs it (P9.1, D5)? Sleeps on the clock until the earliest due moment; idle, it does nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Final, NamedTuple

from ..domain.booking import Booking
from ..errors import EimsSimError, StorageError
from ..protocol.notation import LATEST
from ..storage.deeds import Moved, load_outbox, move_due
from ..storage.writer import Writer
from .clock import Clock, real_seconds, real_sleep
from .onlookers import Onlookers
from .pruner import Pruner
from .pusher import Pusher
from .registry import Registry

TICK_SECONDS: Final = 0.02
"""Steps are at least that far apart in real time: under load one step moves what many submits left behind."""

RECOVERY_SECONDS: Final = 1.0
"""How long to wait after a failed step before the next: a full disk does not heal by being asked faster."""

logger = logging.getLogger("eims_sim")


class Progress(NamedTuple):
    """What an advance of the clock made: transitions of messages, and push attempts (C4)."""

    transitions: int
    pushes: int


class Scheduler:
    """Moves lives, starts pushes and prunes when it is time. One task runs it; `advance` takes its place meanwhile."""

    def __init__(
        self,
        clock: Clock,
        writer: Writer,
        registry: Registry,
        pusher: Pusher,
        pruner: Pruner,
        onlookers: Onlookers,
    ) -> None:
        self._clock = clock
        self._writer = writer
        self._registry = registry
        self._pusher = pusher
        self._pruner = pruner
        self._onlookers = onlookers
        self._wake = asyncio.Event()
        self._running = asyncio.Lock()
        self._kept_due: int | None = None
        self._booked_due: int | None = None
        self._moved = 0
        self._looks = 0
        self._interrupting = 0
        self._abandoned = False
        self._task: asyncio.Task[None] | None = None
        clock.changed = self._wake.set
        pusher.changed = self._wake.set
        writer.booked = self._booked

    async def start(self) -> None:
        """Find out what is due and begin."""
        self.look_again()
        self._task = asyncio.create_task(self._run(), name="eims-sim-scheduler")

    async def stop(self) -> None:
        """End the task; what was not run stays due."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    async def halt(self) -> None:
        """The server stops: no push begins any more, and an advance under way ends where it is."""
        self._interrupting += 1
        await self._pusher.abandon()

    def look_again(self) -> None:
        """Something else than a booking changed what is due: ask the database at the next step."""
        self._looks += 1
        self._kept_due = 0
        self._booked_due = None
        self._wake.set()

    def paused(self) -> asyncio.Lock:
        """Hold this, and nothing falls due meanwhile."""
        return self._running

    @asynccontextmanager
    async def interrupted(self) -> AsyncIterator[None]:
        """As `paused`, but an advance under way ends where it is, and the pushes under way are dropped.

        Should it end with an exception, they are taken up again.
        """
        self._interrupting += 1
        try:
            await self._pusher.abandon()
            async with self._running:
                await self._pusher.abandon()  # what another interruption has taken up meanwhile
                try:
                    yield
                except BaseException:
                    self._abandoned = True
                    self._wake.set()
                    raise
        finally:
            self._interrupting -= 1
            self._wake.set()

    async def advance(self, span: int | None) -> Progress:
        """Go from due moment to due moment for `span` microseconds (None: to the next one), each at its moment (C4).

        Returns when everything is stored and attempted. Reports still gathering at the end are flushed, and what is too
        old then is removed; no moment is due only for that. Raises StorageError.
        """
        async with self._running:
            before = self._pusher.attempts
            began = self._clock.now()
            transitions = await self._settle_step()  # what is due already, and what is under way, comes first
            target = self._next_due() if span is None else began + span
            target = None if target is None else min(target, LATEST)
            while target is not None and not self._interrupting:
                due = self._next_due()
                if due is None or due > target:
                    break
                if due > self._clock.now():
                    self._clock.step_to(due)
                transitions += await self._settle_step()
            if target is not None and target > self._clock.now() and not self._interrupting:
                self._clock.step_to(target)
            await self._flush()
            await self._prune()
            self._wake.set()
            return Progress(transitions, self._pusher.attempts - before)

    async def _settle_step(self) -> int:
        self._wake.set()  # should the store fail, the task goes on with it once the advance has ended
        transitions = await self._step()
        if not self._interrupting:
            await self._pusher.settle()
        return transitions

    async def _flush(self) -> None:
        if not self._interrupting:
            self._pusher.flush(self._clock.now())
            await self._pusher.settle()

    async def _prune(self) -> None:
        self._pruner.begin()
        while self._pruner.under_way and not self._interrupting:
            await self._pruner.step()

    async def prune(self) -> None:
        """Remove what is too old now; returns when it is gone. Raises StorageError."""
        async with self._running:
            await self._prune()

    async def catch_up(self) -> None:
        """Run what is due now; returns when it is stored and the pushes have begun. Raises StorageError."""
        async with self._running:
            await self._step()
            self._wake.set()

    async def report_now(self, account: int) -> None:
        """Run what is due and push the account's reports; returns once they were attempted. Raises StorageError."""
        await self.catch_up()
        if not self._interrupting:
            await self._pusher.hurry(account, self._clock.now())

    def _booked(self, bookings: Sequence[Booking]) -> None:
        self._onlookers.booked(bookings)
        for booking in bookings:
            for life in booking.lives:
                due = life.plan.sending_at
                if due is not None and (self._booked_due is None or due < self._booked_due):
                    self._booked_due = due
                    self._wake.set()

    def _next_due(self) -> int | None:
        moments = (self._kept_due, self._booked_due, self._pusher.next_due())
        return min((moment for moment in moments if moment is not None), default=None)

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            began = real_seconds()
            try:
                async with self._running:
                    worked = await self._step() > 0
                    worked = (not self._interrupting and await self._pruner.step()) or worked
                    # What is interrupted does nothing of what is due: to look for it again would never end.
                    dues = () if self._interrupting else (self._next_due(), self._pruner.next_due())
                    due = min((moment for moment in dues if moment is not None), default=None)
            except StorageError:  # the log has heard of it already
                await real_sleep(RECOVERY_SECONDS)
                continue
            except EimsSimError as error:
                logger.warning("the scheduler waits %.0f s: %s", RECOVERY_SECONDS, error)
                await real_sleep(RECOVERY_SECONDS)
                continue
            except Exception:
                logger.exception("the scheduler failed and goes on in %.0f s", RECOVERY_SECONDS)
                await real_sleep(RECOVERY_SECONDS)
                continue
            if due is None or due > self._clock.now():
                await self._clock.wait(due, self._wake)
            if worked:
                await real_sleep(max(0.0, TICK_SECONDS - (real_seconds() - began)))

    async def _step(self) -> int:
        """Run everything that is due now; returns the transitions made."""
        now = self._clock.now()
        transitions = 0
        if self._abandoned:
            self._pusher.replace(*await self._writer.do(load_outbox))
            self._abandoned = False
        while self._lives_due(now):
            # Should the store fail, the database is to be asked again: what was booked is not forgotten.
            self._kept_due, self._booked_due = 0, None
            looks = self._looks
            moved = await self._move(now)
            transitions += moved.transitions
            if looks == self._looks:
                self._kept_due = moved.next_due
        if not self._interrupting:
            self._pusher.start_due(now)
        return transitions

    def _lives_due(self, now: int) -> bool:
        return any(due is not None and due <= now for due in (self._kept_due, self._booked_due))

    async def _move(self, now: int) -> Moved:
        onlookers = self._onlookers
        deed = partial(
            move_due,
            now=now,
            refunding=self._registry.refunding,
            told=onlookers.moved,
            interest=onlookers.interest(),
        )
        moved = await self._writer.do(deed, weight=self._moved)
        self._moved = moved.transitions
        self._pusher.gather(moved.reported)
        return moved
