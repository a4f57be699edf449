"""The stand-ins of the tests are the clock and the client's server; everything else is the real thing."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import md5
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from eims_sim.config import load_config
from eims_sim.server import Server
from eims_sim.web.connection import PATIENCE, Patience

pytest_plugins = ["tests.ci_skips", "tests.machine"]

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures"

DEMO = {"account": "demo", "password": "demo123"}
GOOD = DEMO | {"numbers": "13800000000", "content": "Hello"}
"""A submit that nothing is wrong with."""

NOW = 20260101120000
"""What the frozen clock of fixtures/spec.toml shows on the wire."""


@dataclass
class Answer:
    """What a client got: the HTTP status, the headers, the bytes."""

    http_status: int
    headers: Mapping[str, str]
    body: bytes
    notes: list[str]

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def status(self) -> int:
        return self.json()["status"]

    @property
    def reason(self) -> str | None:
        """The code of X-EIMS-Sim-Reason."""
        header = self.headers.get("X-EIMS-Sim-Reason")
        return header.partition(";")[0] if header else None


@dataclass
class Wire:
    """A bare connection: bytes go out as they are written here."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, sent: bytes) -> None:
        """Send bytes; a server that has closed meanwhile is no error."""
        try:
            self.writer.write(sent)
            await self.writer.drain()
        except ConnectionError:
            pass

    async def answer(self) -> Answer:
        """Read one answer."""
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[:-2]
            pairs = (line.split(": ", 1) for line in head[1:])
            headers = CIMultiDict((name, value) for name, value in pairs)
            content = await self.reader.readexactly(int(headers["Content-Length"]))
        notes = [value.partition(";")[0] for value in headers.getall("X-EIMS-Sim-Note", [])]
        return Answer(int(head[0].split()[1]), headers, content, notes)

    async def rest(self) -> bytes:
        """Read until the server closes; one that resets the connection instead raises."""
        async with asyncio.timeout(10):
            return await self.reader.read()


@dataclass
class Simulator:
    """A running server and a client of it."""

    url: str
    server: Server
    session: aiohttp.ClientSession
    database: Path

    async def request(self, method: str, target: str, **more: Any) -> Answer:
        """Any request; `target` is sent as it is."""
        async with self.session.request(
            method, URL(self.url + target, encoded=True), allow_redirects=False, **more
        ) as r:
            notes = [value.partition(";")[0] for value in r.headers.getall("X-EIMS-Sim-Note", [])]
            return Answer(r.status, r.headers, await r.read(), notes)

    @asynccontextmanager
    async def wire(self) -> AsyncIterator[Wire]:
        """A connection for what no HTTP client would send."""
        address = URL(self.url)
        reader, writer = await asyncio.open_connection(address.host, address.port, limit=2**24)
        try:
            yield Wire(reader, writer)
        finally:
            writer.close()

    @contextmanager
    def behind_its_back(self) -> Iterator[sqlite3.Connection]:
        """Another connection to the database, to make the store ill or busy; transactions are begun by hand."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as other:
            yield other

    async def get(self, endpoint: str, params: Mapping[str, str] | None = None, **more: Any) -> Answer:
        """A GET of the gateway with parameters encoded as they should be."""
        query = str(URL.build(query=params or {}).raw_query_string)
        return await self.request("GET", f"/{endpoint}?{query}", **more)

    async def post(self, body: Any, **more: Any) -> Answer:
        """A POST of /sendsms with a JSON body."""
        return await self.request("POST", "/sendsms", json=body, **more)

    async def submit(self, numbers: str = "13800000000", content: str = "Hello", **more: str) -> list[int]:
        """Submit by POST as demo (or who `more` says) and return the ids; the submit must be accepted."""
        answer = await self.post(DEMO | {"numbers": numbers, "content": content} | more)
        assert answer.status == 0, answer.text
        return [id for _, id in answer.json()["array"]]

    async def control(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """A call of the control API: `path` without /_sim/."""
        if body is not None:
            more["json"] = body
        return await self.request(method, f"/_sim/{path}", **more)

    async def advance(self, seconds: float) -> dict[str, Any]:
        """Advance the clock; everything due on the way is done when this returns."""
        answer = await self.control("POST", "clock/advance", {"seconds": seconds})
        assert answer.http_status == 200, answer.text
        return answer.json()

    async def messages(self, query: str = "") -> list[dict[str, Any]]:
        """The items of /_sim/messages."""
        answer = await self.control("GET", f"messages?{query}")
        assert answer.http_status == 200, answer.text
        return answer.json()["items"]

    async def pushes(self, query: str = "") -> list[dict[str, Any]]:
        """The items of /_sim/pushes."""
        answer = await self.control("GET", f"pushes?{query}")
        assert answer.http_status == 200, answer.text
        return answer.json()["items"]

    async def state(self, id: int, account: str = "demo") -> int:
        """The state of a message as getreport tells it."""
        answer = await self.get("getreport", {"account": account, "password": "demo123", "ids": str(id)})
        return answer.json()["array"][0][3]

    async def balance(self, account: str = "demo") -> tuple[str, str]:
        """Balance and gift as getbalance tells them."""
        answer = (await self.get("getbalance", {"account": account, "password": "demo123"})).json()
        return answer["balance"], answer["gift"]


Start = Callable[..., Awaitable[Simulator]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts servers: `await start(extra_toml, config=FILE, database=NAME, environment={…}, **server_options)`.

    `extra_toml` is appended to the file (fixtures/spec.toml unless another is named); options are those of [server],
    `environment` reaches the other tables, `patience` is how long requests may take to arrive.
    """
    running: list[tuple[Server, aiohttp.ClientSession]] = []

    async def begin(
        extra: str = "",
        *,
        config: Path = FIXTURES / "spec.toml",
        database: str = "sim.db",
        environment: Mapping[str, str] | None = None,
        patience: Patience = PATIENCE,
        **options: Any,
    ):
        file = tmp_path / f"config{len(running)}.toml"
        file.write_text(config.read_text("utf-8") + extra, "utf-8")
        path = tmp_path / database
        kept = database if database == ":memory:" else str(path)
        load = partial(load_config, file, environment or {}, {"port": 0, "database": kept} | options)
        server = Server(load(), patience=patience, reload=load)
        started = await server.start()
        session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False)
        running.append((server, session))
        return Simulator(started.url, server, session, path)

    yield begin
    for server, session in running:
        await session.close()
        await server.stop()


@pytest.fixture
async def sim(start: Start) -> Simulator:
    """A server in the world of fixtures/spec.toml."""
    return await start()


def with_callback(url: str, account: str = "pushed") -> str:
    """An account that gets its reports pushed, as TOML for `start`."""
    return f'\n[[accounts]]\naccount = "{account}"\npassword = "demo123"\nbalance = "10000"\ncallback_url = "{url}"\n'


def signed(account: str, seq: str = "1", time: str = "1767240000", *, password: str = "demo123", key: str = "demokey"):
    """The parameters account, password, seq and time of a right digest; 1767240000 is the frozen clock's moment."""
    digest = md5(f"{account}{password}{seq}{time}{key}".encode()).hexdigest()
    return {"account": account, "password": digest, "seq": seq, "time": time}


@dataclass
class Receiver:
    """The client's server: what was PUT to it, and what it answers (a status, or a coroutine that makes a response)."""

    url: str
    answers: list[Any] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    requests: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def reports(self) -> list[list[Any]]:
        """Every report of every PUT, in the order of arrival."""
        return [report for body in self.bodies for report in body["array"]]

    async def until(self, satisfied: Callable[[], bool], seconds: float = 10) -> None:
        """Wait until what was received satisfies a test; each PUT is looked at before it is answered."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(satisfied)

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append((request.method, request.path_qs, request.headers.copy()))
        self.raw.append(body)
        self.bodies.append(json.loads(body))
        async with self.changed:
            self.changed.notify_all()
        answer = self.answers.pop(0) if self.answers else 200
        return web.Response(status=answer) if isinstance(answer, int) else await answer(request)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A callback endpoint on a free port."""
    taken = Receiver("")
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", taken.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    taken.url = f"http://127.0.0.1:{site.port}/reports"
    yield taken
    await runner.cleanup()
