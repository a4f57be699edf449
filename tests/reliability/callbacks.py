"""Does anyone wait for customers that misbehave? All kinds of them at once, for as long as you like.

`python -m tests.reliability.callbacks --minutes 1` starts a simulator, a process full of customers who misbehave in
every way that `misbehaviour.py` knows (and names that hang, TLS that is broken), and twenty who behave. It measures how
long it takes from the submit of one who behaves to its report, first while the others behave too and then
while they do not, and what becomes of memory, files and threads; then the others mend, their parked pushes are asked
for again, and every report has to be delivered. It ends with 1 when a bound is broken.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp import web

from tests.conftest import with_callback
from tests.reliability.misbehaving import AUTHORITY, UNMENDED

GOOD: Final = 20
GOOD_PAUSE_SECONDS: Final = 0.5
BAD_PAUSE_SECONDS: Final = 5.0
PEACE_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 5.0
MEND_SECONDS: Final = 60.0

MOST_P99: Final = 3.0
LEAST_P99_SECONDS: Final = 0.25
"""The p99 of those who behave may be so many times what it was in peace, and is not looked at below the other."""

MOST_FILES: Final = 40
"""What an idle simulator has open, with room; each account that still cannot be reached may have one more."""
MOST_GROWTH_BYTES: Final = 16 * 2**20
STOP_SECONDS: Final = 5.0

LATE: Final = ("not delivered: no answer within", "not delivered: no connection within")
"""What may be said of anybody while the machine is short of time."""

CONFIG: Final = """
[server]
journal_entries = 100

[lifecycle]
unsent_seconds = 0
sending_seconds = 0

[push]
interval_seconds = 0
timeout_seconds = 2
retry_first_seconds = 0.5
attempts = 3
"""

SERVE: Final = """
import socket, time
system = socket.getaddrinfo
def getaddrinfo(host, *more, **options):
    if isinstance(host, str) and host.endswith("hangs.example"):
        time.sleep(30)
    return system(host, *more, **options)
socket.getaddrinfo = getaddrinfo
from eims_sim.cli.main import run
run()
"""
"""The command line of the simulator, on a machine whose name server is silent about some names."""


@dataclass
class Receiver:
    """The customers who behave: when each number was submitted, and how long its report took."""

    sent: dict[str, float] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        now = time.monotonic()
        for _, number, *_ in (await request.json())["array"]:
            began = self.sent.pop(number, None)
            if began is not None:
                self.delays.append(now - began)
        return web.Response()


@dataclass(frozen=True)
class Sample:
    """What the simulator's process holds."""

    memory: int
    files: int
    threads: int
    ran: float
    queued: float

    @classmethod
    def of(cls, pid: int) -> "Sample":
        process = Path(f"/proc/{pid}")
        pages = int((process / "statm").read_text().split()[1])
        threads = len(list((process / "task").iterdir()))
        ran, queued, _ = (int(number) / 1e9 for number in (process / "schedstat").read_text().split())
        files = len(list((process / "fd").iterdir()))
        return cls(pages * os.sysconf("SC_PAGE_SIZE"), files, threads, ran, queued)


class Run:
    """One run against a simulator that listens at `url`."""

    def __init__(self, url: str, pid: int, session: aiohttp.ClientSession, receiver: Receiver) -> None:
        self.samples: list[Sample] = []
        self._url = url
        self._pid = pid
        self._session = session
        self._receiver = receiver
        self._number = 13_000_000_000

    async def submit(self, account: str) -> str:
        """Submit one message; its number."""
        self._number += 10
        number = str(self._number)
        body = {"account": account, "password": "demo123", "numbers": number, "content": "Hello"}
        if account.startswith("good"):
            self._receiver.sent[number] = time.monotonic()
        async with self._session.post(f"{self._url}/sendsms", json=body) as answer:
            assert (await answer.json(content_type=None))["status"] == 0
        return number

    async def keep_submitting(self, account: str, pause_seconds: float) -> None:
        """Submit one message after the other."""
        while True:
            await self.submit(account)
            await asyncio.sleep(pause_seconds)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control API."""
        async with self._session.request(method, f"{self._url}/_sim/{path}", json=body) as answer:
            return await answer.json()

    async def keep_retrying(self) -> None:
        """Ask again for what is parked."""
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            await self.control("POST", "pushes/parked/retry", {})

    async def keep_sampling(self) -> None:
        """Look at the process each second."""
        while True:
            self.samples.append(Sample.of(self._pid))
            await asyncio.sleep(1)

    def share(self) -> str:
        """How much of a processor its loop used while it was looked at, and waited for, in words."""
        first, last, seconds = self.samples[0], self.samples[-1], max(1, len(self.samples) - 1)
        return f"loop ran {(last.ran - first.ran) / seconds:.0%}, queued {(last.queued - first.queued) / seconds:.0%}"

    async def load(self, accounts: dict[str, float], seconds: float, *more: Any) -> list[float]:
        """Submit for accounts, each with its pause; the delays of those who behave."""
        del self._receiver.delays[:]
        tasks = [asyncio.create_task(self.keep_submitting(*one)) for one in accounts.items()]
        tasks += [asyncio.create_task(one) for one in more]
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        for task in done:
            task.result()
        return sorted(self._receiver.delays)

    async def waiting(self, accounts: list[str]) -> Counter[str]:
        """The states of pushes that are not delivered, of some accounts."""
        found: Counter[str] = Counter()
        for state in ("queued", "sending", "retrying", "parked"):
            after = 0
            while after is not None:
                page = await self.control("GET", f"pushes?state={state}&limit=1000&after={after}")
                found.update(push["state"] for push in page["items"] if push["account"] in accounts)
                after = page["next"] if page["items"] and page["next"] else None
        return found


def spread(delays: list[float]) -> str:
    """Delays in words."""
    if not delays:
        return "none"
    half = delays[len(delays) // 2]
    return (
        f"{len(delays)} reports, p50 {half * 1000:.0f} ms, p99 {p99(delays) * 1000:.0f} ms, "
        f"longest {delays[-1] * 1000:.0f} ms"
    )


def p99(delays: list[float]) -> float:
    """The delay that one of a hundred exceeds."""
    return delays[int((len(delays) - 1) * 0.99)]


async def wrong_verdicts(run: Run, kinds: dict[str, list[str]], since: str) -> tuple[int, int, list[str]]:
    """Attempts looked at, those that were late, and verdicts that should be others: of one account of each kind."""
    seen, late, wrong = 0, 0, []
    for kind, (_, expected) in kinds.items():
        page = await run.control("GET", f"pushes?account={kind}-0&limit=1000")
        for made in [made for push in page["items"] for made in push["attempts"] if made["at"] > since]:
            seen += 1
            if made["verdict"].startswith(LATE) and not expected.startswith(LATE):
                late += 1
            elif not made["verdict"].startswith(expected):
                wrong.append(f"{kind}: {made['verdict']}")
    return seen, late, wrong


async def mend(run: Run, accounts: list[str]) -> tuple[Counter[str], float]:
    """Ask for what is parked until all is delivered: what is left, and how many seconds it took."""
    began = time.monotonic()
    left = Counter[str]({"unknown": 1})
    while left and time.monotonic() - began < MEND_SECONDS:
        await run.control("POST", "pushes/parked/retry", {})
        await asyncio.sleep(1)
        left = await run.waiting(accounts)
    return left, time.monotonic() - began


async def start(folder: Path, accounts: dict[str, str]) -> tuple[asyncio.subprocess.Process, str]:
    """A simulator with these accounts and their callbacks: its process and its URL."""
    config = folder / "config.toml"
    config.write_text(CONFIG + "".join(with_callback(url, name) for name, url in accounts.items()), "utf-8")
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SERVE, "serve", "--config", str(config), "--port", "0"),
        *("--database", str(folder / "sim.db")),
        stdout=asyncio.subprocess.PIPE,
        env={name: value for name, value in os.environ.items() if not name.startswith("EIMS_SIM_")}
        | {"EIMS_SIM_CALLBACK_CA": str(AUTHORITY)},
    )
    assert running.stdout is not None
    async for line in running.stdout:
        if line.startswith(b"ready "):
            return running, line.split()[1].decode()
    raise SystemExit("the simulator did not start")


async def compare(run: Run, minutes: float, each: int, bad: asyncio.subprocess.Process, kinds: Any) -> list[str]:
    """Measure in peace, beside the others, and after they have mended; what was not kept."""
    good = {f"good{place}": GOOD_PAUSE_SECONDS for place in range(GOOD)}
    others = {f"{kind}-{place}": BAD_PAUSE_SECONDS for kind in kinds for place in range(each)}
    assert bad.stdin is not None
    mendable = {name: pause for name, pause in others.items() if name.rpartition("-")[0] not in UNMENDED}
    peace = await run.load(good | mendable, PEACE_SECONDS, run.keep_sampling())
    before = run.samples[-1]
    print(f"peace      {spread(peace)}, {run.share()}")
    await asyncio.sleep(5)  # what is under way still meets those who behave
    since = (await run.control("GET", "clock"))["now"]
    bad.stdin.write(b"misbehave\n")
    del run.samples[:]
    beside = await run.load(good | others, minutes * 60, run.keep_sampling(), run.keep_retrying())
    print(f"beside     {spread(beside)}, {run.share()}")
    print(f"           {len(others)} accounts of {len(kinds)} kinds that misbehave")
    steady = run.samples[len(run.samples) // 2 :]
    growth = max(one.memory for one in steady[-10:]) - max(one.memory for one in steady[:10])
    most = max(one.threads for one in run.samples)
    print(f"memory     {before.memory >> 20} MiB in peace, {steady[-1].memory >> 20} MiB at the end, "
          f"{growth / 2**20:+.1f} MiB over the second half")  # fmt: skip
    seen, late, wrong = await wrong_verdicts(run, kinds, since)
    print(f"verdicts   {seen} looked at, {len(wrong)} wrong, {late} late though the customer was not")
    bad.stdin.write(b"mend\n")
    left, seconds = await mend(run, list(mendable))
    print(f"mended     {'all' if not left else dict(left)} of {len(mendable)} accounts delivered in {seconds:.0f} s")
    return [
        text
        for text, broken in {
            f"p99 of those who behave is more than {MOST_P99:g} times that of peace": p99(beside)
            > max(LEAST_P99_SECONDS, MOST_P99 * p99(peace)),
            "memory grows": growth > MOST_GROWTH_BYTES,
            f"more than one thread a name ({most})": most > before.threads + each + 8,
            f"verdicts: {wrong[:5]}": bool(wrong),
            "reports were not delivered once their customers had mended": bool(left),
        }.items()
        if broken
    ]


async def main(minutes: float, each: int) -> int:
    """Run it all; 1 when a bound is broken."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_put("/", receiver.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    bad = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.reliability.misbehaving"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert bad.stdout is not None
    kinds = json.loads(await bad.stdout.readline())
    accounts = {f"good{place}": f"http://127.0.0.1:{site.port}/" for place in range(GOOD)}
    for kind, (url, _) in kinds.items():
        named = [url.replace("hangs.", f"{place}.hangs.") for place in range(each)]
        accounts |= {f"{kind}-{place}": named[place] for place in range(each)}
    with tempfile.TemporaryDirectory() as folder:
        simulator, url = await start(Path(folder), accounts)
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
                run = Run(url, simulator.pid, session, receiver)
                broken = await compare(run, minutes, each, bad, kinds)
            await asyncio.sleep(5)  # longer than a connection is kept
            idle = Sample.of(simulator.pid)
            print(f"files      {max(one.files for one in run.samples)} at most, {idle.files} in the end")
            if idle.files > MOST_FILES + each * len(UNMENDED):
                broken.append(f"{idle.files} files are open though nothing is done")
            began = time.monotonic()
            simulator.send_signal(signal.SIGTERM)
            code = await asyncio.wait_for(simulator.wait(), 60)
            took = time.monotonic() - began
            print(f"stop       exit {code} after {took:.1f} s")
            if code or took > STOP_SECONDS:
                broken.append(f"the stop took {took:.1f} s, exit {code}")
        finally:
            for process in (simulator, bad):
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            await runner.cleanup()
    for text in broken:
        print(f"BROKEN     {text}")
    return 1 if broken else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1, help="how long they all misbehave (1)")
    parser.add_argument("--each", type=int, default=5, help="how many accounts of each kind (5)")
    asked = parser.parse_args()
    sys.exit(asyncio.run(main(asked.minutes, asked.each)))
