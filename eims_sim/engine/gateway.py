"""What does the gateway answer? One method per endpoint of the protocol (P3 to P6)."""

import logging
from asyncio import Future, shield
from collections.abc import Awaitable, Callable
from datetime import tzinfo
from functools import partial
from typing import Any, Final, NamedTuple

from ..diagnosis import Note, Reason
from ..domain import authentication
from ..domain.booking import ACCOUNT_GONE, Booking, Refusal, Submit
from ..domain.checks import (
    BALANCE_CHECKS,
    INBOUND_CHECKS,
    REPORT_CHECKS,
    SUBMIT_CHECKS,
    Attempt,
    Terms,
    first_refusal,
)
from ..domain.faults import FaultSettings
from ..domain.messages import Inbound
from ..domain.rules import Traits
from ..domain.segments import count_segments
from ..errors import ConflictError, StorageError
from ..protocol import answers
from ..protocol.codes import SENDING, UNSENT, Status
from ..protocol.country_codes import is_doubled
from ..protocol.limits import ID_MAX, NUMBERS_PER_GET, NUMBERS_PER_POST, TIME_DIGITS
from ..protocol.names import PARAMETER_UNKNOWN
from ..protocol.notation import SECOND, is_digits, read_integer, read_wire_time, write_wire_time
from ..protocol.numbers import Numbers, read_numbers
from ..protocol.requests import Parameters, read_ids, split_items
from ..storage.deeds import fetch_inbound, fetched_last, keep_failures, keep_seq
from ..storage.lookups import Lookups, State
from ..storage.transaction import Row
from ..storage.writer import Writer
from .clock import Clock
from .events import Events
from .newcomers import Newcomers
from .registry import Member, Registry
from .tally import Tally

STORE_FAILED: Final = Reason(
    "store-failed", "the simulator's database could not keep or find what was asked; see its log"
)

MAGIC: Final = Note("magic-number", "a number ends in 0000 and a code, which decides how its message ends")
SOME_ABNORMAL: Final = Note(
    "numbers-some-abnormal", "some numbers are abnormal; they are counted in fail and were dropped"
)
SOME_FULL_WIDTH: Final = Note(
    "numbers-some-full-width-comma",
    "numbers around a full-width comma (U+FF0C) are counted in fail and were dropped; use an ASCII comma",
)
SENDTIME_PAST: Final = Note("sendtime-past", "sendtime is in the past, which means now")
START_TIME_LONG: Final = Note(
    "start-time-milliseconds", "start_time looks like milliseconds; it is taken as Unix seconds"
)
BLANKS_IN_NUMBERS: Final = Note(
    "numbers-blanks", "blanks or line breaks around numbers were dropped; other gateways may not do so"
)
CODE_TWICE: Final = Note(
    "numbers-country-code-twice", "a number seems to begin with its country code twice: was it put in front blindly?"
)
ID_LIKE_NUMBER: Final = Note(
    "ids-like-numbers", "an id was not found and looks like a phone number; ids come from the answer of sendsms"
)

logger = logging.getLogger("eims_sim")

LARGE: Final = 256
"""From that many numbers on, an answer is worth preparing."""

_MILLISECONDS_FROM: Final = 10**12
_PHONE_DIGITS: Final = 11


class Call(NamedTuple):
    """A request on its way in: what was sent, from which address, and by which method.

    `fault` is the one that struck it: some change how it is processed.
    """

    parameters: Parameters
    peer: str
    post: bool = False
    fault: FaultSettings | None = None


class Answer(NamedTuple):
    """The exact bytes, and why: what travels beside them is for diagnosis only.

    `secret` is the password of the account that was named, to be masked wherever the request is shown.
    """

    body: bytes
    status: Status
    reason: Reason | None
    notes: tuple[Note, ...]
    secret: str | None


class Gateway:
    """The four endpoints. Every refusal is an answer; a failing store answers -12 (P2, order 14).

    `report_now` pushes the reports of an account before it returns.
    """

    def __init__(
        self,
        clock: Clock,
        registry: Registry,
        writer: Writer,
        lookups: Lookups,
        newcomers: Newcomers,
        tally: Tally,
        events: Events,
        terms: Terms,
        report_now: Callable[[int], Awaitable[None]],
    ) -> None:
        self._clock = clock
        self._registry = registry
        self._writer = writer
        self._lookups = lookups
        self._newcomers = newcomers
        self._tally = tally
        self._events = events
        self.terms = terms
        self._report_now = report_now
        self._shown: tuple[int, int] = (-1, 0)

    def is_full(self, *, large: bool) -> bool:
        """Whether a submit would be refused for what waits already (P1.3): then its body need not be read."""
        return self._writer.is_full(large=large)

    async def balance(self, call: Call) -> Answer:
        """Answer getbalance (P3)."""
        desk = self._admit(call) or await self._take_in(call)
        refusal = first_refusal(BALANCE_CHECKS, desk.attempt)
        try:
            await desk.kept()
        except StorageError:
            refusal = _blame_store(refusal)
        if refusal is not None:
            return desk.refuse(refusal, answers.refuse_balance(refusal.status))
        credit = self._writer.ledger.credit.get(desk.member.account.id)
        if credit is None:
            return desk.refuse(ACCOUNT_GONE, answers.refuse_balance(ACCOUNT_GONE.status))
        return desk.accept(answers.encode_balance(*credit))

    async def submit(self, call: Call) -> Answer:
        """Answer sendsms: check, book, answer (P2, P4). An accepted submit is committed before this returns.

        Raises OverloadedError when too much waits.
        """
        desk = self._admit(call) or await self._take_in(call)
        attempt = desk.attempt
        numbers = attempt.numbers = read_numbers(call.parameters.values.get("numbers"))
        attempt.numbers_limit = NUMBERS_PER_POST if call.post else NUMBERS_PER_GET
        outcome: Booking | Refusal | None = first_refusal(SUBMIT_CHECKS, attempt)
        prepared = _Prepared() if numbers.accepted > LARGE else None
        try:
            if outcome is None:
                outcome = await self._writer.book(self._price(desk, call, numbers), prepared)
            await desk.kept()
        except StorageError:
            outcome = _blame_store(outcome if isinstance(outcome, Refusal) else None)
        if isinstance(outcome, Refusal):
            return desk.refuse(outcome, answers.refuse_submit(outcome.status, numbers.total))
        self._note_booking(desk, outcome)
        if outcome.submit.at_once:
            await self._report_first(outcome.submit.account)
        return desk.accept((prepared and prepared.body) or _show(outcome))

    async def report(self, call: Call) -> Answer:
        """Answer getreport (P5)."""
        desk = self._admit(call) or await self._take_in(call)
        ids = desk.attempt.ids = split_items(call.parameters.get("ids"))
        refusal = first_refusal(REPORT_CHECKS, desk.attempt)
        try:
            await desk.kept()
            if refusal is None:
                return await self._report(desk, ids)
        except StorageError:
            refusal = _blame_store(refusal)
        return desk.refuse(refusal, answers.refuse_reports(refusal.status))

    async def inbound(self, call: Call) -> Answer:
        """Answer getsms: fetching and marking are one transaction (P6)."""
        desk = self._admit(call) or await self._take_in(call)
        refusal = first_refusal(INBOUND_CHECKS, desk.attempt)
        try:
            await desk.kept()
            if refusal is None:
                return await self._fetch(desk, again=call.fault is not None and call.fault.repeat_inbound)
        except StorageError:
            refusal = _blame_store(refusal)
        return desk.refuse(refusal, answers.refuse_inbound(refusal.status))

    def secret(self, account: str | None) -> str | None:
        """The password of the account that a request names."""
        member = self._registry.by_name.get(account) if account else None
        return None if member is None else member.account.settings.password

    def forced(self, endpoint: str, call: Call, status: Status) -> bytes:
        """What the endpoint answers with this status, which nothing in the request gave cause for (P2)."""
        match endpoint:
            case "getbalance":
                return answers.refuse_balance(status)
            case "getreport":
                return answers.refuse_reports(status)
            case "getsms":
                return answers.refuse_inbound(status)
        return answers.refuse_submit(status, read_numbers(call.parameters.values.get("numbers")).total)

    def _admit(self, call: Call, stranger: Reason | None = None) -> "_Desk | None":
        """Put the request on the desk, its password judged (P2, order 1).

        None when nobody has the account's name and it may be made (auto_accounts), unless `stranger` says why not.
        """
        parameters = call.parameters
        name = parameters.get("account")
        member = self._registry.by_name.get(name) if name is not None else None
        account = member.account if member is not None else None
        attempt = Attempt(parameters, account, call.peer, self.terms)
        desk = _Desk(attempt, member, self._clock.now())
        if member is None:
            if name is not None and stranger is None and self._newcomers.expects(name):
                return None
            attempt.authentication = stranger or self._unknown(name, parameters, desk.now)
        else:
            self._judge(desk, member)
        return desk

    async def _take_in(self, call: Call) -> "_Desk":
        """Put a request on the desk whose account is made first, or is not made for a reason (C3)."""
        name = call.parameters.values["account"]
        coming = self._newcomers.take_in(name, call.parameters, self._clock.now())
        if isinstance(coming, Reason):
            return self._turn_away(call, coming)
        try:
            await shield(coming)
        except ConflictError:  # it has just been made by somebody else
            pass
        except StorageError:
            desk = self._turn_away(call, STORE_FAILED)
            desk.attempt.authentication = None  # nobody can say: the store will be blamed, after all that is wrong
            desk.keep(coming)
            return desk
        return self._admit(call) or self._turn_away(call, authentication.ACCOUNT_UNKNOWN)

    def _turn_away(self, call: Call, stranger: Reason) -> "_Desk":
        desk = self._admit(call, stranger)
        assert desk is not None  # noqa: S101  there is a reason
        return desk

    def _unknown(self, name: str | None, parameters: Parameters, now: int) -> Reason:
        meant = self._registry.differs_in_case(name) if name is not None else None
        if meant is None:
            return authentication.unknown_account(name, parameters, self._registry.by_name.__contains__)
        account = self._registry.by_name[meant].account
        would = authentication.judge(account, parameters, now)
        # Such a try is no failure of the account's, so where failures lock it, it must tell nothing.
        told = isinstance(would, authentication.Proof) and not account.settings.lock_after_failures
        right = "; its password is right" if told else ""
        code, sentence = authentication.ACCOUNT_CASE
        return Reason(code, f"{sentence}: {meant!a}{right}")

    def _judge(self, desk: "_Desk", member: Member) -> None:
        attempt = desk.attempt
        found = authentication.judge(member.account, attempt.parameters, desk.now)
        if isinstance(found, Reason):
            attempt.authentication = found
        elif found.seq is None or found.time is None:
            if "seq" in attempt.parameters.values and "time" in attempt.parameters.values:
                desk.notes.append(authentication.PLAIN_WITH_SEQ)
        else:
            self._use_seq(desk, member, int(found.seq), found.time)
            attempt.authentication = found.breach or attempt.authentication
            if found.time and len(found.time) == TIME_DIGITS[1]:
                desk.notes.append(authentication.TIME_MILLISECONDS)
        if member.account.settings.lock_after_failures:
            self._count_failure(desk, member)
        attempt.locked = member.locked

    def _use_seq(self, desk: "_Desk", member: Member, seq: int, time: str) -> None:
        remark = member.use_seq(seq, time)
        if isinstance(remark, Note):
            desk.notes.append(remark)
        elif remark is not None:
            desk.attempt.authentication = remark
            return
        if member.account.settings.seq_policy == "increasing":
            desk.keep(self._writer.do(partial(keep_seq, account=member.account.id, seq=seq)))

    def _count_failure(self, desk: "_Desk", member: Member) -> None:
        """Failures in a row; a right password clears them unless the account is locked already (P2, order 3)."""
        failed = desk.attempt.authentication is not None
        if member.locked or member.account.disabled or (not failed and not member.failures):
            return
        member.failures = member.failures + 1 if failed else 0
        desk.keep(self._writer.do(partial(keep_failures, account=member.account.id, failures=member.failures)))

    async def _report_first(self, account: int) -> None:
        """Push before the answer leaves; the submit is accepted whatever comes of it (C3)."""
        try:
            await self._report_now(account)
        except StorageError as error:
            logger.warning("the report that was to come first comes later: %s", error)

    def _price(self, desk: "_Desk", call: Call, numbers: Numbers) -> Submit:
        get = desk.attempt.parameters.get
        settings = desk.member.account.settings
        content = desk.attempt.parameters.values["content"]
        mms = get("smstype") == "1"
        segments = 1 if mms else count_segments(content)
        price = settings.mms_price if mms else settings.price
        if settings.billing == "segment":
            price *= segments
        sendtime = get("sendtime")
        return Submit(
            desk.member.account.id,
            Traits(settings.account, content, get("sender") or "", int(mms)),
            get("mmstitle") or "",
            numbers,
            segments,
            price,
            desk.now,
            None if sendtime is None else read_wire_time(sendtime, self.terms.zone),
            at_once=call.fault is not None and call.fault.report_first,
        )

    def _note_booking(self, desk: "_Desk", booking: Booking) -> None:
        submit = booking.submit
        if submit.numbers.abnormal:
            desk.notes.append(SOME_FULL_WIDTH if submit.numbers.full_width else SOME_ABNORMAL)
        if submit.numbers.trimmed:
            desk.notes.append(BLANKS_IN_NUMBERS)
        if is_doubled(submit.numbers.text):
            desk.notes.append(CODE_TWICE)
        if submit.sendtime is not None and submit.sendtime < submit.accepted_at:
            desk.notes.append(SENDTIME_PAST)
        if any(life.plan.magic for life in booking.lives):
            desk.notes.append(MAGIC)
        numbers = submit.numbers
        habits = desk.member.habits.submit(submit.traits.content, numbers.text, numbers.total, desk.now)
        if habits:
            desk.notes += habits

    async def _report(self, desk: "_Desk", ids: list[str]) -> Answer:
        asked = read_ids(ids)  # P5.2: what is no number cannot be found, but counts once
        wanted = [id for id in asked if isinstance(id, int) and id <= ID_MAX]
        found = await self._lookups.states(desk.member.account.id, wanted)
        rows = self._report_rows([found[id] for id in wanted if id in found])
        self._tally.count_reports([row[3] for row in rows if row[3] not in (UNSENT, SENDING)])
        habit = desk.member.habits.poll(desk.attempt.parameters.values["ids"], desk.now)
        if habit is not None:
            desk.notes.append(habit)
        if len(rows) < len(asked) and any(_is_like_number(item) for item in asked if item not in found):
            desk.notes.append(ID_LIKE_NUMBER)
        return desk.accept(answers.encode_reports(rows, len(asked) - len(rows)))

    def _report_rows(self, found: list[State]) -> list[answers.ReportRow]:
        # Messages of one submit share their moments: each is written once.
        moments = {sending_at for _, _, sending_at, _ in found if sending_at is not None}
        shown = {moment: self._wire(moment) for moment in moments}
        return [
            (id, number, 0 if state == UNSENT or sending_at is None else shown[sending_at], state)
            for id, number, sending_at, state in found
        ]

    async def _fetch(self, desk: "_Desk", *, again: bool) -> Answer:
        start_time = read_integer(desk.attempt.parameters.get("start_time") or "0") or 0
        if start_time >= _MILLISECONDS_FROM:
            desk.notes.append(START_TIME_LONG)
        since = max(-ID_MAX, min(start_time * SECOND, ID_MAX))
        account = desk.member.account.id
        # open: C3 does not say which fetch is the last one when it found nothing: it is the last that found something.
        deed = (
            partial(fetched_last, account=account)
            if again
            else partial(fetch_inbound, account=account, now=desk.now, since=since)
        )
        rows = await self._writer.do(deed)
        if self._events.listening and not again:
            self._tell_fetched(desk, rows)
        shown = [answers.InboundRow(id, sender, to, self._wire(at), content) for id, sender, to, at, content in rows]
        return desk.accept(answers.encode_inbound(shown))

    def _tell_fetched(self, desk: "_Desk", rows: list[Row]) -> None:
        account = desk.member.account.name
        for id, sender, to, at, content in rows:
            self._events.publish("inbound", id, Inbound(id, account, sender, to, content, at, desk.now))

    def _wire(self, moment: int) -> int:
        """The wire's time of a moment; neighbours often share their second."""
        second = moment // SECOND
        if self._shown[0] != second:
            self._shown = (second, write_wire_time(moment, self._zone))
        return self._shown[1]

    @property
    def _zone(self) -> tzinfo:
        return self.terms.zone


class _Prepared:
    """The answer to a large submit: its rows take the database longer than it takes us, so it is built meanwhile."""

    body = b""

    def __call__(self, booking: Booking) -> None:
        self.body = _show(booking)


def _show(booking: Booking) -> bytes:
    return answers.encode_submit(booking.submit.numbers, booking.first_id)


def _blame_store(refusal: Refusal | None) -> Refusal:
    """What a request is answered whose store failed: whatever else was wrong with it comes first (P2, order 14)."""
    return refusal or Refusal(Status.PLATFORM_ERROR, STORE_FAILED)


def _is_like_number(item: int | str | None) -> bool:
    text = str(item).removeprefix("+")
    return len(text) >= _PHONE_DIGITS and is_digits(text)


def _take_note(done: "Future[Any]") -> None:
    if not done.cancelled():
        done.exception()


class _Desk:
    """One request while it is judged: the attempt, who sent it, and what must be stored before it is answered."""

    __slots__ = ("_keeping", "_member", "attempt", "notes", "now")

    def __init__(self, attempt: Attempt, member: Member | None, now: int) -> None:
        self.attempt = attempt
        self.now = now
        self.notes: list[Note] = []
        self._member = member
        self._keeping: list[Future[Any]] = []

    @property
    def member(self) -> Member:
        """The account's member; only asked for once the password was right. Raises StorageError when it has none."""
        if self._member is None:
            raise StorageError("the account could not be made")
        return self._member

    def keep(self, keeping: "Future[Any]") -> None:
        """Do not answer before this is stored. What shares its group fails with it and may be heard of first."""
        keeping.add_done_callback(_take_note)
        self._keeping.append(keeping)

    async def kept(self) -> None:
        """Wait until everything is stored. Raises StorageError."""
        for keeping in self._keeping:
            await keeping

    def accept(self, body: bytes) -> Answer:
        """The answer to a request that passed."""
        return Answer(body, Status.ACCEPTED, None, self._all_notes(), self._secret())

    def refuse(self, refusal: Refusal, body: bytes) -> Answer:
        """The answer to a request that did not."""
        return Answer(body, refusal.status, refusal.reason, self._all_notes(), self._secret())

    def _secret(self) -> str | None:
        return None if self._member is None else self._member.account.settings.password

    def _all_notes(self) -> tuple[Note, ...]:
        """The notes in the order of their use: only the first few travel, and of unknown names there may be many."""
        sent = self.attempt.parameters.notes
        if not self.notes or not sent:
            return sent or tuple(self.notes)
        known = sum(note.code != PARAMETER_UNKNOWN.code for note in sent)
        return (*sent[:known], *self.notes, *sent[known:])
