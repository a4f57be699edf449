"""Which bytes are sent to the socket, and what must hold of what comes back (P1.3)?"""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from random import Random

from yarl import URL

from eims_sim.web.connection import Patience
from tests.reliability.fuzz_server import ANSWER_SECONDS, ANY_SHAPE, DOCUMENTED, LOGIN, OPERATORS, SECRET, Fuzzed
from tests.reliability.mutations import mutate

QUICK = Patience(head_seconds=0.3, body_seconds=0.3)
"""Who sends less than it said is told so soon."""

AT_ONCE = 20
"""So many connections at a time."""

_BODY = json.dumps({"account": "demo", "password": SECRET, "numbers": "13800138000", "content": "Hello"}).encode()
REQUESTS = (
    f"GET /getbalance?{LOGIN} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode(),
    f"GET /sendsms?{LOGIN}&numbers=13800138000&content=Hi+%E4%BD%A0 HTTP/1.1\r\nHost: gateway\r\nX: y\r\n\r\n".encode(),
    f"GET http://gateway:80/getreport?{LOGIN}&ids=1,2 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n".encode(),
    b"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
    % (len(_BODY), _BODY),
    b"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5;x=y\r\n%b\r\n%x\r\n%b\r\n0\r\nT: x\r\n\r\n" % (_BODY[:5], len(_BODY) - 5, _BODY[5:]),
    (
        b"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET / HTTP/1.1"
    ),
    b"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n%b"
    % (len(_BODY), _BODY),
    (
        b"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n"
        b"\x1f\x8b\x08\0\0\0\0\0\0\3"
    ),
    b"PUT /_sim/state HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    b"GET /_sim/messages?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
)
WORDS = (
    *(
        b"HTTP/1.1",
        b"HTTP/0.9",
        b"HTTP/1.0",
        b"HTTP/2.0",
        b"\r\n\r\n",
        b"\n\n",
        b"Content-Length: ",
        b"Content-Length: 0\r\n",
    ),
    *(b"Content-Length: -1\r\n", b"Content-Length: +5\r\n", b"Content-Length: 5, 6\r\n", b"Content-Length: 0x5\r\n"),
    *(
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
    ),
    *(b"Transfer-Encoding: xchunked\r\n", b"Content-Encoding: deflate\r\n", b"Content-Encoding: br\r\n", b"0\r\n\r\n"),
    *(
        b"ffffffffffffffff\r\n",
        b"Expect: 100-continue\r\n",
        b"Connection: close\r\n",
        b"Connection: upgrade\r\nUpgrade: h2c\r\n",
    ),
    *(
        b"Host: a\r\n",
        b"X: " + b"y" * 9000 + b"\r\n",
        b" folded\r\n",
        b"GET /getbalance HTTP/1.1\r\n",
        b"HEAD ",
        b"CONNECT a:1 ",
    ),
)


def _cut(generator: Random, sent: bytes) -> Iterator[bytes]:
    """The bytes as they leave: in one piece, in a few, or each for itself."""
    match generator.randrange(6):
        case 0 if len(sent) < 1500:
            yield from (sent[at : at + 1] for at in range(len(sent)))
        case 1 | 2:
            at = generator.randint(0, len(sent))
            yield sent[:at]
            yield sent[at:]
        case _:
            yield sent


async def exchange(fuzzed: Fuzzed, pieces: Iterable[bytes], *, half_close: bool) -> bytes:
    """What a bare connection answers to these bytes, until it is closed or says nothing more."""
    address = URL(fuzzed.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    answered = bytearray()
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        await writer.drain()
        if half_close and writer.can_write_eof():
            writer.write_eof()
        quiet = 0.5
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                try:
                    async with asyncio.timeout(quiet):
                        part = await reader.read(1 << 16)
                except TimeoutError:
                    break  # it waits for more, as it may where something whole was answered
                if not part:
                    break
                answered += part
    except (ConnectionError, BrokenPipeError):
        pass
    finally:
        writer.close()
    return bytes(answered)


_HEAD = re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n((?:[!-9;-~]+: [^\r\n]*\r\n)*)\r\n")


def judge(fuzzed: Fuzzed, sent: bytes, answered: bytes) -> None:
    """Everything that was answered is a row of answers, each as it is documented."""
    rest = answered
    while rest:
        head = _HEAD.match(rest)
        if head is None:
            fuzzed.find(sent, f"answered {rest[:200]!r}")
            return
        status, rest = int(head[1]), rest[head.end() :]
        if status == 100:
            continue
        fuzzed.seen[str(status)] += 1
        length = re.search(rb"(?i)content-length: (\d+)\r\n", head[2])
        if length is None:
            return  # an export, or events: they have tests of their own
        body, rest = rest[: int(length[1])], rest[int(length[1]) :]
        if b"problem+json" in head[2] or b"X-EIMS" not in head[2]:
            if status not in OPERATORS | {101, 302, 303, 304, 503}:
                fuzzed.find(sent, f"an operator is answered {status} {body[:200]!r}")
        elif status not in DOCUMENTED:
            fuzzed.find(sent, f"answered {status} {body[:200]!r}")
        elif len(body) == int(length[1]) and body and not ANY_SHAPE.fullmatch(body):
            fuzzed.find(sent, f"answered {status} with {body[:200]!r}")


async def send_bytes(fuzzed: Fuzzed, tries: list[tuple[bytes, list[bytes], bool]]) -> None:
    """Several connections at once: who waits for more is not waited for alone."""
    answers = await asyncio.gather(*[exchange(fuzzed, pieces, half_close=half) for _, pieces, half in tries])
    for (sent, _, _), answered in zip(tries, answers, strict=True):
        judge(fuzzed, sent, answered)
        fuzzed.seen["inputs"] += 1
        if not answered:
            fuzzed.seen["closed or waiting"] += 1


async def try_socket(fuzzed: Fuzzed, generator: Random) -> bytes:
    """Requests that are changed at random, cut in pieces, on connections of their own."""
    tries: list[tuple[bytes, list[bytes], bool]] = []
    for _ in range(AT_ONCE):
        sent = b"".join([generator.choice(REQUESTS) for _ in range(generator.choice((1, 1, 1, 2, 5)))])
        sent = mutate(generator, sent, WORDS)
        tries.append((sent, list(_cut(generator, sent)), generator.random() < 0.3))
    await send_bytes(fuzzed, tries)
    return b"\0\0\0".join([sent for sent, _, _ in tries])
