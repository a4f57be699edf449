"""What was put in survives a crash as everything does (D2)."""

from pathlib import Path

import aiohttp

from tests.engine.conftest import Process, Serve

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
CONFIG = """
[server]
clock = "frozen"
now = "2026-01-01T12:00:23+08:00"

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


async def state(process: Process) -> str:
    async with (
        aiohttp.ClientSession(process.url) as session,
        session.get("/_sim/state", params={"secrets": "true"}) as answer,
    ):
        return await answer.text()


async def test_a_state_that_was_put_in_is_there_after_a_kill(serve: Serve):
    """C4, D2: the clock begins as the file says"""
    golden = (FIXTURES / "state.json").read_text("utf-8")
    process = await serve(CONFIG)
    async with (
        aiohttp.ClientSession(process.url) as session,
        session.put("/_sim/state", data=golden, headers={"Content-Type": "application/json"}) as answer,
    ):
        assert answer.status == 204, await answer.text()
    process.running.kill()
    await process.ended()

    process = await serve(CONFIG)

    assert await state(process) == golden
