"""What does the client's socket see of a fault (C3)?"""

import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from http import HTTPStatus
from http.client import responses
from typing import Final, NamedTuple

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from multidict import CIMultiDict

from ..diagnosis import Note, Reason
from ..domain.faults import Connection, Fault, Strike
from ..engine.faults import RESET_MEANWHILE, STRUCK_NOTE, STRUCK_REASON, Ending, Faults, Hold
from ..engine.gateway import Answer, Call, Gateway
from ..engine.journal import Entry
from ..protocol.answers import encode_http_error
from ..protocol.notation import SECOND
from .connection import GatewayConnection
from .http_errors import REASONS, RETRY_SECONDS
from .plain import Response
from .records import Records, Visit

SLOW_BYTES: Final = 4
SLOW_SECONDS: Final = 0.05
"""How a slow body comes: so many bytes, and so long a pause after them."""

BODILESS: Final = frozenset({204, 205, 304})
"""HTTP answers that carry no body."""

CUT: Final = 444
"""What the access log says of an answer that was never sent, as nginx does."""

_LINGER_NOT: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

Process = Callable[[Call], Awaitable[Answer]]


class Cut(web.Response):
    """No answer: the connection is closed, or reset."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__(status=CUT)
        self._resets = reset

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Cut the connection instead of beginning an answer; always raises ConnectionResetError."""
        transport = request.transport
        if transport is not None and self._resets:
            connected = transport.get_extra_info("socket")
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            transport.abort()
        elif transport is not None:
            transport.close()
        raise ConnectionResetError("a fault cut the connection")


class Truncated(web.StreamResponse):
    """The whole length is told, half of the body is sent, and the connection is closed."""

    def __init__(self, body: bytes, headers: CIMultiDict[str]) -> None:
        super().__init__(headers=headers)
        self.content_length = len(body)
        self._half = body[: len(body) // 2]

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the half and close; always raises ConnectionResetError."""
        del data
        await self.write(self._half)
        if self._req is not None and self._req.transport is not None:
            self._req.transport.close()
        raise ConnectionResetError("a fault cut the answer")


class _Struck(NamedTuple):
    """A request that a fault strikes; `answer` is the gateway's own, where the request was processed."""

    visit: Visit
    call: Call
    fault: Fault
    answer: Answer | None
    secret: str | None

    @property
    def reason(self) -> Reason:
        """Why the answer is not the gateway's own."""
        return Reason(STRUCK_REASON.code, self.fault.words())

    @property
    def noted(self) -> tuple[Note, ...]:
        """What the gateway itself notes."""
        return self.call.parameters.notes if self.answer is None else self.answer.notes

    @property
    def notes(self) -> tuple[Note, ...]:
        """What there is to note, the strike first."""
        return (Note(STRUCK_NOTE.code, self.fault.words()), *self.noted)


class Effects:
    """Answers the requests that a fault strikes."""

    def __init__(self, faults: Faults, gateway: Gateway, records: Records) -> None:
        self._faults = faults
        self._gateway = gateway
        self._records = records

    async def answer(self, visit: Visit, call: Call, process: Process, strike: Strike) -> Response:
        """Delay, process and spoil as the fault says. Raises OverloadedError as `process` does."""
        fault = strike.fault
        settings = fault.settings
        account = visit.account
        with self._faults.hold(account) as hold:
            if strike.delay and not settings.after:
                await hold.wait(strike.delay / SECOND)
                # open: a request that a reset finds delayed and not yet processed is not of the world that begins:
                # it is answered 503. One that was processed is answered at once, and a hang ends without an answer.
                if hold.ending is Ending.RESET:
                    response = self._records.error(503, RESET_MEANWHILE)
                    return self._records.refuse(visit, response)
            answer = await process(call._replace(fault=settings)) if fault.processes else None
            if strike.delay and settings.after:
                await hold.wait(strike.delay / SECOND)
            struck = _Struck(visit, call, fault, answer, self._gateway.secret(account))
            return await self._spoil(struck, hold)

    async def _spoil(self, struck: _Struck, hold: Hold) -> Response:
        wanted, answer = struck.fault.settings, struck.answer
        if wanted.http_status is not None:
            return self._http_error(struck, wanted.http_status)
        if wanted.connection is not None:
            return await self._cut(struck, wanted.connection, hold)
        if answer is None:
            return self._forced(struck)
        if wanted.body_text is not None:
            return self._replaced(struck, wanted.body_text.encode())
        match wanted.body:
            case "empty":
                return self._replaced(struck, b"")
            case "malformed":
                return self._replaced(struck, answer.body[:-1])
            case "truncated":
                entry = self._keep(struck, HTTPStatus.OK, answer.body, cut=True)
                return Truncated(answer.body, self._records.headers_of(entry))
            case "slow":
                return await self._slow(struck, answer, hold)
        return self._records.respond(struck.visit, answer._replace(notes=struck.notes))

    def _forced(self, struck: _Struck) -> Response:
        status = struck.fault.status
        assert status is not None  # noqa: S101  what is not processed and yet answered has a status
        body = self._gateway.forced(struck.visit.endpoint, struck.call, status)
        answer = Answer(body, status, struck.reason, struck.noted, struck.secret)
        return self._records.respond(struck.visit, answer)

    def _http_error(self, struck: _Struck, status: int) -> web.Response:
        known = REASONS.get(status)
        error = responses.get(status, "the gateway failed") if known is None else known.sentence
        body = b"" if status in BODILESS else encode_http_error(error)
        entry = self._keep(struck, status, body, reason=struck.reason)
        headers = self._records.headers_of(entry)
        if status in BODILESS:
            del headers["Content-Type"]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers["Retry-After"] = RETRY_SECONDS
        return web.Response(status=status, body=body, headers=headers)

    async def _cut(self, struck: _Struck, connection: Connection, hold: Hold) -> Cut:
        # On record before it happens: whoever sees it may look it up at once.
        body = b"" if struck.answer is None else struck.answer.body
        self._keep(struck, None if struck.answer is None else HTTPStatus.OK, body, cut=True)
        if connection == "hang":
            protocol = struck.visit.request.protocol
            assert isinstance(protocol, GatewayConnection)  # noqa: S101  the server makes no others
            protocol.when_lost(partial(hold.end, Ending.LEFT))
            await hold.wait(None)
        return Cut(reset=connection == "reset")

    def _replaced(self, struck: _Struck, body: bytes) -> web.Response:
        """Other bytes than the gateway's; what status they tell, if any, is not for us to read."""
        entry = self._keep(struck, HTTPStatus.OK, body, told=False)
        return web.Response(body=body, headers=self._records.headers_of(entry))

    async def _slow(self, struck: _Struck, answer: Answer, hold: Hold) -> web.StreamResponse:
        entry = self._keep(struck, HTTPStatus.OK, answer.body)
        response = web.StreamResponse(headers=self._records.headers_of(entry))
        response.content_length = len(answer.body)
        try:
            request = struck.visit.request
            assert isinstance(request, web.BaseRequest)  # noqa: S101  where faults strike nothing is answered directly
            await response.prepare(request)
            for piece in _pieces(answer.body, hold):
                await response.write(piece)
                await hold.wait(SLOW_SECONDS)
            await response.write_eof()
        except ConnectionError:
            self._records.lost(entry)
            raise
        return response

    def _keep(
        self,
        struck: _Struck,
        http_status: int | None,
        body: bytes,
        *,
        reason: Reason | None = None,
        cut: bool = False,
        told: bool = True,
    ) -> Entry:
        """Put it on record with the status that the gateway itself answered, if that is `told` to the client."""
        answer = struck.answer
        status = answer.status if answer is not None and told and reason is None else None
        why = reason or (answer.reason if answer is not None else None)
        notes = struck.notes if reason is None else struck.noted
        return self._records.keep(struck.visit, status, http_status, why, notes, body, struck.secret, cut=cut)


def _pieces(body: bytes, hold: Hold) -> Iterator[bytes]:
    """A few bytes at a time, until the hold is over: then the rest at once."""
    for at in range(0, len(body), SLOW_BYTES):
        if hold.ending is not None:
            yield body[at:]
            return
        yield body[at : at + SLOW_BYTES]
