"""What is sent to a running server, and what must hold of it whatever comes? Each target has a server of its own.

What is found is kept with the bytes that did it.
"""

import asyncio
import logging
import re
import resource
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from eims_sim.config import load_config
from eims_sim.server import Server
from eims_sim.web.connection import PATIENCE, Patience

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "fixtures" / "spec.toml").read_text("utf-8")
SECRET = "demo123"
LOGIN = f"account=demo&password={SECRET}"
ANSWER_SECONDS = 30.0
"""An input that has no answer and no end after so long is a finding."""

LOCKED = b'{"status":0,"balance":"1000.000000","gift":"0.00000"}'
"""The balance of an account that no target asks for anything."""

CHECK_EACH = 25
"""After so many inputs it is looked whether others are still served rightly."""

DOCUMENTED = {200, 400, 404, 405, 408, 413, 414, 431}
"""What a client of the gateway is answered with (P1.3); 503 comes of overload alone."""

OPERATORS = {200, 201, 204, 400, 403, 404, 405, 408, 409, 413, 414, 415, 422, 431}
"""What the control API may answer with (C4)."""

SHAPES = {
    "getbalance": re.compile(rb'\{"status":(?:0,"balance":"\d+\.\d{6}","gift":"\d+\.\d{5}"|-[1-9]\d?)\}'),
    "sendsms": re.compile(
        rb'\{"status":(?:0|-[1-9]\d?),"success":\d+,"fail":\d+,"array":'
        rb'\[(?:\[(?:\d{1,18}|"[+0-9]{3,21}"),\d+\],?)*\]\}'
    ),
    "getreport": re.compile(
        rb'\{"status":(?:0|-[1-9]\d?),"success":\d+,"fail":\d+,"unsent":\d+,"sending":\d+,"nofound":\d+,'
        rb'"array":\[(?:\[\d+,"[+0-9]+",\d+,\d+\],?)*\]\}'
    ),
    "getsms": re.compile(
        rb'\{"status":(?:0|-[1-9]\d?),"cnt":\d+,"array":'
        rb'\[(?:\[\d+,"[^"\\]*","[^"\\]*",\d{14},"[A-Za-z0-9+/=]*"\],?)*\]\}'
    ),
}
"""The gateway's own answers (P3 to P6)."""

HTTP_ERROR = re.compile(rb'\{"status":-12,"error":"[^"\\]+"\}')
ANY_SHAPE = re.compile(b"|".join([one.pattern for one in (*SHAPES.values(), HTTP_ERROR)]))

Wrong = tuple[bytes, str]
Result = tuple[int, str, list[Wrong]]


class _Log(logging.Handler):
    """Keeps what a log must not hold: stack traces, secrets."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.wrong: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            self.wrong.append(f"logged {type(error).__name__}: {error} ({said})")
        elif SECRET in said or "Traceback" in said or "\n" in said:
            self.wrong.append(f"logged {said[:300]!r}")


@dataclass
class Fuzzed:
    """A running server, who talks to it, and what was found so far."""

    url: str
    server: Server
    session: aiohttp.ClientSession
    config: Path
    log: _Log
    same_world: bool = True
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[Wrong] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def find(self, sent: bytes, what: str) -> None:
        """Something is wrong; each kind is told once."""
        kind = re.sub(r"[0-9]+", "0", what)[:60]
        if kind not in self.kinds:
            self.kinds.add(kind)
            self.wrong.append((sent, what))

    def look_at_log(self, sent: bytes) -> None:
        """What the log holds is wrong, too."""
        for said in self.log.wrong:
            self.find(sent, said)
        self.log.wrong.clear()

    async def request(self, method: str, target: str, **more: Any) -> tuple[int, bytes, Any]:
        """Any request; `target` is sent as it is. The HTTP status, the body, the headers."""
        url = URL(self.url + target, encoded=True)
        async with asyncio.timeout(ANSWER_SECONDS), self.session.request(method, url, **more) as answer:
            return answer.status, await answer.read(), answer.headers

    async def check(self, sent: bytes) -> None:
        """Others are served as ever."""
        status, body, _ = await self.request("GET", f"/getbalance?account=locked&password={SECRET}")
        right = body == LOCKED if self.same_world else SHAPES["getbalance"].fullmatch(body)
        if status != 200 or not right:
            self.find(sent, f"others are answered {status} {body[:200]!r}")


@asynccontextmanager
async def running(patience: Patience = PATIENCE) -> AsyncIterator[Fuzzed]:
    """A server in the world of fixtures/spec.toml, whose reports go nowhere."""
    logger, log = logging.getLogger(), _Log()
    ours = logging.getLogger("eims_sim")
    level = ours.level
    logger.addHandler(log)
    ours.setLevel(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="eims-sim-fuzz-") as folder:
        config = Path(folder) / "world.toml"
        config.write_text(SPEC, "utf-8")
        given = {"port": 0, "database": str(Path(folder) / "sim.db"), "callback_allow": ["nowhere.invalid"]}
        load = partial(load_config, config, {}, given)
        server = Server(load(), patience=patience, reload=load)
        started = await server.start()
        try:
            async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
                yield Fuzzed(started.url, server, session, config, log)
        finally:
            await server.stop()
            logger.removeHandler(log)
            ours.setLevel(level)


def _memory() -> int:
    """The most that this process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
