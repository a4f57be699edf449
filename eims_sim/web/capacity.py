"""How many connections are taken, and what becomes of the others (P1.3)?

Beyond the bound a few more are taken, for the control API alone: an operator gets in while clients have taken every
place. Whoever comes after those is told 503 at once.
"""

import asyncio
import contextlib
import errno
import logging
import socket
import sys
from collections.abc import Iterable
from typing import Any, Final, Protocol, cast

from ..engine.clock import real_seconds
from .http_errors import CROWDED, ErrorResponse

if sys.platform != "win32":  # which has no such limit
    import resource

SPARE: Final = 100
"""So many connections beyond the bound are taken, for the control API alone."""

BACKLOG: Final = 1024
"""So many connections may wait in the system's hands for us to take them."""

FILES_KEPT: Final = 128
"""So many open files are not for connections: those of the database, and what pushes are made over."""

EXCEEDED_SECONDS: Final = 10.0
"""That connections are too many is logged once in that time."""

OUT_OF_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

SILENT_SECONDS: Final = 60
PROBE_SECONDS: Final = 15
PROBES: Final = 4
"""A peer of whom nothing is heard for so long is asked so often, so far apart, whether it is still there."""

logger = logging.getLogger("eims_sim")


class Listening(Protocol):
    """A socket that is listened on, whatever the event loop makes of it."""

    def setsockopt(self, level: int, option: int, value: int, /) -> None:
        """As a socket's."""


class Capacity:
    """How many connections the gateway takes: as many as are `wanted`, or as the limit of open files leaves room for.

    `short` says so when that is less.
    """

    def __init__(self, wanted: int) -> None:
        files = open_files()
        # What is turned away is an open file, too, and as much may come at once as the system has kept for us.
        room = wanted if files is None else files - min(FILES_KEPT + SPARE + BACKLOG, files // 2)
        self.connections = max(1, min(wanted, room))
        self.short = (
            f"the system allows {files} open files (ulimit -n): no more than {self.connections} connections are taken "
            f"of the {wanted} that max_connections allows"
            if self.connections < wanted
            else None
        )
        self._told_at = -EXCEEDED_SECONDS

    def exceed(self) -> None:
        """One more has come than are taken."""
        now = real_seconds()
        if now - self._told_at >= EXCEEDED_SECONDS:
            self._told_at = now
            logger.warning(
                "%d connections are open, which is as many as are taken: new ones are answered 503", self.connections
            )


class Exhaustion:
    """The event loop's exception handler: that no connection can be accepted is said in one line, now and then.

    asyncio tells of it a thousand times a second, each with a stack trace; uvloop closes what comes and says nothing.
    """

    def __init__(self) -> None:
        self._told_at = -EXCEEDED_SECONDS

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """asyncio's call."""
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in OUT_OF_FILES:
            loop.default_exception_handler(context)
            return
        now = real_seconds()
        if now - self._told_at >= EXCEEDED_SECONDS:
            self._told_at = now
            logger.error(
                "no connection can be accepted now: %s; allow more open files (ulimit -n) or lower max_connections",
                error.strerror,
            )


class TurnedAway(asyncio.Protocol):
    """A connection of which nothing is read: it is told 503 and closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's call."""
        answer = ErrorResponse(503, CROWDED, explained=False)
        peer = host_of(transport.get_extra_info("peername"))
        logger.info("HTTP %d unread request from %s: %s", answer.status, peer, answer.error)
        to_client = cast("asyncio.Transport", transport)
        to_client.write(answer.render(keep_alive=False))
        to_client.close()


def host_of(peername: object) -> object:
    """The address of a peer without its port."""
    return peername[0] if isinstance(peername, tuple) else peername


def open_files() -> int | None:
    """How many files this process may have open; None when there is no limit to it."""
    if sys.platform == "win32":
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def allow_open_files(connections: int) -> None:
    """Let this process have as many files open as so many connections need, as far as it may."""
    files = open_files()
    wanted = connections + FILES_KEPT + SPARE + BACKLOG
    if sys.platform == "win32" or files is None or files >= wanted:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with contextlib.suppress(OSError, ValueError):  # macOS has another limit, which it does not tell
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def watch_peers(listening: Iterable[Listening], stall_seconds: float) -> None:
    """Let the system find out about peers that have vanished, or take nothing, on every connection that comes in here.

    A connection on which nothing is said is asked for a sign of life; one on which something is not taken for so long
    is ended (Linux), although it lies in the system's hands and we know nothing of it any more.
    """
    options = {
        "TCP_KEEPIDLE": SILENT_SECONDS,
        "TCP_KEEPALIVE": SILENT_SECONDS,  # what macOS calls it
        "TCP_KEEPINTVL": PROBE_SECONDS,
        "TCP_KEEPCNT": PROBES,
        "TCP_USER_TIMEOUT": round(stall_seconds * 1000),
    }
    for one in listening:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in options.items():
            if hasattr(socket, name):
                with contextlib.suppress(OSError):
                    one.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
