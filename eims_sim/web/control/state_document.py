"""What does the document of everything look like (C4)? Loaded when somebody asks for it: it holds a type for each kind
of thing there is."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from ...domain.state import (
    ClockState,
    FaultState,
    InboundState,
    NextIds,
    PushState,
    RuleState,
    SubmitState,
)
from ...domain.state_accounts import AccountInState


class StateDocument(TypedDict):
    """Everything but the journal. Money is decimal text, times are RFC 3339."""

    format: Annotated[Literal["eims-sim-state"], Field(description="What this document is.")]
    version: Annotated[Literal[1], Field(description="The version of its form.")]
    clock: Annotated[ClockState, Field(description="The gateway's clock.")]
    next: Annotated[NextIds, Field(description="The ids that are given next.")]
    accounts: Annotated[list[AccountInState], Field(description="The accounts, in the order in which they came.")]
    rules: Annotated[list[RuleState], Field(description="The rules, in the order in which they are looked at.")]
    faults: Annotated[list[FaultState], Field(description="The faults, in the order in which they are looked at.")]
    submits: Annotated[list[SubmitState], Field(description="What clients sent, by id.")]
    inbound: Annotated[list[InboundState], Field(description="What phones sent, by id.")]
    pushes: Annotated[list[PushState], Field(description="The pushes of reports, by id.")]
