"""What do the people see who hold the phones, MT and MO (C4)?"""

import re
from dataclasses import dataclass
from datetime import tzinfo
from typing import Annotated, ClassVar, Final, Literal

from aiohttp import web
from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypedDict

from ...domain.handsets import NEWEST, Handset, Place, Said, seen_at
from ...domain.messages import Inbound, Message
from ...domain.otp import digits_codes
from ...protocol.notation import write_rfc3339
from .door import json_response
from .operation import Asked, Operation
from .shapes import QUERY, Limit, Time, show_moment

PREVIEW: Final = 100
"""So many characters of what was said last are shown."""

_PLACE: Final = r"^([0-9]{1,18})-([0-9]{1,18})$"


def _read_place(value: object) -> Place:
    found = re.fullmatch(_PLACE, value, re.ASCII) if isinstance(value, str) else None
    if found is None:
        raise ValueError("what `next` of the answer before said, such as 18-6")
    return Place(int(found[1]), int(found[2]))


After = Annotated[Place, BeforeValidator(_read_place), WithJsonSchema({"type": "string", "pattern": _PLACE})]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsetQuery:
    """Which numbers."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    number: Annotated[str, Field(description="Only those that begin so.")] = ""
    limit: Limit = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationQuery:
    """Which part of a conversation."""

    __pydantic_config__: ClassVar[ConfigDict] = QUERY

    limit: Limit = 100
    after: Annotated[After | None, Field(description="Only what is older: what `next` said.")] = None


class HandsetShown(TypedDict):
    """A number and what was said last: to it (`mt`, with its state) or by who holds it (`mo`)."""

    number: str
    direction: Literal["mt", "mo"]
    account: str
    last: str
    last_at: Time
    state: int | None


class HandsetList(TypedDict):
    """The numbers of late, the last first."""

    items: list[HandsetShown]


class CodePlaceShown(TypedDict):
    """A run of 4 to 8 digits, and how many characters (code points) stand before it."""

    code: str
    start: int


class SentShown(TypedDict):
    """A message (MT). `at` is when it ended, well or not, or its acceptance while it is under way."""

    direction: Literal["mt"]
    id: int
    account: str
    sender: str
    content: str
    mmstitle: str
    smstype: int
    state: int
    at: Time
    sendtime: Time | None
    codes: list[CodePlaceShown]


class RepliedShown(TypedDict):
    """An inbound message (MO); `fetched_at` is null until getsms has fetched it."""

    direction: Literal["mo"]
    id: int
    account: str
    to: str
    content: str
    at: Time
    fetched_at: Time | None


class ConversationShown(TypedDict):
    """A part of a conversation, the newest first; `next` is where to read on, null at the beginning."""

    number: str
    items: list[SentShown | RepliedShown]
    next: Annotated[str, WithJsonSchema({"type": "string", "pattern": _PLACE})] | None


async def recent(asked: Asked[HandsetQuery, None]) -> web.StreamResponse:
    """The numbers that were written to, or wrote, lately: the last first.

    They are found in the last 200 submits, of each its first 10 numbers, and in the last 500 inbound messages.
    """
    found = await asked.controls.handsets.recent(asked.query.number, asked.query.limit)
    return json_response(HandsetList(items=[_show_handset(handset, asked.zone) for handset in found]))


async def one(asked: Asked[ConversationQuery, None]) -> web.StreamResponse:
    """What a number was sent and sent back, as on its phone, the newest first; nothing for one that nobody knows."""
    query, number = asked.query, asked.request.match_info["number"]
    found = await asked.controls.handsets.conversation(number, query.after or NEWEST, query.limit)
    shown = ConversationShown(
        number=number,
        items=[_show_said(said, asked.zone) for said in found.said],
        next=None if found.next is None else f"{found.next.message}-{found.next.inbound}",
    )
    return json_response(shown)


def _show_handset(handset: Handset, zone: tzinfo) -> HandsetShown:
    last = handset.last
    return HandsetShown(
        number=handset.number,
        direction="mt" if isinstance(last, Message) else "mo",
        account=last.account,
        last=last.content[:PREVIEW],
        last_at=write_rfc3339(seen_at(last), zone),
        state=last.state if isinstance(last, Message) else None,
    )


def _show_said(said: Said, zone: tzinfo) -> SentShown | RepliedShown:
    return _show_reply(said, zone) if isinstance(said, Inbound) else _show_sent(said, zone)


def _show_sent(message: Message, zone: tzinfo) -> SentShown:
    return SentShown(
        direction="mt",
        id=message.id,
        account=message.account,
        sender=message.sender,
        content=message.content,
        mmstitle=message.mmstitle,
        smstype=message.smstype,
        state=message.state,
        at=write_rfc3339(seen_at(message), zone),
        sendtime=show_moment(message.sendtime, zone),
        codes=[CodePlaceShown(code=code, start=start) for code, start in digits_codes(message.content)],
    )


def _show_reply(inbound: Inbound, zone: tzinfo) -> RepliedShown:
    return RepliedShown(
        direction="mo",
        id=inbound.id,
        account=inbound.account,
        to=inbound.recipient,
        content=inbound.content,
        at=write_rfc3339(inbound.received_at, zone),
        fetched_at=show_moment(inbound.fetched_at, zone),
    )


OPERATIONS = (
    Operation(method="GET", path="handsets", handler=recent, query=HandsetQuery, replies={200: HandsetList}),
    Operation(
        method="GET", path="handsets/{number}", handler=one, query=ConversationQuery, replies={200: ConversationShown}
    ),
)
