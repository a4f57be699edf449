"""Database files of every schema version, as servers of that version left them (D4).

    python -m tests.reliability.upgrades [--checkout FOLDER]

lets a server make the world of fixtures/upgrades/world.toml, kills it, and writes what it kept to
fixtures/upgrades/vN.sql and what it said of it to vN.json. Do so when the schema has a new version; FOLDER is a clone
at the commit of another version, whose server is to be run.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from hashlib import md5
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web

ROOT = Path(__file__).parent.parent.parent
UPGRADES = ROOT / "fixtures" / "upgrades"
WORLD = UPGRADES / "world.toml"
RECEIVER = "http://127.0.0.1:18083"
"""Where the accounts of the world are told their reports."""

PLAIN = ("quiet", "told", "deaf", "parked", "paid-back", "careful")
"""The accounts that show their balance for a plain password."""

LAST_SEQ = 7
"""The seq that `digest` used last."""

LISTS = {
    "messages": (
        *("id", "account", "submit", "number", "sender", "content", "smstype", "mmstitle", "state", "accepted_at"),
        *("sendtime", "sent_at", "final_at", "segments", "price", "rule", "transitions"),
    ),
    "inbound": ("id", "account", "from", "to", "content", "received_at", "fetched_at"),
    "pushes": ("id", "account", "state", "reports", "attempts"),
    "accounts": ("account", "balance", "gift", "price", "callback_url", "locked"),
    "rules": ("id", "account", "outcome", "times", "applied"),
    "faults": ("id", "endpoint", "account", "status", "times", "applied"),
}
"""What is asked for in the control API, and which fields of it.

An earlier version may not have the list, a later one may have more fields."""

KEY = {"accounts": "account"}
"""What an item of a list is known by; most have an id."""


DEEDS: tuple[tuple[str, str, Any], ...] = (
    ("PATCH", "/_sim/messages/{}", {"state": 1011}),
    ("POST", "/_sim/accounts", {"account": "made", "password": "made-secret", "balance": "7", "price": "0.5"}),
    ("POST", "/_sim/rules", {"account": "made", "number": {"suffix": "7"}, "outcome": 1012}),
    ("POST", "/_sim/faults", {"endpoint": "getsms", "account": "told", "status": -13, "times": 5}),
)
"""What version 1 could not yet do."""


class Unknown(Exception):  # noqa: N818
    """The version knows no such call."""


class Client(NamedTuple):
    """Speaks to a server of any version."""

    url: str
    session: aiohttp.ClientSession

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """The answer's JSON; `more` as aiohttp takes it."""
        async with self.session.request(method, self.url + path, **more) as response:
            if response.status in (404, 405):
                raise Unknown(path)
            if response.status >= 400:
                raise RuntimeError(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json(content_type=None)

    async def submit(self, account: str, numbers: str, content: str = "Hello", **more: str) -> list[int]:
        """Submit; the ids."""
        sent = {"account": account, "password": f"{account}-secret", "numbers": numbers, "content": content} | more
        answer = await self.ask("POST", "/sendsms", json=sent)
        if answer["status"] != 0:
            raise RuntimeError(f"{sent}: {answer}")
        return [id for _, id in answer["array"]]

    async def advance(self, seconds: float) -> None:
        """Advance the clock."""
        await self.ask("POST", "/_sim/clock/advance", json={"seconds": seconds})

    async def facts(self) -> dict[str, Any]:
        """What the server says of its world."""
        facts: dict[str, Any] = {"now": (await self.ask("GET", "/_sim/clock"))["now"]}
        for name, fields in LISTS.items():
            with contextlib.suppress(Unknown):
                items = (await self.ask("GET", f"/_sim/{name}?limit=1000"))["items"]
                key = KEY.get(name, "id")
                facts[name] = {str(item[key]): {field: item[field] for field in fields} for item in items}
        facts["balances"] = {
            account: await self.ask("GET", f"/getbalance?account={account}&password={account}-secret")
            for account in PLAIN
            if account != "careful"  # a right password would clear its failures
        }
        ids = {account: [i for i, m in facts["messages"].items() if m["account"] == account] for account in PLAIN}
        facts["reports"] = {
            account: await self.ask(
                "GET", f"/getreport?account={account}&password={account}-secret&ids={','.join(ids[account])}"
            )
            for account in PLAIN
            if ids[account]
        }
        return facts


def signed(seq: int) -> dict[str, str]:
    """What `digest` logs in with."""
    time = "1767240000"
    password = md5(f"digestdigest-secret{seq}{time}digest-key".encode()).hexdigest()
    return {"account": "digest", "password": password, "seq": str(seq), "time": time}


async def make(client: Client) -> None:
    """Let something of everything happen, ending with messages in every state and pushes in every one that is kept."""
    await client.submit("quiet", "13800000001,13800000002")
    await client.submit("quiet", "13800000003", "a promo")  # the rule, once
    await client.submit("told", "13800000004,13800001005", sender="ACME")
    await client.submit("parked", "13800000005")
    await client.submit("paid-back", "13800001010", "long " * 40)
    await client.submit("quiet", "13800000006", "picture", smstype="1", mmstitle="A picture")
    for content in ("STOP", "退订"):
        await client.ask("POST", "/_sim/inbound", json={"from": "10010", "to": "123456", "content": content})
    await client.ask("GET", "/getsms?account=quiet&password=quiet-secret")  # these two are fetched
    await client.advance(40)
    await client.advance(700)  # told is told, parked was tried twice

    await client.submit("deaf", ",".join(f"139{number:08}" for number in range(52)))  # two pushes
    await client.advance(40)  # of which the first was tried once
    await client.submit("deaf", "13900001011")  # its report waits behind them
    await client.submit("quiet", "13800009001,13800009002")  # stays unsent, stays sending
    await client.submit("quiet", "13800000009", sendtime="20260201120000")  # later
    await client.advance(15)
    await client.submit("told", "13800000007")
    await client.advance(15)  # sending
    await client.submit("told", "13800000008")  # unsent, soon to be sent
    (forced,) = await client.submit("quiet", "13800000010")
    for method, path, body in DEEDS:
        with contextlib.suppress(Unknown):
            await client.ask(method, path.format(forced), json=body)
    await client.ask("GET", "/getsms?account=told&password=told-secret")  # what the fault is for
    await client.ask("POST", "/_sim/inbound", json={"from": "10011", "to": "123456", "content": "not fetched"})
    await client.ask("GET", "/sendsms?numbers=1", params=signed(LAST_SEQ))
    for _ in range(2):  # a third one would lock it
        await client.ask("GET", "/getreport?account=careful&password=wrong&ids=1")


@asynccontextmanager
async def receiver() -> AsyncIterator[None]:
    """Where reports are told: `told` listens."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=200 if request.path == "/told" else 500)

    app = web.Application()
    app.router.add_put("/{who}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(RECEIVER.rpartition(":")[2])).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def left_behind(checkout: Path, database: Path) -> dict[str, Any]:
    """Run the server of a checkout until the world is made, and kill it; what it said last."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "eims_sim", "serve", "--port", "0"),
        *("--config", str(WORLD), "--database", str(database)),
        stdout=asyncio.subprocess.PIPE,
        cwd=checkout,
        env={name: value for name, value in os.environ.items() if not name.startswith("EIMS_SIM_")},
    )
    assert running.stdout is not None
    try:
        async for line in running.stdout:
            if line.startswith(b"ready "):
                url = line.split()[1].decode()
                break
        else:
            raise RuntimeError("the server did not start")
        async with aiohttp.ClientSession() as session, receiver():
            client = Client(url, session)
            await make(client)
            return await client.facts()
    finally:
        running.kill()
        await running.wait()


def dump(database: Path) -> tuple[int, str]:
    """The schema version of a file, and all of it as SQL."""
    with closing(sqlite3.connect(database)) as connection:
        (version,) = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
        return int(version), "\n".join(connection.iterdump()) + "\n"


def load(version: int, path: Path) -> dict[str, Any]:
    """Make the file that a server of that version left behind; what it said of it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((UPGRADES / f"v{version}.sql").read_text("utf-8"))
    facts: dict[str, Any] = json.loads((UPGRADES / f"v{version}.json").read_text("utf-8"))
    return facts


def main() -> None:
    """Make the fixtures of one version."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkout", type=Path, default=ROOT, help="a clone of eims-sim at that version")
    checkout = parser.parse_args().checkout.resolve()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "sim.db"
        facts = asyncio.run(left_behind(checkout, database))
        version, text = dump(database)
    (UPGRADES / f"v{version}.sql").write_text(text, "utf-8")
    (UPGRADES / f"v{version}.json").write_text(
        json.dumps(facts, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8"
    )
    print(f"fixtures/upgrades/v{version}.sql and .json are written")


if __name__ == "__main__":
    main()
