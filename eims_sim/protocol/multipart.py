"""Which names and values does a multipart form hold (P1.7)? Read in one pass, whatever a client has made of it.

The standard library's reader takes minutes for a header of 200 kB of quotes, and everybody waits for it.
"""

import re
from binascii import Error as NotEncodedError
from binascii import a2b_base64, a2b_qp
from typing import Final

from .limits import HEADER_BYTES
from .pairs import PAIRS

_PARAMETER: Final = re.compile(
    rb""";\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*("(?:[^"\\]++|\\.)*+"|[^\s;]*+)""", re.DOTALL
)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_FOLDED: Final = re.compile(rb"\r?\n[ \t]+")
_LINE_FEED: Final = ord("\n")
_LINE_END: Final = re.compile(rb"\r?\n")
_HEAD_END: Final = re.compile(rb"\n\r?\n")


def read_multipart(body: bytes, content_type: str) -> list[tuple[str, bytes]] | None:
    """The names and the decoded values of the parts that have a name, in their order; at most `PAIRS` of them.

    None when the body is no form with the boundary that its Content-Type names.
    """
    boundary = _parameters(content_type.encode("utf-8", "surrogateescape")).get(b"boundary")
    if not boundary:
        return None
    parts: list[tuple[str, bytes]] = []
    begun: int | None = None
    count = 0
    for delimiter in re.finditer(b"--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)", body):
        start = delimiter.start()
        if start and body[start - 1] != _LINE_FEED:
            continue
        if begun is not None:
            parts += _read_part(body[begun : start - (2 if body[start - 2 : start] == b"\r\n" else 1)])
        elif delimiter[1]:
            return None
        if delimiter[1] or count == PAIRS:
            return parts
        begun = delimiter.end()
        count += 1
    if begun is None:
        return None
    return parts + _read_part(body[begun:])  # its end is missing


def _read_part(part: bytes) -> list[tuple[str, bytes]]:
    """The name and the value of a part, when it has a name. It begins with the end of its delimiter's line."""
    end = _HEAD_END.search(part)
    head, value = (part[: end.start()], part[end.end() :]) if end else (part, b"")
    if len(head) > HEADER_BYTES:
        return []
    name, encoding = None, b""
    for line in _LINE_END.split(_FOLDED.sub(b" ", head)):
        header, _, said = line.partition(b":")
        match header.strip().lower():
            case b"content-disposition":
                name = _parameters(said).get(b"name")
            case b"content-transfer-encoding":
                encoding = said.strip().lower()
    return [] if name is None else [(name.decode(errors="replace"), _decode(value, encoding))]


def _parameters(header: bytes) -> dict[bytes, bytes]:
    """The parameters of a header's value by name in small letters; the first of a name counts."""
    found: dict[bytes, bytes] = {}
    for name, value in _PARAMETER.findall(header):
        found.setdefault(name.lower(), _ESCAPED.sub(rb"\1", value[1:-1]) if value.startswith(b'"') else value)
    return found


def _decode(value: bytes, encoding: bytes) -> bytes:
    """The value without its transfer encoding; one that is not encoded so stays as it is."""
    try:
        match encoding:
            case b"base64":
                return a2b_base64(value)
            case b"quoted-printable":
                return a2b_qp(value)
    except NotEncodedError:
        pass
    return value
