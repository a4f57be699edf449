"""How does the gateway's own answer leave? Head and body in one piece, without a table of headers."""

from typing import Final

from aiohttp import hdrs, web
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE, HttpVersion, HttpVersion10, HttpVersion11

from ..protocol.answers import CONTENT_TYPE

_HEAD: Final = f"200 OK\r\n{hdrs.CONTENT_TYPE}: {CONTENT_TYPE}\r\n{hdrs.SERVER}: {SERVER_SOFTWARE}\r\n"


class PlainResponse:
    """A 200 with the gateway's own bytes; `told` are the lines of further headers, each with its end (C5).

    To aiohttp it is a response as any other.
    """

    __slots__ = ("_body", "_told", "keep_alive")

    status = 200

    def __init__(self, body: bytes, told: str) -> None:
        self._body = body
        self._told = told
        self.keep_alive: bool | None = None

    @property
    def body_length(self) -> int:
        """For the access log."""
        return len(self._body)

    def render(self, version: HttpVersion = HttpVersion11, *, keep_alive: bool = True) -> bytes:
        """The whole answer."""
        if version <= HttpVersion10:
            line, connection = "HTTP/1.0 ", "Connection: keep-alive\r\n" if keep_alive else ""
        else:
            line, connection = "HTTP/1.1 ", "" if keep_alive else "Connection: close\r\n"
        head = (
            f"{line}{_HEAD}{self._told}{connection}"
            f"Content-Length: {len(self._body)}\r\nDate: {rfc822_formatted_time()}\r\n\r\n"
        )
        return head.encode() + self._body

    async def prepare(self, request: web.BaseRequest) -> None:
        """Write the whole answer."""
        self.keep_alive = request.keep_alive
        writer = request.writer
        await writer.write(self.render(request.version, keep_alive=self.keep_alive))
        await writer.drain()  # a client that sends requests and reads no answer gets no further

    async def write_eof(self) -> None:
        """There is nothing more."""


Response = web.StreamResponse | PlainResponse
"""What a request may be answered with."""
