"""One connection to a callback: what is taken from whoever answers there, and when it ends (P8.2).

Of an answer only its status counts. Whatever else comes costs a bounded number of bytes and of turns of the loop; only
an answer that is read to its end leaves a connection on which the next PUT can go.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Final, NamedTuple, cast

HEAD_BYTES: Final = 16 * 1024
"""So long may the head of an answer be, with all interim answers before it."""

BODY_BYTES: Final = 64 * 1024
"""So much of a body is read, for the connection's sake."""

LONGEST_CHUNK_LINE: Final = 20

_BEGINNING: Final = b"HTTP/1."
_STATUS: Final = re.compile(rb"HTTP/1\.(\d) ([1-9]\d\d)(?: .*)?", re.DOTALL)
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")  # a bare line feed is what `nc` with a here-document sends
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,8}")


class NotHttpError(OSError):
    """What came is not an answer of HTTP/1.x, or has no end of its head within the bound."""


class _Head(NamedTuple):
    """What of a head counts. `length` is that of the body in bytes, None: chunked; neither matters without `again`."""

    status: int
    again: bool
    length: int | None


class Line(asyncio.Protocol):
    """A connection. One PUT at a time; `usable` until it has ended, or what came shows that it must."""

    def __init__(self, when_lost: Callable[["Line"], None]) -> None:
        self.usable = False
        self._idle: asyncio.TimerHandle | None = None
        self._when_lost = when_lost
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._end: asyncio.Future[None] | None = None
        self._came = bytearray()
        self._heads = 0
        self._searched = 0
        self._head: _Head | None = None
        self._chunk_at = 0

    async def put(self, request: bytes) -> int:
        """Send a request; the HTTP status of its answer. Raises OSError when there is none."""
        if self._transport is None or not self.usable:
            raise ConnectionResetError("closed before the request was sent")
        self._answer = asyncio.get_running_loop().create_future()
        self._head, self._heads, self._searched, self._chunk_at = None, 0, 0, 0
        self._transport.write(request)
        return await self._answer

    async def finish(self) -> bool:
        """Wait for the end of the answer's body; whether the line can be used again."""
        if self._answer is not None and self.usable:
            self._end = asyncio.get_running_loop().create_future()
            await self._end
        return self.usable

    @property
    def finished(self) -> bool:
        """Whether the answer is read to its end and the line can be used again."""
        return self._answer is None and self.usable

    def rest(self, seconds: float) -> None:
        """Nothing is to be sent for now: close it after so many seconds."""
        self._idle = asyncio.get_running_loop().call_later(seconds, self.abort)

    def hold(self) -> None:
        """Something is to be sent."""
        if self._idle is not None:
            self._idle.cancel()

    def abort(self) -> None:
        """Close at once; nobody is told goodbye."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.usable = True

    def data_received(self, data: bytes) -> None:
        if self._answer is None:  # nobody asked: it must not be taken for the answer to what is asked next
            self.abort()
            return
        self._came += data[: HEAD_BYTES + BODY_BYTES + 1 - len(self._came)]
        if self._head is None:
            self._read_heads(self._answer)
        if self._head is not None and self.usable:
            self._read_body(self._head)

    def connection_lost(self, error: Exception | None) -> None:
        self.usable = False
        self._transport = None
        self.hold()
        self._fail(error if isinstance(error, OSError) else ConnectionResetError("closed without an answer"))
        self._when_lost(self)

    def _read_heads(self, answer: "asyncio.Future[int]") -> None:
        """Pass interim answers by, up to the answer itself."""
        while (found := _HEAD_END.search(self._came, self._searched, HEAD_BYTES - self._heads)) is not None:
            head = _read_head(bytes(self._came[: found.start()]))
            if head is None:
                break
            del self._came[: found.end()]
            self._searched = 0
            self._heads += found.end()
            if head.status >= 200 or head.status == 101:
                self._head = head
                if not answer.done():
                    answer.set_result(head.status)
                return
        self._searched = max(0, len(self._came) - 3)  # the last three bytes may be its beginning
        begun = bytes(self._came[: len(_BEGINNING)])
        if found is not None or not _BEGINNING.startswith(begun):
            self._refuse(NotHttpError("the answer is not HTTP/1.1"))
        elif self._heads + len(self._came) >= HEAD_BYTES:
            self._refuse(NotHttpError(f"the answer has no end of its head within {HEAD_BYTES // 1024} KiB"))

    def _read_body(self, head: _Head) -> None:
        end = self._body_end(head.length) if head.again else -1
        if end is None:
            return
        if end == len(self._came):
            self._came.clear()
            self._answer = None
        else:
            self.abort()
        self._ended()

    def _body_end(self, length: int | None) -> int | None:
        """Where in what came the body ends; None while that has not come, -1 when it is not worth waiting for."""
        if length is not None:
            return -1 if length > BODY_BYTES else length if length <= len(self._came) else None
        while True:
            line = self._came.find(b"\r\n", self._chunk_at, self._chunk_at + LONGEST_CHUNK_LINE)
            if line < 0:
                return None if len(self._came) < self._chunk_at + LONGEST_CHUNK_LINE else -1
            if _CHUNK_SIZE.fullmatch(self._came, self._chunk_at, line) is None:
                return -1  # an extension, or worse
            size = int(self._came[self._chunk_at : line], 16)
            end = line + 2 + size + 2
            if end > BODY_BYTES:
                return -1
            if len(self._came) < end:
                return None
            if self._came[end - 2 : end] != b"\r\n":
                return -1  # a trailer, or worse
            if size == 0:
                return end
            self._chunk_at = end

    def _refuse(self, error: OSError) -> None:
        self._fail(error)
        self.abort()

    def _fail(self, error: OSError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
        self._ended()

    def _ended(self) -> None:
        if self._end is not None and not self._end.done():
            self._end.set_result(None)


def _read_head(text: bytes) -> _Head | None:
    """What counts of a head; None when it is none of HTTP/1.x."""
    first, *lines = text.replace(b"\r\n", b"\n").split(b"\n")
    status_line = _STATUS.fullmatch(first)
    if status_line is None:
        return None
    status, again, lengths, chunked = int(status_line[2]), status_line[1] != b"0", set[bytes](), False
    for line in lines:
        name, _, value = line.partition(b":")
        name, value = name.lower(), value.strip().lower()
        if name == b"content-length":
            lengths.add(value)
        elif name == b"transfer-encoding":
            chunked = True
            again = again and value == b"chunked"
        elif name in (b"connection", b"upgrade"):
            again = again and name == b"connection" and b"close" not in value and b"upgrade" not in value
    if status in (204, 304):
        return _Head(status, again, 0)
    if chunked:
        return _Head(status, again and not lengths, None)
    length = lengths.pop() if len(lengths) == 1 else b""
    plain = length.isdigit() and len(length) < 16
    return _Head(status, again and plain, int(length) if plain else 0)
