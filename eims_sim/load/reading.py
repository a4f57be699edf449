"""Where does an answer end? HTTP read by hand, to cost little beside the server that is measured."""

import re
from typing import Final, NamedTuple

BODY_KEPT: Final = 512
"""So much of a body is looked at: the status and the counts stand at its beginning."""

HEAD_MAX: Final = 64 * 1024

_HEAD: Final = re.compile(rb"HTTP/1\.([01]) (\d{3})[ \r]").match
# In lower case, and each begun with text that is quickly not found: they run for every answer.
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)").search
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked").search
_CLOSE: Final = re.compile(rb"\r\nconnection:[^\r]*close").search
_KEEP: Final = re.compile(rb"\r\nconnection:[^\r]*keep-alive").search

INTERIM_ENDS: Final = 200
"""What comes before the answer proper, such as 100 Continue, has a status below."""
BODILESS: Final = (204, 304)


class NotHttpError(Exception):
    """What came is no answer in HTTP/1."""


class Received(NamedTuple):
    """An answer: its HTTP status, the beginning of its body, and whether the connection can be used again."""

    http_status: int
    body: bytes
    reusable: bool


class Reading:
    """An answer that is being read, whatever the pieces in which it comes."""

    __slots__ = ("_body", "_chunked", "_http_status", "_missing", "_reusable", "_waiting")

    def __init__(self) -> None:
        self._waiting = b""
        self._http_status = 0
        self._reusable = True
        self._missing: int | None = None
        self._chunked = False
        self._body = b""

    @property
    def begun(self) -> bool:
        """Whether anything was read."""
        return bool(self._http_status or self._waiting)

    def feed(self, data: bytes) -> Received | None:
        """Read on; the answer when it is complete. Raises NotHttpError."""
        if self._http_status:
            return self._read_body(data)
        self._waiting += data
        end = self._waiting.find(b"\r\n\r\n")
        if end < 0:
            if len(self._waiting) > HEAD_MAX or not b"HTTP/1.".startswith(self._waiting[:7]):
                raise NotHttpError
            return None
        head, body, self._waiting = self._waiting[:end], self._waiting[end + 4 :], b""
        self._read_head(head)
        if self._http_status < INTERIM_ENDS:
            self._http_status = 0
            return self.feed(body) if body else None
        return self._read_body(body)

    def end(self) -> Received | None:
        """The connection was closed: the answer, when that is how its end is told."""
        told_by_the_end = self._http_status and self._missing is None and not self._chunked
        return Received(self._http_status, self._body, reusable=False) if told_by_the_end else None

    def _read_head(self, head: bytes) -> None:
        match = _HEAD(head)
        if match is None:
            raise NotHttpError
        self._http_status = int(match[2])
        head = head.lower()
        length = _LENGTH(head)
        self._chunked = b"\r\ntransfer-encoding:" in head and _CHUNKED(head) is not None
        if length is not None and not self._chunked:
            self._missing = int(length[1])
        elif self._http_status in BODILESS:
            self._missing = 0
        self._reusable = match[1] == b"1"
        if b"\r\nconnection:" in head:
            self._reusable = _CLOSE(head) is None and (self._reusable or _KEEP(head) is not None)

    def _read_body(self, data: bytes) -> Received | None:
        if self._chunked:
            return self._read_chunks(data)
        if len(self._body) < BODY_KEPT:
            self._body += data[: BODY_KEPT - len(self._body)]
        if self._missing is None:
            return None
        self._missing -= len(data)
        if self._missing < 0:
            raise NotHttpError
        return None if self._missing else self._received()

    def _read_chunks(self, data: bytes) -> Received | None:
        """Chunks are rare and small: what is not complete waits as it is."""
        self._waiting += data
        while (end := self._waiting.find(b"\r\n")) >= 0:
            size = _size(self._waiting[:end])
            after = end + 2 + size + 2
            if size == 0:
                return self._received() if self._waiting.find(b"\r\n\r\n", end) >= 0 else None
            if len(self._waiting) < after:
                return None
            self._body = (self._body + self._waiting[end + 2 : end + 2 + size])[:BODY_KEPT]
            self._waiting = self._waiting[after:]
        return None

    def _received(self) -> Received:
        return Received(self._http_status, self._body, self._reusable)


def _size(line: bytes) -> int:
    """The size in the line before a chunk."""
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        raise NotHttpError from None
