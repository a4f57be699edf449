"""How does the world begin, and begin anew (C4)?"""

from functools import partial
from typing import NamedTuple

from ...domain.settings import ClockMode, ServerSettings
from ...errors import NotFoundError
from ...storage.deeds import load_outbox, prove
from ...storage.transaction import Transaction
from ...storage.world import Kept, Listing, open_world, reset_account, reset_world
from ..clock import real_now
from ..parts import Parts


class Origin(NamedTuple):
    """What a fresh start begins with: what the file lists, and the clock."""

    listing: Listing
    clock: ClockMode
    now: int | None
    scale: float

    @classmethod
    def of(cls, server: ServerSettings, now: int | None, listing: Listing) -> "Origin":
        """From the settings; `now` is what `server.now` names."""
        return cls(listing, server.clock, now, server.scale)


class WorldControls:
    """Start, reset and stop."""

    def __init__(self, origin: Origin, parts: Parts) -> None:
        self._origin = origin
        self._parts = parts
        self._adapters = parts.adapters

    def open(self) -> None:
        """Load the world at start. Raises StorageError."""
        writer = self._parts.writer
        self._know(writer.begin(partial(open_world, adapters=self._adapters, listing=self._origin.listing)))
        self._parts.pusher.resume(*writer.begin(load_outbox))

    async def check_health(self) -> None:
        """Raise StorageError when the database does not answer."""
        await self._parts.writer.do(prove)

    async def reset(self) -> None:
        """Begin anew as on a fresh start with the file last loaded; pending delays, hangs and waits end first (C4)."""
        origin, parts = self._origin, self._parts
        parts.room.end()
        async with parts.scheduler.interrupted():
            with parts.faults.resting():
                await parts.faults.end_holds()
                deed = partial(reset_world, adapters=self._adapters, listing=origin.listing)
                kept = await parts.writer.do(deed, weight=1000)
                parts.faults.disarm()
                self._know(kept)
            parts.journal.restart()
            parts.clock.set(origin.clock, real_now() if origin.now is None else origin.now, origin.scale)
            parts.scheduler.look_again()
        parts.news.tell()

    async def reset_account(self, name: str) -> None:
        """Remove what is one account's own and give it back its first money. Raises NotFoundError."""
        parts = self._parts
        member = parts.registry.by_name.get(name)
        if member is None:
            raise NotFoundError(f"there is no account {name!r}")
        account = member.account
        await parts.faults.end_holds(name)
        rules = [rule.id for rule in parts.registry.rules if rule.settings.account == name]
        faults = [fault.id for fault, _ in parts.faults.listed() if fault.settings.account == name]

        def begun() -> None:
            parts.faults.begin_anew(faults)
            member.forget()
            parts.pusher.forget(account.id)
            parts.scheduler.look_again()
            parts.news.tell()

        async def begin_anew(transaction: Transaction) -> None:
            # open: what is an account's own? Its rules and faults are, so they count anew; ids and the clock are not.
            await reset_account(transaction, account.id, account.settings, rules, faults)
            transaction.then(begun)

        await parts.writer.do(begin_anew, weight=1000)

    async def stop(self) -> None:
        """The server stops: nobody waits any more."""
        self._parts.room.close()
        self._parts.faults.stop_holding()
        await self._parts.scheduler.halt()

    def _know(self, kept: Kept) -> None:
        self._parts.registry.replace(kept.accounts)
        self._parts.registry.rules = kept.rules
        self._parts.faults.replace(kept.faults)
