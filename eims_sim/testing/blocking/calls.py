"""What can be asked of a simulator, and done to it (C4, C6)? A class for each thing. Written by compile.py."""

import builtins
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Unpack

from ...client.access import segment
from ...faking import DEFAULT_HOURS, DEFAULT_LOCALE, fake_inbound, inbound_calls
from ..callers import Caller
from ..reading import moment, read, read_all
from ..results import Account, Advanced, Clock, Fault, Inbound, Message, Push, Request, Rule
from ..settings import (
    AccountChange,
    InboundFilters,
    MessageFilters,
    NewAccount,
    NewFault,
    NewRule,
    PushFilters,
    RequestFilters,
)
from ..shortfalls import SHOWN, message_line, missed, request_line


class _Calls:
    """Calls about one thing."""

    def __init__(self, calls: Caller) -> None:
        self._calls = calls


class Accounts(_Calls):
    """Who may use the gateway."""

    def add(self, **account: Unpack[NewAccount]) -> Account:
        """Make an account. Raises RefusedError, also when the name is taken."""
        return read(Account, self._calls.control("POST", "accounts", account))

    def get(self, account: str) -> Account:
        """An account, with the money that it has now. Raises MissingError."""
        return read(Account, self._calls.control("GET", f"accounts/{segment(account)}"))

    def list(self) -> builtins.list[Account]:
        """All of them, by name."""
        return read_all(Account, self._calls.items("accounts"))

    def set(self, name: str, /, **changes: Unpack[AccountChange]) -> Account:
        """Change what is named of an account. Raises MissingError, RefusedError."""
        return read(Account, self._calls.control("PATCH", f"accounts/{segment(name)}", changes))

    def remove(self, account: str) -> None:
        """Remove an account with its messages, inbound and reports. Raises MissingError."""
        self._calls.control("DELETE", f"accounts/{segment(account)}")


class Messages(_Calls):
    """What clients have sent (MT)."""

    def list(self, **filters: Unpack[MessageFilters]) -> builtins.list[Message]:
        """All that match, the oldest first."""
        return read_all(Message, self._calls.items("messages", filters))

    def get(self, id: int) -> Message:
        """One message. Raises MissingError."""
        return read(Message, self._calls.control("GET", f"messages/{id}"))

    def wait(self, *, count: int = 1, timeout: float = 5, **filters: Unpack[MessageFilters]) -> builtins.list[Message]:
        """All that match, as soon as there are `count`, old ones counted.

        For a state: a message takes 1.5 s to its end, unless the settings or a rule say otherwise; on a frozen clock
        it takes `clock.advance`. Raises TimeoutError, which says what there was, after `timeout` real seconds.
        """
        if not self._calls.wait("messages", filters, count, timeout):
            found = [message_line(one) for one in self._calls.items("messages", filters)]
            newest = self._calls.control("GET", "messages", None, {"order": "desc", "limit": SHOWN})
            others = [message_line(one) for one in newest["items"]]
            frozen = (self._calls.control("GET", "clock"))["mode"] == "frozen"
            raise TimeoutError(missed("messages", filters, count, timeout, found, others, frozen=frozen))
        return self.list(**filters)

    def force(self, id: int, state: int) -> Message:
        """Make a message final now: 0 or a report code. Raises MissingError, RefusedError when it is final."""
        return read(Message, self._calls.control("PATCH", f"messages/{id}", {"state": state}))

    def empty(self) -> None:
        """Remove those that are final, with their reports."""
        self._calls.control("DELETE", "messages")


class InboundMessages(_Calls):
    """What phones write to the gateway (MO)."""

    def add(
        self,
        *,
        from_: str,
        to: str,
        content: str,
        account: str | None = None,
        received_at: datetime | str | None = None,
    ) -> Inbound:
        """Let a message arrive, for whoever owns the number `to` unless an account is named. Raises RefusedError."""
        sent = {"from": from_, "to": to, "content": content, "account": account, "received_at": moment(received_at)}
        told = {name: value for name, value in sent.items() if value is not None}
        return read(Inbound, self._calls.control("POST", "inbound", told))

    def generate(
        self,
        count: int,
        *,
        account: str,
        to: Sequence[str] = (),
        locale: str = DEFAULT_LOCALE,
        seed: int = 1,
        hours: float = DEFAULT_HOURS,
    ) -> builtins.list[Inbound]:
        """Let made-up people write to an account, in the language and from numbers of any locale of Faker's.

        They write to `to`, else to the account's own numbers, else to an invented one, over so many hours, the last one
        now; with 0 all of them now. The same seed makes the same messages. Raises UnknownLocaleError, MissingError.
        """
        numbers = to or (Accounts(self._calls).get(account)).numbers
        made = fake_inbound(count, numbers, locale=locale, seed=seed, hours=hours)
        now = (ClockControl(self._calls).get()).now
        arrived = []
        for body in inbound_calls(made, account, now):
            arrived += read_all(Inbound, self._calls.control("POST", "inbound", body))
        return arrived

    def list(self, **filters: Unpack[InboundFilters]) -> builtins.list[Inbound]:
        """All that match, fetched or not, the oldest first."""
        return read_all(Inbound, self._calls.items("inbound", filters))

    def empty(self) -> None:
        """Remove all of them."""
        self._calls.control("DELETE", "inbound")


class Rules(_Calls):
    """How messages end: the first rule that matches decides."""

    def add(self, **rule: Unpack[NewRule]) -> Rule:
        """Append a rule. Raises RefusedError."""
        return read(Rule, self._calls.control("POST", "rules", rule))

    def list(self) -> builtins.list[Rule]:
        """All of them, by id."""
        return read_all(Rule, self._calls.items("rules"))

    def get(self, id: int) -> Rule:
        """One of them, with how many messages it decided. Raises MissingError."""
        return read(Rule, self._calls.control("GET", f"rules/{id}"))

    def set(self, id: int, /, **rule: Unpack[NewRule]) -> Rule:
        """Replace a rule; it keeps its id and place, and counts anew. Raises MissingError, RefusedError."""
        return read(Rule, self._calls.control("PUT", f"rules/{id}", rule))

    def remove(self, id: int) -> None:
        """Remove a rule. Raises MissingError."""
        self._calls.control("DELETE", f"rules/{id}")

    def empty(self) -> None:
        """Remove all of them, also those of the file."""
        self._calls.control("DELETE", "rules")


class Faults(_Calls):
    """What goes wrong on purpose: the first fault that matches strikes."""

    def add(self, **fault: Unpack[NewFault]) -> Fault:
        """Append a fault. Raises RefusedError."""
        return read(Fault, self._calls.control("POST", "faults", fault))

    def list(self) -> builtins.list[Fault]:
        """All of them, by id."""
        return read_all(Fault, self._calls.items("faults"))

    def get(self, id: int) -> Fault:
        """One of them, with how often it struck. Raises MissingError."""
        return read(Fault, self._calls.control("GET", f"faults/{id}"))

    def set(self, id: int, /, **fault: Unpack[NewFault]) -> Fault:
        """Replace a fault; it keeps its id and place, and counts anew. Raises MissingError, RefusedError."""
        return read(Fault, self._calls.control("PUT", f"faults/{id}", fault))

    def remove(self, id: int) -> None:
        """Remove a fault. Raises MissingError."""
        self._calls.control("DELETE", f"faults/{id}")

    def empty(self) -> None:
        """Remove all of them, also those of the file."""
        self._calls.control("DELETE", "faults")


class Requests(_Calls):
    """The journal: what clients have asked, and what they were answered."""

    def list(self, **filters: Unpack[RequestFilters]) -> builtins.list[Request]:
        """All that match, the oldest first."""
        return read_all(Request, self._calls.items("requests", filters))

    def get(self, id: int) -> Request:
        """One of them: the id is that of X-EIMS-Sim-Request. Raises MissingError."""
        return read(Request, self._calls.control("GET", f"requests/{id}"))

    def wait(self, *, count: int = 1, timeout: float = 5, **filters: Unpack[RequestFilters]) -> builtins.list[Request]:
        """All that match, as soon as there are `count`, old ones counted.

        Raises TimeoutError, which says what there was, after `timeout` real seconds.
        """
        if not self._calls.wait("requests", filters, count, timeout):
            found = [request_line(one) for one in self._calls.items("requests", filters)]
            newest = self._calls.control("GET", "requests", None, {"order": "desc", "limit": SHOWN})
            others = [request_line(one) for one in newest["items"]]
            raise TimeoutError(missed("requests", filters, count, timeout, found, others, frozen=False))
        return self.list(**filters)

    def empty(self) -> None:
        """Empty the journal."""
        self._calls.control("DELETE", "requests")


class Pushes(_Calls):
    """The pushes of delivery reports."""

    def list(self, **filters: Unpack[PushFilters]) -> builtins.list[Push]:
        """All that match, the oldest first."""
        return read_all(Push, self._calls.items("pushes", filters))

    def get(self, id: int) -> Push:
        """One of them, with each attempt. Raises MissingError."""
        return read(Push, self._calls.control("GET", f"pushes/{id}"))

    def retry(self, id: int) -> None:
        """Push it again, due now. Raises MissingError, RefusedError while it is queued or being sent."""
        self._calls.control("POST", f"pushes/{id}/retry")


class ClockControl(_Calls):
    """The gateway's time: real, standing still, or scaled."""

    def get(self) -> Clock:
        """What it shows."""
        return read(Clock, self._calls.control("GET", "clock"))

    def freeze(self, now: datetime | str | None = None) -> Clock:
        """Let it stand still, at `now` (RFC 3339, or a datetime with its zone) or where it is."""
        return self._set("frozen", now=moment(now))

    def scale(self, scale: float, now: datetime | str | None = None) -> Clock:
        """Let it run so many times as fast as real time."""
        return self._set("scaled", scale=scale, now=moment(now))

    def real(self) -> Clock:
        """Let it show the system's time."""
        return self._set("real")

    def advance(self, seconds: float | None = None, *, to: Literal["next"] | None = None) -> Advanced:
        """Let time pass on a clock that is not real: so many seconds, or to the next due moment.

        Everything that falls due is made at its moment, stored and pushed when this returns. Raises RefusedError.
        """
        if (seconds is None) == (to is None):
            raise TypeError('one of seconds and to="next" is wanted')
        told = {"to": to} if seconds is None else {"seconds": seconds}
        return read(Advanced, self._calls.control("POST", "clock/advance", told))

    def _set(self, mode: str, **more: object) -> Clock:
        told = {name: value for name, value in more.items() if value is not None}
        return read(Clock, self._calls.control("PUT", "clock", {"mode": mode, **told}))


class State(_Calls):
    """Everything that the simulator knows but the journal, as one document."""

    def export(self, *, secrets: bool = False) -> dict[str, Any]:
        """The document; with passwords and keys when they are asked for."""
        document: dict[str, Any] = self._calls.control("GET", "state", None, {"secrets": secrets})
        return document

    def restore(self, document: Mapping[str, Any]) -> None:
        """Put a document in the place of everything, or nothing. Raises RefusedError with all that is wrong with it."""
        self._calls.control("PUT", "state", document)
