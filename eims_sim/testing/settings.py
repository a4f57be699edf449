"""What do calls take as keywords? Written by compile.py from the settings of the domain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Required, TypedDict


class Settings(TypedDict, total=False):
    """Any key of [server], [lifecycle] and [push]."""

    host: str
    """The address to listen on."""
    port: int
    """The port to listen on; 0 takes a free one."""
    database: str | Path
    """A path, or :memory: for a private temporary file removed at exit."""
    synchronous: Literal["normal", "full"]
    """full is also safe against loss of power, and slower."""
    timezone: str
    """The gateway's time zone, an IANA name."""
    clock: Literal["real", "frozen", "scaled"]
    """real, frozen at `now`, or scaled from `now`."""
    now: datetime | str
    """Where a frozen or scaled clock starts, in RFC 3339; empty: the time of the start."""
    scale: float
    """Seconds of a scaled clock to a real second."""
    seed: int
    """Decides outcomes, delays and jitter; never tokens."""
    strict: bool
    """Form bodies and the query of a POST count as absent (P1.7)."""
    magic_numbers: bool
    """Numbers that end in 0000 and a report code end so (P9.3)."""
    content_limit: int
    """The longest content (P2, order 5)."""
    content_limit_unit: Literal["characters", "bytes"]
    """What content_limit counts: code points, or bytes of UTF-8."""
    sensitive_words: Sequence[str]
    """Words that no content may hold, without regard to case."""
    trusted_proxies: Sequence[str]
    """Networks whose X-Forwarded-For is believed."""
    body_limit: int
    """The largest body in bytes, after decompression."""
    max_connections: int
    """Open connections beyond which new ones are answered 503, the control API's excepted."""
    waiting_numbers: int
    """Numbers that may wait for the database; beyond that sendsms is answered 503."""
    admin_open: bool
    """The control API asks for no token anywhere."""
    allowed_hosts: Sequence[str]
    """Host names the control API answers to, beside addresses, localhost and one-label names."""
    diagnosis_headers: bool
    """Send X-EIMS-Sim-Reason and X-EIMS-Sim-Note."""
    auto_accounts: str
    """The account like which an unknown one named auto-… is made at its first request; empty: none."""
    callback_allow: Sequence[str]
    """If not empty: the only hosts or networks that reports may go to."""
    callback_ca: str
    """A PEM file, for callbacks under a private authority."""
    journal_entries: int
    """Requests kept in the journal, in memory."""
    journal_bytes: int
    """Bytes of parameters and answers kept in the journal, 2 KiB each at most."""
    retention_seconds: int
    """0: messages are kept. Else final, reported ones older than this are removed."""
    unsent_seconds: float | Mapping[str, Any]
    """How long a message stays unsent."""
    sending_seconds: float | Mapping[str, Any]
    """How long a message is being sent."""
    interval_seconds: float
    """How long reports may be gathered into one request."""
    timeout_seconds: float
    """How long a callback may take to answer, in real time."""
    retry_first_seconds: float
    """The wait before the second attempt."""
    retry_factor: float
    """By how much each wait grows."""
    retry_max_seconds: float
    """No wait is longer."""
    attempts: int
    """Attempts before a push is parked, the first included."""
    in_flight: int
    """Pushes under way per account; more than 1 gives up the order."""


class NewAccount(TypedDict, total=False):
    """An account: any key of [[accounts]]."""

    account: Required[str]
    """The name that clients send."""
    password: Required[str]
    """The plain password."""
    auth: Literal["plain", "md5", "any"]
    """Which form of the password is taken (P1.6)."""
    key: str
    """The negotiated key of the md5 password; required unless plain."""
    seq_policy: Literal["any", "unique", "increasing"]
    """What is asked of seq (P1.6)."""
    max_skew_seconds: float
    """How far time may be from the gateway's clock; 0: off."""
    balance: Decimal | str | int
    """The account's own money."""
    gift: Decimal | str | int
    """Money given to it, spent first."""
    price: Decimal | str | int
    """The price of an SMS."""
    mms_price: Decimal | str | int
    """The price of an MMS."""
    billing: Literal["message", "segment"]
    """What price is asked for."""
    refund_failed: bool
    """A message that fails is paid back (P4.3)."""
    locked: bool
    """Locked by hand."""
    lock_after_failures: int
    """Failed authentications in a row that lock it; 0: off."""
    allowed_ips: Sequence[str]
    """If not empty: the only networks it may call from."""
    sensitive_words: Sequence[str]
    """Words its contents may not hold."""
    templates: Sequence[str]
    """If not empty: the only contents it may send, {name} standing for any text."""
    callback_url: str
    """Where delivery reports are PUT; empty: nowhere."""
    numbers: Sequence[str]
    """Its inbound numbers; a number belongs to one account."""


class AccountChange(TypedDict, total=False):
    """What is to change of an account."""

    account: str
    """The name that clients send."""
    password: str
    """The plain password."""
    auth: Literal["plain", "md5", "any"]
    """Which form of the password is taken (P1.6)."""
    key: str
    """The negotiated key of the md5 password; required unless plain."""
    seq_policy: Literal["any", "unique", "increasing"]
    """What is asked of seq (P1.6)."""
    max_skew_seconds: float
    """How far time may be from the gateway's clock; 0: off."""
    balance: Decimal | str | int
    """The account's own money."""
    gift: Decimal | str | int
    """Money given to it, spent first."""
    price: Decimal | str | int
    """The price of an SMS."""
    mms_price: Decimal | str | int
    """The price of an MMS."""
    billing: Literal["message", "segment"]
    """What price is asked for."""
    refund_failed: bool
    """A message that fails is paid back (P4.3)."""
    locked: bool
    """Locked by hand."""
    lock_after_failures: int
    """Failed authentications in a row that lock it; 0: off."""
    allowed_ips: Sequence[str]
    """If not empty: the only networks it may call from."""
    sensitive_words: Sequence[str]
    """Words its contents may not hold."""
    templates: Sequence[str]
    """If not empty: the only contents it may send, {name} standing for any text."""
    callback_url: str
    """Where delivery reports are PUT; empty: nowhere."""
    numbers: Sequence[str]
    """Its inbound numbers; a number belongs to one account."""


class NewRule(TypedDict, total=False):
    """A rule: any key of [[rules]]."""

    account: str | None
    """Only for this account."""
    number: Mapping[str, Any] | None
    """Only for numbers that match, + included."""
    content: Mapping[str, Any] | None
    """Only for contents that match, case-sensitive."""
    sender: Mapping[str, Any] | None
    """Only for senders that match."""
    smstype: int | None
    """Only for SMS (0) or MMS (1)."""
    outcome: Required[int]
    """0, a report code, or 1 / 2 to stay unsent / sending."""
    probability: float
    """How often it applies when its conditions hold."""
    unsent_seconds: float | Mapping[str, Any] | None
    """Instead of lifecycle.unsent_seconds."""
    sending_seconds: float | Mapping[str, Any] | None
    """Instead of lifecycle.sending_seconds."""
    times: int
    """How often it applies in all; 0: no limit."""
    enabled: bool
    """One that is off never applies, and keeps its id, place and count."""


class NewFault(TypedDict, total=False):
    """A fault: any key of [[faults]]."""

    endpoint: Required[Literal["getbalance", "sendsms", "getreport", "getsms", "*", "push"]]
    """The requests that it strikes, or the pushes of reports; `*` is every request, never a push."""
    account: str | None
    """Only for this account: the name as sent, before any check."""
    probability: float
    """How often it strikes when its conditions hold; drawn from the seed."""
    times: int
    """How often it strikes in all; 0: no limit. On push: batches."""
    delay_seconds: float | Mapping[str, Any] | None
    """Wait so long, in real time; alone, or before the effect."""
    status: int | None
    """Effect: answer this status, without processing."""
    http_status: int | None
    """Effect: answer this HTTP status, without processing."""
    connection: Literal["reset", "close", "hang"] | None
    """Effect: no answer. hang: until the client leaves, a reset or the shutdown."""
    body: Literal["malformed", "truncated", "empty", "slow"] | None
    """Effect: process, then spoil the answer. truncated: the full length is told, half is sent; slow: a few bytes at a time."""
    body_text: str | None
    """Effect: process, then answer this text."""
    repeat_inbound: bool
    """Effect, getsms: return the messages of the last fetch again."""
    report_first: bool
    """Effect, sendsms: delays are skipped, and the report is pushed before the answer."""
    reports: Literal["duplicate", "shuffle", "drop", "unknown"] | None
    """Effect, push: PUT twice, shuffle the rows, drop the push, or add a row with an id of nobody."""
    after: bool
    """With delay_seconds, http_status or connection: process and store first, then strike."""
    enabled: bool
    """One that is off never applies, and keeps its id, place and count."""


class MessageFilters(TypedDict, total=False):
    """Which messages."""

    account: str | None
    """Only of the account of this name."""
    number: str | None
    """Only to this number, as it is stored."""
    state: int | None
    """Only in this state."""
    sender: str | None
    """Only with this sender."""
    submit: int | None
    """Only of this submit."""
    content: str | None
    """Only with this in the content."""
    since: datetime | str | None
    """Only from this time on."""
    until: datetime | str | None
    """Only accepted up to this time."""


class InboundFilters(TypedDict, total=False):
    """Which inbound messages."""

    account: str | None
    """Only of the account of this name."""
    from_: str | None
    """Only from this number."""
    to: str | None
    """Only to this inbound number."""


class RequestFilters(TypedDict, total=False):
    """Which requests."""

    endpoint: str | None
    """Only to this path, without its slash."""
    account: str | None
    """Only of the account that was sent so."""
    status: int | None
    """Only answered with this status."""
    since: datetime | str | None
    """Only from this time on."""
    finding: str | None
    """Only with a reason or note of this code."""
    submit: int | None
    """Only the sendsms whose answer says that it booked this submit."""


class PushFilters(TypedDict, total=False):
    """Which pushes."""

    account: str | None
    """Only of the account of this name."""
    state: Literal["queued", "sending", "retrying", "delivered", "parked", "dropped"] | None
    """Only in this state."""
