"""Which codes may travel beside an answer, and when does each (C5)? Documents, console and shell read them here."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Final, NamedTuple

from ..diagnosis import Note, Reason
from ..domain import authentication, habits
from ..domain.checks import BALANCE_CHECKS, BOOKING_REASONS, INBOUND_CHECKS, REPORT_CHECKS, SUBMIT_CHECKS, Check
from ..engine import faults, gateway
from ..protocol import bodies, names, pairs, requests
from ..protocol.codes import Status
from .http_errors import MORE_REASONS, REASONS

CHECKS: Final[Mapping[str, tuple[Check, ...]]] = {
    "getbalance": BALANCE_CHECKS,
    "sendsms": SUBMIT_CHECKS,
    "getreport": REPORT_CHECKS,
    "getsms": INBOUND_CHECKS,
}
"""What is checked at each endpoint, in this order (P2)."""

_NOTING: Final[tuple[ModuleType, ...]] = (bodies, pairs, requests, names, authentication, gateway, habits, faults)
"""Where the notes are at home."""


class Entry(NamedTuple):
    """A reason or a note by its code. `found` is its home's sentence; a case may say more, under the same code.

    A reason explains one `status` at some of the `endpoints`; or one `http_status`, on any path where no endpoints are
    named; or, when it has neither, whatever a fault answers.
    """

    found: Reason
    status: Status | None = None
    http_status: int | None = None
    endpoints: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """What it is in the findings (C4)."""
        return "note" if isinstance(self.found, Note) else "reason"


def reasons() -> list[Entry]:
    """Every reason: those of the protocol in the order of the checks, then those of HTTP by their number."""
    explained: dict[Reason, Entry] = {}
    for endpoint, status, reason in refusals():
        before = explained.get(reason, Entry(reason, status))
        explained[reason] = before._replace(endpoints=(*before.endpoints, endpoint))
    struck = Entry(faults.STRUCK_REASON, endpoints=tuple(CHECKS))
    beyond = [Entry(reason, http_status=status) for status, reason in REASONS.items()]
    beyond += [Entry(reason, http_status=status) for reason, status in MORE_REASONS.items()]
    beyond.append(Entry(faults.RESET_MEANWHILE, http_status=503, endpoints=tuple(CHECKS)))
    return [*explained.values(), struck, *sorted(beyond, key=lambda entry: entry.http_status or 0)]


def endpoints_by_status() -> Mapping[Status, tuple[str, ...]]:
    """Which endpoints answer each status; a fault makes any of them answer any."""
    answered: dict[Status, set[str]] = {status: set() for status in Status}
    answered[Status.ACCEPTED] = set(CHECKS)
    for endpoint, status, _ in refusals():
        answered[status].add(endpoint)
    return {status: tuple(name for name in CHECKS if name in found) for status, found in answered.items()}


def notes() -> list[Entry]:
    """Every note, by its code."""
    found = {value.code: value for module in _NOTING for value in vars(module).values() if isinstance(value, Note)}
    return [Entry(found[code]) for code in sorted(found)]


@cache
def codes() -> frozenset[str]:
    """The code of every reason and every note."""
    return frozenset(entry.found.code for entry in (*reasons(), *notes()))


def refusals() -> Iterator[tuple[str, Status, Reason]]:
    """Endpoint, status and reason of every refusal, in the order of the checks."""
    for endpoint, checks in CHECKS.items():
        for check in checks:
            for reason in check.reasons:
                yield endpoint, check.status, reason
    for status, found in BOOKING_REASONS.items():
        for reason in found:
            yield "sendsms", status, reason
    for endpoint in CHECKS:
        yield endpoint, Status.PLATFORM_ERROR, gateway.STORE_FAILED
