"""Which messages (MT) are there, when are there enough of them, and how is one ended by hand (C4)?"""

import asyncio
from functools import partial
from typing import Final

from ...domain.lists import Listed, MessageFilter, Page
from ...domain.messages import Message
from ...errors import NotFoundError
from ...storage.emptying import empty_messages
from ...storage.forcing import force_message
from ...storage.transaction import Transaction
from ..clock import real_seconds
from ..parts import Parts

FORCED_WEIGHT: Final = 300
"""The others of its submit may have to be counted as a life of their own, so it is nothing for the loop's own turn."""


class MessageControls:
    """The operator's view of the messages, and hands on them."""

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

    async def force(self, id: int, code: int) -> Message:
        """Make a message final now with this report code, with refund and report as in life (C4).

        Raises NotFoundError, ConflictError when it is final, StorageError.
        """
        now = self._parts.clock.now()

        async def force(transaction: Transaction) -> None:
            account = await force_message(transaction, id, code, now, self._parts.registry.refunding)
            transaction.then(partial(self._forced, account, now))

        await self._parts.writer.do(force, weight=FORCED_WEIGHT)
        return await self.one(id)

    async def empty(self) -> None:
        """Remove final messages with their reports and pushes. Raises StorageError."""

        async def empty(transaction: Transaction) -> None:
            await empty_messages(transaction)
            transaction.then(self._emptied)

        await self._parts.writer.do(empty, weight=1000)

    def _forced(self, account: int, now: int) -> None:
        self._parts.pusher.gather({account: now})
        self._parts.scheduler.look_again()
        self._parts.news.tell()

    def _emptied(self) -> None:
        self._parts.pusher.forget()
        self._parts.news.tell()

    async def _enough(self, wanted: MessageFilter, count: int) -> bool:
        return await (await self._parts.reader()).matches(wanted, count) >= count
