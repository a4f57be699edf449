"""How is a callback called (P8.2, P8.3)?"""

import asyncio
import socket
import ssl
from base64 import b64encode
from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from aiohappyeyeballs import AddrInfoType, start_connection
from yarl import URL

from .. import __version__
from ..domain.accounts import read_networks
from ..domain.callbacks import refuse_destination, split_allow_list
from ..protocol.answers import CONTENT_TYPE
from .callback_line import Line
from .callback_names import Names
from .clock import real_seconds, real_sleep
from .verdicts import (
    ANSWERING,
    CONNECTING,
    RESOLVING,
    RefusedError,
    say_error,
    verdict_on_error,
    verdict_on_status,
    verdict_on_time,
)

BODY_SECONDS: Final = 1.0
"""How long an answer's body is read, so that the connection can be used again; its verdict stands."""

KEEPALIVE_SECONDS: Final = 4.0
"""How long an idle connection is kept: less than the five seconds after which common servers close theirs."""

OTHER_ADDRESS_SECONDS: Final = 0.25
"""When a name has several addresses, the next one is tried beside the one that has not answered for so long."""


class Reply(NamedTuple):
    """What came of a PUT: the HTTP status or why there is none, and the verdict in words."""

    delivered: bool
    http_status: int | None
    error: str | None
    duration_ms: int
    verdict: str


class _Attempt:
    """A PUT under way, and how far it has come."""

    __slots__ = ("host", "port", "request", "secure", "stage", "url")

    def __init__(self, url: str, body: bytes) -> None:
        """Raises ValueError for what is no URL."""
        read = URL(url)
        self.url = url
        self.secure = read.scheme == "https"
        # A trailing dot says that a name is whole, which it is in any case; certificates and lists go without.
        self.host = (read.raw_host or "").rstrip(".")
        self.port = read.port or 0
        self.request = _head(read, len(body)) + body
        self.stage = RESOLVING


class Caller:
    """PUTs bodies to callback URLs. A connection is kept for the next report to the same URL, and to no other: what one
    of them leaves on it does not meet another's."""

    def __init__(self, allowed: tuple[str, ...], ca_file: str) -> None:
        """Raises OSError when the authorities in `ca_file` cannot be read."""
        self._tls = trusting(ca_file) if ca_file else None
        self._names = Names()
        self._kept: dict[str, list[Line]] = {}
        self._lines: set[Line] = set()
        self._allowance = 0
        self.allow(allowed)

    def allow(self, allowed: tuple[str, ...]) -> None:
        """Let reports go to these hosts and networks only; anywhere, when there are none."""
        hosts, networks = split_allow_list(allowed)
        self._hosts = frozenset(_ascii_name(host) for host in hosts)
        self._networks = read_networks(networks)
        self._allowance += 1  # no connection of another time is used again
        for line in [line for kept in self._kept.values() for line in kept]:
            line.abort()

    async def put(self, url: str, body: bytes, timeout_seconds: float) -> Reply:
        """PUT once. Never raises for what the other side does."""
        began = real_seconds()
        if not url:
            return Reply(False, None, "no callback_url", 0, "not delivered: the account has no callback_url")
        try:
            attempt = _Attempt(url, body)
        except ValueError as error:
            return Reply(False, None, say_error(error), 0, "not delivered: the callback could not be reached")
        allowance = self._allowance
        try:
            async with asyncio.timeout(timeout_seconds) as patience:
                line, status = await self._put(attempt)
        except (OSError, ValueError, RuntimeError) as error:  # the latter: a host no socket takes; some of uvloop's
            took = _milliseconds(began)
            if isinstance(error, TimeoutError) and patience.expired():
                return Reply(False, None, "timed out", took, verdict_on_time(attempt.stage, timeout_seconds))
            verdict = verdict_on_error(error, attempt.stage, secure=attempt.secure)
            return Reply(False, None, say_error(error), took, verdict)
        took = _milliseconds(began)
        await self._finish(line, url, allowance)
        return Reply(200 <= status < 300, status, None, took, verdict_on_status(status))

    async def close(self) -> None:
        """Close the connections; returns when they are."""
        for line in list(self._lines):
            line.abort()
        while self._lines:
            await real_sleep(0)  # each is closed in one of the next turns of the loop

    async def _put(self, attempt: _Attempt) -> tuple[Line, int]:
        # open: P8.3 does not say what a connection is that was kept and that the customer closes in the very moment of
        # the next PUT: an attempt that failed, as any other without an answer. Nothing is repeated behind its record.
        line = self._take(attempt.url) or await self._connect(attempt)
        attempt.stage = ANSWERING
        try:
            return line, await line.put(attempt.request)
        except BaseException:
            line.abort()
            raise

    async def _connect(self, attempt: _Attempt) -> Line:
        """Connect to the very addresses that were checked: a name that stands for others now changes nothing."""
        secure, host = attempt.secure, attempt.host
        addresses = await self._names.find(host)
        for address in addresses:
            refusal = refuse_destination(host, address, self._hosts, self._networks)
            if refusal is not None:
                raise RefusedError(refusal)
        attempt.stage = CONNECTING
        connected = await start_connection(_places(addresses, attempt.port), happy_eyeballs_delay=OTHER_ADDRESS_SECONDS)
        line = Line(partial(self._lost, attempt.url))
        if secure and self._tls is None:
            self._tls = trusting("")
        await asyncio.get_running_loop().create_connection(
            lambda: line,
            sock=connected,
            ssl=self._tls if secure else None,
            server_hostname=host if secure else None,
        )
        if line.usable:  # it may have been lost before anybody could send
            self._lines.add(line)
        return line

    async def _finish(self, line: Line, url: str, allowance: int) -> None:
        """Keep the line for the next report, if what is left of the answer ends soon and is not long."""
        if line.finished and allowance == self._allowance:  # the body came with the head, as that of nearly all does
            self._keep(line, url)
            return
        again = False
        try:
            async with asyncio.timeout(BODY_SECONDS):
                again = await line.finish()
        except TimeoutError:  # P8.2: the body is not needed for the verdict
            pass
        finally:
            if again and allowance == self._allowance:
                self._keep(line, url)
            else:
                line.abort()

    def _take(self, url: str) -> Line | None:
        kept = self._kept.get(url, [])
        while kept:
            line = kept.pop()
            if line.usable:
                line.hold()
                return line
        return None

    def _keep(self, line: Line, url: str) -> None:
        self._kept.setdefault(url, []).append(line)
        line.rest(KEEPALIVE_SECONDS)

    def _lost(self, url: str, line: Line) -> None:
        self._lines.discard(line)
        kept = self._kept.get(url)
        if kept is not None:
            if line in kept:
                kept.remove(line)
            if not kept:
                del self._kept[url]


def trusting(ca_file: str) -> ssl.SSLContext:
    """Trust the authorities of the system, and those of a PEM file. Raises OSError when it holds none."""
    context = ssl.create_default_context()
    # open: C3 does not say whether callback_ca takes the place of the system's authorities. It is added to them, so
    # that public callbacks are as trusted as before.
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _head(url: URL, length: int) -> bytes:
    credentials = ""
    if url.user is not None or url.password is not None:
        pair = f"{url.user or ''}:{url.password or ''}".encode()
        credentials = f"Authorization: Basic {b64encode(pair).decode()}\r\n"
    return (
        f"PUT {url.raw_path_qs} HTTP/1.1\r\nHost: {url.host_port_subcomponent}\r\n"
        f"User-Agent: eims-sim/{__version__}\r\nAccept: */*\r\n{credentials}"
        f"Content-Type: {CONTENT_TYPE}\r\nContent-Length: {length}\r\n\r\n"
    ).encode("ascii")


def _places(addresses: Sequence[str], port: int) -> list[AddrInfoType]:
    """The addresses as what getaddrinfo says of them, so that nobody looks anything up again."""
    return [
        (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0))
        if ":" in address
        else (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
        for address in addresses
    ]


def _ascii_name(host: str) -> str:
    """A host name as it goes over the wire; what is none stays as it is, and fits nothing."""
    try:
        return (URL.build(scheme="http", host=host.rstrip(".")).raw_host or host).lower()
    except ValueError:
        return host


def _milliseconds(began: float) -> int:
    return round((real_seconds() - began) * 1000)
