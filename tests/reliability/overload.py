"""What becomes of a gateway that is asked for ten times what it can do (P1.3)? One minute of it, and its figures.

    python -m tests.reliability.overload --seconds 60 --connections 2000

A server in a process of its own first shows what it can do: clients ask as fast as they are answered. Then thousands of
connections offer `--times` as much, half of them submits of one number, half of many. Meanwhile an operator and another
account go on with what they do. At the end every number that was accepted must be in the database and paid for, and no
other. Exit code 1 when a promise of docs/reliability.md was not kept.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from array import array
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from eims_sim.engine.clock import real_seconds, real_sleep
from eims_sim.load.figures import percentile
from eims_sim.protocol.limits import WAITING_NUMBERS
from eims_sim.protocol.notation import SECOND
from tests.reliability.overload_load import Crowd, Kind, acknowledged, get_one, post_many
from tests.reliability.server_process import ServerProcess, started

PRICE = 50_000
"""Of a message, in millionths."""

MONEY = 10**9
WORLD = f"""
[lifecycle]
unsent_seconds = 3600

[[accounts]]
account = "flood"
password = "demo123"
balance = {MONEY}

[[accounts]]
account = "other"
password = "demo123"
balance = {MONEY}
"""

PROBE_SECONDS = 0.25
CAPACITY_CONNECTIONS = 16

RECOVERED_SECONDS = 0.1
RECOVERED_ANSWERS = 10
"""A server has recovered when so many submits in a row were accepted, each within that time."""

LONGEST_ACCEPTED = 15.0
LONGEST_PROBE = 15.0
LONGEST_RECOVERY = 10.0
MEMORY_MIB = 1024


@dataclass
class Probe:
    """Who does something over and over, and how long it took."""

    name: str
    ask: Callable[[], Awaitable[int]]
    took: "array[float]" = field(default_factory=lambda: array("d"))
    refused: int = 0

    async def go_on(self, over: asyncio.Event) -> None:
        """Until it is over, and the last one is answered."""
        while not over.is_set():
            began = real_seconds()
            status = await self.ask()
            if status == 200:
                self.took.append(real_seconds() - began)
            else:
                self.refused += 1
            await real_sleep(PROBE_SECONDS)


@dataclass
class Result:
    """What was seen."""

    kinds: list[Kind]
    capacity: list[tuple[str, float]]
    offered: list[int]
    seconds: float
    probes: list[Probe]
    memory: tuple[float, float, float]
    recovered_seconds: float
    balanced: list[str]

    def broken(self) -> Iterator[str]:
        """The promises that were not kept."""
        yield from self.balanced
        for kind in self.kinds:
            if kind.others:
                yield f"{kind.name}: not answered as P1.3 has it: {dict(kind.others)}"
            if kind.rude:
                yield f"{kind.name}: {kind.rude} refusals had another body"
            if kind.took and max(kind.took) > LONGEST_ACCEPTED:
                yield f"{kind.name}: an accepted one took {max(kind.took):.1f} s"
        for probe in self.probes:
            if not probe.took:
                yield f"{probe.name}: never answered"
            elif max(probe.took) > LONGEST_PROBE:
                yield f"{probe.name}: took {max(probe.took):.1f} s"
            if probe.refused and not probe.name.startswith("other"):
                yield f"{probe.name}: refused {probe.refused} times"
        if self.memory[1] > MEMORY_MIB:
            yield f"memory reached {self.memory[1]:.0f} MiB"
        if self.recovered_seconds > LONGEST_RECOVERY:
            yield f"recovery took {self.recovered_seconds:.1f} s"

    def lines(self) -> Iterator[str]:
        """For a person."""
        for name, rate in self.capacity:
            yield f"capacity   {name}: {rate:,.0f} requests a second"
        yield f"overload   {self.seconds:.0f} s"
        for kind, offered in zip(self.kinds, self.offered, strict=True):
            yield f"  {kind.name}"
            yield (
                f"    offered {offered:,}  sent {kind.sent:,}  accepted {kind.accepted:,} ({kind.accepted_numbers:,} "
                f"numbers)  refused {kind.refused:,}  anything else {kind.others.total():,}"
            )
            yield f"    accepted {times(kind.took)}"
            yield f"    refused  {times(kind.took_refused)}"
        for probe in self.probes:
            yield f"  meanwhile {probe.name}: {len(probe.took)} answered, {probe.refused} refused, {times(probe.took)}"
        yield "memory     {:.0f} MiB before, {:.0f} MiB at its peak, {:.0f} MiB after".format(*self.memory)
        yield f"recovery   {self.recovered_seconds:.2f} s after the last request"


def times(took: "array[float]") -> str:
    """Percentiles in milliseconds."""
    ordered = sorted(took)
    if not ordered:
        return "-"
    shares = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    told = [f"{name} {percentile(ordered, share) * 1000:,.0f}" for name, share in shares.items()]
    return "  ".join([*told, f"max {ordered[-1] * 1000:,.0f} ms"])


async def overload(
    folder: Path, *, seconds: float, connections: int, numbers: int, times: float, waiting_numbers: int
) -> Result:
    """Overload a server of our own."""
    database = folder / "sim.db"
    world = f"[server]\nwaiting_numbers = {waiting_numbers}\n{WORLD}"
    async with started(folder, world, database) as server:
        kinds = [get_one("flood", 13_800_000_000), post_many("flood", numbers)]
        measured = [await _measure(server.url, kind.fresh(), min(5.0, seconds / 4)) for kind in kinds]
        before = server.memory()
        # Each kind alone takes all that the server has: half as much of each is what it can do of both.
        crowds = [
            Crowd(server.url, kind, connections // 2, times * rate / 2)
            for kind, (_, rate) in zip(kinds, measured, strict=True)
        ]
        for crowd in crowds:
            await crowd.open()
        began = real_seconds()
        async with _probed(server) as probes, _watched(server) as peak:
            await asyncio.gather(*[crowd.run(seconds) for crowd in crowds])
        took = real_seconds() - began
        recovered, recovering = await _recover(server.url)
        for crowd in crowds:
            crowd.close()
        after = server.memory()
        everyone = [*kinds, *[kind for kind, _ in measured], recovering]
        await server.stop()
    balanced = list(unbalanced(database, everyone))
    capacity = [(kind.name, rate) for kind, rate in measured]
    offered = [crowd.offered for crowd in crowds]
    memory = (before, max([before, *peak]), after)
    return Result(kinds, capacity, offered, took, probes, memory, recovered, balanced)


async def _measure(url: str, kind: Kind, seconds: float) -> tuple[Kind, float]:
    crowd = Crowd(url, kind, CAPACITY_CONNECTIONS)
    await crowd.open()
    began = real_seconds()
    await crowd.run(seconds)
    crowd.close()
    return kind, kind.accepted / (real_seconds() - began)


async def _recover(url: str) -> tuple[float, Kind]:
    """How long it takes until submits are accepted quickly again."""
    kind = get_one("flood", 13_800_000_001)
    crowd = Crowd(url, kind, 1)
    await crowd.open()
    began = real_seconds()
    quick = 0
    while quick < RECOVERED_ANSWERS and real_seconds() - began < 10 * LONGEST_RECOVERY:
        sent = len(kind.took)
        await crowd.run(0.001)
        quick = quick + 1 if len(kind.took) > sent and kind.took[-1] < RECOVERED_SECONDS else 0
        if not quick:
            await real_sleep(0.05)
    crowd.close()
    return real_seconds() - began, kind


@asynccontextmanager
async def _probed(server: ServerProcess):
    """An operator and another account, who go on with what they do."""
    async with aiohttp.ClientSession(server.url) as session:

        def asks(method: str, path: str, **more: object) -> Callable[[], Awaitable[int]]:
            async def ask() -> int:
                async with session.request(method, path, **more) as answer:
                    await answer.read()
                    return answer.status

            return ask

        submit = {"account": "other", "password": "demo123", "numbers": "13900000000", "content": "Hello"}
        probes = [
            Probe("health", asks("GET", "/_sim/health")),
            Probe("control API, a read", asks("GET", "/_sim/accounts")),
            Probe("control API, a change", asks("PATCH", "/_sim/accounts/other", json={"price": "0.05"})),
            Probe("other account's balance", asks("GET", "/getbalance", params=submit)),
            Probe("other account's submit", asks("GET", "/sendsms", params=submit)),
        ]
        over = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for probe in probes:
                tasks.create_task(probe.go_on(over))
            try:
                yield probes
            finally:
                over.set()


@asynccontextmanager
async def _watched(server: ServerProcess):
    """How much memory is used, looked at now and then."""
    seen: list[float] = []

    async def watch() -> None:
        while True:
            seen.append(server.memory())
            await real_sleep(PROBE_SECONDS)

    task = asyncio.create_task(watch())
    yield seen
    task.cancel()


def unbalanced(database: Path, kinds: list[Kind], account: str = "flood") -> Iterator[str]:
    """What does not fit between what clients were told and what is kept (P2: stored and charged exactly when 0)."""
    with closing(sqlite3.connect(database)) as kept:
        id, left = kept.execute("SELECT id, balance + gift FROM accounts WHERE name = ?", (account,)).fetchone()
        paid = MONEY * SECOND - left
        (stored,) = kept.execute("SELECT sum(count) FROM lives WHERE account = ?", (id,)).fetchone()
        (planned,) = kept.execute("SELECT sum(count) FROM lives").fetchone()
        (messages,) = kept.execute("SELECT count(*) FROM messages").fetchone()
        if messages != planned:
            yield f"{planned:,} messages should be there, and {messages:,} are"
        told = sum(kind.accepted_numbers for kind in kinds)
        if stored != told:
            yield f"{told:,} numbers were accepted, and {stored:,} are stored"
        if paid != told * PRICE:
            yield f"{told:,} numbers were accepted, and {paid / PRICE:,.1f} are paid for"
        lost = [
            first
            for first, number in acknowledged(kinds)
            if kept.execute("SELECT number FROM messages WHERE id = ?", (first,)).fetchone() != (str(number),)
        ]
        if lost:
            yield f"{len(lost):,} ids were told that are not kept, such as {lost[0]}"


async def main(asked: argparse.Namespace) -> int:
    """Print the figures; 1 when a promise was not kept."""
    with tempfile.TemporaryDirectory() as folder:
        result = await overload(Path(folder), **vars(asked))
    print("\n".join(result.lines()))
    broken = list(result.broken())
    print(
        "\n".join(broken) or "books      balanced: every number that was accepted is stored and paid for, no other is"
    )
    return bool(broken)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Ask a server for many times what it can do.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--numbers", type=int, default=1000, help="of each of the larger submits")
    parser.add_argument("--times", type=float, default=10, help="as much as it can do")
    parser.add_argument("--waiting-numbers", type=int, default=WAITING_NUMBERS, help="the server's setting")
    sys.exit(asyncio.run(main(parser.parse_args())))
