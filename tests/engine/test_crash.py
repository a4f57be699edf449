"""What a crash leaves behind (D2, P8.3): whatever was acknowledged is kept, paid and reported, and nothing twice."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

import aiohttp

from tests.conftest import Receiver
from tests.engine.conftest import Process, Serve

KILLS = 10
CLIENTS = 8
BALANCE = Decimal(1_000_000)
PRICE = Decimal("0.05")
LOGIN = {"account": "demo", "password": "demo123"}
CONFIG = """
[server]
magic_numbers = false

[lifecycle]
unsent_seconds = 0.01
sending_seconds = {{ uniform = [0, 0.05] }}

[push]
interval_seconds = 0.02
retry_first_seconds = 0.1

[[accounts]]
account = "demo"
password = "demo123"
balance = "1000000"
price = "0.05"
callback_url = "{url}"
"""


@dataclass
class Load:
    """Clients that submit until their server dies. `acknowledged` holds the number of every id they were given."""

    numbers: Iterator[int]
    chance: random.Random
    acknowledged: dict[int, str] = field(default_factory=dict)

    async def run(self, process: Process, answers: int) -> set[int]:
        """Kill the process after that many answers; the ids given meanwhile."""
        given: dict[int, str] = {}
        left = iter(range(answers))
        async with aiohttp.ClientSession(process.url) as session:
            await asyncio.gather(*[self._client(session, process, given, left) for _ in range(CLIENTS)])
        await process.ended()
        assert not given.keys() & self.acknowledged.keys()
        self.acknowledged |= given
        return set(given)

    async def _client(
        self, session: aiohttp.ClientSession, process: Process, given: dict[int, str], left: Iterator[int]
    ) -> None:
        try:
            while True:
                for id, number in await self._submit(session):
                    assert id not in given
                    given[id] = number
                if next(left, None) is None and process.running.returncode is None:
                    process.running.kill()
        except (aiohttp.ClientError, OSError):
            return  # it was killed

    async def _submit(self, session: aiohttp.ClientSession) -> list[tuple[int, str]]:
        size = self.chance.choice((1, 1, 1, 1, 1, 1, 1, 1, 3, 20, 70, 300))
        numbers = [str(next(self.numbers)) for _ in range(size)]
        parameters = LOGIN | {"numbers": ",".join(numbers), "content": "Hello"}
        call = session.post("/sendsms", json=parameters) if size > 3 else session.get("/sendsms", params=parameters)
        async with call as answer:
            told = await answer.json()
        assert (told["status"], told["success"]) == (0, size)
        assert [str(number) for number, _ in told["array"]] == numbers
        return [(id, str(number)) for number, id in told["array"]]


async def ask(session: aiohttp.ClientSession, path: str, **parameters: Any) -> Any:
    async with session.get(path, params=parameters) as answer:
        return await answer.json()


async def kept(process: Process, acknowledged: set[int]) -> int:
    """Check a server that has just begun: it knows these ids, and its money is right. Returns its newest id."""
    async with aiohttp.ClientSession(process.url) as session:
        newest = (await ask(session, "/_sim/messages", order="desc", limit=1))["next"]
        asked = sorted(acknowledged)
        for ids in (asked[at : at + 200] for at in range(0, len(asked), 200)):
            report = await ask(session, "/getreport", **LOGIN, ids=",".join(map(str, ids)))
            assert [row[0] for row in report["array"]] == ids
        listed = await ask(session, "/_sim/messages", limit=1)
        money = await ask(session, "/getbalance", **LOGIN)
    assert Decimal(money["balance"]) == BALANCE - listed["total"] * PRICE
    return newest


async def everything(process: Process) -> dict[int, str]:
    """The number of every message, by id."""
    found: dict[int, str] = {}
    after = 0
    async with aiohttp.ClientSession(process.url) as session:
        while after is not None:
            page = await ask(session, "/_sim/messages", limit=1000, after=after)
            found |= {message["id"]: message["number"] for message in page["items"]}
            after = page["next"]
    return found


async def test_ten_kills_under_load_lose_nothing_that_was_acknowledged(serve: Serve, receiver: Receiver):
    """D2, P4.2, P4.3, P8.3: every message and cent is there, no id was given twice, every report came."""
    chance = random.Random(1)  # noqa: S311  the same kills each time
    load = Load(count(13_000_000_000), chance)
    config = CONFIG.format(url=receiver.url)

    process = await serve(config)
    newest = 0
    for _ in range(KILLS):
        given = await load.run(process, chance.randrange(20, 200))
        assert min(given) > newest
        process = await serve(config)
        newest = await kept(process, given)

    messages = await everything(process)
    assert {id: messages.get(id) for id in load.acknowledged} == load.acknowledged
    await receiver.until(lambda: messages.keys() <= {report[0] for report in receiver.reports}, seconds=20)
    assert {(report[0], report[1]) for report in receiver.reports} == set(messages.items())
