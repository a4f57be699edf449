"""When are there enough messages (C4)? Who waits is told in the turn of the commit, from memory.

Each filter is looked up in the database once, however many wait for it; what every commit brings is added to that.
"""

import asyncio
import logging
from collections.abc import Container, Sequence
from typing import Final

from ..domain.booking import Booking
from ..domain.lists import MessageFilter
from ..domain.moves import Interest, Move, Step, SubmitText
from ..domain.watching import Count, Roster
from ..errors import StorageError
from ..protocol.codes import UNSENT
from ..storage.reader import Reader
from ..storage.transaction import Ledger
from .registry import Registry
from .waits import Satisfied, Waiters, WaitingRoom, WhenLost

LOOKING: Final = 4
"""So many filters are looked up at a time: the gateway's own reads shall find connections, too."""

UNREAD: Final = SubmitText("", "", 0)
"""In the place of what nobody asks for."""

logger = logging.getLogger("eims_sim")


class Watch:
    """A filter, how many messages it means, and everyone who waits for more.

    `count` is begun anew with every look at the database; `looked` is done when the last one was. `partial` tells that
    the database was counted only as far as was asked for: there may be more.
    """

    def __init__(self, wanted: MessageFilter, from_id: int) -> None:
        self.wanted = wanted
        self.waiters = Waiters()
        self.looking = False
        self.looked: Satisfied = asyncio.get_running_loop().create_future()
        self.begin(from_id)

    def begin(self, from_id: int) -> None:
        """Count anew; ids grow from `from_id` from now on."""
        self.count = Count(from_id)
        self.partial = False
        if self.looked.done():
            self.looked = asyncio.get_running_loop().create_future()

    def release(self) -> None:
        """Let everyone go for whom there is enough."""
        if self.count.found is not None:
            self.waiters.release(self.count.found)

    def end_look(self) -> None:
        """The database was looked at, or could not be."""
        if not self.looked.done():
            self.looked.set_result(None)

    def see(self, booking: Booking, messages: int) -> None:
        """Count what a booking brought: so many messages to the number watched, or in all."""
        submit = booking.submit
        account, content, sender, _ = submit.traits
        if self.wanted.fits_submit(booking.first_id, account, sender, content, submit.accepted_at):
            self.count.book(booking.first_id, messages)
            self.release()


class Watches:
    """Everyone who waits for messages. It must hear of every booking, every step and every removal in their order."""

    def __init__(self, reader: Reader, ledger: Ledger, registry: Registry, room: WaitingRoom) -> None:
        self._reader = reader
        self._ledger = ledger
        self._registry = registry
        self._room = room
        self._watches: dict[MessageFilter, Watch] = {}
        self._of_bookings: Roster[Watch] = Roster()
        self._of_moves: Roster[Watch] = Roster()
        self._interest: Interest | None = None
        self._looking = asyncio.Semaphore(LOOKING)
        self._tasks: set[asyncio.Task[None]] = set()

    async def wait(self, wanted: MessageFilter, count: int, seconds: float, when_lost: WhenLost | None = None) -> bool:
        """Wait until that many messages match in all; False when real time ran out first, or a reset or a stop came.

        Raises OverloadedError when too many wait already, StorageError when the database cannot be read.
        """
        satisfied: Satisfied = asyncio.get_running_loop().create_future()
        with self._room.place(wanted.account, when_lost) as place:
            watch = self._join(wanted, count, satisfied)
            try:
                return await place.wait(satisfied, seconds, watch.looked) is True
            finally:
                self._leave(watch)

    def booked(self, bookings: Sequence[Booking]) -> None:
        """These were committed."""
        if self._of_bookings:
            for booking in bookings:
                for watch, ids in self._of_bookings.caring(booking):
                    watch.see(booking, len(ids))

    def moved(self, step: Step) -> None:
        """This was committed."""
        if not self._of_moves:
            return
        asked = step.interest
        if asked is None or asked.states is not self.interest.states:  # begun before somebody came
            for watch in self._watches.values():
                if watch.wanted.state is not None and not (asked and asked.covers(watch.wanted)):
                    self._look_anew(watch)
        touched: dict[Watch, None] = {}
        states = self.interest.states
        for move in step.moves:
            if move.new in states or move.old in states:
                self._count_move(step, move, touched)
        for watch in touched:
            watch.release()

    def removed(self, accounts: Container[str] | None) -> None:
        """Messages were removed, of these accounts or (None) of any: what was counted may be gone."""
        for watch in self._watches.values():
            wanted = watch.wanted.account
            if accounts is None or wanted is None or wanted in accounts:
                self._look_anew(watch)

    @property
    def of_states(self) -> bool:
        """Whether somebody waits for a state."""
        return bool(self._of_moves)

    @property
    def interest(self) -> Interest:
        """What has to be read of moves for those who wait for a state."""
        if self._interest is None:
            self._interest = Interest.of(wanted for wanted in self._watches if wanted.state is not None)
        return self._interest

    async def close(self) -> None:
        """Look nothing up any more."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _join(self, wanted: MessageFilter, count: int, satisfied: Satisfied) -> Watch:
        watch = self._watches.get(wanted)
        if watch is None:
            watch = self._watches[wanted] = Watch(wanted, self._ledger.next_ids["messages"])
            for roster in self._rosters(wanted):
                roster.add(watch, wanted.number, wanted.submit, wanted.account)
        watch.waiters.join(count, satisfied)
        watch.release()
        if not satisfied.done() and (watch.partial or watch.count.found is None):
            self._look_anew(watch) if watch.partial else self._look(watch)
        return watch

    def _leave(self, watch: Watch) -> None:
        watch.waiters.leave()
        if not watch.waiters.present:
            wanted = watch.wanted
            del self._watches[wanted]
            for roster in self._rosters(wanted):
                roster.remove(watch, wanted.number, wanted.submit, wanted.account)

    def _rosters(self, wanted: MessageFilter) -> list[Roster[Watch]]:
        if wanted.state is None:
            return [self._of_bookings]
        self._interest = None
        return [self._of_bookings, self._of_moves] if wanted.state == UNSENT else [self._of_moves]

    def _count_move(self, step: Step, move: Move, touched: dict[Watch, None]) -> None:
        member = self._registry.by_id.get(move.account)
        account = member.account.name if member else ""
        found = [(watch, move.messages) for watch in self._of_moves.of(account, move.submit)]
        for number, messages in step.numbers.get(move.life, {}).items():
            found += [(watch, messages) for watch in self._of_moves.by_number.get(number, ())]
        for watch, messages in found:
            wanted = watch.wanted
            sign = (wanted.state == move.new) - (wanted.state == move.old)
            said = step.submits.get(move.life, UNREAD)
            if sign and wanted.fits_submit(move.submit, account, *said):
                watch.count.move(move.life, step.number, sign * messages)
                touched[watch] = None

    def _look_anew(self, watch: Watch) -> None:
        watch.begin(self._ledger.next_ids["messages"])
        self._look(watch)

    def _look(self, watch: Watch) -> None:
        if not watch.looking:
            watch.looking = True
            task = asyncio.create_task(self._look_up(watch), name="eims-sim-watch")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _look_up(self, watch: Watch) -> None:
        """Count in the database until it is known well enough, and nothing came between."""
        try:
            async with self._looking:
                while watch.waiters.present and not await self._count(watch):
                    pass
        except StorageError as error:
            watch.waiters.fail(error)
        except Exception as error:
            logger.exception("messages could not be counted")
            watch.waiters.fail(StorageError(f"the messages could not be counted: {error}"))
        finally:
            watch.looking = False
            watch.end_look()

    async def _count(self, watch: Watch) -> bool:
        count, most = watch.count, max(watch.waiters.missing, 1)
        found, step = await (await self._reader()).matches(watch.wanted, count.from_id, most)
        if watch.count is not count:
            return False
        count.settle(found, step)
        watch.partial = found >= most
        watch.release()
        if watch.partial and watch.waiters.missing:
            watch.begin(self._ledger.next_ids["messages"])
            return False
        return True
