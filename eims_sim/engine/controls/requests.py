"""What did clients ask, and what were they answered (C4)?"""

import asyncio

from ...domain.lists import Listed, Page
from ...errors import NotFoundError
from ..journal import Entry, EntryFilter
from ..parts import Parts
from ..resender import Resender
from ..waits import Satisfied, WhenLost


class RequestControls:
    """The operator's view of the journal."""

    def __init__(self, parts: Parts) -> None:
        self._journal = parts.journal
        self._room = parts.room
        self._resender = Resender(parts)

    def listed(self, wanted: EntryFilter, page: Page) -> Listed[Entry]:
        """Entries by id."""
        return self._journal.listed(wanted, page)

    def one(self, id: int) -> Entry:
        """One entry. Raises NotFoundError when it was never made or is not kept any more."""
        found = self._journal.find(id)
        if found is None:
            raise NotFoundError(f"there is no request {id} in the journal")
        return found

    async def wait(self, wanted: EntryFilter, count: int, seconds: float, when_lost: WhenLost) -> bool:
        """Wait until that many entries match in all; False when real time ran out first, or a reset came.

        Raises OverloadedError when too many wait already.
        """
        with self._room.place(wanted.account, when_lost) as place:
            satisfied: Satisfied = asyncio.get_running_loop().create_future()
            watch = self._journal.watch(wanted, count, satisfied)
            try:
                return await place.wait(satisfied, seconds) is True
            finally:
                self._journal.forget(watch)

    async def send(self, id: int, *, as_sent: bool) -> Entry:
        """Send a request once more and return what the journal holds of that.

        With the account's right password, signed anew where it takes a digest; or, `as_sent`, with what was sent
        then. Raises NotFoundError, ConflictError when it cannot be sent again, OwnClientError when nothing came of it.
        """
        return await self._resender.send(self.one(id), as_sent=as_sent)

    def clear(self) -> None:
        """Empty the journal; ids go on."""
        self._journal.clear()
