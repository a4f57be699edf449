"""Which one-time code came to a number, or comes soon (C4)?"""

import asyncio
from collections.abc import Sequence
from typing import Final

from ..domain.booking import Booking
from ..domain.otp import Code, CodeFilter, FindCode
from ..domain.watching import Roster
from ..storage.reader import Reader
from .clock import real_seconds
from .waits import WaitingRoom, WhenLost

LOOKED_THROUGH: Final = 1000
"""So many messages to a number are looked through, the newest first: a code is something recent."""

PER_READ: Final = 50


class CodeWatch:
    """Somebody waits for a code. It is done with the first that comes."""

    def __init__(self, wanted: CodeFilter, find: FindCode) -> None:
        self.wanted = wanted
        self.found: asyncio.Future[Code | None] = asyncio.get_running_loop().create_future()
        self._find = find

    def see(self, booking: Booking, message: int) -> None:
        """Look into a content that was booked; `message` is the newest of its messages to the number."""
        traits = booking.submit.traits
        if not self.found.done() and self.wanted.fits(traits.account, message):
            code = self._find(traits.content)
            if code is not None:
                self.found.set_result(Code(code, message))


class Codes:
    """Finds codes, and whoever waits for one. It must hear of every booking."""

    def __init__(self, reader: Reader, room: WaitingRoom) -> None:
        self._reader = reader
        self._room = room
        self._watches: Roster[CodeWatch] = Roster()

    def booked(self, bookings: Sequence[Booking]) -> None:
        """These were committed."""
        if self._watches:
            for booking in bookings:
                for watch, ids in self._watches.caring(booking):
                    watch.see(booking, ids[-1])

    async def newest(self, wanted: CodeFilter, find: FindCode) -> Code | None:
        """The code in the newest message that holds one. Raises StorageError."""
        queries = await self._reader()
        below = None
        for _ in range(LOOKED_THROUGH // PER_READ):
            rows = await queries.contents(wanted, below, PER_READ)
            for message, content in rows:
                code = find(content)
                if code is not None:
                    return Code(code, message)
            if len(rows) < PER_READ:
                break
            below = rows[-1][0]
        return None

    async def wait(
        self, wanted: CodeFilter, find: FindCode, seconds: float, when_lost: WhenLost | None = None
    ) -> Code | None:
        """The code that is there, or the first that comes within that real time.

        Raises OverloadedError when too many wait already, StorageError.
        """
        deadline = real_seconds() + seconds
        watch = CodeWatch(wanted, find)
        with self._room.place(wanted.account, when_lost) as place:
            self._watches.add(watch, wanted.number, None, None)
            try:
                there = await self.newest(wanted, find)
                if there is None:
                    return await place.wait(watch.found, deadline - real_seconds())
                came = watch.found.result() if watch.found.done() else None
                return there if came is None or came.message < there.message else came
            finally:
                self._watches.remove(watch, wanted.number, None, None)
