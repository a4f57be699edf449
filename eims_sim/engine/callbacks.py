"""How is a callback called, and what does the gateway make of its answer (P8.2, P8.3)?"""

import asyncio
import socket
import ssl
from ipaddress import ip_address
from typing import Final, NamedTuple

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
    ThreadedResolver,
)
from aiohttp.abc import ResolveResult
from yarl import URL

from ..domain.accounts import read_networks
from ..domain.callbacks import refuse_destination, split_allow_list
from ..protocol.answers import CONTENT_TYPE
from .clock import real_seconds

BODY_READ: Final = 64 * 1024
BODY_SECONDS: Final = 1.0
"""How much of an answer's body is read, and how long, so that the connection can be used again; its verdict stands."""

KEEPALIVE_SECONDS: Final = 4.0
"""How long an idle connection is kept: less than the five seconds after which common servers close theirs."""

WIRE_HEADERS: Final = {"Content-Type": CONTENT_TYPE}


class Reply(NamedTuple):
    """What came of a PUT: the HTTP status or why there is none, and the verdict in words."""

    delivered: bool
    http_status: int | None
    error: str | None
    duration_ms: int
    verdict: str


class _RefusedError(OSError):
    """The address is one that reports may not go to."""


class Caller:
    """PUTs bodies to callback URLs; one HTTP client for all, made when the first report leaves."""

    def __init__(self, allowed: tuple[str, ...], ca_file: str) -> None:
        self._ca_file = ca_file
        self._session: ClientSession | None = None
        self.allow(allowed)

    def allow(self, allowed: tuple[str, ...]) -> None:
        """Let reports go to these hosts and networks only; anywhere, when there are none."""
        hosts, networks = split_allow_list(allowed)
        self._hosts = hosts
        self._networks = read_networks(networks)

    async def put(self, url: str, body: bytes, timeout_seconds: float) -> Reply:
        """PUT once. Never raises for what the other side does."""
        began = real_seconds()
        if not url:
            return Reply(False, None, "no callback_url", 0, "not delivered: the account has no callback_url")
        try:
            async with asyncio.timeout(timeout_seconds):
                response = await self._put(url, body)
        except TimeoutError:
            took = _milliseconds(began)
            return Reply(False, None, "timed out", took, f"not delivered: no answer within {timeout_seconds:g} s")
        except (OSError, ValueError) as error:
            return Reply(False, None, _say(error), _milliseconds(began), _verdict_on_error(error))
        took, status = _milliseconds(began), response.status
        await _use_again(response)
        return Reply(200 <= status < 300, status, None, took, _verdict_on_status(status))

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _put(self, url: str, body: bytes) -> ClientResponse:
        target = URL(url)
        self._check_literal(target.host or "")
        try:
            return await self._client().put(target, data=body, headers=WIRE_HEADERS, allow_redirects=False)
        except ClientError as error:
            if isinstance(error, OSError):
                raise
            raise OSError(_say(error)) from error

    def _client(self) -> ClientSession:
        if self._session is None:
            context = ssl.create_default_context(cafile=self._ca_file) if self._ca_file else True
            connector = TCPConnector(
                limit=0,
                ssl=context,
                resolver=_GuardedResolver(self),
                ttl_dns_cache=10,
                keepalive_timeout=KEEPALIVE_SECONDS,
            )
            self._session = ClientSession(
                connector=connector,
                cookie_jar=DummyCookieJar(),
                timeout=ClientTimeout(total=None),
                auto_decompress=False,
            )
            # P8.3: each attempt is on record. aiohttp would silently repeat a PUT whose connection was closed.
            self._session._retry_connection = False  # noqa: SLF001
        return self._session

    def check(self, host: str, address: str) -> None:
        """Raise when reports may not go to this address of the host."""
        refusal = refuse_destination(host, address, self._hosts, self._networks)
        if refusal is not None:
            raise _RefusedError(refusal)

    def _check_literal(self, host: str) -> None:
        try:
            ip_address(host.partition("%")[0])
        except ValueError:
            return  # a name: the resolver checks every address that it stands for
        self.check(host, host.partition("%")[0])


class _GuardedResolver(ThreadedResolver):
    """Resolves names and refuses addresses at the moment of connecting, so that a change of DNS changes nothing."""

    def __init__(self, caller: Caller) -> None:
        super().__init__()
        self._caller = caller

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        for one in found:
            self._caller.check(host, one["host"])
        return found


async def _use_again(response: ClientResponse) -> None:
    """Read a little of the body so that the connection can serve the next push; an answer that is long is cut off."""
    if response.content.is_eof():  # it came with the head, as the answers of nearly all do
        response.release()
        return
    try:
        async with asyncio.timeout(BODY_SECONDS):
            await response.content.read(BODY_READ)
    except (TimeoutError, ClientError, OSError):  # P8.2: the body is not needed for the verdict
        response.close()
        return
    if response.content.at_eof():
        response.release()
    else:
        response.close()


def _milliseconds(began: float) -> int:
    return round((real_seconds() - began) * 1000)


def _say(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    return (getattr(cause, "strerror", None) or str(cause) or type(cause).__name__)[:200]


def _verdict_on_error(error: Exception) -> str:
    refused = isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error)
    if isinstance(error, _RefusedError) or isinstance(error.__cause__, _RefusedError):
        return f"not delivered: {_say(error)}"
    if refused:
        return (
            "not delivered: nothing listens there; inside a container, localhost is the container itself, "
            "not the machine it runs on"
        )
    if isinstance(error, ssl.SSLError) or isinstance(getattr(error, "os_error", None), ssl.SSLError):
        return "not delivered: TLS failed; callback_ca names the authority of a private certificate"
    if isinstance(error, ConnectionResetError) or isinstance(error.__cause__, ServerDisconnectedError):
        return "not delivered: the callback closed the connection without an answer"
    if isinstance(error, socket.gaierror) or "gaierror" in type(error.__cause__).__name__:
        return "not delivered: the callback's host name does not resolve"
    return "not delivered: the callback could not be reached"


def _verdict_on_status(status: int) -> str:
    if 200 <= status < 300:
        return "delivered"
    if 300 <= status < 400:
        return "not delivered: redirects are not followed"
    if status == 405:
        return "not delivered: the callback does not take PUT, which is what the gateway sends"
    if status in (401, 403):
        return "not delivered: the callback asks for credentials, and the gateway has none to send"
    return "not delivered: only a 2xx answer counts"
