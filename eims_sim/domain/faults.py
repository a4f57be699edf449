"""Which fault strikes this request or this push (C3)? The first in the list whose conditions hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal, NamedTuple

from pydantic import ConfigDict, Field, model_validator

from ..protocol.codes import Status
from .delays import draw, span
from .fields import STRICT, DelayField, Enabled, Name

PUSH: Final = "push"
"""The endpoint of faults on pushes; ANY never means it."""

ANY: Final = "*"

_DRAWS: Final = 2**32
_DRAWS_EACH: Final = 4
_CHANCE, _DELAY = 0, 1
"""The purposes under which a fault draws, far from those of messages and pushes; a lognormal delay takes two."""

_SHUFFLE: Final = 2**48

_STRANGERS: Final = range(2**31 - 10**6, 2**31)
"""Ids of nobody: far beyond those of messages, and still what a client's 32-bit integer can carry."""

Connection = Literal["reset", "close", "hang"]
Body = Literal["malformed", "truncated", "empty", "slow"]
Reports = Literal["duplicate", "shuffle", "drop", "unknown"]

_STATUSES: Final = {int(status): status for status in Status}

_EFFECTS: Final = (
    "status",
    "http_status",
    "connection",
    "body",
    "body_text",
    "repeat_inbound",
    "report_first",
    "reports",
)
_HOMES: Final = {"repeat_inbound": "getsms", "report_first": "sendsms", "reports": PUSH}
"""The effects that one endpoint alone can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """One table `[[faults]]` (C3): who is struck, a delay, and at most one effect."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    endpoint: Annotated[
        Literal["getbalance", "sendsms", "getreport", "getsms", "*", "push"],
        Field(
            description="The requests that it strikes, or the pushes of reports; `*` is every request, never a push."
        ),
    ]
    account: Annotated[Name | None, Field(description="Only for this account: the name as sent, before any check.")] = (
        None
    )
    probability: Annotated[
        float, Field(ge=0, le=1, description="How often it strikes when its conditions hold; drawn from the seed.")
    ] = 1.0
    times: Annotated[
        int, Field(ge=0, le=2**53, description="How often it strikes in all; 0: no limit. On push: batches.")
    ] = 0
    delay_seconds: Annotated[
        DelayField | None, Field(description="Wait so long, in real time; alone, or before the effect.")
    ] = None
    status: Annotated[
        int | None, Field(ge=-13, le=-1, description="Effect: answer this status, without processing.")
    ] = None
    http_status: Annotated[
        int | None, Field(ge=200, le=599, description="Effect: answer this HTTP status, without processing.")
    ] = None
    connection: Annotated[
        Connection | None,
        Field(description="Effect: no answer. hang: until the client leaves, a reset or the shutdown."),
    ] = None
    body: Annotated[
        Body | None,
        Field(
            description="Effect: process, then spoil the answer. truncated: the full length is told, half is sent; "
            "slow: a few bytes at a time."
        ),
    ] = None
    body_text: Annotated[str | None, Field(description="Effect: process, then answer this text.")] = None
    repeat_inbound: Annotated[
        bool, Field(description="Effect, getsms: return the messages of the last fetch again.")
    ] = False
    report_first: Annotated[
        bool, Field(description="Effect, sendsms: delays are skipped, and the report is pushed before the answer.")
    ] = False
    reports: Annotated[
        Reports | None,
        Field(
            description="Effect, push: PUT twice, shuffle the rows, drop the push, or add a row with an id of nobody."
        ),
    ] = None
    after: Annotated[
        bool,
        Field(description="With delay_seconds, http_status or connection: process and store first, then strike."),
    ] = False
    enabled: Enabled = True

    @model_validator(mode="after")
    def _makes_sense(self) -> "FaultSettings":
        wrong = list(_contradictions(self))
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


def _contradictions(settings: FaultSettings) -> Iterator[str]:
    effects = [name for name in _EFFECTS if getattr(settings, name) not in (None, False)]
    if not effects and settings.delay_seconds is None:
        yield f"a fault does something: it needs delay_seconds or an effect, one of {', '.join(_EFFECTS)}"
    if len(effects) > 1:
        yield f"a fault has at most one effect, and {' and '.join(effects)} are {len(effects)}; write a fault for each"
    for name in effects:
        home = _HOMES.get(name)
        if home is not None and settings.endpoint != home:
            yield f'{name} needs endpoint = "{home}"'
        elif home is None and settings.endpoint == PUSH:
            yield f"{name} is for requests; a push takes delay_seconds and reports"
    if settings.after:
        yield from _too_late(settings)


def _too_late(settings: FaultSettings) -> Iterator[str]:
    if settings.endpoint == PUSH:
        yield "after = true is for requests; a push is never processed here"
    if settings.status is not None:
        yield "after = true does not go with status, which answers without processing"
    elif settings.delay_seconds is None and settings.http_status is None and settings.connection is None:
        yield "after = true needs delay_seconds, http_status or connection"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault with its id."""

    id: int
    settings: FaultSettings

    def meets(self, endpoint: str, account: str | None) -> bool:
        """Whether its conditions hold, before its chance and its `times` are looked at."""
        wanted = self.settings
        if wanted.endpoint != endpoint and (wanted.endpoint != ANY or endpoint == PUSH):
            return False
        return wanted.account is None or wanted.account == account

    @property
    def processes(self) -> bool:
        """Whether the request is processed, and only then spoiled."""
        wanted = self.settings
        return wanted.after or (wanted.status is None and wanted.http_status is None and wanted.connection is None)

    @property
    def status(self) -> Status | None:
        """The status that it answers."""
        return None if self.settings.status is None else _STATUSES[self.settings.status]

    def words(self) -> str:
        """What it does, in ASCII and without what the operator wrote in it."""
        wanted = self.settings
        done = []
        if wanted.delay_seconds is not None:
            done.append("delayed")
        if wanted.status is not None:
            done.append(f"status {wanted.status}")
        if wanted.http_status is not None:
            done.append(f"HTTP {wanted.http_status}")
        if wanted.connection is not None:
            done.append(f"connection {wanted.connection}")
        if wanted.body is not None:
            done.append(f"body {wanted.body}")
        if wanted.body_text is not None:
            done.append("the text that it names")
        done += [name for name in ("repeat_inbound", "report_first") if getattr(wanted, name)]
        if wanted.reports is not None:
            done.append(f"reports {wanted.reports}")
        processed = "processed, then " if wanted.after else ""
        return f"fault {self.id}: {processed}{', '.join(done)}"


class Strike(NamedTuple):
    """A fault that strikes, and the delay drawn for it in microseconds."""

    fault: Fault
    delay: int


def choose(
    faults: Iterable[Fault], endpoint: str, account: str | None, met: dict[int, int], applied: dict[int, int], seed: int
) -> Strike | None:
    """The fault that strikes this request or batch: the first that matches, in list order (C3).

    `met` counts by id what each was asked about, `applied` what it struck, both in place: the n-th request that meets
    a fault has the same luck in every run, whatever goes on beside it.
    """
    for fault in faults:
        if not fault.meets(endpoint, account):
            continue
        wanted, id = fault.settings, fault.id
        struck = applied.get(id, 0)
        if wanted.times and struck >= wanted.times:
            continue
        ordinal = met[id] = met.get(id, 0) + 1
        purpose = _DRAWS + _DRAWS_EACH * id
        if wanted.probability < 1 and draw(seed, ordinal, purpose + _CHANCE) >= wanted.probability:
            continue
        applied[id] = struck + 1
        delay = 0 if wanted.delay_seconds is None else span(wanted.delay_seconds, seed, ordinal, purpose + _DELAY)
        return Strike(fault, delay)
    return None


def shuffled(count: int, push: int, seed: int) -> list[int]:
    """The places of a push's rows in another order than theirs: always the same for one push."""
    order = sorted(range(count), key=lambda place: draw(seed, push, _SHUFFLE + place))
    return order if order != list(range(count)) else [*order[1:], *order[:1]]


def stranger(push: int) -> int:
    """The id that a push carries though no message has it."""
    return _STRANGERS[-push % len(_STRANGERS)]
