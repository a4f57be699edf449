"""Which addresses does a callback's host stand for right now?

A look that hangs cannot be interrupted. So each name has a thread of its own while it is looked up, shared by everyone
who asks for it, and a daemon one: it holds up neither other names, nor other work of threads, nor the server's end.
"""

import asyncio
import socket
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from threading import Thread
from typing import Final, NamedTuple

from .clock import real_seconds

LOOKUPS: Final = 256
"""So many names are looked up at a time, and as many again of those that have resolved before."""

FRESH_SECONDS: Final = 10.0
"""How long a name's addresses are believed without another look."""

KNOWN_NAMES: Final = 10_000
"""Of so many names it is remembered that they have resolved."""

Addresses = tuple[str, ...]


class _Known(NamedTuple):
    addresses: Addresses
    until: float


class Names:
    """Looks up host names, for one event loop."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._asked: dict[str, asyncio.Future[Addresses]] = {}
        self._waiting: deque[str] = deque()
        self._running = 0

    async def find(self, host: str) -> Addresses:
        """The addresses of a host, itself when it is one. Raises OSError when there are none."""
        with suppress(ValueError):
            return (str(ip_address(host)),)
        known = self._known.get(host)
        if known is not None and real_seconds() < known.until:
            return known.addresses
        asked = self._asked.get(host)
        if asked is None:
            asked = self._asked[host] = asyncio.get_running_loop().create_future()
            self._look(host)
        return await asyncio.shield(asked)  # who leaves does not end it for the others

    def _look(self, host: str) -> None:
        """Look a name up, or let it wait for its turn; one that has resolved does not wait for those that hang."""
        if self._running >= (2 * LOOKUPS if host in self._known else LOOKUPS):
            self._waiting.append(host)
            return
        self._running += 1
        loop = asyncio.get_running_loop()
        look = partial(_look_up, host, loop, self._found)
        try:
            Thread(target=look, name="eims-sim-name", daemon=True).start()
        except RuntimeError as error:  # the system gives no more threads; perhaps it does for the next attempt
            loop.call_soon(self._found, host, OSError(str(error)))

    def _found(self, host: str, found: Addresses | OSError) -> None:
        self._running -= 1
        asked = self._asked.pop(host)
        if isinstance(found, OSError):
            self._known.pop(host, None)
            asked.set_exception(found)
            asked.exception()  # perhaps nobody waits any more
        else:
            self._known[host] = _Known(found, real_seconds() + FRESH_SECONDS)
            self._known.move_to_end(host)
            if len(self._known) > KNOWN_NAMES:
                self._known.popitem(last=False)
            asked.set_result(found)
        if self._waiting:
            self._look(self._waiting.popleft())


def _resolve(host: str) -> Addresses | OSError:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    except OSError as error:
        return error
    except ValueError:  # a label that is empty or too long
        return socket.gaierror(socket.EAI_NONAME, "not a host name")
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def _look_up(host: str, loop: asyncio.AbstractEventLoop, found: Callable[[str, Addresses | OSError], None]) -> None:
    addresses = _resolve(host)
    with suppress(RuntimeError):  # the loop is closed: nobody asks any more
        loop.call_soon_threadsafe(found, host, addresses)
