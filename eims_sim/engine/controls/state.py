"""How does all that is known become a document, and a document all that is known (C4)?"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from ...domain.accounts import AccountSettings
from ...errors import OverloadedError, Violation, ViolationError
from ...storage.transaction import Transaction
from ..parts import Parts
from .world import know

if TYPE_CHECKING:
    from ...domain.state import ClockState, FaultState, NextIds, RuleState, State
    from ...domain.state_accounts import AccountState
    from ...storage.restoring import Replaced
    from ...storage.snapshot import Snapshot

EXPORTS: Final = 2
"""So many states are exported at a time: each holds a connection, and the log cannot be emptied meanwhile."""

VIOLATIONS: Final = 100
"""So many violations of a document are told."""


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything at one moment; submits, inbound messages and pushes are read from `rest` while they are written."""

    clock: "ClockState"
    next: "NextIds"
    accounts: "list[AccountState]"
    rules: "list[RuleState]"
    faults: "list[FaultState]"
    rest: "Snapshot"


class StateControls:
    """The operator's hands on everything at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._exporting = asyncio.Semaphore(EXPORTS)
        self._importing = False

    @asynccontextmanager
    async def exported(self) -> AsyncIterator[Exported]:
        """Everything at this moment, whatever is written meanwhile. Raises StorageError."""
        from ...domain.state import ClockState

        parts = self._parts
        queries = await parts.reader()
        async with self._exporting, queries.snapshot(parts.adapters) as rest:
            clock = parts.clock
            face = ClockState(mode=clock.mode, now=clock.now(), scale=clock.scale)
            struck = {armed.fault.id: armed.applied for armed in parts.faults.listed()}
            yield Exported(
                face,
                await rest.next_ids(),
                await rest.accounts(),
                await rest.rules(),
                # How often they struck is kept a little later than it is counted.
                [replace(fault, applied=struck.get(fault.id, fault.applied)) for fault in await rest.faults()],
                rest,
            )

    @contextmanager
    def importing(self) -> Iterator[None]:
        """One state is read at a time: it is held in memory. Raises OverloadedError."""
        if self._importing:
            raise OverloadedError("another state is being imported")
        self._importing = True
        try:
            yield
        finally:
            self._importing = False

    async def replace(self, state: "State") -> None:
        """Let a state take the place of everything but the journal, in one transaction or not at all (C4).

        The gateway goes on as if it had lived that state; who waits or is held up is let go. Raises ViolationError
        with what does not hold in it, StorageError.
        """
        from ...storage.restoring import replace_state

        parts = self._parts
        known = {name: member.account.settings for name, member in parts.registry.by_name.items()}
        wrong = await asyncio.to_thread(_find_breaches, state, known)
        if wrong:
            raise ViolationError(wrong)

        async def put(transaction: Transaction) -> None:
            replaced = await replace_state(transaction, parts.adapters, state)
            transaction.then(partial(self._go_on, replaced, state.clock))

        # open: C4 says for a reset only that waits, delays and hangs end. What they were for is gone here, too.
        async with parts.scheduler.interrupted():
            with parts.faults.resting():
                await parts.faults.end_holds()
                await parts.writer.do(put, weight=1000 + state.count)

    def _go_on(self, replaced: "Replaced", clock: "ClockState") -> None:
        """In the turn of the commit."""
        parts = self._parts
        parts.room.end()
        parts.faults.disarm()
        know(parts, replaced.kept)
        parts.clock.set(clock.mode, clock.now, clock.scale)
        parts.pusher.replace(replaced.pushes, replaced.waiting)
        parts.scheduler.look_again()
        parts.onlookers.removed()


def _find_breaches(state: "State", known: Mapping[str, AccountSettings]) -> list[Violation]:
    from ...domain.state_checks import breaches

    return list(islice(breaches(state, known), VIOLATIONS))
