"""What does a call of the control API take and give (C4)? Said once: validation and OpenAPI read it here."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import cache
from typing import Any, Final, Generic, TypeVar

from aiohttp import web
from pydantic import TypeAdapter

from ...engine.controls import Controls
from ...engine.waits import WhenLost
from ..connection import GatewayConnection
from .door import CONTROLS, DOOR, path_id, read_body, read_query, refuse_query
from .shapes import ZONE

Q = TypeVar("Q")
B = TypeVar("B")

JSON: Final = "application/json"

CHANGED: Final = b": changed\n\n"
"""A comment among the events, which the console listens for: a deed changed what none of C4's events may tell of."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[Q, B]):
    """A call that was let in, its query and body read."""

    request: web.Request
    query: Q
    body: B

    @property
    def controls(self) -> Controls:
        """The operator's deeds."""
        return self.request.app[CONTROLS]

    @property
    def zone(self) -> tzinfo:
        """The gateway's time zone, in which moments are shown."""
        return self.request.app[ZONE]

    @property
    def when_lost(self) -> WhenLost:
        """Has something called when the client has left."""
        protocol = self.request.protocol
        assert isinstance(protocol, GatewayConnection)  # noqa: S101  the server makes no others
        return protocol.when_lost

    @property
    def id(self) -> int:
        """The id in the path. Raises a 404 for what cannot be one."""
        return path_id(self.request)

    def check_secrets(self) -> None:
        """Raise a 403 unless passwords and keys may be shown to whoever asks."""
        self.request.app[DOOR].check_secrets(self.request)

    @property
    def account(self) -> str:
        """The account's name in the path."""
        return self.request.match_info["account"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call: its method, its path below `/_sim/`, who answers it, and the types of all that goes in and out.

    `replies` gives the type of the body for each HTTP status, None for none; `problems` are the statuses that it may
    refuse with beside those of every call. `empty` stands for a body that is not there; a `streamed` body is read by
    the handler itself. `media` is what a reply is written in. What is no GET and `reads` all the same changes nothing.
    The handler's docstring describes the call.
    """

    method: str
    path: str
    handler: Callable[[Asked[Any, Any]], Awaitable[web.StreamResponse]]
    replies: Mapping[int, Any]
    query: Any = None
    body: Any = None
    empty: bytes | None = None
    streamed: bool = False
    media: str = JSON
    problems: tuple[int, ...] = field(default=())
    open_to_all: bool = False
    reads: bool = False

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Read what the call takes and answer it. Raises Problem for what it does not take."""
        query = body = None
        if self.query is None:
            refuse_query(request)
        else:
            query = read_query(request, adapter(self.query))
        if self.body is not None and not self.streamed:
            body = await read_body(request, adapter(self.body), empty=self.empty)
        response = await self.handler(Asked(request, query, body))
        if self.method != "GET" and not self.reads:
            request.app[CONTROLS].events.remark(CHANGED)
        return response


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """The adapter of a type; made when it is first asked for, for that takes a while."""
    return TypeAdapter(kind)
