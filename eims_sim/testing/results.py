"""What do calls return? Written by compile.py from what the control API shows (C4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account: its settings, and the money that it has now."""

    account: str
    password: str | None
    auth: Literal["plain", "md5", "any"]
    key: str | None
    seq_policy: Literal["any", "unique", "increasing"]
    max_skew_seconds: float
    balance: Decimal
    gift: Decimal
    price: Decimal
    mms_price: Decimal
    billing: Literal["message", "segment"]
    refund_failed: bool
    locked: bool
    lock_after_failures: int
    allowed_ips: tuple[str, ...]
    sensitive_words: tuple[str, ...]
    templates: tuple[str, ...]
    callback_url: str
    numbers: tuple[str, ...]
    disabled: bool
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A state that a message entered, and when."""

    state: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message (MT)."""

    id: int
    account: str
    submit: int
    number: str
    sender: str
    content: str
    smstype: int
    mmstitle: str
    state: int
    accepted_at: datetime
    sendtime: datetime | None
    sent_at: datetime | None
    final_at: datetime | None
    segments: int
    price: Decimal
    rule: int | None
    transitions: tuple[Transition, ...]
    pushes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An inbound message (MO); `fetched_at` is null until getsms has fetched it."""

    id: int
    account: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    content: str
    received_at: datetime
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, and how many messages it decided."""

    account: str | None = None
    number: Mapping[str, Any] | None = None
    content: Mapping[str, Any] | None = None
    sender: Mapping[str, Any] | None = None
    smstype: int | None = None
    outcome: int
    probability: float = 1.0
    unsent_seconds: float | Mapping[str, Any] | None = None
    sending_seconds: float | Mapping[str, Any] | None = None
    times: int = 0
    enabled: bool = True
    id: int
    applied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault, and how often it struck."""

    endpoint: Literal["getbalance", "sendsms", "getreport", "getsms", "*", "push"]
    account: str | None = None
    probability: float = 1.0
    times: int = 0
    delay_seconds: float | Mapping[str, Any] | None = None
    status: int | None = None
    http_status: int | None = None
    connection: Literal["reset", "close", "hang"] | None = None
    body: Literal["malformed", "truncated", "empty", "slow"] | None = None
    body_text: str | None = None
    repeat_inbound: bool = False
    report_first: bool = False
    reports: Literal["duplicate", "shuffle", "drop", "unknown"] | None = None
    after: bool = False
    enabled: bool = True
    id: int
    applied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A reason or a note."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A client's request and its answer."""

    id: int
    at: datetime
    endpoint: str
    method: str
    peer: str
    account: str | None
    parameters: Mapping[str, str]
    status: int | None
    http_status: int | None
    reason: Explained | None
    notes: tuple[Explained, ...]
    answer: str
    delivered: bool
    duration_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One PUT of a push."""

    at: datetime
    url: str
    http_status: int | None
    error: str | None
    duration_ms: int
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A push: up to 50 reports that are PUT together."""

    id: int
    account: str
    state: Literal["queued", "sending", "retrying", "delivered", "parked", "dropped"]
    reports: tuple[int, ...]
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What the gateway's clock shows."""

    mode: Literal["real", "frozen", "scaled"]
    now: datetime
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Advanced:
    """What an advance made: transitions of messages, and push attempts."""

    now: datetime
    transitions: int
    pushes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMet:
    """A report code and how often it was polled, or pushed with success."""

    code: int
    meaning: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMet:
    """A status and how often it was answered."""

    status: int
    meaning: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Every status and every report code."""

    statuses: tuple[StatusMet, ...]
    reports: tuple[ReportMet, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What clients did wrong, by its code; `first` and `last` are ids of the journal."""

    code: str
    kind: Literal["reason", "note"]
    text: str
    count: int
    first: int
    last: int
