"""Which faults are there right now, and whom do they hold up (C3)?

The counts in memory decide, so that `times` is exact however many requests come at once. The database follows them.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial
from typing import Final, NamedTuple

from ..diagnosis import Note, Reason
from ..domain.faults import PUSH, Fault, Strike, choose
from ..errors import EimsSimError, StorageError
from ..storage.behaviours import FAULTS, count_behaviours
from ..storage.world import KeptFault
from ..storage.writer import Writer

END_SECONDS: Final = 1.0
"""How long a reset waits for those whose hold it ended; a client that does not read may take longer to be gone."""

STRUCK_REASON: Final = Reason("fault-struck", "a fault of the configuration or the control API answers instead")
STRUCK_NOTE: Final = Note("fault-struck", "a fault of the configuration or the control API spoiled this answer")
"""What tells of a strike; the sentence that travels names the fault and what it did."""

RESET_MEANWHILE: Final = Reason(
    "fault-reset", "the simulator was reset while a fault delayed this request; nothing was processed"
)

logger = logging.getLogger("eims_sim")


class Ending(Enum):
    """Why a hold is over before its time."""

    RESET = "reset"
    STOP = "stop"
    LEFT = "left"


class Armed(NamedTuple):
    """A fault as an operator sees it: `applied` is how often it struck."""

    fault: Fault
    applied: int


class Hold:
    """A struck request until it is answered, and then `gone`. `ending` says why it shall not be held up any longer."""

    __slots__ = ("_over", "account", "ending", "gone", "waiting")

    def __init__(self, account: str | None) -> None:
        self.account = account
        self.ending: Ending | None = None
        self.waiting = False
        self.gone = asyncio.Event()
        self._over = asyncio.Event()

    def end(self, ending: Ending) -> None:
        """Hold it up no longer; the first to end it tells why."""
        if self.ending is None:
            self.ending = ending
            self._over.set()

    async def wait(self, seconds: float | None) -> None:
        """Wait so long in real time (P1.12), None for ever, or until it is ended."""
        self.waiting = True
        try:
            async with asyncio.timeout(seconds):
                await self._over.wait()
        except TimeoutError:
            self.waiting = False


class Faults:
    """The faults in their order. `armed` are those that are on: empty, it is the only thing that a request looks at."""

    def __init__(self, writer: Writer, seed: int) -> None:
        self.armed: tuple[Fault, ...] = ()
        self._known: tuple[Fault, ...] = ()
        self._writer = writer
        self.seed = seed
        self._met: dict[int, int] = {}
        self._applied: dict[int, int] = {}
        self._unsaved: dict[int, int] = {}
        self._saving: asyncio.Future[None] | None = None
        self._being_saved: dict[int, int] = {}
        self._holds: set[Hold] = set()
        self._stopping = False
        self._resting = False

    @property
    def held(self) -> int:
        """How many requests are struck and not answered yet."""
        return len(self._holds)

    def replace(self, kept: Iterable[KeptFault]) -> None:
        """Know these faults and no others; what struck since they were read is still counted."""
        faults = list(kept)
        for fault, applied in faults:
            more = self._unsaved.get(fault.id, 0) + self._being_saved.get(fault.id, 0)
            self._applied[fault.id] = applied + more
        ids = {fault.id for fault, _ in faults}
        for counts in (self._applied, self._met):
            for id in counts.keys() - ids:
                del counts[id]
        self._know(fault for fault, _ in faults)

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Strike nothing, and keep no count, while what they are kept in is made anew; should that fail, go on."""
        self._resting = True
        self._know(self._known)
        try:
            yield
        finally:
            self._resting = False
            self._know(self._known)

    def disarm(self) -> None:
        """Forget every fault and every count: what they are kept in begins anew."""
        self._know(())
        self._met.clear()
        self._applied.clear()
        self._unsaved.clear()
        self._being_saved = {}

    def begin_anew(self, ids: Iterable[int]) -> None:
        """Let these faults count from nothing, with the luck of a fresh start."""
        for id in ids:
            self._met.pop(id, None)
            self._unsaved.pop(id, None)
            self._applied[id] = 0

    def add(self, fault: Fault, *, first: bool) -> None:
        """Look at this one too, before all others or after them."""
        self._know((fault, *self._known) if first else (*self._known, fault))

    def change(self, fault: Fault) -> None:
        """Put a fault in the place of the one with its id; it counts anew."""
        self.alter(fault)
        self.begin_anew([fault.id])

    def alter(self, fault: Fault) -> None:
        """Put a fault in the place of the one with its id; it goes on counting."""
        self._know(fault if one.id == fault.id else one for one in self._known)

    def remove(self, id: int) -> None:
        """Forget a fault."""
        self._know(one for one in self._known if one.id != id)
        for counts in (self._met, self._applied, self._unsaved):
            counts.pop(id, None)

    def listed(self) -> list[Armed]:
        """Every fault with its count, in their order."""
        return [Armed(fault, self._applied.get(fault.id, 0)) for fault in self._known]

    def find(self, id: int | None) -> Fault | None:
        """The fault with this id, if it is on."""
        return next((fault for fault in self._known if fault.id == id and fault.settings.enabled), None)

    def strike(self, endpoint: str, account: str | None) -> Strike | None:
        """The fault that strikes a request of this endpoint, `account` being the name as sent; it is counted."""
        return self._count(choose(self.armed, endpoint, account, self._met, self._applied, self.seed))

    def strike_push(self, account: str) -> Strike | None:
        """The fault that strikes a batch of reports for this account; it is counted."""
        return self._count(choose(self.armed, PUSH, account, self._met, self._applied, self.seed))

    @contextmanager
    def hold(self, account: str | None) -> Iterator[Hold]:
        """Hold up a struck request; a reset and the stop of the server can end it."""
        hold = Hold(account)
        if self._stopping:
            hold.end(Ending.STOP)
        self._holds.add(hold)
        try:
            yield hold
        finally:
            self._holds.discard(hold)
            hold.gone.set()

    async def end_holds(self, account: str | None = None) -> None:
        """A reset, of everything or of one account: hold nobody up any longer, and wait until who waited is gone."""
        ended = [hold for hold in self._holds if account is None or hold.account == account]
        for hold in ended:
            hold.end(Ending.RESET)
        try:
            async with asyncio.timeout(END_SECONDS):
                for hold in ended:
                    if hold.waiting:
                        await hold.gone.wait()
        except TimeoutError:
            logger.warning("a reset goes on while a struck request is still being answered")

    def stop_holding(self) -> None:
        """The server stops: hold nobody up any longer, from now on."""
        self._stopping = True
        for hold in self._holds:
            hold.end(Ending.STOP)

    async def close(self) -> None:
        """Keep the counts that are not kept yet."""
        if self._unsaved and self._saving is None:
            self._save()
        while self._saving is not None:
            await asyncio.wait([self._saving])

    def _know(self, faults: Iterable[Fault]) -> None:
        self._known = tuple(faults)
        self.armed = () if self._resting else tuple(fault for fault in self._known if fault.settings.enabled)

    def _count(self, strike: Strike | None) -> Strike | None:
        if strike is not None:
            id = strike.fault.id
            self._unsaved[id] = self._unsaved.get(id, 0) + 1
            if self._saving is None:
                self._save()
        return strike

    def _save(self) -> None:
        """Keep the counts, together while an earlier group is still being kept. No request waits for it."""
        if self._resting:
            return
        counts, self._unsaved = self._unsaved, {}
        deed = partial(count_behaviours, kind=FAULTS, more=counts)
        try:
            self._saving = self._writer.do(deed, weight=len(counts))
        except EimsSimError as error:
            self._put_back(counts, error)
            return
        self._being_saved = counts
        self._saving.add_done_callback(self._saved)

    def _saved(self, done: "asyncio.Future[None]") -> None:
        counts, self._being_saved = self._being_saved, {}
        self._saving = None
        error = None if done.cancelled() else done.exception()
        if error is not None:
            self._put_back(counts, error)
        elif self._unsaved:
            self._save()

    def _put_back(self, counts: dict[int, int], error: BaseException) -> None:
        """The store failed: they go with the next strike. After a restart, `times` may be worth a few more."""
        for id, times in counts.items():
            self._unsaved[id] = self._unsaved.get(id, 0) + times
        if not isinstance(error, StorageError):  # the log has heard of that already
            logger.warning("how often faults struck could not be kept: %s", error)


__all__ = ["Armed", "Ending", "Faults", "Hold"]
