"""Clients of every kind, an operator, and a callback that is not always well: all of them keep the books.

They go on until their server dies or stops, or they are told to. What they ask depends on a seed; when it is asked
depends on the machine.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import md5
from itertools import count, cycle
from typing import Any

import aiohttp
from aiohttp import web

from tests.reliability.books import FINAL_FAILURES, Account, Batch, Books, Breach, Sent, micro

CONFIG = """
[server]
retention_seconds = {retention}

[lifecycle]
unsent_seconds = 0.01
sending_seconds = {{ uniform = [0, 0.05] }}

[push]
interval_seconds = 0.02
timeout_seconds = 2
retry_first_seconds = 0.05
retry_max_seconds = 0.5
attempts = {attempts}

[[accounts]]
account = "pushed"
password = "p"
balance = "1000000"
gift = "2.5"
refund_failed = true
callback_url = "{url}/pushed"

[[accounts]]
account = "second"
password = "p"
balance = "1000000"
price = "0.07"
callback_url = "{url}/second"

[[accounts]]
account = "polled"
password = "p"
balance = "1000000"
gift = "1.25"
price = "0.03"
numbers = ["106901"]

[[accounts]]
account = "signed"
password = "p"
auth = "md5"
key = "k"
seq_policy = "increasing"
"""
RETENTION_SECONDS = 2
GONE = (aiohttp.ClientError, OSError, asyncio.TimeoutError)
"""What a client sees of a server that has died."""

SIZES = (*[1] * 17, 3, 20, 300)
"""How many numbers a submit has."""

Ask = Callable[..., Awaitable[Any]]
Act = Callable[[Ask], Awaitable[None]]


def accounts() -> dict[str, Account]:
    """The accounts of CONFIG whose money and messages are in the books."""
    return {
        "pushed": Account(micro("1000002.5"), micro("0.05"), pushed=True, refunds=True),
        "second": Account(micro("1000000"), micro("0.07"), pushed=True),
        "polled": Account(micro("1000001.25"), micro("0.03")),
    }


class Callback:
    """Where reports are PUT. `ill` is how often it does not take them: by a status or a closed connection."""

    def __init__(self, chance: random.Random) -> None:
        self.url = ""
        self.ill = 0.0
        self.taken: dict[int, tuple[str, int]] = {}
        self.refused = 0
        self.repeated = 0
        self.wrong: list[str] = []
        self.changed = asyncio.Condition()
        self._chance = chance

    def delivered(self, id: int) -> bool:
        """Whether the report of this message was taken."""
        return id in self.taken

    async def until(self, satisfied: Callable[[], bool], seconds: float) -> None:
        """Wait until something is so; it is looked at after each PUT."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(satisfied)

    async def take(self, request: web.Request) -> web.StreamResponse:
        """A PUT."""
        told = await request.json()
        if told["cnt"] != len(told["array"]) or not 1 <= told["cnt"] <= 50:
            self.wrong.append(f"a push says cnt {told['cnt']} and has {len(told['array'])} reports")
        if self._chance.random() < self.ill:
            self.refused += 1
            if self._chance.random() < 0.3 and request.transport is not None:
                request.transport.close()
            return web.Response(status=self._chance.choice((500, 503, 302, 404)))
        for id, number, _, code, _ in told["array"]:
            self.repeated += id in self.taken
            if self.taken.setdefault(id, (number, code)) != (number, code):
                self.wrong.append(f"message {id} was reported as {self.taken[id]}, then as {(number, code)}")
        async with self.changed:
            self.changed.notify_all()
        return web.Response(status=self._chance.choice((200, 200, 204)))


@asynccontextmanager
async def callback(chance: random.Random) -> AsyncIterator[Callback]:
    """A callback that listens."""
    made = Callback(chance)
    app = web.Application()
    app.router.add_put("/{account}", made.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{site.port}"
    try:
        yield made
    finally:
        await runner.cleanup()


class Operator:
    """Deeds of the control API on accounts, rules and faults of its own, which nobody else looks at.

    `made` is what there must be; `perhaps` what there may be instead, when a deed was not answered.
    """

    def __init__(self, chance: random.Random) -> None:
        self.made: dict[str, Any] = {}
        self.perhaps: dict[str, Any] | None = None
        self._numbers = count(1)
        self._chance = chance

    async def act(self, ask: Ask) -> None:
        """One deed."""
        names = [name for name in self.made if name.startswith("account")]
        kind = self._chance.choice(("account", "rule", "fault", "change", "top up", "remove"))
        key = f"{kind} ctl-{next(self._numbers)}"
        if kind == "account" or (kind in ("change", "top up", "remove") and not names):
            name = f"account {key.split()[-1]}"
            settings = {"account": name.split()[1], "password": "x", "balance": "5", "price": "0.11"}
            await self._do(ask, "POST", "accounts", settings, self.made | {name: (5_000_000, 110_000)})
            return
        if kind == "rule":
            body = {"account": key.split()[-1], "outcome": 1011, "times": 7}
            await self._do(ask, "POST", "rules", body, self.made | {key: (1011, 7)})
            return
        if kind == "fault":
            body = {"account": key.split()[-1], "endpoint": "sendsms", "status": -12, "times": 9}
            await self._do(ask, "POST", "faults", body, self.made | {key: (-12, 9)})
            return
        name = self._chance.choice(names)
        path, (balance, price) = f"accounts/{name.split()[1]}", self.made[name]
        if kind == "change":
            after = self.made | {name: (1_500_000, 200_000)}
            await self._do(ask, "PATCH", path, {"balance": "1.5", "price": "0.2"}, after)
        elif kind == "top up":
            await self._do(
                ask, "POST", f"{path}/topup", {"balance": "0.25"}, self.made | {name: (balance + 250_000, price)}
            )
        else:
            after = {key: found for key, found in self.made.items() if key != name}
            await self._do(ask, "DELETE", path, None, after)

    async def _do(self, ask: Ask, method: str, path: str, body: Any, after: dict[str, Any]) -> None:
        self.perhaps = after
        await ask(method, f"/_sim/{path}", json=body, expected=(200, 201, 204))
        self.made, self.perhaps = after, None

    def check(self, state: Any) -> None:
        """Hold a state document against what was made. Raises Breach."""
        found: dict[str, Any] = {}
        for one in state["accounts"]:
            if one["account"].startswith("ctl-"):
                found[f"account {one['account']}"] = (micro(one["balance"]), micro(one["price"]))
        for one in state["rules"]:
            found[f"rule {one['account']}"] = (one["outcome"], one["times"])
        for one in state["faults"]:
            if str(one["account"]).startswith("ctl-"):
                found[f"fault {one['account']}"] = (one["status"], one["times"])
        if found not in (self.made, self.perhaps):
            wrong = {
                key: found.get(key) for key in self.made.keys() | found.keys() if found.get(key) != self.made.get(key)
            }
            raise Breach(f"of what the operator made these are not as they were: {wrong}; perhaps {self.perhaps}")
        self.made, self.perhaps = found, None


class Load:
    """Everybody who asks."""

    def __init__(self, books: Books, chance: random.Random) -> None:
        self.books = books
        self.operator = Operator(chance)
        self.answers = 0
        self.faulty = False
        self.seq = 1
        self._seq_sent = 1
        self._chance = chance
        self._numbers = count(1_000_000)
        self._texts = count(1)
        self._enough = asyncio.Event()
        self._limit = 0
        self._at_limit: Callable[[], None] = self._enough.set

    async def run(self, url: str, *, answers: int, then: Callable[[], None] | None = None, submitters: int = 4) -> None:
        """Ask until the server is gone, or `stop`; after so many answers to submits comes what is to come `then`."""
        self._at_limit = then or self._enough.set
        try:
            await self._run(url, answers, submitters)
        except* Breach as found:
            raise found.exceptions[0] from None  # the others are heard of when this one is mended

    async def _run(self, url: str, answers: int, submitters: int) -> None:
        self._limit = self.answers + answers
        self._enough.clear()
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(url, timeout=timeout) as session, asyncio.TaskGroup() as group:
            # Each request is sent once: aiohttp would silently repeat a GET whose connection was closed.
            session._retry_connection = False
            ask = self._asker(session)
            struck = [self._submit] * submitters + [_in_turn(self._fetch, self._poll, self._sign)]
            for one in struck:
                group.create_task(self._until_gone(one, ask, patient=self.faulty))
            control = _in_turn(self._post_inbound, self._top_up, self.operator.act)
            group.create_task(self._until_gone(control, ask, patient=False))

    def stop(self) -> None:
        """It is enough: whoever asks hears the answer and asks no more."""
        self._enough.set()

    async def _until_gone(self, act: Act, ask: Ask, *, patient: bool) -> None:
        """Where faults strike, a connection that breaks says nothing: those who call the control API see the end."""
        while not self._enough.is_set():
            try:
                await act(ask)
            except GONE:
                if not patient:
                    self._enough.set()

    def _asker(self, session: aiohttp.ClientSession) -> Ask:
        async def ask(method: str, path: str, *, expected: tuple[int, ...] = (200,), **more: Any) -> Any:
            async with session.request(method, path, **more) as answer:
                body = await answer.read()
                if answer.status == 503 and answer.headers.get("Connection") == "close":
                    raise aiohttp.ClientError("it stops")
                if answer.status not in expected:
                    raise Breach(f"{method} {path} was answered {answer.status}: {body[:300]!r}")
                return await answer.json() if body and answer.status != 204 else None

        return ask

    # What each of them does, once.

    def _number(self) -> str:
        number = f"1{next(self._numbers):09d}"
        return f"{number}0000{self._chance.choice(FINAL_FAILURES)}" if self._chance.random() < 0.2 else f"{number}77"

    async def _submit(self, ask: Ask) -> None:
        account = self._chance.choice(("pushed", "pushed", "second", "polled"))
        size = self._chance.choice(SIZES)
        sent = self.books.sending(account, [self._number() for _ in range(size)])
        parameters = {"account": account, "password": "p", "numbers": ",".join(sent.numbers), "content": "Hello"}
        try:
            if size > 3 or self._chance.random() < 0.3:
                told = await ask("POST", "/sendsms", json=parameters)
            else:
                told = await ask("GET", "/sendsms", params=parameters)
        except GONE:
            if self.faulty:
                await self._find_out(ask, sent)
                return
            raise
        if self.faulty and told["status"] == -12:
            self.books.refused(sent)
        else:
            self.books.accepted(sent, told)
        self._answered()

    async def _find_out(self, ask: Ask, sent: Sent) -> None:
        """No answer came; if the server lives it tells now, as an operator would look."""
        found = await ask("GET", "/_sim/messages", params={"number": sent.numbers[0], "account": sent.account})
        if not found["items"]:
            self.books.refused(sent)
            return
        first = found["items"][0]["id"]
        array = [[int(number), id] for id, number in enumerate(sent.numbers, first)]
        self.books.accepted(sent, {"status": 0, "success": len(array), "array": array})
        self._answered()

    def _answered(self) -> None:
        self.answers += 1
        if self.answers == self._limit:
            self._at_limit()

    async def _post_inbound(self, ask: Ask) -> None:
        batch: Batch = self.books.arriving(
            "polled", [f"text {next(self._texts)}" for _ in range(self._chance.choice((1, 1, 2, 60)))]
        )
        body = [{"from": "10010", "to": "106901", "content": text} for text in batch.texts]
        told = await ask("POST", "/_sim/inbound", json=body, expected=(201,))
        self.books.arrived(batch, [one["id"] for one in told])

    async def _fetch(self, ask: Ask) -> None:
        self.books.cut_fetches["polled"] += 1  # until its answer is here
        told = await ask("GET", "/getsms", params={"account": "polled", "password": "p"})
        self.books.cut_fetches["polled"] -= 1
        self.books.fetched("polled", told)

    async def _poll(self, ask: Ask) -> None:
        account = self._chance.choice(("pushed", "second", "polled"))
        ids = self.books.some_ids(account, 50, self._chance.sample)
        if not ids:
            await ask("GET", "/getbalance", params={"account": account, "password": "p"})
            return
        parameters = {"account": account, "password": "p", "ids": ",".join(map(str, ids))}
        self.books.polled(account, ids, await ask("GET", "/getreport", params=parameters))

    async def _sign(self, ask: Ask) -> None:
        seq = self._seq_sent = self._seq_sent + 1
        if (await self.asked_with(ask, seq))["status"] != 0:
            raise Breach(f"seq {seq} is greater than {self.seq} and was refused")
        self.seq = seq

    @staticmethod
    async def asked_with(ask: Ask, seq: int) -> Any:
        """Ask for a balance with this seq (P1.6)."""
        digest = md5(f"signedp{seq}1767240000k".encode()).hexdigest()
        return await ask(
            "GET",
            "/getbalance",
            params={"account": "signed", "password": digest, "seq": str(seq), "time": "1767240000"},
        )

    async def _top_up(self, ask: Ask) -> None:
        account = self.books.accounts["second"]
        account.unsure.append(250_000)
        await ask("POST", "/_sim/accounts/second/topup", json={"balance": "0.25"})
        account.unsure.remove(250_000)
        account.topped_up += 250_000

    # What is asked of a server that has begun, before anybody else asks.

    async def check(self, url: str) -> None:
        """Hold a server that answers nobody else against the books. Raises Breach."""
        async with aiohttp.ClientSession(url) as session:
            ask = self._asker(session)
            state = await ask("GET", "/_sim/state", params={"secrets": "true"})
            self.books.check(state)
            self.operator.check(state)
            if self.seq > 1 and (await self.asked_with(ask, self.seq))["status"] != -1:
                raise Breach(f"seq {self.seq} was used, and was taken again")


def _in_turn(*acts: Act) -> Act:
    """One after the other, over and over."""
    following = cycle(acts)

    async def act(ask: Ask) -> None:
        await next(following)(ask)

    return act


def now() -> float:
    """Real seconds."""
    return time.monotonic()
