"""Which messages (MT) are there, when are there enough of them, and how is one ended by hand (C4)?"""

from functools import partial
from typing import Final

from ...domain.lists import Listed, MessageFilter, Page
from ...domain.messages import Explanation, Message
from ...errors import NotFoundError
from ...storage.emptying import empty_messages
from ...storage.forcing import force_message
from ...storage.steps import tell_step
from ...storage.transaction import Transaction
from ..parts import Parts
from ..waits import WhenLost

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

    async def explanation(self, id: int) -> Explanation:
        """Why a message ends as it does, and what comes yet. Raises NotFoundError."""
        found = await (await self._parts.reader()).explanation(id)
        if found is None:
            raise NotFoundError(f"there is no message {id}")
        return found

    async def wait(self, wanted: MessageFilter, count: int, seconds: float, when_lost: WhenLost) -> bool:
        """Wait until that many messages match in all; False when real time ran out first, or a reset came.

        Raises OverloadedError when too many wait already.
        """
        return await self._parts.watches.wait(wanted, count, seconds, when_lost)

    async def force(self, id: int, code: int) -> Message:
        """Make a message final now with this report code, with refund and report as in life (C4).

        Raises NotFoundError, ConflictError when it is final, StorageError.
        """
        now = self._parts.clock.now()
        onlookers = self._parts.onlookers
        interest = onlookers.interest()

        async def force(transaction: Transaction) -> None:
            move = await force_message(transaction, id, code, now, self._parts.registry.refunding)
            await tell_step(transaction, [move], onlookers.moved, interest)
            transaction.then(partial(self._forced, move.account, now))

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

    def _emptied(self) -> None:
        self._parts.pusher.forget()
        self._parts.onlookers.removed()
