"""How do calls reach the control API (C4), from any thread, or awaited in any event loop?"""

from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from http.client import HTTPException, RemoteDisconnected
from typing import Any, Final

from pydantic_core import to_jsonable_python

from ..client.access import Access, Query, control_target
from ..client.connection import tls_context, what_failed
from ..client.control import PAGE, PATIENCE_SECONDS, Client
from ..errors import UnreachableError

Item = dict[str, Any]

LONGEST_WAIT_SECONDS: Final = 300.0
"""As long as one call may wait (C4)."""


class Caller:
    """Calls that wait for their answer. Threads share the connections that are kept, one for each call under way."""

    def __init__(self, url: str, token: str) -> None:
        """Raises AccessError for what is no URL or token."""
        self._url = url
        self._token = token
        self._idle: deque[Client] = deque()
        self._idle.append(Client(url, token))

    @property
    def url(self) -> str:
        """The server's URL, without a password that may have been in it."""
        with self._lent() as client:
            return client.url

    def control(
        self, method: str, path: str, body: object = None, query: Query | None = None, seconds: float = PATIENCE_SECONDS
    ) -> Any:
        """A call of the control API, see `Client.control`."""
        with self._lent() as client:
            return client.control(method, path, _sent(body), query=_asked(query), seconds=seconds)

    def items(self, path: str, query: Query | None = None) -> list[Item]:
        """The items of a list, all its pages."""
        with self._lent() as client:
            return list(client.items(path, _asked(query)))

    def wait(self, path: str, query: Query, count: int, seconds: float) -> bool:
        """Wait until so many match; whether they did in time."""
        for step in _steps(seconds):
            page = self.control("GET", path, None, _waited(query, count, step), step + PATIENCE_SECONDS)
            if page["complete"]:
                return True
        return False

    def close(self) -> None:
        """Close the connections that are kept; a further call opens another."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        """One that is used without `with` leaves nothing open behind it either."""
        self.close()

    @contextmanager
    def _lent(self) -> Iterator[Client]:
        try:
            client = self._idle.pop()
        except IndexError:
            client = Client(self._url, self._token)
        try:
            yield client
        finally:
            self._idle.append(client)


class AsyncCaller:
    """Calls that are awaited. Each opens a connection: nothing belongs to the event loop of one test."""

    def __init__(self, url: str, token: str) -> None:
        """Raises AccessError for what is no URL or token."""
        self._access = Access.of(url, token)

    @property
    def url(self) -> str:
        """The server's URL, without a password that may have been in it."""
        return self._access.url

    async def control(
        self, method: str, path: str, body: object = None, query: Query | None = None, seconds: float = PATIENCE_SECONDS
    ) -> Any:
        """A call of the control API, see `Client.control`."""
        import aiohttp
        from yarl import URL

        target = self._access.target
        url = URL(f"{self._access.url}{control_target(path, _asked(query))}", encoded=True)
        verified = tls_context(target.hostname or "") if target.scheme == "https" else True
        sent = None if body is None else _sent(body)
        try:
            async with (
                aiohttp.ClientSession(
                    headers=self._access.authorization, timeout=aiohttp.ClientTimeout(total=seconds)
                ) as session,
                session.request(method, url, json=sent, ssl=verified, allow_redirects=False) as response,
            ):
                status, answer = response.status, await response.read()
        except (OSError, aiohttp.ClientError) as error:
            raise UnreachableError(f"{self._access.url} {what_failed(_plain(error), seconds)}") from error
        return self._access.read(status, answer)

    async def items(self, path: str, query: Query | None = None) -> list[Item]:
        """The items of a list, all its pages."""
        return [one async for one in self._pages(path, query or {})]

    async def wait(self, path: str, query: Query, count: int, seconds: float) -> bool:
        """Wait until so many match; whether they did in time."""
        for step in _steps(seconds):
            page = await self.control("GET", path, None, _waited(query, count, step), step + PATIENCE_SECONDS)
            if page["complete"]:
                return True
        return False

    def close(self) -> None:
        """Nothing is kept."""

    async def _pages(self, path: str, query: Query) -> AsyncIterator[Item]:
        after: object = query.get("after")
        while True:
            page = await self.control("GET", path, None, {"limit": PAGE, **query, "after": after})
            for one in page["items"]:
                yield one
            after = page["next"]
            if after is None or len(page["items"]) < PAGE:
                return


def _steps(seconds: float) -> Iterator[float]:
    """The calls that a wait is made of."""
    while seconds > LONGEST_WAIT_SECONDS:
        yield LONGEST_WAIT_SECONDS
        seconds -= LONGEST_WAIT_SECONDS
    yield max(seconds, 0)


def _waited(query: Query, count: int, seconds: float) -> Query:
    return {**query, "count": count, "wait": seconds, "limit": 1}


def _sent(body: object) -> object:
    """A body as JSON knows it: moments in RFC 3339, money as text."""
    return None if body is None else to_jsonable_python(body)


def _asked(query: Query | None) -> Query:
    """A query: a keyword that Python has taken is written without its underscore, a moment in RFC 3339."""
    return {name.rstrip("_"): value for name, value in to_jsonable_python(query or {}).items()}


def _plain(error: Exception) -> Exception:
    """What aiohttp says, as the standard library would."""
    import aiohttp

    match error:
        case aiohttp.ClientConnectorError():
            return error.os_error
        case aiohttp.ServerTimeoutError():
            return TimeoutError()
        case aiohttp.ServerDisconnectedError():
            return RemoteDisconnected(str(error))
        case OSError():
            return error
    return HTTPException(str(error))
