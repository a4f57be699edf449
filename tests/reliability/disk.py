"""A server under load whose disk falls ill and recovers, again and again; some times it is killed meanwhile.

    python -m tests.reliability.disk [--rounds N] [--seed N] [--ill-seconds S]

The illnesses take turns: a full file system of its own (where this user may mount one), a limit that refuses every
write (as a quota does), another program that holds the file for longer than the server waits, and one that holds it
time and again (a slow disk). Prints what was measured, and ends with 1 if anything that was acknowledged is missing,
anything is there twice, money is not exact, a report was not pushed, somebody waited too long, or health did not say
so.
"""

import argparse
import asyncio
import contextlib
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from tests.engine.conftest import Process
from tests.reliability import files
from tests.reliability.disks import Disk, LimitedDisk, SmallDisk, small_disk

CLIENTS = 8
PRICE = 50_000
CREDIT = 10**12
"""Of the account, in micro-units."""

START_SECONDS = 60

BOUND_SECONDS = 30.0
"""Nobody waits longer for an answer: twice the 5 s for another program, and what a busy machine takes."""

RECOVERY_SECONDS = 20.0
QUIET_SECONDS = 1.5
"""So long nobody asks for anything while it is ill: what the server burns then it burns for nothing."""

CONFIG = """
[server]
magic_numbers = false
[lifecycle]
unsent_seconds = 0.05
sending_seconds = {{ uniform = [0, 0.1] }}
[push]
interval_seconds = 0.05
retry_first_seconds = 0.2
retry_max_seconds = 0.5
attempts = 100
[[accounts]]
account = "demo"
password = "demo123"
balance = "1000000"
price = "0.05"
callback_url = "{url}"
"""

LOGIN = "account=demo&password=demo123"


@dataclass
class Figures:
    """What was seen. `troubles` is empty when all is as it should be."""

    troubles: list[str] = field(default_factory=list)
    acknowledged: dict[int, str] = field(default_factory=dict)
    refused: int = 0
    unanswered: int = 0
    longest_seconds: float = 0.0
    recoveries: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    kills: int = 0
    lines: list[int] = field(default_factory=list)
    reports: Counter[int] = field(default_factory=Counter)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    pushes: int = 0

    def shown(self) -> str:
        """For a person."""
        repeated = sum(count - 1 for count in self.reports.values())
        refused = f"refused (-12, 503) {self.refused}, cut off by a kill {self.unanswered}; kills {self.kills}"
        slowest = max(self.recoveries, default=0.0)
        lines = [
            f"submits acknowledged {len(self.acknowledged)}, {refused}",
            f"longest wait for an answer {self.longest_seconds:.1f} s",
            f"from recovery to an accepted submit {slowest:.2f} s at most, {len(self.recoveries)} without a restart",
            f"CPU of the ill and idle server {100 * max(self.busy, default=0.0):.1f} % at most",
            f"lines in the log for one illness {max(self.lines, default=0)} at most",
            f"reports {len(self.reports)}, repeated {repeated}, in {self.pushes} PUTs",
        ]
        return "\n".join(lines + [f"WRONG: {trouble}" for trouble in self.troubles[:20]])


@dataclass
class Ward:
    """A server, its clients and its receiver."""

    folder: Path
    figures: Figures
    chance: random.Random
    session: aiohttp.ClientSession
    callback: str
    process: Process | None = None
    lines: int = 0
    _next_number: int = 13_000_000_000

    @property
    def database(self) -> Path:
        """The file."""
        return self.folder / "sim.db"

    @property
    def running(self) -> Process:
        """The server's process."""
        assert self.process is not None
        return self.process

    async def begin(self) -> None:
        """Start the server; again, after a kill."""
        config, log = self.folder.parent / "config.toml", self.folder.parent / "log.txt"
        config.write_text(CONFIG.format(url=self.callback))
        with log.open("ab") as errors:
            running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "eims_sim", "serve", "--port", "0"),
                *("--config", str(config), "--database", str(self.database)),
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env={name: value for name, value in os.environ.items() if not name.startswith("EIMS_SIM_")},
            )
        self.process = Process("", running, log)
        assert running.stdout is not None
        async with asyncio.timeout(START_SECONDS):
            async for line in running.stdout:
                if line.startswith(b"ready "):
                    self.process.url = line.split()[1].decode()
                    return
        raise RuntimeError(f"the server did not start: {log.read_text()[-500:]}")

    async def kill(self) -> None:
        """As a crash."""
        self.figures.kills += 1
        self.running.running.kill()
        await self.running.ended()

    async def submit(self) -> int | None:
        """One submit; its status, None when it was cut off."""
        self._next_number += 1
        number = str(self._next_number)
        began = time.monotonic()
        try:
            url = f"{self.running.url}/sendsms?{LOGIN}&numbers={number}&content=Hello"
            async with self.session.get(url) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, ConnectionError):
            self.figures.unanswered += 1
            return None
        self.waited(began)
        status: int = answer["status"]
        if status == 0:
            ((_, id),) = answer["array"]
            if id in self.figures.acknowledged:
                self.figures.troubles.append(f"id {id} was given twice")
            self.figures.acknowledged[id] = number
        elif status == -12:
            self.figures.refused += 1
        else:
            self.figures.troubles.append(f"a submit was answered {answer}")
        return status

    async def health(self) -> tuple[int, dict[str, Any]]:
        """What health says."""
        began = time.monotonic()
        async with self.session.get(f"{self.running.url}/_sim/health") as response:
            shown = response.status, await response.json()
        self.waited(began)
        return shown

    def waited(self, began: float) -> None:
        """Somebody was answered."""
        seconds = time.monotonic() - began
        self.figures.longest_seconds = max(self.figures.longest_seconds, seconds)
        if seconds > BOUND_SECONDS:
            self.figures.troubles.append(f"an answer took {seconds:.1f} s")

    async def load(self, seconds: float) -> None:
        """Clients that submit for a while, each when it was answered."""
        until = time.monotonic() + seconds

        async def client() -> None:
            while time.monotonic() < until:
                if await self.submit() is None:
                    return

        await asyncio.gather(*[client() for _ in range(CLIENTS)])

    def cpu_seconds(self) -> float:
        """What the server has used."""
        parts = Path(f"/proc/{self.running.running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    def new_lines(self) -> int:
        """How many lines the log has got."""
        total = (self.folder.parent / "log.txt").read_bytes().count(b"\n")
        new, self.lines = total - self.lines, total
        return new


def disk_of(ward: Ward, small: SmallDisk | None) -> Disk:
    """The disk that fills up: a real one, or a limit on the server's process."""
    return small or LimitedDisk(ward.folder, pid=ward.running.running.pid)


@asynccontextmanager
async def filled(disk: Disk, *, again: bool) -> AsyncIterator[None]:
    """No room, until the end. `again`: what is freed meanwhile is filled, too."""
    disk.fill()

    async def go_on() -> None:
        while True:
            await asyncio.sleep(0.05)
            disk.fill()

    filling = asyncio.create_task(go_on()) if again and isinstance(disk, SmallDisk) else None
    try:
        yield
    finally:
        if filling is not None:
            filling.cancel()
        disk.free()


@asynccontextmanager
async def held(ward: Ward) -> AsyncIterator[None]:
    """Another program holds the file."""
    with closing(sqlite3.connect(ward.database, isolation_level=None, timeout=30, check_same_thread=False)) as other:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield
        other.rollback()


@asynccontextmanager
async def slowed(ward: Ward) -> AsyncIterator[None]:
    """Another program holds the file time and again."""

    over = asyncio.Event()

    async def hold() -> None:
        while not over.is_set():
            async with held(ward):
                await asyncio.sleep(0.2)
            await asyncio.sleep(0.02)

    holding = asyncio.create_task(hold())
    try:
        yield
    finally:
        over.set()
        await holding


async def fall_ill(
    ward: Ward, name: str, small: SmallDisk | None, seconds: float, quiet_seconds: float, *, kill: bool
) -> None:
    """One illness, from a server that is well to a server that is."""
    figures = ward.figures
    await ward.load(0.3)
    ward.new_lines()
    illnesses: dict[str, Callable[[], Any]] = {
        "full": lambda: filled(disk_of(ward, small), again=quiet_seconds > 0),
        "refusing": lambda: filled(disk_of(ward, None), again=False),
        "held": lambda: held(ward),
        "slow": lambda: slowed(ward),
    }
    async with illnesses[name]():
        await ward.load(seconds)
        if name == "slow":
            if await ward.submit() != 0:
                figures.troubles.append("slow: a submit was not accepted")
        else:
            await expect_ill(ward, name, quiet_seconds)
        if kill:
            under_way = asyncio.create_task(ward.load(BOUND_SECONDS))
            await ward.health()  # they have begun
            await ward.kill()
            await under_way
    began = time.monotonic()
    if kill:
        await ward.begin()
    await expect_well(ward, name, began, restarted=kill)
    figures.lines.append(ward.new_lines())


async def expect_ill(ward: Ward, name: str, quiet_seconds: float) -> None:
    """Health says so, the log is quiet, and nothing is burnt by waiting."""
    for _ in range(200):  # a checkpoint may give some room back in between
        status, shown = await ward.health()
        if status == 503 and shown.get("reason"):
            break
        await ward.submit()
    else:
        ward.figures.troubles.append(f"{name}: health said {status} {shown}")
    if not quiet_seconds:
        return
    burnt, began = ward.cpu_seconds(), time.monotonic()
    await asyncio.sleep(quiet_seconds)
    ward.figures.busy.append((ward.cpu_seconds() - burnt) / (time.monotonic() - began))


async def expect_well(ward: Ward, name: str, began: float, *, restarted: bool) -> None:
    """Without a restart: health says so, and submits are accepted."""
    while True:
        status, shown = await ward.health()
        if status == 200 and await ward.submit() == 0:
            break
        if time.monotonic() - began > RECOVERY_SECONDS:
            ward.figures.troubles.append(f"{name}: it does not recover: {shown}")
            return
        await asyncio.sleep(0.02)
    if not restarted:
        ward.figures.recoveries.append(time.monotonic() - began)


@asynccontextmanager
async def receiver(figures: Figures) -> AsyncIterator[str]:
    """Takes every report."""

    async def take(request: web.Request) -> web.Response:
        body = await request.json()
        figures.pushes += 1
        figures.reports.update(report[0] for report in body["array"])
        figures.heard.set()
        return web.Response()

    app = web.Application()
    app.router.add_put("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{site.port}/"
    finally:
        await runner.cleanup()


async def audit(ward: Ward) -> None:
    """Everything that was acknowledged is there, and was reported; nothing else is, but what a kill cut off."""
    figures = ward.figures
    wanted = set(figures.acknowledged)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(30):
            while not wanted <= figures.reports.keys():
                figures.heard.clear()
                await figures.heard.wait()
    if missing := wanted - figures.reports.keys():
        figures.troubles.append(f"{len(missing)} reports never came, among them of {sorted(missing)[:5]}")
    await ward.kill()
    figures.kills -= 1
    figures.troubles += files.discrepancies(ward.database, CREDIT)
    with closing(sqlite3.connect(ward.database)) as connection:
        kept = dict(connection.execute("SELECT id, number FROM messages"))
        ((balance,),) = connection.execute("SELECT balance FROM accounts").fetchall()
    if lost := [id for id, number in figures.acknowledged.items() if kept.get(id) != number]:
        figures.troubles.append(f"{len(lost)} acknowledged messages are lost, among them {lost[:5]}")
    if len(kept) - len(wanted) > figures.unanswered:
        figures.troubles.append(f"{len(kept)} messages are kept, {len(wanted)} were acknowledged")
    if balance != CREDIT - PRICE * len(kept):
        figures.troubles.append(f"the balance is {balance} with {len(kept)} messages")
    if len(set(kept.values())) != len(kept):
        figures.troubles.append("a message is there twice")


async def run(
    folder: Path,
    illnesses: list[str],
    *,
    seed: int = 1,
    ill_seconds: float = 0.2,
    quiet_seconds: float = 0.0,
    said: Callable[[str], None] = lambda _: None,
) -> Figures:
    """Let these illnesses come one after the other; some end with a kill; a single one does."""
    figures = Figures()
    async with AsyncExitStack() as stack:
        small = stack.enter_context(small_disk(folder / "disk", 64 * 2**20))
        (folder / "disk").mkdir(exist_ok=True)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        callback = await stack.enter_async_context(receiver(figures))
        ward = Ward(folder / "disk", figures, random.Random(seed), session, callback)  # noqa: S311
        try:
            await ward.begin()
            for number, name in enumerate(illnesses):
                kill = ward.chance.random() < 0.5 if len(illnesses) > 1 else True
                await fall_ill(ward, name, small, ill_seconds, quiet_seconds, kill=kill)
                said(f"{number + 1}/{len(illnesses)} {name}{', killed' if kill else ''}: {len(figures.troubles)} wrong")
            await audit(ward)
        finally:
            if ward.process is not None and ward.running.running.returncode is None:
                ward.running.running.kill()
                await ward.running.ended()
    return figures


def main() -> None:
    """Run, print, and say by the exit code whether all was right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="how many illnesses (20)")
    parser.add_argument("--seed", type=int, default=1, help="which of them end with a kill (1)")
    parser.add_argument("--ill-seconds", type=float, default=2.0, help="how long clients go on meanwhile (2)")
    chosen = parser.parse_args()
    names = ["full", "refusing", "slow", "held"]
    with tempfile.TemporaryDirectory() as folder:
        illnesses = [names[number % len(names)] for number in range(chosen.rounds)]
        figures = asyncio.run(
            run(
                Path(folder),
                illnesses,
                seed=chosen.seed,
                ill_seconds=chosen.ill_seconds,
                quiet_seconds=QUIET_SECONDS,
                said=print,
            )
        )
    print(figures.shown())
    sys.exit(bool(figures.troubles))


if __name__ == "__main__":
    main()
