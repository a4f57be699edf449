"""What do listeners hear of pushes (C4)? Each new state, as the control API shows it."""

from collections.abc import Iterable
from functools import partial

from ..domain.messages import Attempt, PushRecord
from ..storage.deeds import CutPush, attempts_of
from ..storage.transaction import Transaction
from .events import Events
from .registry import Registry


class PushEvents:
    """Tells of pushes. What was attempted is read in the deed that changes a push, and only while somebody listens."""

    def __init__(self, events: Events, registry: Registry) -> None:
        self._events = events
        self._registry = registry

    def cut(self, pushes: Iterable[CutPush]) -> None:
        """These were committed; nobody has tried them yet."""
        if self._events.listening:
            for push in pushes:
                self._tell(push, ())

    async def changed(self, transaction: Transaction, push: CutPush) -> None:
        """A deed has changed this push: tell of it once that is committed."""
        if self._events.listening:
            transaction.then(partial(self._tell, push, tuple(await attempts_of(transaction, push.id))))

    def _tell(self, push: CutPush, made: tuple[Attempt, ...]) -> None:
        member = self._registry.by_id.get(push.account)
        if member is not None:
            reports = tuple(report[0] for report in push.reports)
            record = PushRecord(push.id, member.account.name, push.state, reports, made)
            self._events.publish("push", push.id, record)
