"""What do pages load beside themselves? Styles, modules and the icon: read once, compressed once, cached for good.

Their address holds a digest of all of them, so that a page never runs with the modules of another version.
"""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from aiohttp import web

from ..control.door import Problem

STATIC: Final = Path(__file__).parent / "static"

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_FOR_GOOD: Final = "public, max-age=31536000, immutable"


class _File(NamedTuple):
    media: str
    plain: bytes
    packed: bytes


class _Files(NamedTuple):
    version: str
    by_name: dict[str, _File]


@cache
def _files() -> _Files:
    version = sha256()
    found = {}
    for path in sorted(STATIC.iterdir()):
        if path.suffix in _TYPES:
            plain = path.read_bytes()
            version.update(plain)
            found[path.name] = _File(_TYPES[path.suffix], plain, pack(plain))
    return _Files(version.hexdigest()[:12], found)


def version() -> str:
    """The digest of all files."""
    return _files().version


def pack(plain: bytes) -> bytes:
    """Compressed as browsers take it, the same on every run."""
    return gzip.compress(plain, mtime=0)


def packed_or_plain(request: web.Request, plain: bytes, packed: bytes, headers: dict[str, str]) -> web.Response:
    """An answer, compressed where the browser can read that."""
    headers = headers | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return web.Response(body=packed, headers=headers | {"Content-Encoding": "gzip"})
    return web.Response(body=plain, headers=headers)


async def static_file(request: web.Request) -> web.StreamResponse:
    """A file by its name; under an older version's address it is not kept."""
    files = _files()
    found = files.by_name.get(request.match_info["name"])
    if found is None:
        raise Problem(404, "there is no such file")
    current = request.match_info["version"] == files.version
    headers = {
        "Content-Type": found.media,
        "Cache-Control": _FOR_GOOD if current else "no-store",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return packed_or_plain(request, found.plain, found.packed, headers)
