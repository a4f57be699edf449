"""How does the world begin, and begin anew (C4)?"""

from asyncio import to_thread
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from ...domain.accounts import AccountSettings
from ...domain.settings import ClockMode, ServerSettings
from ...errors import NotFoundError
from ...storage.deeds import load_outbox
from ...storage.layout import AUTO
from ...storage.transaction import Transaction
from ...storage.world import Begun, Kept, Listing, open_world, reset_account, reset_world
from ..clock import real_now
from ..parts import Parts
from ..registry import Member


class Origin(NamedTuple):
    """What a fresh start begins with: what the file lists, and the clock; `model` is the account that newcomers are
    like."""

    listing: Listing
    model: str
    clock: ClockMode
    now: int | None
    scale: float

    @classmethod
    def of(cls, server: ServerSettings, now: int | None, listing: Listing) -> "Origin":
        """From the settings; `now` is what `server.now` names."""
        return cls(listing, server.auto_accounts, server.clock, now, server.scale)


class Reading(NamedTuple):
    """The configuration, read again. `settle` puts its settings to work, `restart` are the keys that wait for a
    restart."""

    origin: Origin
    settle: Callable[[], None]
    restart: tuple[str, ...]


class WorldControls:
    """Start, reload, reset and stop. `read` reads the configuration again, in any thread."""

    def __init__(self, origin: Origin, parts: Parts, read: Callable[[], Reading]) -> None:
        self._origin = origin
        self._parts = parts
        self._read = read
        self._adapters = parts.adapters

    def open(self) -> None:
        """Load the world at start. Raises StorageError."""
        writer = self._parts.writer
        know(self._parts, writer.begin(partial(open_world, adapters=self._adapters, listing=self._origin.listing)))
        self._parts.pusher.resume(*writer.begin(load_outbox))

    async def check_health(self) -> None:
        """Raise StorageError when the database does not take what it is given; OverloadedError."""
        await self._parts.recovery.check()

    async def reload(self) -> tuple[str, ...]:
        """Read the configuration again and follow it as a start does (C3); the keys that wait for a restart.

        Raises ConfigurationError with every problem, and StorageError; then nothing has changed.
        """
        reading = await to_thread(self._read)

        async def follow(transaction: Transaction) -> None:
            transaction.keep_message_counter()
            await transaction.flush()  # what the group did before is to be read with everything else
            kept = await open_world(transaction, self._adapters, reading.origin.listing)
            transaction.then(partial(self._follow, reading, kept))

        await self._parts.writer.do(follow, weight=1000)
        return reading.restart

    async def reset(self) -> None:
        """Begin anew as on a fresh start with the file last loaded; pending delays, hangs and waits end first (C4)."""
        origin, parts = self._origin, self._parts
        parts.room.end()

        async def begin_anew(transaction: Transaction) -> None:
            kept = await reset_world(transaction, self._adapters, origin.listing)
            transaction.then(parts.faults.disarm)
            transaction.then(partial(know, parts, kept))
            transaction.then(parts.onlookers.removed)

        async with parts.scheduler.interrupted():
            with parts.faults.resting():
                await parts.faults.end_holds()
                await parts.writer.do(begin_anew, weight=1000)
            parts.journal.restart()
            parts.clock.set(origin.clock, real_now() if origin.now is None else origin.now, origin.scale)
            parts.scheduler.look_again()

    async def reset_account(self, name: str) -> None:
        """Let one account begin anew, the others not heeding it (C4). Raises NotFoundError, StorageError."""
        parts = self._parts
        member = parts.registry.by_name.get(name)
        if member is None:
            raise NotFoundError(f"there is no account {name!r}")
        parts.room.end(name)
        await parts.faults.end_holds(name)
        settings = self._first_settings(member)

        async def begin_anew(transaction: Transaction) -> None:
            # open: what is an account's own? The rules and faults that name it, too: the file's count anew, those of
            # the control API go, as on a fresh start. Ids and the clock are everybody's.
            begun = await reset_account(transaction, self._adapters, settings)
            transaction.then(partial(self._begun, begun))

        await parts.writer.do(begin_anew, weight=1000)

    def _first_settings(self, member: Member) -> AccountSettings:
        """The settings with which an account begins: the file's, or those of a newcomer's model.

        What else the control API made keeps those that it has.
        """
        settings = member.account.settings
        listed = {one.account: one for one in self._origin.listing.accounts}
        model = self._parts.registry.by_name.get(self._origin.model) if member.origin == AUTO else None
        if model is not None:
            return replace(model.account.settings, account=settings.account, password=settings.password, numbers=())
        first = listed.get(settings.account, settings)
        owners = self._parts.registry.owners
        return replace(first, numbers=tuple(one for one in first.numbers if owners.get(one, member) is member))

    def _begun(self, begun: Begun) -> None:
        parts, account = self._parts, begun.account
        parts.registry.change(account, unlock=True)
        parts.registry.by_id[account.id].forget()
        parts.registry.rules = [rule for rule in parts.registry.rules if rule.id not in begun.rules_gone]
        for id in begun.faults_gone:
            parts.faults.remove(id)
        parts.faults.begin_anew(begun.faults)
        parts.pusher.forget(account.id)
        parts.scheduler.look_again()
        parts.onlookers.removed(account.name)

    async def stop(self) -> None:
        """The server stops: nobody waits any more."""
        self._parts.room.close()
        self._parts.events.close()
        await self._parts.watches.close()
        self._parts.faults.stop_holding()
        await self._parts.scheduler.halt()

    def _follow(self, reading: Reading, kept: Kept) -> None:
        parts = self._parts
        self._origin = reading.origin
        reading.settle()
        parts.registry.follow(kept.accounts)
        parts.registry.rules = kept.rules
        parts.faults.replace(kept.faults)
        parts.scheduler.look_again()


def know(parts: Parts, kept: Kept) -> None:
    """Let the running gateway go by these accounts, rules and faults, and no others."""
    parts.registry.replace(kept.accounts)
    parts.registry.rules = kept.rules
    parts.faults.replace(kept.faults)
