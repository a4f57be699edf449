"""Which request goes to which endpoint of the gateway, and what travels beside the answer (P1)?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from difflib import get_close_matches
from typing import Final, NamedTuple

from aiohttp import web
from multidict import CIMultiDict

from ..diagnosis import Reason
from ..engine.gateway import Answer, Call, Gateway
from ..errors import OverloadedError
from ..protocol.answers import CONTENT_TYPE
from ..protocol.requests import read_get, read_post
from .http_errors import CLOSING, METHOD_WRONG, PATH_UNKNOWN, REASON_HEADER, ErrorResponse

NOTE_HEADER: Final = "X-EIMS-Sim-Note"
NOTES: Final = 8
"""At most that many notes travel with an answer (C5)."""

Handler = Callable[[Call], Awaitable[Answer]]

_PLAIN_HEADERS: Final = {"Content-Type": CONTENT_TYPE}


class _Endpoint(NamedTuple):
    name: str
    answer: Handler
    methods: tuple[str, ...]


class _BodyError(Exception):
    """The body could not be read to its end; the connection cannot be used again."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Endpoints:
    """The four endpoints of the protocol over HTTP. `closing` makes every further request a 503 (P1.3)."""

    def __init__(self, gateway: Gateway, *, strict: bool, headers: bool, proxied: bool, body_seconds: float) -> None:
        self.closing = False
        self._strict = strict
        self._headers = headers
        self._proxied = proxied
        self._body_seconds = body_seconds
        self._endpoints: Mapping[str, _Endpoint] = {
            f"/{name}": _Endpoint(name, answer, methods)
            for name, answer, methods in (
                ("getbalance", gateway.balance, ("GET",)),
                ("sendsms", gateway.submit, ("GET", "POST")),
                ("getreport", gateway.report, ("GET",)),
                ("getsms", gateway.inbound, ("GET",)),
            )
        }

    async def serve(self, request: web.BaseRequest, path: str, query: str) -> web.StreamResponse:
        """Answer a request of a client; `query` is still percent-encoded."""
        endpoint = self._endpoints.get(path)
        if endpoint is None:
            return self._unknown(path)
        if request.method not in endpoint.methods:
            return self._wrong_method(endpoint)
        if self.closing:
            return _last(ErrorResponse(503, CLOSING, explained=self._headers))
        try:
            if request.method == "GET":
                parameters = read_get(query, endpoint.name)
                call = Call(parameters, request.remote or "", self._forwarded_for(request))
            else:
                call = await self._read_post(request, query, endpoint.name)
            return self._respond(await endpoint.answer(call))
        except OverloadedError:
            return ErrorResponse(503, explained=self._headers)
        except _BodyError as error:
            return _last(ErrorResponse(error.status, explained=self._headers))

    async def _read_post(self, request: web.BaseRequest, query: str, endpoint: str) -> Call:
        if "Expect" in request.headers:
            await _expect(request)
        try:
            async with asyncio.timeout(self._body_seconds):
                body = await request.read()
        except TimeoutError:
            raise _BodyError(408) from None
        except web.HTTPRequestEntityTooLarge:
            raise _BodyError(413) from None
        except web.RequestPayloadError:
            raise _BodyError(400) from None
        content_type = request.headers.get("Content-Type", "")
        parameters = read_post(query, body, content_type, endpoint, strict=self._strict)
        return Call(parameters, request.remote or "", self._forwarded_for(request), post=True)

    def _respond(self, answer: Answer) -> web.Response:
        reason, notes = answer.reason, answer.notes
        if not self._headers or (reason is None and not notes):
            return web.Response(body=answer.body, headers=_PLAIN_HEADERS)
        headers = CIMultiDict(_PLAIN_HEADERS)
        if reason is not None:
            headers[REASON_HEADER] = reason.header()
        for note in notes[:NOTES]:
            headers.add(NOTE_HEADER, note.header())
        return web.Response(body=answer.body, headers=headers)

    def _forwarded_for(self, request: web.BaseRequest) -> str:
        """All headers of that name as one list: a proxy may add its own below the one that its client sent."""
        return ",".join(request.headers.getall("X-Forwarded-For", ())) if self._proxied else ""

    def _unknown(self, path: str) -> web.Response:
        near = get_close_matches(path[:64].rstrip("/").lower(), self._endpoints, n=1, cutoff=0.5)
        known = f"the nearest known path is {near[0]}" if near else f"known paths are {', '.join(self._endpoints)}"
        return ErrorResponse(
            404, Reason(PATH_UNKNOWN.code, f"{PATH_UNKNOWN.sentence}; {known}"), explained=self._headers
        )

    def _wrong_method(self, endpoint: _Endpoint) -> web.Response:
        allowed = ", ".join(endpoint.methods)
        response = ErrorResponse(
            405, Reason(METHOD_WRONG.code, f"/{endpoint.name} takes {allowed}"), explained=self._headers
        )
        response.headers["Allow"] = allowed
        return response


def _last(response: web.Response) -> web.Response:
    response.force_close()
    return response


async def _expect(request: web.BaseRequest) -> None:
    """Tell a client that waits for it to send its body: curl does with more than a megabyte."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
