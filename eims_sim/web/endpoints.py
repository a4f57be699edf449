"""Which request goes to which endpoint of the gateway, and what travels beside the answer (P1)?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

from aiohttp import web
from aiohttp.web_protocol import ERROR

from ..diagnosis import Reason
from ..domain.accounts import Network, client_address
from ..domain.masking import CUT, show_path
from ..engine.clock import real_seconds
from ..engine.faults import Faults
from ..engine.gateway import Answer, Call, Gateway
from ..errors import OverloadedError
from ..protocol.names import METHODS, nearest_endpoint
from ..protocol.requests import read_get, read_post, read_query
from .direct import DirectRequest
from .effects import Effects
from .http_errors import CLOSING, CROWDED, METHOD_WRONG, PATH_UNKNOWN, ErrorResponse
from .plain import Response
from .records import Records, Visit

PATH_KEPT: Final = 200
"""So many characters of an unknown path are put on record."""

DIRECT: Final = tuple(f"/{name}?" for name in METHODS)
"""GETs of these wait for nothing but plain futures, unless a fault strikes."""

BODIES_BYTES: Final = 64 * 1024 * 1024
"""So much of bodies is held at a time, of those that arrive and those whose submits wait; two of the largest at least.

What comes beyond that is refused with 503 (P1.3).
"""

LARGE_BYTES: Final = 4096
"""A body of more has more numbers than a GET, as a rule; by how much waits, what is larger is refused first."""

Handler = Callable[[Call], Awaitable[Answer]]


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

    def __init__(
        self,
        gateway: Gateway,
        records: Records,
        faults: Faults,
        *,
        strict: bool,
        proxies: tuple[Network, ...],
        body_seconds: float,
        body_limit: int,
    ) -> None:
        self.closing = False
        self._gateway = gateway
        self._body_limit = body_limit
        self._most_held = max(BODIES_BYTES, 2 * body_limit)
        self._held = 0
        self._records = records
        self._faults = faults
        self._effects = Effects(faults, gateway, records)
        self.strict = strict
        self.proxies = proxies
        self._body_seconds = body_seconds
        self._endpoints: Mapping[str, _Endpoint] = {
            f"/{name}": _Endpoint(name, answer, METHODS[name])
            for name, answer in (
                ("getbalance", gateway.balance),
                ("sendsms", gateway.submit),
                ("getreport", gateway.report),
                ("getsms", gateway.inbound),
            )
        }

    @property
    def direct(self) -> bool:
        """Whether requests can be answered so now."""
        return not self.closing and not self._faults.armed

    async def serve(self, request: web.BaseRequest | DirectRequest, path: str, query: str) -> Response:
        """Answer a request of a client; `query` is still percent-encoded."""
        began = real_seconds()
        endpoint = self._endpoints.get(path)
        method = request.method
        if endpoint is None or method not in endpoint.methods or self.closing:
            return self._turn_away(request, path, query, began)
        size = len(query)
        sent: str | Mapping[str, str] = query
        held = 0
        if method == "GET":
            parameters = read_get(query, endpoint.name, request.headers.get("Content-Type"))
        else:
            try:
                assert isinstance(request, web.BaseRequest)  # noqa: S101  what is answered directly is a GET
                body = await self._read_body(request)
            except _BodyError as error:
                return self._refuse_body(request, error.status, self._visit(request, path, query, began))
            held = len(body)
            size += held
            content_type = request.headers.get("Content-Type", "")
            parameters = read_post(query, body, content_type, endpoint.name, strict=self.strict)
            sent = parameters.values
        account = parameters.values.get("account")
        visit = Visit(request, endpoint.name, account, sent, size, self._peer(request), began)
        call = Call(parameters, visit.peer, method == "POST")
        self._held += held
        try:
            if self._faults.armed:  # they strike before any check (P2)
                strike = self._faults.strike(endpoint.name, account)
                if strike is not None:
                    return await self._effects.answer(visit, call, endpoint.answer, strike)
            answer = await endpoint.answer(call)
        except OverloadedError:
            return self._records.refuse(visit, self._records.error(503))
        finally:
            self._held -= held
        return self._records.respond(visit, answer)

    def crowd_out(self, request: web.BaseRequest, path: str, query: str) -> ErrorResponse:
        """The answer to a request on a connection that is one too many."""
        visit = self._visit(request, path, query, real_seconds())
        return self._records.refuse(visit, _last(self._records.error(503, CROWDED)))

    def fail(
        self, request: web.BaseRequest | DirectRequest, status: int, reason: Reason | None, *, on_record: bool
    ) -> ErrorResponse:
        """The answer to what could not be understood, or broke while it was answered."""
        response = self._records.error(status, reason)
        if not on_record:
            return response
        if request.method == ERROR.method:
            visit = Visit(request, "", None, "", 0, request.remote or "", real_seconds())
        else:
            path, _, query = _target(request).partition("?")
            visit = self._visit(request, path, query, real_seconds())
        return self._records.refuse(visit, response)

    def _refuse_body(self, request: web.BaseRequest | DirectRequest, status: int, visit: Visit) -> ErrorResponse:
        response = self._records.error(status)
        # A client that was to be asked for its body may send the next request instead, or may not.
        if status != 503 or "Expect" in request.headers:
            _last(response)
        return self._records.refuse(visit, response)

    def _turn_away(self, request: web.BaseRequest | DirectRequest, path: str, query: str, began: float) -> Response:
        endpoint = self._endpoints.get(path)
        if path == "/" and _from_browser(request):
            from .console.routes import lead_to_console  # browsers come late, if ever (D8)

            return lead_to_console()
        if endpoint is None:
            response = self._unknown(path)
        elif request.method not in endpoint.methods:
            response = self._wrong_method(endpoint)
        else:
            response = _last(self._records.error(503, CLOSING))
        return self._records.refuse(self._visit(request, path, query, began), response)

    def _visit(self, request: web.BaseRequest | DirectRequest, path: str, query: str, began: float) -> Visit:
        """A visit that comes to nothing: only what the URL says is known of it."""
        return Visit(
            request,
            show_path(path)[1:PATH_KEPT],
            read_query(query).get("account"),
            query,
            len(query),
            self._peer(request),
            began,
        )

    def _peer(self, request: web.BaseRequest | DirectRequest) -> str:
        """Where the client calls from (P2, order 2).

        All headers of the name count as one list: a proxy may add its own below the one that its client sent.
        """
        remote = request.remote or ""
        if not self.proxies:
            return remote
        return client_address(remote, ",".join(request.headers.getall("X-Forwarded-For", ())), self.proxies)

    async def _read_body(self, request: web.BaseRequest) -> bytes:
        """The whole body. Where it would be read in vain, because a submit is refused anyway, it is not read."""
        length = request.content_length
        if self._gateway.is_full(large=length is None or length > LARGE_BYTES):
            raise _BodyError(503)
        if "Expect" in request.headers:
            await _expect(request)
        request.content.set_read_chunk_size(self._body_limit)
        body = bytearray()
        try:
            async with asyncio.timeout(self._body_seconds):
                while part := await request.content.readany():
                    self._held += len(part)
                    body += part
                    if len(body) > self._body_limit:
                        raise _BodyError(413)
                    if self._held > self._most_held:
                        raise _BodyError(503)
        except TimeoutError:
            raise _BodyError(408) from None
        except web.RequestPayloadError:
            raise _BodyError(400) from None
        finally:
            self._held -= len(body)
        return bytes(body)

    def _unknown(self, path: str) -> ErrorResponse:
        near, known = nearest_endpoint(show_path(path).removesuffix(CUT)), ", ".join(self._endpoints)
        nearest = f"the nearest known path is /{near}, all are {known}" if near else f"known paths are {known}"
        return self._records.error(404, PATH_UNKNOWN.because(nearest))

    def _wrong_method(self, endpoint: _Endpoint) -> ErrorResponse:
        allowed = ", ".join(endpoint.methods)
        response = self._records.error(405, METHOD_WRONG.saying(f"/{endpoint.name} takes {allowed}"))
        response.headers["Allow"] = allowed
        return response


def _target(request: web.BaseRequest | DirectRequest) -> str:
    """Path and query; a URL that came whole may hold a user and a password before them."""
    if request.raw_path.startswith("/") or isinstance(request, DirectRequest):
        return request.raw_path
    return request.rel_url.raw_path_qs


def _from_browser(request: web.BaseRequest | DirectRequest) -> bool:
    """Whether a person's browser asks for a page (C4)."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "").lower()


def _last(response: ErrorResponse) -> ErrorResponse:
    response.force_close()
    return response


async def _expect(request: web.BaseRequest) -> None:
    """Tell a client that waits for it to send its body: curl does with more than a megabyte."""
    if request.headers["Expect"].lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
