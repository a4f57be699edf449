"""How is a running server talked to? The control API in JSON, the gateway's endpoints in bytes.

Over the standard library, straight to the server whatever proxy the environment names: a command starts in the time
that a larger library takes to be imported.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPResponse
from typing import Any, Final, NamedTuple, Self

from ..errors import UnreachableError
from .access import Access, Query, control_target
from .connection import Body, connect, exchange, is_quiet, what_failed

PATIENCE_SECONDS: Final = 60.0
"""How long a server may be silent where nobody says otherwise."""

PAGE: Final = 1000
"""The longest page that a list has (C4)."""

Waiting = Callable[[str, Callable[[], str]], AbstractContextManager[None]]
"""What is done while a call takes its time: told what it does, and asked how far it is."""


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: HTTPMessage
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.body)


class Client:
    """A client of one server. It keeps a connection between calls; use it from one thread."""

    def __init__(self, url: str | None = None, token: str | None = None, *, waiting: Waiting | None = None) -> None:
        """`url` absent: where `serve` would be in this environment. Raises AccessError for what is no URL or token."""
        self._access = Access.of(url, token)
        self._kept: HTTPConnection | None = None
        self._waiting = waiting
        self._is_told = False

    @property
    def url(self) -> str:
        """The server's URL, without a password that may have been in it."""
        return self._access.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def control(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Query | None = None,
        seconds: float | None = PATIENCE_SECONDS,
        doing: str = "waiting",
    ) -> Any:
        """A call of the control API (C4): `path` without /_sim/, its parts quoted by `segment`; the JSON answered.

        None for an answer without content; parameters that are None are left out; `seconds` None waits for ever;
        `doing` is what a person is told who waits. Raises RefusedError for an HTTP status of 400 and more (MissingError
        for a 404), UnreachableError without an answer.
        """
        headers = dict(self._access.authorization)
        sent = None
        if body is not None:
            sent = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        target = control_target(path, query)
        answer = self.gateway(method, target, sent, headers, seconds=seconds, doing=doing)
        return self._access.read(answer.status, answer.body)

    def items(self, path: str, query: Query | None = None) -> Iterator[dict[str, Any]]:
        """The items of a list, page after page. `query` may hold an `after` to begin with, and an `order`."""
        after: object = (query or {}).get("after")
        while True:
            page = self.control("GET", path, query={"limit": PAGE, **(query or {}), "after": after})
            yield from page["items"]
            after = page["next"]
            if after is None or len(page["items"]) < PAGE:
                return

    def gateway(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float | None = PATIENCE_SECONDS,
        doing: str = "waiting",
    ) -> Answer:
        """A request as it is: `target` is path and query, encoded. Whatever comes back is an answer.

        Raises UnreachableError without one; the request may have had its effect all the same.
        """
        connection = self._connection(seconds)
        try:
            with self.telling(doing), self._translated(seconds):
                connection.request(method, self._access.base + target, body, dict(headers or {}))
                response = connection.getresponse()
                return Answer(response.status, response.headers, response.read())
        except BaseException:
            self.close()  # what is left of an answer belongs to no later call
            raise

    @contextmanager
    def telling(self, doing: str, told: Callable[[], str] = lambda: "") -> Iterator[None]:
        """Tell a person who waits what is done: once for all calls in the block."""
        if self._is_told or self._waiting is None:
            yield
            return
        self._is_told = True
        try:
            with self._waiting(doing, told):
                yield
        finally:
            self._is_told = False

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        body: Body | None = None,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = PATIENCE_SECONDS,
    ) -> Iterator["Stream"]:
        """A call of the control API on a connection of its own, its answer to be read piece by piece.

        `seconds` is how long the server may be silent between two pieces. Raises as `control` does. A body that is a
        file is sent in pieces.
        """
        connection = connect(self._access.target, seconds)
        sent = dict(self._access.authorization) | ({"Content-Type": "application/json"} if body is not None else {})
        target = self._access.base + control_target(path, query)
        try:
            with self._translated(seconds):
                response = exchange(connection, method, target, body, sent | dict(headers or {}))
                if response.status >= 400:
                    self._access.read(response.status, response.read())
            yield Stream(response, partial(self._translated, seconds))
        finally:
            connection.close()

    def _connection(self, seconds: float | None) -> HTTPConnection:
        if self._kept is not None and not is_quiet(self._kept):
            self.close()
        if self._kept is None:
            self._kept = connect(self._access.target, seconds)
        self._kept.timeout = seconds
        if self._kept.sock is not None:
            self._kept.sock.settimeout(seconds)
        return self._kept

    @contextmanager
    def _translated(self, seconds: float | None) -> Iterator[None]:
        try:
            yield
        except (OSError, HTTPException) as error:
            raise UnreachableError(f"{self.url} {what_failed(error, seconds)}") from error


class Stream:
    """An answer that is read piece by piece; what fails on the way is an UnreachableError."""

    def __init__(self, response: HTTPResponse, translated: Callable[[], AbstractContextManager[None]]) -> None:
        self.status = response.status
        self.headers = response.headers
        self._response = response
        self._translated = translated

    def read(self, size: int | None = None) -> bytes:
        """At most `size` bytes, or the rest; b"" at the end."""
        with self._translated():
            return self._response.read(size)

    def lines(self) -> Iterator[bytes]:
        """Each line as soon as it is there, without its end."""
        while True:
            with self._translated():
                line = self._response.readline()
            if not line:
                return
            yield line.rstrip(b"\r\n")
