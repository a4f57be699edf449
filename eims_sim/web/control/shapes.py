"""How do moments, money and lists look in the control API (C4)?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from aiohttp import web
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema

from ...domain.lists import Listed, Page
from ...domain.messages import Inbound, Message, PushRecord
from ...protocol.notation import read_rfc3339, write_money, write_rfc3339

T = TypeVar("T")

ZONE: Final = web.AppKey("zone", tzinfo)

QUERY: Final = ConfigDict(extra="forbid")
"""A query is text: its values are read leniently, unknown names are refused."""


def _read_moment(value: object) -> int:
    moment = read_rfc3339(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError("a time is RFC 3339 with its offset, from 1970 on, such as 2026-01-01T00:00:00+08:00")
    return moment


Moment = Annotated[int, BeforeValidator(_read_moment), WithJsonSchema({"type": "string", "format": "date-time"})]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """The parameters of every list."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    order: Literal["asc", "desc"] = "asc"
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    after: Annotated[int, Field(ge=0, lt=2**63)] | None = None

    def page(self) -> Page:
        """The part of the list that is wanted."""
        return Page(self.limit, self.after, self.order == "desc")


def show_list(listed: Listed[T], show: Callable[[T], dict[str, Any]]) -> dict[str, Any]:
    """A page of a list as JSON."""
    items = [show(one) for one in listed.items]
    return {"items": items, "next": items[-1]["id"] if items else None, "total": listed.total}


def show_message(message: Message, zone: tzinfo) -> dict[str, Any]:
    """A message as JSON."""
    return {
        "id": message.id,
        "account": message.account,
        "submit": message.submit,
        "number": message.number,
        "sender": message.sender,
        "content": message.content,
        "smstype": message.smstype,
        "mmstitle": message.mmstitle,
        "state": message.state,
        "accepted_at": write_rfc3339(message.accepted_at, zone),
        "sendtime": _shown(message.sendtime, zone),
        "sent_at": _shown(message.sent_at, zone),
        "final_at": _shown(message.final_at, zone),
        "segments": message.segments,
        "price": write_money(message.price),
        "rule": message.rule,
        "transitions": [{"state": state, "at": write_rfc3339(at, zone)} for state, at in message.transitions],
        "pushes": list(message.pushes),
    }


def show_inbound(inbound: Inbound, zone: tzinfo) -> dict[str, Any]:
    """An inbound message as JSON."""
    return {
        "id": inbound.id,
        "account": inbound.account,
        "from": inbound.sender,
        "to": inbound.recipient,
        "content": inbound.content,
        "received_at": write_rfc3339(inbound.received_at, zone),
        "fetched_at": _shown(inbound.fetched_at, zone),
    }


def show_push(push: PushRecord, zone: tzinfo) -> dict[str, Any]:
    """A push as JSON."""
    attempts: list[Mapping[str, Any]] = [
        {**attempt._asdict(), "at": write_rfc3339(attempt.at, zone)} for attempt in push.attempts
    ]
    return {
        "id": push.id,
        "account": push.account,
        "state": push.state,
        "reports": list(push.reports),
        "attempts": attempts,
    }


def _shown(moment: int | None, zone: tzinfo) -> str | None:
    return None if moment is None else write_rfc3339(moment, zone)
