"""How does the answer that nearly every request gets leave? Head and body in one piece, without a table of headers."""

from typing import Final

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE, HttpVersion10

from ..diagnosis import REQUEST_HEADER
from ..protocol.answers import CONTENT_TYPE

_HEAD: Final = f"200 OK\r\n{hdrs.CONTENT_TYPE}: {CONTENT_TYPE}\r\n{hdrs.SERVER}: {SERVER_SOFTWARE}\r\n"


class PlainResponse(web.StreamResponse):
    """A 200 with the gateway's own bytes and, unless it is None, the request's number in the journal (C5)."""

    def __init__(self, body: bytes, id: int | None) -> None:
        super().__init__()
        self._whole = body
        self._id = id

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write the whole answer."""
        self._req = request
        writer = self._payload_writer = request.writer
        if self._keep_alive is None:
            self._keep_alive = request.keep_alive
        version, connection = "1.1", ""
        if request.version <= HttpVersion10:
            version, connection = "1.0", "Connection: keep-alive\r\n" if self._keep_alive else ""
        elif not self._keep_alive:
            connection = "Connection: close\r\n"
        number = "" if self._id is None else f"{REQUEST_HEADER}: {self._id}\r\n"
        head = (
            f"HTTP/{version} {_HEAD}{number}{connection}"
            f"Content-Length: {len(self._whole)}\r\nDate: {rfc822_formatted_time()}\r\n\r\n"
        )
        await writer.write(head.encode() + self._whole)
        return writer
