"""Every deed, killed at each point that it reaches: what is there after it is what was before, or all of it (D2).

The world is the golden state of `fixtures/state.json`. A deed is done once to its end, and its points are logged; then
it is done again from the same state for each of these points, and the server dies there. What it has kept must be the
state before if the point comes before the commit, and else the state behind, to the byte. A deed of many transactions
(the clock is advanced, reports are pushed, old messages leave) is resumed after the restart and must come to the same
end, with every report taken at least once.
"""

import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from tests.reliability.books import Breach
from tests.reliability.load import GONE, Callback, callback
from tests.reliability.processes import Nursery, Process, nursery

GOLDEN = Path(__file__).parent.parent.parent / "fixtures" / "state.json"
NOWHERE = "http://127.0.0.1:9/reports"
CONFIG = """
[server]
clock = "frozen"
now = "2026-01-01T12:00:23+08:00"
retention_seconds = 3600
auto_accounts = "demo"

[[accounts]]
account = "demo"
password = "demo123"
balance = "1"
gift = "0.12"
numbers = ["123456"]

[[accounts]]
account = "pushed"
password = "secret"
auth = "md5"
key = "k"
seq_policy = "increasing"
balance = "10"
refund_failed = true
callback_url = "http://127.0.0.1:9/reports"

[[rules]]
number = { suffix = "7" }
outcome = 1011
times = 3
sending_seconds = { uniform = [0.5, 2.0] }

[[faults]]
endpoint = "push"
reports = "drop"
times = 1
"""
"""The file of the server that wrote the golden state: what came from it stays its own."""


class Request(NamedTuple):
    """A request of a client or an operator; `body` is JSON, `state` stands for the golden state."""

    method: str
    path: str
    body: Any = None


class Deed(NamedTuple):
    """What is done, after what; `resumed` is one of many transactions, `later` one that nobody waits for.

    `file` is the configuration, and `reread` the one that it becomes before the deed.
    """

    name: str
    request: Request
    before: tuple[Request, ...] = ()
    resumed: bool = False
    later: bool = False
    file: str = CONFIG
    reread: str = ""


def _signed(seq: int) -> str:
    digest = md5(f"pushedsecret{seq}1767240000k".encode()).hexdigest()
    return f"account=pushed&password={digest}&seq={seq}&time=1767240000"


SHOP = Request("POST", "/_sim/accounts", {"account": "shop", "password": "s", "balance": "5", "numbers": ["10010"]})
LOCKING = Request("POST", "/_sim/accounts", {"account": "shop", "password": "s", "lock_after_failures": 2})
SOLD = Request("GET", "/sendsms?account=shop&password=s&numbers=13800000001,13800000007,13800001005&content=Hi")
WRITTEN = Request("POST", "/_sim/inbound", [{"from": "1", "to": "123456", "content": text} for text in ("a", "b", "c")])
STRIKING = Request("POST", "/_sim/faults", {"endpoint": "getbalance", "status": -12})
REPEATING = Request("POST", "/_sim/faults", {"endpoint": "getsms", "repeat_inbound": True})
BALANCE = Request("GET", "/getbalance?account=demo&password=demo123")
FETCH = Request("GET", "/getsms?account=demo&password=demo123")
HOURS = Request("POST", "/_sim/clock/advance", {"seconds": 7200})
NEW = '[[accounts]]\naccount = "new"\npassword = "n"\n'
RULE = '[[rules]]\naccount = "pushed"\noutcome = 1001\n'
FAULT = '[[faults]]\naccount = "pushed"\nendpoint = "getsms"\nstatus = -1\n'
OTHERS = '[[rules]]\nsender = { exact = "s" }\noutcome = 1001\n[[faults]]\nendpoint = "getsms"\nhttp_status = 500\n'
ALIKE = CONFIG[: CONFIG.index("[[rules]]")]
"""The file without a rule: messages of a submit share one life."""

BIG = Request("POST", "/_sim/accounts", {"account": "big", "password": "s", "balance": "500"})
NUMBERS = [str(13_912_345_001 + number) for number in range(2000)]
RELOAD = Request("POST", "/_sim/reload")
UNRULED = Request("DELETE", "/_sim/rules")
FEW_SOLD = Request("GET", f"/sendsms?account=shop&password=s&numbers={','.join(NUMBERS[:10])}&content=Hi")
LATE = Request("GET", f"/sendsms?{_signed(5)}&numbers=13800000002,13800000003&content=Hi&sendtime=20260101130000")
WRONG = Request("GET", "/getbalance?account=shop&password=wrong")
PRESET_ON = Request("PUT", "/_sim/presets/reports-late-and-twice", {"on": True})
PRESET_OFF = Request("PUT", "/_sim/presets/reports-late-and-twice", {"on": False})


def submit(account: str, many: int) -> Request:
    """An account sends so many messages at once."""
    numbers = ",".join(NUMBERS[:many])
    return Request("POST", "/sendsms", {"account": account, "password": "s", "content": "Hi", "numbers": numbers})


CLIENTS = (
    Deed("a submit", Request("GET", "/sendsms?account=demo&password=demo123&numbers=13800000002&content=Hello")),
    Deed("a submit that rules divide", SOLD, (SHOP,)),
    Deed("a submit of many", submit("big", 200), (BIG,)),
    Deed("a submit of many that are alike", submit("big", 200), (BIG, UNRULED), file=ALIKE),
    Deed("a submit of very many", submit("big", 2000), (BIG, UNRULED), file=ALIKE),
    Deed("a submit with a growing seq", Request("GET", f"/sendsms?{_signed(5)}&numbers=13800000002&content=Hello")),
    Deed("a wrong password that counts", WRONG, (LOCKING,)),
    Deed("an account made by its first request", Request("GET", "/getbalance?account=auto-1&password=p")),
    Deed("inbound is fetched", FETCH, (WRITTEN,)),
    Deed("inbound is fetched again", FETCH, (WRITTEN, FETCH, REPEATING), later=True),
    Deed("a fault strikes", BALANCE, (STRIKING,), later=True),
)
OPERATORS = (
    Deed("inbound arrives", WRITTEN),
    Deed("all inbound is removed", Request("DELETE", "/_sim/inbound"), (WRITTEN,)),
    Deed("an account is made", SHOP),
    Deed("an account is changed", Request("PATCH", "/_sim/accounts/shop", {"price": "0.5", "balance": "3"}), (SHOP,)),
    Deed("an account is unlocked", Request("PATCH", "/_sim/accounts/shop", {"locked": False}), (LOCKING, WRONG)),
    Deed("money is added", Request("POST", "/_sim/accounts/shop/topup", {"balance": "1", "gift": "2"}), (SHOP,)),
    Deed("an account is removed", Request("DELETE", "/_sim/accounts/shop"), (SHOP, SOLD)),
    Deed("an account begins anew", Request("POST", "/_sim/reset", {"account": "shop"}), (SHOP, SOLD)),
    Deed(
        "an account that the file has rules for begins anew",
        Request("POST", "/_sim/reset", {"account": "pushed"}),
        file=CONFIG + RULE + FAULT,
    ),
    Deed("a rule is made", Request("POST", "/_sim/rules", {"outcome": 1011, "times": 1})),
    Deed("a rule is replaced", Request("PUT", "/_sim/rules/2", {"outcome": 1001})),
    Deed("a rule is switched off", Request("PATCH", "/_sim/rules/2", {"enabled": False})),
    Deed("a rule is removed", Request("DELETE", "/_sim/rules/2")),
    Deed("all rules are removed", UNRULED),
    Deed("a fault is made", STRIKING),
    Deed("a fault is replaced", Request("PUT", "/_sim/faults/2", {"endpoint": "getsms", "status": -1})),
    Deed("a fault is switched off", Request("PATCH", "/_sim/faults/2", {"enabled": False})),
    Deed("a fault is removed", Request("DELETE", "/_sim/faults/2")),
    Deed("all faults are removed", Request("DELETE", "/_sim/faults")),
    Deed("a preset is switched on", PRESET_ON),
    Deed("a preset is switched off", PRESET_OFF, (PRESET_ON,)),
    Deed("a message is ended by hand", Request("PATCH", "/_sim/messages/9", {"state": 1006})),
    Deed("one of many is ended by hand", Request("PATCH", "/_sim/messages/13", {"state": 1006}), (SHOP, FEW_SOLD)),
    Deed("one is ended by hand and paid back", Request("PATCH", "/_sim/messages/11", {"state": 1006}), (LATE,)),
    Deed("final messages are removed", Request("DELETE", "/_sim/messages")),
    Deed("the file is read again", RELOAD, reread=CONFIG + NEW + FAULT),
    Deed("the file is read again, an account gone", RELOAD, file=CONFIG + NEW, reread=CONFIG),
    Deed(
        "the file is read again, in another order",
        RELOAD,
        file=CONFIG + OTHERS,
        reread=ALIKE + OTHERS + CONFIG[CONFIG.index("[[rules]]") :],
    ),
    Deed("everything begins anew", Request("POST", "/_sim/reset")),
    Deed("a state is put in", Request("PUT", "/_sim/state", "state"), (SHOP, SOLD, WRITTEN)),
    Deed("the database is asked", Request("GET", "/_sim/health")),
)
RESUMED = (
    Deed("a push is tried again", Request("POST", "/_sim/pushes/2/retry"), resumed=True),
    Deed("parked pushes are tried again", Request("POST", "/_sim/pushes/parked/retry", {}), resumed=True),
    Deed("the clock goes on", Request("POST", "/_sim/clock/advance", {"seconds": 60}), (SHOP, SOLD), resumed=True),
    Deed("old messages leave", HOURS, (SHOP, SOLD), resumed=True),
    Deed("old messages leave, and their space", HOURS, (BIG, UNRULED, submit("big", 2000)), resumed=True, file=ALIKE),
)
DEEDS = CLIENTS + OPERATORS + RESUMED


class Run:
    """One world and its servers."""

    def __init__(self, made: Nursery, called: Callback) -> None:
        self.made = made
        self.called = called
        self.url = f"{called.url}/reports"
        self.golden = GOLDEN.read_text("utf-8").replace(NOWHERE, self.url)
        self.process: Process

    async def begin(self) -> None:
        """Start, or start again."""
        self.process = await self.made.start()
        if not self.process.url:
            raise Breach(f"the server did not start:\n{self.made.log.read_text()[-2000:]}")

    def configure(self, toml: str) -> None:
        """Write the file."""
        self.made.configure(toml.replace(NOWHERE, self.url))

    async def again(self) -> str:
        """Kill it, start it again; the state that it has kept."""
        self.process.kill()
        await self.process.ended()
        await self.begin()
        return await self.state()

    async def ask(self, request: Request) -> str:
        """The answer's text. Raises Breach for one that nobody would expect."""
        body: Any = None
        if request.body is not None:
            body = self.golden if request.body == "state" else json.dumps(request.body)
        headers = {"Content-Type": "application/json"} if body is not None else None
        async with (
            aiohttp.ClientSession(self.process.url) as session,
            session.request(request.method, request.path, data=body, headers=headers) as answer,
        ):
            text = await answer.text()
            if answer.status >= 400:
                raise Breach(f"{request} was answered {answer.status}: {text[:300]}")
            return text

    async def do(self, deed: Deed) -> None:
        """Do a deed, until everything that comes of it now has come."""
        await self.ask(deed.request)
        if deed.later or deed.resumed:
            await self.ask(Request("POST", "/_sim/clock/advance", {"seconds": 0}))

    async def state(self) -> str:
        """Everything that is kept."""
        return await self.ask(Request("GET", "/_sim/state?secrets=true"))

    async def put(self, state: str) -> None:
        """Let this be everything, and nothing be due."""
        async with (
            aiohttp.ClientSession(self.process.url) as session,
            session.put("/_sim/state", data=state, headers={"Content-Type": "application/json"}) as answer,
        ):
            if answer.status != 204:
                raise Breach(f"the state was answered {answer.status}: {(await answer.text())[:500]}")
        await self.ask(Request("POST", "/_sim/clock/advance", {"seconds": 0}))


class Rehearsed(NamedTuple):
    """A deed that was done to its end: the states before and behind it, as a restart finds them.

    `points` says of each point that it reaches, in their order, whether that was after its commit.
    """

    before: str
    behind: str
    points: dict[str, bool]


async def rehearse(run: Run, deed: Deed) -> Rehearsed:
    """Do it once, to its end."""
    run.configure(deed.file)
    await run.begin()
    await run.put(run.golden)
    for request in deed.before:
        await run.ask(request)
    before = await run.again()
    await run.put(before)
    logged = len(run.process.logged())
    run.configure(deed.reread or deed.file)
    await run.process.trace()
    await run.do(deed)
    traced = run.process.logged()[logged:]
    return Rehearsed(before, await run.again(), _points(traced, resumed=deed.resumed))


def _points(traced: str, *, resumed: bool) -> dict[str, bool]:
    """The points of a deed's transaction, or of all that are resumed; BEGIN and COMMIT have other names for it, too."""
    points: dict[str, bool] = {}
    committed = False
    for line in traced.splitlines():
        point = line.removeprefix("reached ")
        if committed and point == "BEGIN before" and not resumed:
            break
        committed = committed or point == "COMMIT after"
        if point != line and not point.startswith(("checkpoint", "COMMIT", "BEGIN")):
            points.setdefault(point, committed)
    return points


async def die(run: Run, deed: Deed, rehearsed: Rehearsed, point: str) -> None:
    """Do it again, and die at a point; what is there then must be what the point says. Raises Breach."""
    run.configure(deed.file)
    run.called.taken.clear()
    await run.again()
    await run.put(rehearsed.before)
    run.configure(deed.reread or deed.file)
    await run.process.die_at(point)
    try:
        await run.do(deed)
    except GONE:
        await run.process.ended()
    if not run.process.logged().endswith(f"died at {point}\n"):
        raise Breach(f"{deed.name}: it did not die at {point}")
    await run.begin()
    await check(run, deed, rehearsed, point)


async def check(run: Run, deed: Deed, rehearsed: Rehearsed, point: str) -> None:
    """Compare what is there. Raises Breach."""
    if deed.resumed:
        await run.ask(Request("POST", "/_sim/clock/advance", {"seconds": 0}))  # what is sent just now is not asked for
        await run.do(deed)
        found, wanted = (_without_attempts(text) for text in (await run.again(), rehearsed.behind))
        missing = _reported(rehearsed.behind) - run.called.taken.keys()
        if found != wanted or missing:
            raise Breach(f"{deed.name}, killed at {point} and resumed, came to another end; not reported: {missing}")
        return
    # A start follows the file, as a reload does: there the two states are one.
    wanted = rehearsed.behind if deed.reread or rehearsed.points[point] else rehearsed.before
    found = await run.state()
    if found != wanted:
        raise Breach(f"{deed.name}, killed at {point}: {_difference(found, wanted)}")


def _without_attempts(text: str) -> Any:
    """A state without what a repeated push changes: pushes, their ids, and when the clock was looked at."""
    state = json.loads(text)
    del state["pushes"], state["next"]["pushes"], state["clock"]
    return state


def _reported(text: str) -> set[int]:
    """The messages of delivered pushes."""
    return {id for push in json.loads(text)["pushes"] if push["state"] == "delivered" for id in push["reports"]}


def _difference(found: str, wanted: str) -> str:
    pairs = zip(found.splitlines(), wanted.splitlines(), strict=False)
    return next(
        (f"there is\n{one[:400]}\nit should be\n{other[:400]}" for one, other in pairs if one != other),
        "lines are missing",
    )


@asynccontextmanager
async def world(folder: Path, *, sabotage: str = "") -> AsyncIterator[Run]:
    """A world that leaves nothing running."""
    async with callback(random.Random(1)) as called, nursery(folder, "", sabotage=sabotage) as made:  # noqa: S311
        yield Run(made, called)


async def every_point(folder: Path, *, sabotage: str = "", chosen: Sequence[Deed] = DEEDS) -> dict[str, list[str]]:
    """Every deed at every point that it reaches; the points of each. Raises Breach."""
    killed: dict[str, list[str]] = {}
    async with world(folder, sabotage=sabotage) as run:
        for deed in chosen:
            rehearsed = await rehearse(run, deed)
            for point in rehearsed.points:
                await die(run, deed, rehearsed, point)
            killed[deed.name] = list(rehearsed.points)
            run.process.kill()
            await run.process.ended()
    return killed
