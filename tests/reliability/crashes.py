"""`kill -9` at random moments and at every named point, and the books after each (D2, P4.2, P4.3, P6.2, P8.3).

    python -m tests.reliability.crashes                 200 kills under load, then every point of every deed
    python -m tests.reliability.crashes --kills 2000    more of them
    python -m tests.reliability.crashes --only load     or: deeds, files, proofs

`load`: clients of every kind and an operator work; the server dies at a random moment, or at a point that it reaches
for a random time; the next one is held against the books before anybody asks it again. `deeds`: one deed at a time on a
known state, killed at each point that it reaches; the state after it is the one before or the one behind, as the point
says. `files`: the same while the file is made, migrated, opened, and its log moved. `proofs`: servers that are broken
on purpose, each of which must be found out. Exits with 1 when anything is wrong.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.reliability import deeds, starts
from tests.reliability.books import Books, Breach
from tests.reliability.dying import POINTS
from tests.reliability.load import CONFIG, RETENTION_SECONDS, Callback, Load, accounts, callback, now
from tests.reliability.processes import Nursery, Process, nursery
from tests.reliability.sabotage import SABOTAGES

COMMON = (
    *("BEGIN before", "BEGIN after", "COMMIT before", "COMMIT after", "PUT before", "PUT after"),
    *("wrote INSERT_SUBMIT", "wrote INSERT_LIFE", "wrote INSERT_MESSAGE", "wrote INSERT_MESSAGES"),
    *("wrote UPDATE_CREDIT", "book before COMMIT", "book after COMMIT", "wrote START_SENDING", "wrote FINISH"),
    *("move_due before COMMIT", "move_due after COMMIT", "wrote UPDATE_REFUNDED", "wrote INSERT_PUSH"),
    *("wrote CUT_LIFE", "Pusher._cut after COMMIT", "wrote UPDATE_PUSH", "wrote INSERT_ATTEMPT"),
    *("Delivery._keep before COMMIT", "Delivery._keep after COMMIT", "wrote INSERT_INBOUND", "wrote FETCH_INBOUND"),
    *("add_inbound before COMMIT", "add_inbound after COMMIT", "fetch_inbound before COMMIT"),
    *("fetch_inbound after COMMIT", "wrote UPDATE_COUNTER", "keep_seq before COMMIT", "keep_seq after COMMIT"),
    *("top_up_account before COMMIT", "top_up_account after COMMIT"),
)
"""Reached many times in a life of the load."""

RARE = (
    *("checkpoint PASSIVE before", "checkpoint PASSIVE after", "checkpoint RESTART before", "checkpoint RESTART after"),
    *("wrote PRUNE_MESSAGES", "wrote PRUNE_LIVES", "wrote PRUNE_SUBMITS", "wrote PRUNE_PUSHES.0"),
    *("wrote PRUNE_PUSHES.1", "wrote PRUNE_PUSHES.2", "Pruner._prune before COMMIT", "Pruner._prune after COMMIT"),
    *("give_back before COMMIT", "give_back after COMMIT", "add_account after COMMIT", "change_account before COMMIT"),
    *("AccountControls.remove before COMMIT", "AccountControls.remove after COMMIT"),
    *("RuleControls.add_in before COMMIT", "FaultControls.add_in after COMMIT"),
)
"""Reached a few times in a life."""

AT_START = (
    *("open_world before COMMIT", "open_world after COMMIT", "load_outbox before COMMIT", "load_outbox after COMMIT"),
    *("BEGIN before", "COMMIT before", "wrote UPDATE_ACCOUNT"),
)
"""Reached before a server is ready: a crash while it comes back from one."""


@dataclass
class Outcome:
    """What came of the kills."""

    kills: int = 0
    at_points: Counter[str] = field(default_factory=Counter)
    random: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    figures: dict[str, int] = field(default_factory=dict)


class Crashes:
    """Kills under load, each followed by a look into the books."""

    def __init__(self, made: Nursery, chance: random.Random, called: Callback, load: Load) -> None:
        self.outcome = Outcome()
        self._nursery = made
        self._chance = chance
        self._callback = called
        self._load = load

    async def run(self, kills: int, *, answers: tuple[int, int] = (20, 200)) -> Outcome:
        """Kill so often; in the end all is reported, fetched and counted. Raises Breach."""
        self._callback.ill = 0.1
        process = await self._begin()
        while self.outcome.kills < kills:
            self._configure(RETENTION_SECONDS)
            await self._load_and_kill(process, self._chance.randrange(*answers))
            self._configure(0)
            if self._chance.random() < 0.1 and self.outcome.kills < kills:
                await self._die_at_start()
            process = await self._begin()
            await self._load.check(process.url)
            if self.outcome.kills % 20 == 0:
                print(f"  {self.outcome.kills} kills, nothing wrong", file=sys.stderr)
        await settle(self._load, self._callback, process)
        process.stop()
        if await process.ended() != 0:
            raise Breach("the server did not end well")
        process = await self._begin()
        await self._load.check(process.url)
        check_log(process.logged(), self._callback)
        books = self._load.books
        self.outcome.figures = {
            **books.figures,
            "reports taken": len(self._callback.taken),
            "reports repeated": self._callback.repeated,
            "pushes refused by the callback": self._callback.refused,
        }
        return self.outcome

    def _configure(self, retention: int) -> None:
        self._nursery.configure(CONFIG.format(url=self._callback.url, retention=retention, attempts=1000))

    async def _begin(self) -> Process:
        process = await self._nursery.start()
        if not process.url:
            raise Breach(f"the server did not start:\n{process.logged()[-2000:]}")
        return process

    async def _die_at_start(self) -> None:
        order = f"{self._chance.choice(AT_START)}:1"
        process = await self._nursery.start(order)
        if process.url:
            process.kill()
        await process.ended()
        self._count(process, order)

    async def _load_and_kill(self, process: Process, answers: int) -> None:
        """Let everybody work until the server dies at a random answer, or at a point."""
        order = ""
        if self._chance.random() < 0.6:
            common = self._chance.random() < 0.6
            point = self._chance.choice(COMMON if common else RARE)
            order = f"{point}:{self._chance.randrange(1, 20) if common else 1}"
        logged = len(process.logged())
        async with aiohttp.ClientSession(process.url) as session, session.post("/_sim/reload") as answer:
            if answer.status != 200:
                raise Breach(f"the reload was answered {answer.status}")
        self._load.books.retention = RETENTION_SECONDS
        if order:
            await process.die_at(order)
        loop = asyncio.get_running_loop()
        later = loop.call_later(self._chance.random() / 2, process.kill) if not order and answers % 2 else None
        await self._load.run(process.url, answers=5 * answers if order else answers, then=process.kill)
        if later is not None:
            later.cancel()
        await process.ended()
        self._count(process, order, since=logged)

    def _count(self, process: Process, order: str, since: int = 0) -> None:
        self.outcome.kills += 1
        if not order:
            self.outcome.random += 1
        elif f"died at {order.partition(':')[0]}\n" in process.logged()[since:]:
            self.outcome.at_points[order.partition(":")[0]] += 1
        else:
            self.outcome.missed[order.partition(":")[0]] += 1


async def settle(load: Load, called: Callback, process: Process) -> None:
    """Let everything come to its end: every message final, every report taken, every inbound message fetched."""
    called.ill = 0.0
    async with aiohttp.ClientSession(process.url) as session:
        for _ in range(100):
            mark = load.books.sending("polled", [f"19{load.books.figures['marks']:09d}77"])
            load.books.figures["marks"] += 1
            parameters = {"account": "polled", "password": "p", "numbers": mark.numbers[0], "content": "mark"}
            async with session.get("/sendsms", params=parameters) as answer:
                load.books.accepted(mark, await answer.json())
            number = {"number": mark.numbers[0], "state": "0", "wait": "30"}
            async with session.get("/_sim/messages", params=number) as answer:
                if not (await answer.json())["complete"]:
                    raise Breach("a message did not become final")
            async with session.get("/_sim/metrics") as answer:
                text = await answer.text()
            if not _unfinished(text):
                break
        else:
            raise Breach("some messages do not become final")
        async with session.post("/_sim/pushes/parked/retry", json={}) as answer:
            load.books.figures["pushes parked, then asked for again"] = (await answer.json())["retried"]
        await called.until(lambda: not load.books.unreported, 60)
        while True:
            async with session.get("/getsms", params={"account": "polled", "password": "p"}) as answer:
                told = await answer.json()
            load.books.fetched("polled", told)
            if not told["cnt"]:
                break
    await load.check(process.url)


def _unfinished(metrics: str) -> float:
    """How many messages are unsent or being sent."""
    lines = [line for line in metrics.splitlines() if line.startswith("eims_sim_messages{")]
    return sum(float(line.split()[-1]) for line in lines if 'state="1"' in line or 'state="2"' in line)


def check_log(log: str, called: Callback) -> None:
    """Nothing went wrong that nobody was told of. Raises Breach."""
    bad = [line for line in log.splitlines() if "Traceback" in line or "Error" in line or "ERROR" in line]
    if bad:
        at = log.index(bad[0])
        raise Breach(f"the log has {len(bad)} lines of errors:\n{log[max(0, at - 500) : at + 2000]}")
    if called.wrong:
        raise Breach("\n".join(called.wrong[:10]))


async def under_load(
    folder: Path, kills: int, seed: int, *, answers: tuple[int, int] = (20, 200), sabotage: str = ""
) -> Outcome:
    """Kills under load, on a server of its own. Raises Breach."""
    plan, chance = random.Random(seed), random.Random(seed)  # noqa: S311  the same kills each time
    async with callback(chance) as called:
        books = Books(accounts(), now=now, delivered=called.delivered)
        toml = CONFIG.format(url=called.url, retention=0, attempts=1000)
        async with nursery(folder, toml, sabotage=sabotage) as made:
            return await Crashes(made, plan, called, Load(books, chance)).run(kills, answers=answers)


async def prove(seed: int) -> list[str]:
    """Break the server in every way there is; those that were not found out."""
    unseen = []
    for name, sabotage in SABOTAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            try:
                async with asyncio.timeout(300):
                    if sabotage.in_deeds:
                        found = [deed for deed in deeds.DEEDS if deed.name == sabotage.in_deeds]
                        await deeds.every_point(Path(folder), sabotage=name, chosen=found)
                    else:
                        await under_load(Path(folder), 40, seed, sabotage=name)
            except (Breach, TimeoutError) as found:
                said = str(found).splitlines() or ["it does not come to its end"]
                print(f"  {name}: found out: {said[0][:150]}")
                continue
        print(f"  {name}: NOT FOUND OUT")
        unseen.append(name)
    return unseen


async def main(kills: int, seed: int, only: str) -> int:
    """Everything, or one part of it; the exit code."""
    began = now()
    wrong = 0
    reached: set[str] = set()
    try:
        if only in ("", "load"):
            with tempfile.TemporaryDirectory() as folder:
                outcome = await under_load(Path(folder), kills, seed)
            reached |= outcome.at_points.keys()
            print(f"under load: {outcome.kills} kills, {outcome.random} at random moments, in {now() - began:.0f} s")
            print(f"  at {len(outcome.at_points)} points: {dict(outcome.at_points.most_common())}")
            print(f"  killed at random because the point was not reached: {dict(outcome.missed)}")
            for name, figure in outcome.figures.items():
                print(f"  {name}: {figure}")
        if only in ("", "deeds"):
            with tempfile.TemporaryDirectory() as folder:
                killed = await deeds.every_point(Path(folder))
            reached |= {point for points in killed.values() for point in points}
            print(f"deeds: {sum(map(len, killed.values()))} kills at the points of {len(killed)} deeds, none half done")
        if only in ("", "files"):
            with tempfile.TemporaryDirectory() as folder:
                points = await starts.every_point(Path(folder))
            reached |= points
            print(
                f"the file, made, migrated, opened and its log moved: {len(points)} points, whole or not done at each"
            )
        if not only:
            unreached = [point for point in POINTS if point not in reached]
            print(f"points died at: {len(reached)} of {len(POINTS)}; never reached: {unreached}")
            wrong += bool(unreached)
        if only in ("", "proofs"):
            print("servers broken on purpose:")
            wrong += bool(await prove(seed))
    except Breach as found:
        print(f"WRONG:\n{found}")
        wrong += 1
    print(f"{'all is well' if not wrong else 'something is wrong'}, {now() - began:.0f} s, seed {seed}")
    return min(wrong, 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("load", "deeds", "files", "proofs"), default="")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.kills, given.seed, given.only)))
