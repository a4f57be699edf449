"""Which accounts are there, and how do they come, change and go (C4)?"""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from ...domain.accounts import AccountChange, AccountRecord, AccountSettings, TopUp
from ...domain.digests import Digest, calculate, write_time
from ...domain.lists import Listed, NamePage
from ...errors import NotFoundError
from ...storage.accounts import KeptAccount, add_account, change_account, remove_account, top_up_account
from ...storage.layout import CONTROL
from ...storage.transaction import Transaction
from ..parts import Parts
from ..registry import Member


class AccountControls:
    """The operator's hands on the accounts. What is known of them changes in the turn of the commit."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def listed(self, page: NamePage, contains: str = "") -> Listed[AccountRecord]:
        """Accounts by name; only those with a text in their name, whatever its case."""
        members = self._parts.registry.by_name
        wanted = contains.casefold()
        names = sorted((name for name in members if wanted in name.casefold()), reverse=page.descending)
        total = len(names)
        if page.after is not None:
            names = [name for name in names if name != page.after and (name < page.after) is page.descending]
        return Listed([self._record(members[name]) for name in names[: page.limit]], total)

    def one(self, name: str) -> AccountRecord:
        """One account. Raises NotFoundError."""
        return self._record(self._member(name))

    def digest(self, name: str, seq: str, time: str | None) -> Digest:
        """The md5 password of an account for a seq and a time, None being now (P1.5).

        It lets in whoever sends it: ask who may see secrets first. Raises NotFoundError, ConflictError when the
        account takes no digest.
        """
        settings = self._member(name).account.settings
        return calculate(settings, seq, write_time(self._parts.clock.now()) if time is None else time)

    async def add(self, settings: AccountSettings) -> AccountRecord:
        """Make an account that stays, whatever the file says.

        Raises ConflictError when the name is taken, ViolationError when a number is, StorageError.
        """
        registry = self._parts.registry
        deed = partial(add_account, adapter=self._parts.adapters.account, settings=settings, origin=CONTROL)
        return await self._do(deed, registry.add)

    async def change(self, name: str, change: AccountChange) -> AccountRecord:
        """Change what is given, from the next request on.

        Raises NotFoundError, ViolationError when the settings do not fit each other or a number is another's,
        StorageError.
        """
        registry = self._parts.registry
        deed = partial(change_account, adapter=self._parts.adapters.account, name=name, change=change)
        return await self._do(deed, lambda kept: registry.change(kept.account, unlock=change.unlocks))

    async def top_up(self, name: str, more: TopUp) -> AccountRecord:
        """Add to the money that the account has; no charge meanwhile is lost.

        Raises NotFoundError, ViolationError when it would have more than an account may, StorageError.
        """
        deed = partial(top_up_account, adapter=self._parts.adapters.account, name=name, more=more)
        return await self._do(deed, lambda _: None)

    async def remove(self, name: str) -> None:
        """Remove an account with its messages, inbound, reports and pushes. Raises NotFoundError, StorageError."""

        async def remove(transaction: Transaction) -> None:
            id = await remove_account(transaction, name)
            transaction.then(partial(self._forget, id, name))

        await self._parts.writer.do(remove, weight=1000)

    def _forget(self, id: int, name: str) -> None:
        parts = self._parts
        parts.registry.remove(id)
        parts.pusher.remove(id)
        parts.scheduler.look_again()
        parts.onlookers.removed(name)

    async def _do(
        self, deed: Callable[[Transaction], Coroutine[Any, Any, KeptAccount]], know: Callable[[KeptAccount], None]
    ) -> AccountRecord:
        async def do(transaction: Transaction) -> AccountRecord:
            kept = await deed(transaction)
            transaction.then(partial(know, kept))
            balance, gift = transaction.credit[kept.account.id]
            record = AccountRecord(kept.account, balance, gift, kept.failures)
            transaction.then(partial(self._parts.events.publish, "account", kept.account.name, record))
            return record

        return await self._parts.writer.do(do)

    def _member(self, name: str) -> Member:
        member = self._parts.registry.by_name.get(name)
        if member is None:
            raise NotFoundError(f"there is no account {name!r}")
        return member

    def _record(self, member: Member) -> AccountRecord:
        balance, gift = self._parts.writer.ledger.credit[member.account.id]
        return AccountRecord(member.account, balance, gift, member.failures)
