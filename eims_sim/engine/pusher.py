"""Who PUTs the reports (P8)? Each account's go in order; accounts never wait for each other; none is ever lost."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from ..domain.settings import PushSettings
from ..errors import EimsSimError, StorageError
from ..protocol.notation import SECOND
from ..storage.deeds import CutPush, cut_pushes
from ..storage.transaction import Transaction
from ..storage.writer import Writer
from .clock import Clock, real_sleep
from .delivery import Delivery
from .push_events import PushEvents
from .registry import Registry

RECOVERY_MICROSECONDS: Final = SECOND
"""How long an account's pushes rest after the database failed them."""

Work = Callable[[], Coroutine[Any, Any, None]]

logger = logging.getLogger("eims_sim")


class _Courier:
    """One account's pushes: cut ones in order, the ones under way, and when the next are to be cut."""

    __slots__ = ("account", "cutting", "gather_until", "queue", "under_way")

    def __init__(self, account: int) -> None:
        self.account = account
        self.queue: deque[CutPush] = deque()
        self.under_way: dict[int, asyncio.Task[None]] = {}
        self.gather_until: int | None = None
        self.cutting = False

    def window(self, in_flight: int) -> list[CutPush]:
        """The pushes that may be tried: the first of the queue, as many as may be in flight."""
        return [self.queue[position] for position in range(min(in_flight, len(self.queue)))]

    def next_due(self, in_flight: int) -> int | None:
        """When this courier has something to do; None while it works or has nothing."""
        if self.cutting or len(self.under_way) >= in_flight:
            return None
        if not self.queue:
            return self.gather_until
        return min((push.due for push in self.window(in_flight) if push.id not in self.under_way), default=None)

    def replace(self, push: CutPush) -> None:
        """Put a changed push where it was."""
        for position, kept in enumerate(self.queue):
            if kept.id == push.id:
                self.queue[position] = push

    def forget(self) -> None:
        """The database has removed every push and report there is: none is tried, nor waited for, any more."""
        self.queue.clear()
        self.gather_until = None
        for attempt in self.under_way.values():
            attempt.cancel()
        self.under_way.clear()

    def remove(self, id: int) -> None:
        """The push is done with, for now."""
        if self.queue and self.queue[0].id == id:
            self.queue.popleft()
        else:
            self.queue = deque(push for push in self.queue if push.id != id)


class Pusher:
    """The account's outboxes on their way. `changed` is called when something new may be due."""

    def __init__(
        self,
        settings: PushSettings,
        clock: Clock,
        writer: Writer,
        registry: Registry,
        delivery: Delivery,
        events: PushEvents,
    ) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.settings = settings
        self._clock = clock
        self._writer = writer
        self._registry = registry
        self._delivery = delivery
        self._events = events
        self._couriers: dict[int, _Courier] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def attempts(self) -> int:
        """The PUTs made so far."""
        return self._delivery.attempts

    def resume(self, pushes: Iterable[CutPush], waiting: Iterable[tuple[int, int]]) -> None:
        """Take up what a stop or a crash left: open pushes, and accounts whose reports were not cut."""
        for push in pushes:
            self._courier(push.account).queue.append(push)
        now = self._clock.now()
        for account, _ in waiting:
            self._courier(account).gather_until = now

    def replace(self, pushes: Iterable[CutPush], waiting: Iterable[tuple[int, int]]) -> None:
        """Go on with these pushes and no others, and with reports that wait since the moment beside their account."""
        self.forget()
        self._couriers.clear()
        self.resume(pushes, ())
        for account, since in waiting:
            self._courier(account).gather_until = since + round(self.settings.interval_seconds * SECOND)

    def gather(self, accounts: Mapping[int, int]) -> None:
        """These accounts have news in their outboxes, the first from the moment beside them."""
        for account, since in accounts.items():
            member = self._registry.by_id.get(account)
            courier = self._couriers.get(account)
            if courier is None:
                if member is None or not member.account.settings.callback_url:
                    continue
                courier = self._courier(account)
            if courier.gather_until is None:
                courier.gather_until = since + round(self.settings.interval_seconds * SECOND)

    def flush(self, now: int) -> None:
        """Gather no longer: what waits is cut and pushed now."""
        for courier in self._couriers.values():
            if courier.gather_until is not None:
                courier.gather_until = min(courier.gather_until, now)
        self.start_due(now)

    async def hurry(self, account: int, now: int) -> None:
        """Gather no longer for one account; returns once what could be pushed was attempted, or takes too long."""
        courier = self._couriers.get(account)
        if courier is None:
            return
        if courier.gather_until is not None:
            courier.gather_until = min(courier.gather_until, now)
        self._start_courier(courier, now)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2 * self.settings.timeout_seconds):
                while tasks := self._tasks_of(account):
                    await asyncio.wait(tasks)

    def next_due(self) -> int | None:
        """The earliest moment at which an account has something to do."""
        dues = [courier.next_due(self.settings.in_flight) for courier in self._couriers.values()]
        return min((due for due in dues if due is not None), default=None)

    def start_due(self, now: int) -> None:
        """Begin every cut and every attempt that is due."""
        for courier in list(self._couriers.values()):
            self._start_courier(courier, now)

    async def settle(self) -> None:
        """Wait until everything begun, and what follows from it at this moment, is attempted and stored."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def retry(self, push: CutPush) -> None:
        """Try a push now, with a fresh cycle; it goes before what waits."""
        courier = self._courier(push.account)
        if any(kept.id == push.id for kept in courier.queue):
            courier.replace(push)
        else:
            courier.queue.appendleft(push)
        self.changed()

    def retry_parked(self, pushes: Sequence[CutPush]) -> None:
        """Try pushes now that no queue has, with a fresh cycle, the first of them first; they go before what waits."""
        for push in reversed(pushes):
            self._courier(push.account).queue.appendleft(push)
        self.changed()

    def sending(self) -> frozenset[int]:
        """The pushes of which a PUT is under way."""
        return frozenset().union(*(courier.under_way for courier in self._couriers.values()))

    def forget(self, account: int | None = None) -> None:
        """The database has removed every push of one account or of all: drop them, and what is under way of them."""
        for courier in self._couriers.values():
            if account in (None, courier.account):
                courier.forget()
        self.changed()

    def remove(self, account: int) -> None:
        """The account is no more."""
        courier = self._couriers.pop(account, None)
        if courier is not None:
            courier.forget()

    async def abandon(self) -> None:
        """Drop what is under way and forget the queues; the database decides what remains."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._couriers.clear()

    async def stop(self) -> None:
        """End every attempt; what was not delivered stays in the database."""
        await self.abandon()
        await self._delivery.close()

    def _recovered(self) -> int:
        """When to go on after a failure: a real second later, or what is one on a clock that stands."""
        scale = self._clock.scale if self._clock.mode == "scaled" else 1
        return self._clock.now() + round(max(1, scale) * RECOVERY_MICROSECONDS)

    def _tasks_of(self, account: int) -> list[asyncio.Task[None]]:
        return [task for task in self._tasks if task.get_name() == _task_name(account)]

    def _courier(self, account: int) -> _Courier:
        return self._couriers.setdefault(account, _Courier(account))

    def _start_courier(self, courier: _Courier, now: int) -> None:
        due = courier.next_due(self.settings.in_flight)
        if due is None or due > now:
            return
        if not courier.queue:
            courier.cutting = True
            courier.gather_until = None
            self._begin(courier, partial(self._cut, courier))
            return
        for push in courier.window(self.settings.in_flight):
            if len(courier.under_way) >= self.settings.in_flight:
                break
            if push.due <= now and push.id not in courier.under_way:
                courier.under_way[push.id] = self._begin(courier, partial(self._attempt, courier, push))

    def _begin(self, courier: _Courier, work: Work) -> asyncio.Task[None]:
        task = asyncio.create_task(self._watch(courier, work), name=_task_name(courier.account))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watch(self, courier: _Courier, work: Work) -> None:
        """Do a piece of work and go on with what is due next for the account, without waiting for a tick."""
        try:
            await work()
        except StorageError:  # the log has heard of it already
            courier.gather_until = self._recovered()
        except EimsSimError as error:
            logger.warning("pushes of account %d rest for a second: %s", courier.account, error)
            courier.gather_until = self._recovered()
        except Exception:
            logger.exception("pushes of account %d failed and rest for a second", courier.account)
            courier.gather_until = self._recovered()
        if self._couriers.get(courier.account) is courier:
            self._start_courier(courier, self._clock.now())
            if courier.next_due(self.settings.in_flight) is not None:
                self.changed()

    async def _cut(self, courier: _Courier) -> None:
        now = self._clock.now()

        async def cut(transaction: Transaction) -> bool:
            cut, more = await cut_pushes(transaction, courier.account, now)
            transaction.then(partial(courier.queue.extend, cut))  # in turn with what removes pushes
            transaction.then(partial(self._events.cut, cut))
            return more

        try:
            more = await self._writer.do(cut, weight=300)
        finally:
            courier.cutting = False
        if more:
            courier.gather_until = now

    async def _attempt(self, courier: _Courier, push: CutPush) -> None:
        try:
            push, delay = self._delivery.strike(push)
            courier.replace(push)
            if delay:
                await real_sleep(delay / SECOND)
            changed = await self._delivery.attempt(push)
        except Exception:
            courier.replace(push._replace(due=self._recovered()))
            raise
        finally:
            courier.under_way.pop(push.id, None)
        if changed is None:
            courier.remove(push.id)
        else:
            courier.replace(changed)


def _task_name(account: int) -> str:
    return f"eims-sim-push-{account}"
