"""Which pushes of reports are there, and how is one asked for again (C4)?"""

from functools import partial

from ...domain.lists import Listed, Page
from ...domain.messages import PushRecord
from ...errors import ConflictError, NotFoundError
from ...storage.deeds import CutPush
from ...storage.retrying import retry_parked, retry_push
from ...storage.transaction import Transaction
from ..parts import Parts


class PushControls:
    """The operator's view of the pushes."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def listed(self, account: str | None, state: str | None, page: Page) -> Listed[PushRecord]:
        """Pushes by id."""
        return await (await self._parts.reader()).pushes(account, state, page, self._parts.pusher.sending())

    async def one(self, id: int) -> PushRecord:
        """One push. Raises NotFoundError."""
        push = await (await self._parts.reader()).push(id, self._parts.pusher.sending())
        if push is None:
            raise NotFoundError(f"there is no push {id}")
        return push

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

    async def retry_parked(self, account: str | None) -> int:
        """Make every parked push of one account, or of all, due now; returns how many. Raises NotFoundError.

        One that is being parked in this moment stays so: its attempt is under way.
        """
        parts = self._parts
        now = parts.clock.now()
        sending = parts.pusher.sending()  # whatever they store before the deed, they still drop from their queue then
        member = parts.registry.by_name.get(account) if account is not None else None
        if account is not None and member is None:
            raise NotFoundError(f"there is no account {account!r}")

        async def retry(transaction: Transaction) -> int:
            pushes = await retry_parked(transaction, None if member is None else member.account.id, sending, now)
            transaction.then(partial(parts.pusher.retry_parked, pushes))
            for push in pushes:
                await parts.push_events.changed(transaction, push)
            return len(pushes)

        return await parts.writer.do(retry, weight=1000)
