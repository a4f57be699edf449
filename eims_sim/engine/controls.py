"""What may an operator do (C4)? One method per deed; console, control API, shell and fixture are doors to this room."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

from ..domain.accounts import AccountSettings
from ..domain.lists import Listed, MessageFilter, Page
from ..domain.messages import Inbound, Message, PushRecord
from ..domain.rules import Rule, RuleSettings
from ..domain.settings import ClockMode, ServerSettings
from ..errors import ConflictError, NotFoundError, OverloadedError
from ..protocol.notation import SECOND
from ..storage.deeds import NewInbound, add_inbound, load_outbox, prove, retry_push
from ..storage.reader import Reader
from ..storage.world import Adapters, Kept, open_world, reset_account, reset_world
from ..storage.writer import Writer
from .clock import Clock, real_now, real_seconds
from .events import News
from .pusher import Pusher
from .registry import Registry
from .scheduler import Progress, Scheduler

LONG_POLLS: Final = 1000
"""So many calls may wait at a time (C4)."""


class Origin(NamedTuple):
    """What a fresh start begins with: the file's accounts and rules, and the clock."""

    accounts: Sequence[AccountSettings]
    rules: Sequence[RuleSettings]
    clock: ClockMode
    now: int | None
    scale: float

    @classmethod
    def of(
        cls,
        server: ServerSettings,
        now: int | None,
        accounts: Sequence[AccountSettings],
        rules: Sequence[RuleSettings],
    ) -> "Origin":
        """From the settings; `now` is what `server.now` names."""
        return cls(accounts, rules, server.clock, now, server.scale)


class ClockFace(NamedTuple):
    """What the gateway's clock shows."""

    mode: ClockMode
    now: int
    scale: float


class Arrival(NamedTuple):
    """An inbound message that an operator sends; without an account it goes to the owner of `recipient`."""

    account: str | None
    sender: str
    recipient: str
    content: str
    received_at: int | None


class Controls:
    """Every deed of an operator."""

    def __init__(
        self,
        origin: Origin,
        clock: Clock,
        registry: Registry,
        writer: Writer,
        reader: Reader,
        scheduler: Scheduler,
        pusher: Pusher,
        news: News,
    ) -> None:
        self.rules: list[Rule] = []
        self._origin = origin
        self._clock = clock
        self._registry = registry
        self._writer = writer
        self._reader = reader
        self._scheduler = scheduler
        self._pusher = pusher
        self._news = news
        self._adapters = Adapters.make()
        self._waits: set[asyncio.Event] = set()
        self._stopping = False

    def open(self) -> None:
        """Load the world at start. Raises StorageError."""
        origin = self._origin
        kept = self._writer.begin(
            partial(open_world, adapters=self._adapters, accounts=origin.accounts, rules=origin.rules)
        )
        self._know(kept)
        self._pusher.resume(*self._writer.begin(load_outbox))

    async def check_health(self) -> None:
        """Raise StorageError when the database does not answer."""
        await self._writer.do(prove)

    def clock(self) -> ClockFace:
        """What the clock shows."""
        return ClockFace(self._clock.mode, self._clock.now(), self._clock.scale)

    async def set_clock(self, mode: ClockMode, now: int | None, scale: float | None) -> ClockFace:
        """Change the clock; a step forward runs what falls due, a step back runs nothing (C4).

        Returns when every transition is stored and every push has begun. Raises StorageError.
        """
        async with self._scheduler.paused():
            self._clock.set(mode, now, scale)
        # open: C4 says what a step runs, not what its answer waits for. A callback may hang; `advance` waits for it.
        await self._scheduler.catch_up()
        return self.clock()

    async def advance(self, seconds: float | None) -> tuple[ClockFace, Progress]:
        """Advance the clock by seconds, or (None) to the next due moment, running everything on the way (C4).

        Raises ConflictError on a real clock, which cannot be advanced, and StorageError.
        """
        if self._clock.mode == "real":
            raise ConflictError("a real clock cannot be advanced; freeze or scale it first")
        progress = await self._scheduler.advance(None if seconds is None else round(seconds * SECOND))
        return self.clock(), progress

    def owner(self, number: str) -> str | None:
        """The account that an inbound number belongs to."""
        member = self._registry.owners.get(number)
        return member.account.name if member else None

    def has_account(self, name: str) -> bool:
        """Whether there is such an account."""
        return name in self._registry.by_name

    async def add_inbound(self, arrivals: Sequence[Arrival]) -> list[Inbound]:
        """Let inbound messages arrive. Raises NotFoundError for an account or owner that does not exist."""
        now = self._clock.now()
        new = [self._arrive(arrival, now) for arrival in arrivals]
        first = await self._writer.do(partial(add_inbound, arrived=new), weight=len(new))
        self._news.tell()
        names = {member.account.id: member.account.name for member in self._registry.by_name.values()}
        return [
            Inbound(id, names[one.account], one.sender, one.recipient, one.content, one.received_at, None)
            for id, one in enumerate(new, first)
        ]

    async def inbound(self, account: str | None, page: Page) -> Listed[Inbound]:
        """Inbound messages by id."""
        return await (await self._reader()).inbound(account, page)

    async def messages(self, wanted: MessageFilter, page: Page) -> Listed[Message]:
        """Messages by id."""
        return await (await self._reader()).messages(wanted, page)

    async def wait_for_messages(self, wanted: MessageFilter, count: int, seconds: float) -> bool:
        """Wait until that many messages match in all; False when real time ran out first, or a reset came.

        Raises OverloadedError when too many wait already.
        """
        return await self._wait(lambda: self._enough(wanted, count), seconds)

    async def message(self, id: int) -> Message:
        """One message. Raises NotFoundError."""
        found = await (await self._reader()).message(id)
        if found is None:
            raise NotFoundError(f"there is no message {id}")
        return found

    async def pushes(self, account: str | None, state: str | None, page: Page) -> Listed[PushRecord]:
        """Pushes by id."""
        return await (await self._reader()).pushes(account, state, page, self._pusher.sending())

    async def retry_push(self, id: int) -> None:
        """Make a push due now, with a fresh cycle. Raises NotFoundError, ConflictError while queued or sending."""
        if id in self._pusher.sending():
            raise ConflictError(f"push {id} is sending: wait for what comes of it")
        push = await self._writer.do(partial(retry_push, id=id, now=self._clock.now()))
        self._pusher.retry(push)

    async def reset(self) -> None:
        """Begin anew as on a fresh start with the file last loaded; pending waits end first (C4)."""
        origin = self._origin
        self.end_waits()
        async with self._scheduler.interrupted():
            deed = partial(reset_world, adapters=self._adapters, accounts=origin.accounts, rules=origin.rules)
            self._know(await self._writer.do(deed, weight=1000))
            self._clock.set(origin.clock, real_now() if origin.now is None else origin.now, origin.scale)
            self._scheduler.look_again()
        self._news.tell()

    async def reset_account(self, name: str) -> None:
        """Remove what is one account's own and give it back its first money. Raises NotFoundError."""
        member = self._registry.by_name.get(name)
        if member is None:
            raise NotFoundError(f"there is no account {name!r}")
        account = member.account
        async with self._scheduler.paused():
            await self._pusher.abandon(account.id)
            # open: what is an account's own? Its rules are (P9.2), so they count anew; ids and the clock are not.
            deed = partial(
                reset_account,
                account=account.id,
                settings=account.settings,
                rules=[rule.id for rule in self.rules if rule.settings.account == name],
            )
            await self._writer.do(deed, weight=1000)
            member.forget()
            self._scheduler.look_again()
        self._news.tell()

    async def stop_waiting(self) -> None:
        """The server stops: nobody waits any more."""
        self._stopping = True
        self.end_waits()
        await self._scheduler.halt()

    def end_waits(self) -> None:
        """Let every pending wait answer with what there is."""
        for ended in self._waits:
            ended.set()

    def _know(self, kept: Kept) -> None:
        self._registry.replace(kept.accounts)
        self.rules = kept.rules

    def _arrive(self, arrival: Arrival, now: int) -> NewInbound:
        name = arrival.account or self.owner(arrival.recipient)
        member = self._registry.by_name.get(name) if name is not None else None
        if member is None:
            raise NotFoundError("there is no such account, and no account owns this number")
        received_at = now if arrival.received_at is None else arrival.received_at
        return NewInbound(member.account.id, arrival.sender, arrival.recipient, arrival.content, received_at)

    async def _enough(self, wanted: MessageFilter, count: int) -> bool:
        return await (await self._reader()).matches(wanted, count) >= count

    async def _wait(self, satisfied: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        if len(self._waits) >= LONG_POLLS:
            raise OverloadedError(f"{LONG_POLLS} calls wait already")
        ended = asyncio.Event()
        self._waits.add(ended)
        deadline = real_seconds() + seconds
        try:
            while not (ended.is_set() or self._stopping):
                ticket = self._news.ticket()
                left = deadline - real_seconds()
                if await satisfied():
                    return True
                if left <= 0:
                    break
                await _first_of(left, ticket, ended)
        finally:
            self._waits.discard(ended)
        return False


async def _first_of(seconds: float, *events: asyncio.Event) -> None:
    """Wait until one of the events is set, at most that long."""
    waits = [asyncio.create_task(one.wait()) for one in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
