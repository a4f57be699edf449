"""What is PUT of one push, and what becomes of it (P8.3)?"""

from collections.abc import Sequence
from datetime import tzinfo

from ..domain.faults import shuffled, stranger
from ..domain.messages import Attempt
from ..domain.retry import next_attempt
from ..domain.settings import PushSettings
from ..protocol.notation import SECOND, write_wire_time
from ..protocol.reports import encode_push
from ..storage.deeds import CutPush, CutReport, record_attempts
from ..storage.layout import DELIVERED, DROPPED, PARKED, QUEUED, RETRYING
from ..storage.proving import prove
from ..storage.transaction import Transaction
from ..storage.writer import Writer
from .callbacks import Caller, Reply
from .clock import Clock
from .faults import Faults
from .push_events import PushEvents
from .registry import Registry
from .tally import Tally


class Delivery:
    """Attempts pushes, one at a time for whoever asks. `attempts` counts the PUTs made so far."""

    def __init__(
        self,
        settings: PushSettings,
        clock: Clock,
        writer: Writer,
        registry: Registry,
        caller: Caller,
        faults: Faults,
        tally: Tally,
        events: PushEvents,
        zone: tzinfo,
        seed: int,
    ) -> None:
        self.attempts = 0
        self.settings = settings
        self._clock = clock
        self._writer = writer
        self._registry = registry
        self._caller = caller
        self._faults = faults
        self._tally = tally
        self._events = events
        self._zone = zone
        self.seed = seed

    async def close(self) -> None:
        """Close the connections to callbacks."""
        await self._caller.close()

    def strike(self, push: CutPush) -> tuple[CutPush, int]:
        """Let a fault strike a push that was never tried; whatever becomes of it then, it is not struck again.

        Returns the push and the delay before its first PUT, in microseconds.
        """
        member = self._registry.by_id.get(push.account)
        if not self._faults.armed or member is None or push.state != QUEUED or push.fault is not None:
            return push, 0
        strike = self._faults.strike_push(member.account.name)
        if strike is None:
            return push, 0
        return push._replace(fault=strike.fault.id), strike.delay

    async def attempt(self, push: CutPush) -> CutPush | None:
        """PUT it, as its fault says, and store what came of it; returns the push as it now waits, or None
        when it waits no more.

        Raises StorageError, and whatever was PUT then may be PUT again.
        """
        fault = self._faults.find(push.fault)
        spoiled = fault.settings.reports if fault is not None else None
        if spoiled == "drop":
            await self._keep(push._replace(state=DROPPED), [], None, fresh=True)
            return None
        body = self._body(push, spoiled)
        if self._writer.condition.ill:  # what cannot be kept would be PUT time and again
            await self._writer.do(prove)
        reply, first = await self._put(push, body)
        changed, due = push._replace(state=DELIVERED, tried=push.tried + 1), None
        made = [first]
        if not reply.delivered:
            changed, due, then = self._fail(changed)
            made = [first._replace(verdict=first.verdict + then)]
        elif spoiled == "duplicate":
            made.append((await self._put(push, body))[1])
        if fault is not None:
            made = [one._replace(verdict=f"{one.verdict}; {fault.words()}") for one in made]
        if reply.delivered:
            self._tally.count_reports([report[3] for report in push.reports])
        kept = await self._keep(changed, made, due, fresh=push.state == QUEUED)
        return changed._replace(due=due) if kept and due is not None else None

    def _fail(self, push: CutPush) -> tuple[CutPush, int | None, str]:
        """What becomes of a push whose attempt failed: its state, when it is due again, and that in words."""
        attempt = f"; attempt {push.tried} of {self.settings.attempts}"
        delay = next_attempt(self.settings, push.tried, push.id, self.seed)
        if delay is None:
            return push._replace(state=PARKED), None, f"{attempt}: parked"
        due = self._clock.now() + delay
        return push._replace(state=RETRYING), due, f"{attempt}: tried again in {delay / SECOND:.1f} s"

    async def _put(self, push: CutPush, body: bytes) -> tuple[Reply, Attempt]:
        """PUT once, to the account's URL of this moment (P8.3)."""
        at = self._clock.now()
        member = self._registry.by_id.get(push.account)
        url = member.account.settings.callback_url if member else ""
        reply = await self._caller.put(url, body, self.settings.timeout_seconds)
        self.attempts += 1
        self._tally.attempts[_outcome(reply)] += 1
        return reply, Attempt(at, url, reply.http_status, reply.error, reply.duration_ms, reply.verdict)

    async def _keep(self, push: CutPush, made: Sequence[Attempt], due: int | None, *, fresh: bool) -> bool:
        async def keep(transaction: Transaction) -> bool:
            kept = await record_attempts(transaction, push, made, due, fresh=fresh)
            if kept:
                await self._events.changed(transaction, push)
            return kept

        return await self._writer.do(keep)

    def _body(self, push: CutPush, spoiled: str | None) -> bytes:
        reports: Sequence[CutReport] = push.reports
        if spoiled == "shuffle":
            reports = [reports[place] for place in shuffled(len(reports), push.id, self.seed)]
        elif spoiled == "unknown" and reports:
            # open: a batch of 50 has 51 rows then. C3 says "one row more", and whom it strikes sees both at once.
            reports = [*reports, (stranger(push.id), *reports[-1][1:])]
        # Messages of one submit share their moment: it is written once.
        shown = {moment: write_wire_time(moment, self._zone) for moment in {sent_at for _, _, sent_at, _, _ in reports}}
        return encode_push([(id, number, shown[sent_at], code) for id, number, sent_at, code, _ in reports])


def _outcome(reply: Reply) -> str:
    """What came of an attempt, as it is counted: the HTTP status, or `error`."""
    return "error" if reply.http_status is None else str(reply.http_status)
