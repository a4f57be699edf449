"""Mixed load for as long as you like, with everything that goes wrong in life, and balanced books in the end.

    python -m tests.reliability.soak --minutes 3     --seed N: other accidents

Clients submit by GET and POST, poll, fetch and sign; messages arrive; an operator makes and removes accounts, rules and
faults, and adds money; long polls and listeners wait; the callback is ill every fourth time; faults strike every
endpoint and the pushes; messages older than two seconds leave. Every few seconds the server is stopped or killed (half
of the time each, some at a point of the write path) and begun again, and held against the books. In the end every
message is final, every report was taken (pushes that are parked are asked for again), every inbound message was handed
out once, the money of each account is exact, no id was given twice, the log has no error and no traceback, and neither
memory nor file has grown. Prints what came of it; exits with 1 when anything is wrong.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.reliability.books import Books, Breach
from tests.reliability.crashes import COMMON, RARE, check_log, settle
from tests.reliability.load import CONFIG, GONE, RETENTION_SECONDS, Callback, Load, accounts, callback, now
from tests.reliability.processes import Nursery, Process, nursery

LIFE_SECONDS = (3.0, 15.0)
POLLS = 40
"""Long polls that wait while the server lives, and when it stops."""
LISTENERS = 5
FAULTS = (
    {"endpoint": "sendsms", "connection": "reset", "probability": 0.02},
    {"endpoint": "sendsms", "connection": "close", "after": True, "probability": 0.02},
    {"endpoint": "sendsms", "status": -12, "probability": 0.02},
    {"endpoint": "sendsms", "delay_seconds": {"uniform": [0, 0.2]}, "probability": 0.05},
    {"endpoint": "getsms", "connection": "close", "after": True, "probability": 0.05},
    {"endpoint": "getbalance", "delay_seconds": 0.05, "probability": 0.1},
    {"endpoint": "push", "reports": "duplicate", "probability": 0.1},
    {"endpoint": "push", "reports": "shuffle", "probability": 0.1},
    {"endpoint": "push", "delay_seconds": {"uniform": [0, 0.1]}, "probability": 0.1},
)
"""What strikes, beside the faults of the operator that strike nobody."""
GROWTH = 1.25
MARGIN = 8 * 2**20
"""The memory of the last third of the lives may be so much more than that of the first."""


@dataclass
class Course:
    """What happened. Memory and file sizes are in bytes, at the end of each life."""

    stops: int = 0
    kills: int = 0
    memory: list[int] = field(default_factory=list)
    file: list[int] = field(default_factory=list)
    waited: int = 0
    heard: int = 0


class Soak:
    """One server after the other, on one file, under load."""

    def __init__(self, made: Nursery, plan: random.Random, called: Callback, load: Load) -> None:
        self.course = Course()
        self._nursery = made
        self._plan = plan
        self._callback = called
        self._load = load

    async def run(self, seconds: float) -> None:
        """For so many seconds, and until all is settled. Raises Breach."""
        began = now()
        self._load.faulty = True
        while now() - began < seconds:
            self._configure(0)
            process = await self._begin()
            await self._load.check(process.url)
            self._configure(RETENTION_SECONDS)
            self._callback.ill = 0.25
            await self._live(process, self._plan.uniform(*LIFE_SECONDS))
        self._configure(0)
        process = await self._begin()
        await self._load.check(process.url)
        await self._disarm(process)
        self._load.faulty = False
        await settle(self._load, self._callback, process)
        process.stop()
        if await process.ended() != 0:
            raise Breach("the last server did not end well")
        check_log(process.logged(), self._callback)
        self._check_growth()

    def _configure(self, retention: int) -> None:
        self._nursery.configure(CONFIG.format(url=self._callback.url, retention=retention, attempts=4))

    async def _begin(self) -> Process:
        process = await self._nursery.start()
        if not process.url:
            raise Breach(f"the server did not start:\n{process.logged()[-2000:]}")
        return process

    async def _live(self, process: Process, seconds: float) -> None:
        """Let everybody work for so long, and end it: well, at once, or at a point of the write path."""
        async with aiohttp.ClientSession(process.url) as session:
            async with session.post("/_sim/reload") as answer:
                answer.raise_for_status()
            self._load.books.retention = RETENTION_SECONDS
            for fault in FAULTS:
                async with session.post("/_sim/faults", json=fault) as answer:
                    answer.raise_for_status()
            how = self._plan.choice(("stop", "stop", "kill", "point"))
            if how == "point":
                await process.die_at(f"{self._plan.choice((*COMMON, *RARE))}:{self._plan.randrange(1, 1000)}")
            end = asyncio.get_running_loop().call_later(seconds, self._end, process, how)
            waiting = [asyncio.create_task(self._wait(session)) for _ in range(POLLS)]
            waiting += [asyncio.create_task(self._listen(session)) for _ in range(LISTENERS)]
            await self._load.run(process.url, answers=sys.maxsize)
            end.cancel()
            code = await process.ended()
            await asyncio.gather(*waiting)
        if how == "stop" and code != 0:
            raise Breach(f"a server that was asked to stop ended with {code}")

    def _end(self, process: Process, how: str) -> None:
        self.course.memory.append(process.rss)
        self.course.file.append(sum(one.stat().st_size for one in self._nursery.folder.glob("sim.db*")))
        if how == "stop":
            self.course.stops += 1
            process.stop()
        else:
            self.course.kills += 1
            process.kill()

    async def _wait(self, session: aiohttp.ClientSession) -> None:
        """Long polls, one after the other, for what comes soon and for what never comes, until the server is gone."""
        try:
            while True:
                wanted = self._plan.choice(({"content": "Hello", "count": "5"}, {"content": "nothing of the kind"}))
                async with session.get("/_sim/messages", params={**wanted, "wait": "60", "limit": "1"}) as answer:
                    if answer.status != 200:
                        return
                    await answer.read()
                self.course.waited += 1
                if "count" in wanted:
                    await asyncio.sleep(0.05)
        except GONE:
            return

    async def _listen(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.get("/_sim/events") as answer:
                async for _ in answer.content:
                    self.course.heard += 1
        except GONE:
            return

    async def _disarm(self, process: Process) -> None:
        """Remove the faults that strike."""
        async with aiohttp.ClientSession(process.url) as session:
            armed: list[int] = []
            after: str | None = "0"
            while after is not None:
                async with session.get("/_sim/faults", params={"limit": "1000", "after": after}) as answer:
                    page = await answer.json()
                armed += [one["id"] for one in page["items"] if one["account"] is None]
                after = None if page["next"] is None else str(page["next"])
            for id in armed:
                async with session.delete(f"/_sim/faults/{id}") as answer:
                    answer.raise_for_status()

    def _check_growth(self) -> None:
        for what, sizes in (("memory", self.course.memory), ("the file", self.course.file)):
            third = len(sizes) // 3
            if third < 2:
                continue
            first, last = statistics.median(sizes[:third]), statistics.median(sizes[-third:])
            if last > GROWTH * first + MARGIN:
                raise Breach(f"{what} has grown from {first / 2**20:.0f} to {last / 2**20:.0f} MiB")


async def main(minutes: float, seed: int) -> int:
    """Run it and say what came of it; the exit code."""
    plan, chance = random.Random(seed), random.Random(seed)  # noqa: S311  the same accidents each time
    began = now()
    with tempfile.TemporaryDirectory() as folder:
        async with callback(chance) as called:
            books = Books(accounts(), now=now, delivered=called.delivered)
            toml = CONFIG.format(url=called.url, retention=0, attempts=4)
            async with nursery(Path(folder), toml) as made:
                soak = Soak(made, plan, called, Load(books, chance))
                try:
                    await soak.run(minutes * 60)
                except Breach as found:
                    print(f"WRONG after {now() - began:.0f} s, seed {seed}:\n{found}")
                    return 1
    course = soak.course
    print(f"{now() - began:.0f} s, seed {seed}: {course.stops} stops, {course.kills} kills, all books balanced")
    figures = {
        **books.figures,
        "reports taken": len(called.taken),
        "reports repeated": called.repeated,
        "pushes refused by the callback": called.refused,
        "long polls answered": course.waited,
        "lines of events heard": course.heard,
    }
    for name, figure in figures.items():
        print(f"  {name}: {figure}")
    for what, sizes in (("memory at the end of each life", course.memory), ("file with its log", course.file)):
        print(f"  {what}, MiB: {', '.join(f'{size / 2**20:.0f}' for size in sizes)}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.minutes, given.seed)))
