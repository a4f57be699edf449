"""Which pushes of reports are there, and how is one asked for again (C4)?"""

from ...domain.lists import Listed, Page
from ...domain.messages import PushRecord
from ...errors import ConflictError
from ...storage.deeds import CutPush, retry_push
from ...storage.transaction import Transaction
from ..parts import Parts


class PushControls:
    """The operator's view of the pushes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def listed(self, account: str | None, state: str | None, page: Page) -> Listed[PushRecord]:
        """Pushes by id."""
        return await (await self._parts.reader()).pushes(account, state, page, self._parts.pusher.sending())

    async def retry(self, id: int) -> None:
        """Make a push due now, with a fresh cycle. Raises NotFoundError, ConflictError while queued or sending."""
        parts = self._parts
        if id in parts.pusher.sending():
            raise ConflictError(f"push {id} is sending: wait for what comes of it")
        now = parts.clock.now()

        async def retry(transaction: Transaction) -> CutPush:
            push = await retry_push(transaction, id, now)
            await parts.push_events.changed(transaction, push)
            return push

        push = await parts.writer.do(retry)
        parts.pusher.retry(push)
