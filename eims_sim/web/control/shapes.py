"""How do moments, money and lists look in the control API (C4)?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, NotRequired, TypeVar

from aiohttp import web
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from ...domain.fields import STRICT
from ...domain.lists import Listed, Page
from ...domain.messages import Attempt, Inbound, Message, PushRecord, PushState, Transition
from ...engine.controls.behaviours import BehaviourControls, Counted, S
from ...protocol.notation import read_any_time, read_rfc3339, write_money, write_rfc3339

T = TypeVar("T")

ZONE: Final = web.AppKey("zone", tzinfo)

QUERY: Final = ConfigDict(extra="forbid")
"""A query is text: its values are read leniently, unknown names are refused."""


def _read_any_time(value: object) -> int:
    bound = read_any_time(value) if isinstance(value, str) else None
    if bound is None:
        raise ValueError("a time is RFC 3339 with its offset, such as 2026-01-01T00:00:00+08:00")
    return bound


def _read_moment(value: object) -> int:
    moment = read_rfc3339(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError("a time is RFC 3339 with its offset, from 1970 on, such as 2026-01-01T00:00:00+08:00")
    return moment


_TIME: Final = {"type": "string", "format": "date-time"}

Moment = Annotated[
    int,
    BeforeValidator(_read_moment),
    WithJsonSchema(_TIME | {"pattern": "^(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-"}),
]
"""A moment that the gateway's clock can show: from 1970 to 9998."""

Bound = Annotated[int, BeforeValidator(_read_any_time), WithJsonSchema(_TIME)]
"""A time to compare with."""

Order = Annotated[Literal["asc", "desc"], Field(description="Ascending or descending.")]
Limit = Annotated[int, Field(ge=1, le=1000, description="So many at most.")]
Id = Annotated[int, Field(ge=0, lt=2**63)]
"""An id to compare with."""

Since = Annotated[Bound | None, Field(description="Only from this time on.")]

OfAccount = Annotated[str | None, Field(description="Only of the account of this name.")]

Wait = Annotated[
    float | None,
    Field(ge=0, le=300, description="Answer as soon as `count` match in all, or after so many real seconds."),
]
Count = Annotated[int, Field(ge=1, le=10_000_000, description="How many to wait for, old ones counted.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """The parameters of every list."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    order: Order = "asc"
    limit: Limit = 100
    after: Annotated[Id | None, Field(description="Only what is strictly beyond this id.")] = None

    def page(self) -> Page:
        """The part of the list that is wanted."""
        return Page(self.limit, self.after, self.order == "desc")


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourQuery:
    """The parameters of the lists of rules and faults."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    order: Annotated[
        Literal["asc", "desc", "precedence"],
        Field(description="Ascending or descending, or the order in which they are looked at."),
    ] = "asc"
    limit: Limit = 100
    after: Annotated[Id | None, Field(description="Only what is strictly beyond this id, in that order.")] = None

    def of(self, controls: BehaviourControls[S]) -> Listed[Counted[S]]:
        """The part of the list that is wanted."""
        if self.order == "precedence":
            return controls.in_order(self.limit, self.after)
        return controls.listed(Page(self.limit, self.after, self.order == "desc"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Whether a rule or a fault is on."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    enabled: Annotated[bool, Field(description="Whether it applies to what comes.")]


Time = Annotated[str, WithJsonSchema(_TIME)]
"""A moment as it is shown: RFC 3339 in the gateway's zone."""

Amount = Annotated[str, WithJsonSchema({"type": "string", "pattern": r"^[0-9]+\.[0-9]{6}$"})]
"""Money as it is shown."""


class Listing(TypedDict, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: int | None
    total: int | None


class WaitedListing(Listing[T], Generic[T]):
    """A page of a list that could be waited for: then `complete` tells whether enough matched in time."""

    complete: NotRequired[bool]


class ViolationShown(TypedDict):
    """Where something is wrong, as a JSON pointer into the query or the body, and what would be right."""

    pointer: str
    detail: str
    nearest: NotRequired[str]


class ProblemShown(TypedDict):
    """Why a call was refused, with every violation at once (RFC 9457)."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    errors: list[ViolationShown]


class TransitionShown(TypedDict):
    """A state that a message entered, and when."""

    state: int
    at: Time


class MessageShown(TypedDict):
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
    accepted_at: Time
    sendtime: Time | None
    sent_at: Time | None
    final_at: Time | None
    segments: int
    price: Amount
    rule: int | None
    transitions: list[TransitionShown]
    pushes: list[int]


InboundShown = TypedDict(
    "InboundShown",
    {
        "id": int,
        "account": str,
        "from": str,
        "to": str,
        "content": str,
        "received_at": Time,
        "fetched_at": Time | None,
    },
)
InboundShown.__doc__ = "An inbound message (MO); `fetched_at` is null until getsms has fetched it."


class AttemptShown(TypedDict):
    """One PUT of a push."""

    at: Time
    url: str
    http_status: int | None
    error: str | None
    duration_ms: int
    verdict: str


class PushShown(TypedDict):
    """A push: up to 50 reports that are PUT together."""

    id: int
    account: str
    state: PushState
    reports: list[int]
    attempts: list[AttemptShown]


class ExplainedShown(TypedDict):
    """A reason or a note."""

    code: str
    text: str


class RequestShown(TypedDict):
    """A client's request and its answer."""

    id: int
    at: Time
    endpoint: str
    method: str
    peer: str
    account: str | None
    parameters: dict[str, str]
    status: int | None
    http_status: int | None
    reason: ExplainedShown | None
    notes: list[ExplainedShown]
    answer: str
    delivered: bool
    duration_ms: float


def show_list(
    listed: Listed[T], show: Callable[[T], Mapping[str, Any]], complete: bool | None = None
) -> dict[str, Any]:
    """A page of a list as JSON; `complete` tells what came of a wait, None that there was none."""
    items = [show(one) for one in listed.items]
    page = {"items": items, "next": items[-1]["id"] if items else None, "total": listed.total}
    return page if complete is None else {**page, "complete": complete}


def show_message(message: Message, zone: tzinfo) -> MessageShown:
    """A message as JSON."""
    return MessageShown(
        id=message.id,
        account=message.account,
        submit=message.submit,
        number=message.number,
        sender=message.sender,
        content=message.content,
        smstype=message.smstype,
        mmstitle=message.mmstitle,
        state=message.state,
        accepted_at=write_rfc3339(message.accepted_at, zone),
        sendtime=show_moment(message.sendtime, zone),
        sent_at=show_moment(message.sent_at, zone),
        final_at=show_moment(message.final_at, zone),
        segments=message.segments,
        price=write_money(message.price),
        rule=message.rule,
        transitions=show_transitions(message.transitions, zone),
        pushes=list(message.pushes),
    )


def show_transitions(transitions: Iterable[Transition], zone: tzinfo) -> list[TransitionShown]:
    """States that were entered, or will be, as JSON."""
    return [TransitionShown(state=state, at=write_rfc3339(at, zone)) for state, at in transitions]


def show_scale(scale: float) -> float:
    """The scale of a clock, without a fraction that says nothing."""
    return int(scale) if float(scale).is_integer() else scale


def show_inbound(inbound: Inbound, zone: tzinfo) -> InboundShown:
    """An inbound message as JSON."""
    return {
        "id": inbound.id,
        "account": inbound.account,
        "from": inbound.sender,
        "to": inbound.recipient,
        "content": inbound.content,
        "received_at": write_rfc3339(inbound.received_at, zone),
        "fetched_at": show_moment(inbound.fetched_at, zone),
    }


def show_push(push: PushRecord, zone: tzinfo) -> PushShown:
    """A push as JSON."""
    return {
        "id": push.id,
        "account": push.account,
        "state": push.state,
        "reports": list(push.reports),
        "attempts": [_show_attempt(attempt, zone) for attempt in push.attempts],
    }


def _show_attempt(attempt: Attempt, zone: tzinfo) -> AttemptShown:
    return AttemptShown(
        at=write_rfc3339(attempt.at, zone),
        url=attempt.url,
        http_status=attempt.http_status,
        error=attempt.error,
        duration_ms=attempt.duration_ms,
        verdict=attempt.verdict,
    )


def show_moment(moment: int | None, zone: tzinfo) -> str | None:
    """A moment as it is shown, or null for none."""
    return None if moment is None else write_rfc3339(moment, zone)
