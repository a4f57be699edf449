"""What is everything that a simulator knows (C4)? The document of GET and PUT /_sim/state, read.

Moments are microseconds, money is micro-units, as everywhere inside. `state_checks` says what must hold in it.
"""

from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from pydantic import ConfigDict, Field

from ..protocol.limits import NUMBERS_PER_POST, REPORTS_PER_PUSH
from .faults import FaultSettings
from .fields import STRICT, Name, Number
from .rules import RuleSettings
from .settings import ClockMode
from .state_accounts import AccountState
from .state_fields import Amount, Code, Count, Id, Instant, Next, Now

FORMAT: Final = "eims-sim-state"
VERSION: Final = 1
"""What a document says that it is. A change that an older eims-sim would not understand makes the next version."""

MESSAGES: Final = 100_000
"""So many messages one document may hold when it is imported (C4)."""

S = TypeVar("S")

Origin = Literal["preset", "file", "control"]
"""Who made a rule or a fault, in the order in which they are looked at: a preset, the file, the control API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """What the gateway's clock shows."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    mode: Annotated[ClockMode, Field(description="A real clock shows the system's time, whatever `now` says.")]
    now: Annotated[Now, Field(description="The moment that it shows, and goes on from.")]
    scale: Annotated[float, Field(gt=0, le=1_000_000, description="Seconds of a scaled clock to a real second.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NextIds:
    """The ids that are given next: no id in the document is as high."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    messages: Annotated[Next, Field(description="Of a message.")]
    inbound: Annotated[Next, Field(description="Of an inbound message.")]
    fetches: Annotated[Next, Field(description="Of a fetch by getsms that finds something.")]
    pushes: Annotated[Next, Field(description="Of a push.")]
    rules: Annotated[Next, Field(description="Of a rule.")]
    faults: Annotated[Next, Field(description="Of a fault.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState(RuleSettings):
    """A rule: its settings, and what is counted of it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Annotated[Id, Field(description="Its id.")]
    origin: Annotated[Origin, Field(description="Who made it.")]
    applied: Annotated[Count, Field(description="How often it applied.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultState(FaultSettings):
    """A fault: its settings, and what is counted of it."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Annotated[Id, Field(description="Its id.")]
    origin: Annotated[Origin, Field(description="Who made it.")]
    applied: Annotated[Count, Field(description="How often it struck.")]


def settings_of(kind: type[S], extended: Any) -> S:
    """The settings in what was made of them by adding members."""
    names: list[str] = [one.name for one in fields(kind)]  # type: ignore[arg-type]  # a dataclass
    return kind(**{name: getattr(extended, name) for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeState:
    """Messages of a submit that share their fate."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    state: Annotated[Code, Field(description="Where they are now: 1 unsent, 2 sending, else final.")]
    outcome: Annotated[Code, Field(description="How they end; 1 and 2 stay.")]
    sending_at: Annotated[Instant | None, Field(description="When they leave state 1, or left it; null: never.")]
    final_at: Annotated[Instant | None, Field(description="When they become final, or became it; null: never.")]
    rule: Annotated[Id | None, Field(description="The rule that decided it.")]
    forced_from: Annotated[
        Literal[1, 2] | None, Field(description="The state out of which an operator ended them; null: nobody did.")
    ]
    report_waits: Annotated[bool, Field(description="They are to be reported, and in no push yet.")]
    messages: Annotated[
        list[tuple[Id, Number]],
        Field(min_length=1, max_length=NUMBERS_PER_POST, description="The id and the number of each."),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitState:
    """An accepted request with its messages."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Annotated[Id, Field(description="The id of its first message; the others follow, up to the next submit's.")]
    account: Annotated[Name, Field(description="Whose it is.")]
    content: Annotated[str, Field(description="What it says.")]
    sender: Annotated[str, Field(description="The parameter `sender`.")]
    smstype: Annotated[int, Field(ge=0, le=1, description="0 SMS, 1 MMS.")]
    mmstitle: Annotated[str, Field(description="The parameter `mmstitle`.")]
    segments: Annotated[int, Field(ge=1, le=1_000_000, description="Radio parts of each message.")]
    price: Annotated[Amount, Field(description="What each message cost.")]
    paid_balance: Annotated[Amount, Field(description="What the balance paid of all.")]
    paid_gift: Annotated[Amount, Field(description="What the gift paid of all.")]
    refunded: Annotated[Amount, Field(description="What was paid back so far, balance first.")]
    accepted_at: Annotated[Instant, Field(description="When it was accepted.")]
    sendtime: Annotated[Instant | None, Field(description="When it was to be sent; null: at once.")]
    lives: Annotated[
        list[LifeState],
        Field(min_length=1, max_length=NUMBERS_PER_POST, description="Its messages, those together that share a fate."),
    ]

    @property
    def count(self) -> int:
        """How many messages it has."""
        return sum([len(life.messages) for life in self.lives])


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundState:
    """An inbound message."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Annotated[Id, Field(description="Its id.")]
    account: Annotated[Name, Field(description="Whose it is.")]
    sender: Annotated[str, Field(alias="from", min_length=1, max_length=64, description="Who wrote it.")]
    to: Annotated[str, Field(min_length=1, max_length=64, description="The number that it was written to.")]
    content: Annotated[str, Field(max_length=1_000_000, description="What it says.")]
    received_at: Annotated[Instant, Field(description="When it came; until then it is invisible.")]
    fetched_at: Annotated[Instant | None, Field(description="When getsms returned it; null: not yet.")]
    fetch: Annotated[Id | None, Field(description="Which fetch that was, counted from 1.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptState:
    """One PUT of a push."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    at: Annotated[Instant, Field(description="When it was made.")]
    url: Annotated[str, Field(description="Where it went.")]
    http_status: Annotated[
        Annotated[int, Field(ge=0, le=999)] | None, Field(description="The answer; null: there was none.")
    ]
    error: Annotated[str | None, Field(description="Why there was none.")]
    duration_ms: Annotated[Count, Field(description="How long it took, in real time.")]
    verdict: Annotated[str, Field(description="What the gateway made of it.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class PushState:
    """A push of reports."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    id: Annotated[Id, Field(description="Its id.")]
    account: Annotated[Name, Field(description="Whose it is.")]
    state: Annotated[
        Literal["queued", "retrying", "delivered", "parked", "dropped"],
        Field(description="Where it is; one that is being sent is still what it was before."),
    ]
    due: Annotated[
        Instant | None, Field(description="When it may be tried; null when it is neither queued nor retrying.")
    ]
    tried: Annotated[Count, Field(description="Attempts of this cycle.")]
    created_at: Annotated[Instant, Field(description="When it was put together.")]
    fault: Annotated[Id | None, Field(description="The fault that struck it.")]
    reports: Annotated[
        list[Id], Field(min_length=1, max_length=REPORTS_PER_PUSH, description="The messages that it reports.")
    ]
    attempts: Annotated[list[AttemptState], Field(description="Every attempt.")]


@dataclass(frozen=True, slots=True)
class State:
    """Everything, in the order in which the document has it."""

    clock: ClockState
    next: NextIds
    accounts: list[AccountState]
    rules: list[RuleState]
    faults: list[FaultState]
    submits: list[SubmitState]
    inbound: list[InboundState]
    pushes: list[PushState]

    @property
    def count(self) -> int:
        """How many messages there are."""
        return sum([submit.count for submit in self.submits])
