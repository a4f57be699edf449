"""Which bytes are sent? Requests of the protocol, written once and sent over and over, signed where a key is given."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import Final, Literal
from urllib.parse import SplitResult, urlencode

from .. import __version__
from ..protocol.signature import sign

Endpoint = Literal["sendsms", "getbalance", "getreport"]

FIRST_NUMBER: Final = 13_910_000_000
MADE_UP: Final = 10_000_000
"""Made-up numbers go from 13910000000 to 13919999999: none of them ends like a magic one (P9.3)."""

BYTES_KEPT: Final = 16 * 2**20
REQUESTS_KEPT: Final = 4096
"""Requests with other numbers each are written ahead, as many as these bounds allow, then sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of the gateway, again and again. A `key` means md5 passwords, `seq` is the first one (P1.5)."""

    target: SplitResult
    endpoint: Endpoint = "sendsms"
    post: bool = False
    account: str
    password: str
    key: str = ""
    seq: int = 1
    numbers: int = 1
    to: Sequence[str] = ()
    content: str = ""
    ids: str = ""


def make_requests(asked: Asked, now: Callable[[], int]) -> Iterator[bytes]:
    """Requests without end; `now` is the moment, asked for each signature."""
    write = _writer(asked)
    bodies = _write_ahead(asked)
    if not asked.key:
        password = {"account": asked.account, "password": asked.password}
        return cycle([write(password | body) for body in bodies])
    return _signed(asked, bodies, write, now)


def _signed(
    asked: Asked, bodies: Sequence[dict[str, str]], write: Callable[[dict[str, str]], bytes], now: Callable[[], int]
) -> Iterator[bytes]:
    for seq, body in zip(count(asked.seq), cycle(bodies), strict=False):
        time = str(now() // 1_000_000)
        digest = sign(asked.account, asked.password, str(seq), time, asked.key)
        yield write({"account": asked.account, "password": digest, "seq": str(seq), "time": time} | body)


def _write_ahead(asked: Asked) -> list[dict[str, str]]:
    """What the requests have beside their credentials."""
    if asked.endpoint == "getbalance":
        return [{}]
    if asked.endpoint == "getreport":
        return [{"ids": asked.ids}]
    numbers = _numbers(asked.to)
    bodies: list[dict[str, str]] = []
    kept = 0
    while len(bodies) < REQUESTS_KEPT and (kept < BYTES_KEPT or not bodies):
        listed = ",".join(next(numbers) for _ in range(asked.numbers))
        bodies.append({"numbers": listed, "content": asked.content})
        kept += len(listed)
    return bodies


def _numbers(to: Sequence[str]) -> Iterator[str]:
    return cycle(to) if to else (str(FIRST_NUMBER + place % MADE_UP) for place in count())


def _writer(asked: Asked) -> Callable[[dict[str, str]], bytes]:
    """What turns parameters into the bytes of a request."""
    host = asked.target.netloc.rpartition("@")[2]
    path = f"{asked.target.path.rstrip('/')}/{asked.endpoint}"
    head = f"Host: {host}\r\nUser-Agent: eims-sim-bench/{__version__}\r\n"

    def get(parameters: dict[str, str]) -> bytes:
        return f"GET {path}?{urlencode(parameters, safe=',', errors='surrogateescape')} HTTP/1.1\r\n{head}\r\n".encode()

    def post(parameters: dict[str, str]) -> bytes:
        body = json.dumps(parameters, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogateescape")
        described = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return f"POST {path} HTTP/1.1\r\n{head}{described}".encode() + body

    return post if asked.post else get
