"""What is a message, on its way out (MT) or in (MO), and a push, as an operator sees them (C4)?"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

PushState = Literal["queued", "sending", "retrying", "delivered", "parked", "dropped"]
"""Where a push is."""


class Transition(NamedTuple):
    """A state that a message entered, and the moment at which it was due to."""

    state: int
    at: int


@dataclass(frozen=True, slots=True)
class Message:
    """A message (MT) with everything that its submit and its life say of it: moments in microseconds, money in
    micro-units."""

    id: int
    account: str
    submit: int
    number: str
    sender: str
    content: str
    smstype: int
    mmstitle: str
    state: int
    accepted_at: int
    sendtime: int | None
    sent_at: int | None
    final_at: int | None
    segments: int
    price: int
    rule: int | None
    transitions: tuple[Transition, ...]
    pushes: tuple[int, ...]


Decider = Literal["rule", "magic number", "operator", "nobody"]
"""Who decided how a message ends (P9.2)."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message ends as it does, what comes yet, and what its submit has paid: all its messages together."""

    decided_by: Decider
    outcome: int
    forced_from: int | None
    upcoming: tuple[Transition, ...]
    submit: int
    paid_gift: int
    paid_balance: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """An inbound message (MO). `sender` wrote it to `recipient`, one of the account's numbers."""

    id: int
    account: str
    sender: str
    recipient: str
    content: str
    received_at: int
    fetched_at: int | None


class Attempt(NamedTuple):
    """One PUT of a push: what came back, or why nothing did, and what the gateway makes of it."""

    at: int
    url: str
    http_status: int | None
    error: str | None
    duration_ms: int
    verdict: str


@dataclass(frozen=True, slots=True)
class PushRecord:
    """A push: up to 50 reports that are PUT together (P8)."""

    id: int
    account: str
    state: PushState
    reports: tuple[int, ...]
    attempts: tuple[Attempt, ...]
