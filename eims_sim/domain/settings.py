"""Which settings does the server have (C3)?

Each is one field; file, environment, options and documents read it here.
"""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from pydantic import ConfigDict, Field

from ..protocol.limits import BODY_BYTES, CONNECTIONS, CONTENT_LENGTH, HOST, PORT, WAITING_NUMBERS
from .delays import Delay, Fixed
from .fields import STRICT, Cidr, DelayField, HostName, HostOrCidr, Token, Word

ClockMode = Literal["real", "frozen", "scaled"]

LONGEST_RETENTION: Final = 10 * 366 * 86_400
"""Ten years: whoever means longer means for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The table `[server]`."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    host: Annotated[str, Field(min_length=1, description="The address to listen on.")] = HOST
    port: Annotated[int, Field(ge=0, le=65535, description="The port to listen on; 0 takes a free one.")] = PORT
    database: Annotated[
        str,
        Field(min_length=1, description="A path, or :memory: for a private temporary file removed at exit."),
    ] = "eims-sim.db"
    synchronous: Annotated[
        Literal["normal", "full"], Field(description="full is also safe against loss of power, and slower.")
    ] = "normal"
    timezone: Annotated[str, Field(min_length=1, description="The gateway's time zone, an IANA name.")] = (
        "Asia/Shanghai"
    )
    clock: Annotated[ClockMode, Field(description="real, frozen at `now`, or scaled from `now`.")] = "real"
    now: Annotated[
        str,
        Field(description="Where a frozen or scaled clock starts, in RFC 3339; empty: the time of the start."),
    ] = ""
    scale: Annotated[float, Field(gt=0, le=1_000_000, description="Seconds of a scaled clock to a real second.")] = 60
    seed: Annotated[int, Field(ge=0, lt=2**63, description="Decides outcomes, delays and jitter; never tokens.")] = 1
    strict: Annotated[bool, Field(description="Form bodies and the query of a POST count as absent (P1.7).")] = False
    magic_numbers: Annotated[bool, Field(description="Numbers that end in 0000 and a report code end so (P9.3).")] = (
        True
    )
    content_limit: Annotated[int, Field(ge=1, le=1_000_000, description="The longest content (P2, order 5).")] = (
        CONTENT_LENGTH
    )
    content_limit_unit: Annotated[
        Literal["characters", "bytes"],
        Field(description="What content_limit counts: code points, or bytes of UTF-8."),
    ] = "characters"
    sensitive_words: Annotated[
        tuple[Word, ...], Field(description="Words that no content may hold, without regard to case.")
    ] = ()
    trusted_proxies: Annotated[tuple[Cidr, ...], Field(description="Networks whose X-Forwarded-For is believed.")] = ()
    body_limit: Annotated[
        int, Field(ge=1024, le=2**30, description="The largest body in bytes, after decompression.")
    ] = BODY_BYTES
    max_connections: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="Open connections beyond which new ones are answered 503, the control API's excepted.",
        ),
    ] = CONNECTIONS
    waiting_numbers: Annotated[
        int,
        Field(
            ge=1,
            le=10_000_000,
            description="Numbers that may wait for the database; beyond that sendsms is answered 503.",
        ),
    ] = WAITING_NUMBERS
    admin_token: Annotated[
        Token,
        Field(
            description="What the control API asks for. Empty: nothing on loopback, elsewhere one is made at start.",
            json_schema_extra={"writeOnly": True},
        ),
    ] = field(default="", repr=False)
    admin_open: Annotated[bool, Field(description="The control API asks for no token anywhere.")] = False
    allowed_hosts: Annotated[
        tuple[HostName, ...],
        Field(description="Host names the control API answers to, beside addresses, localhost and one-label names."),
    ] = ()
    diagnosis_headers: Annotated[bool, Field(description="Send X-EIMS-Sim-Reason and X-EIMS-Sim-Note.")] = True
    auto_accounts: Annotated[
        str,
        Field(
            description="The account like which an unknown one named auto-… is made at its first request; empty: none."
        ),
    ] = ""
    callback_allow: Annotated[
        tuple[HostOrCidr, ...],
        Field(description="If not empty: the only hosts or networks that reports may go to."),
    ] = ()
    callback_ca: Annotated[str, Field(description="A PEM file, for callbacks under a private authority.")] = ""
    journal_entries: Annotated[
        int, Field(ge=1, le=1_000_000, description="Requests kept in the journal, in memory.")
    ] = 10_000
    journal_bytes: Annotated[
        int,
        Field(ge=0, le=2**32, description="Bytes of parameters and answers kept in the journal, 2 KiB each at most."),
    ] = 16_777_216
    retention_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=LONGEST_RETENTION,
            description="0: messages are kept. Else final, reported ones older than this are removed.",
        ),
    ] = 0


AT_START: Final = frozenset(
    {
        *("host", "port", "database", "synchronous", "timezone", "body_limit", "admin_token", "admin_open"),
        *("allowed_hosts", "callback_ca", "journal_entries", "journal_bytes", "max_connections", "waiting_numbers"),
    }
)
"""The keys of `[server]` that are read at the start only; a reload changes all others at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleSettings:
    """The table `[lifecycle]` (P9.1)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    unsent_seconds: Annotated[DelayField, Field(description="How long a message stays unsent.")] = Fixed(0.5)
    sending_seconds: Annotated[DelayField, Field(description="How long a message is being sent.")] = Fixed(1.0)


_HOUR = 3600
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSettings:
    """The table `[push]` (P8.3)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    interval_seconds: Annotated[
        float, Field(ge=0, le=_HOUR, description="How long reports may be gathered into one request.")
    ] = 0.2
    timeout_seconds: Annotated[
        float, Field(gt=0, le=_HOUR, description="How long a callback may take to answer, in real time.")
    ] = 10
    retry_first_seconds: Annotated[float, Field(ge=0, le=_DAY, description="The wait before the second attempt.")] = 1
    retry_factor: Annotated[float, Field(ge=1, le=100, description="By how much each wait grows.")] = 2
    retry_max_seconds: Annotated[float, Field(ge=0, le=30 * _DAY, description="No wait is longer.")] = 300
    attempts: Annotated[
        int, Field(ge=1, le=1000, description="Attempts before a push is parked, the first included.")
    ] = 10
    in_flight: Annotated[
        int, Field(ge=1, le=100, description="Pushes under way per account; more than 1 gives up the order.")
    ] = 1


__all__ = ["ClockMode", "Delay", "LifecycleSettings", "PushSettings", "ServerSettings"]
