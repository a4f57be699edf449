"""Which messages (MT) are there, and when are there enough of them (C4)?"""

import asyncio

from ...domain.lists import Listed, MessageFilter, Page
from ...domain.messages import Message
from ...errors import NotFoundError
from ..clock import real_seconds
from ..parts import Parts


class MessageControls:
    """The operator's view of the messages."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def listed(self, wanted: MessageFilter, page: Page) -> Listed[Message]:
        """Messages by id."""
        return await (await self._parts.reader()).messages(wanted, page)

    async def one(self, id: int) -> Message:
        """One message. Raises NotFoundError."""
        found = await (await self._parts.reader()).message(id)
        if found is None:
            raise NotFoundError(f"there is no message {id}")
        return found

    async def wait(self, wanted: MessageFilter, count: int, seconds: float) -> bool:
        """Wait until that many messages match in all; False when real time ran out first, or a reset came.

        Raises OverloadedError when too many wait already.
        """
        news, room = self._parts.news, self._parts.room
        deadline = real_seconds() + seconds
        with room.place() as place:
            while True:
                changed = asyncio.get_running_loop().create_future()
                news.tell_once(changed)
                if await self._enough(wanted, count):
                    return True
                if not await place.wait(changed, deadline - real_seconds()):
                    return False

    async def _enough(self, wanted: MessageFilter, count: int) -> bool:
        return await (await self._parts.reader()).matches(wanted, count) >= count
