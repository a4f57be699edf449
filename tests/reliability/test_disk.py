"""A disk that fills up, falls ill and recovers under a server that runs (P2 order 14, C4, D2)."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from eims_sim.engine.gateway import STORE_FAILED
from tests.conftest import DEMO, GOOD, Answer, Receiver, Simulator, Start, with_callback
from tests.reliability.disk import run
from tests.reliability.disks import Disk, LimitedDisk, limited_disk, small_disk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="mount and prlimit are Linux's")

FAILS = "the database fails"
WORKS = "the database works again"
PATIENCE = 2000
"""Submits until a small disk is full: what was checkpointed is written over before anything new is needed."""


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[LimitedDisk]:
    """A folder in which this process can be kept from writing."""
    with limited_disk(tmp_path / "limited") as disk:
        yield disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small disk of its own where this user may mount one, else a limit."""
    with small_disk(tmp_path / "disk") as small:
        if small is not None:
            yield small
            return
    with limited_disk(tmp_path / "disk") as limit:
        yield limit


class Heard(logging.Handler):
    """Waits for a line of the log."""

    def __init__(self, beginning: str) -> None:
        super().__init__()
        self._beginning = beginning
        self._heard = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Listen."""
        if record.getMessage().startswith(self._beginning):
            self._heard.set()

    async def wait(self) -> None:
        """Until it was said."""
        async with asyncio.timeout(20):
            await self._heard.wait()


@contextmanager
def heard(beginning: str) -> Iterator[Heard]:
    """Listen to the log for a while."""
    log, ear = logging.getLogger("eims_sim"), Heard(beginning)
    log.addHandler(ear)
    try:
        yield ear
    finally:
        log.removeHandler(ear)


async def health(sim: Simulator) -> Answer:
    return await sim.control("GET", "health")


async def submit_until_refused(sim: Simulator, disk: Disk) -> list[int]:
    """Submit until the store fails and health says so; the ids that were acknowledged."""
    ids: list[int] = []
    for _ in range(PATIENCE):
        answer = (await sim.get("sendsms", GOOD)).json()
        if answer["status"] == -12:
            assert answer == {"status": -12, "success": 0, "fail": 1, "array": []}
            shown = await health(sim)
            if shown.http_status == 503:
                assert shown.json()["status"] == "database does not answer"
                assert disk.full_says in shown.json()["reason"]
                return ids
            disk.fill()  # a checkpoint gave some room back in between
        else:
            ids += [id for _, id in answer["array"]]
    raise AssertionError("the disk does not get full")


async def books(sim: Simulator) -> tuple[list[int], Decimal]:
    """The ids that exist, and what demo has left."""
    items = await sim.messages("limit=1000")
    return [one["id"] for one in items], sum(map(Decimal, await sim.balance()), Decimal(0))


async def test_on_a_full_disk_nothing_is_half_done_and_when_there_is_room_again_it_goes_on(
    start: Start, disk: Disk, caplog: pytest.LogCaptureFixture
):
    """P2 order 14, C4, D2"""
    name = f"{disk.folder.name}/sim.db"
    sim = await start(database=name)
    kept = await sim.submit()
    _, credit = await books(sim)

    disk.fill()
    kept += await submit_until_refused(sim, disk)
    refused = await sim.get("sendsms", GOOD)
    during = await books(sim)
    disk.free()

    # Health tries itself: nobody has to wait for the next look, and nothing is started again.
    assert (await health(sim)).http_status == 200
    later = await sim.submit("13800000001,13800000002")
    assert refused.status != -12 or refused.reason == STORE_FAILED.code
    more = [] if refused.status == -12 else [id for _, id in refused.json()["array"]]
    paid = credit - Decimal("0.05") * (len(kept) + len(more) - 1)
    assert during == (kept + more, paid)
    assert later == [len(kept) + len(more) + 1, len(kept) + len(more) + 2]
    told = [record.getMessage() for record in caplog.records if record.name == "eims_sim"]
    assert all(line.startswith((FAILS, WORKS)) for line in told)
    assert told[0].startswith(FAILS)
    assert told[-1].startswith(WORKS)

    await sim.server.stop()
    again = await start(database=name)
    assert await books(again) == (kept + more + later, paid - Decimal("0.10"))


async def test_an_idle_server_whose_disk_got_full_is_not_well(start: Start, limited: LimitedDisk):
    """C4: nobody submits, and health says 503 all the same"""
    sim = await start(database="limited/sim.db")
    before = await health(sim)

    limited.fill()
    during = [await health(sim) for _ in range(2)]
    limited.free()

    assert before.http_status == 200
    assert [one.http_status for one in during] == [503, 503]
    assert limited.full_says in during[0].json()["reason"]
    assert (await health(sim)).json()["status"] == "ok"


DEEDS: tuple[tuple[str, str, Any], ...] = (
    ("POST", "accounts", {"account": "new", "password": "p"}),
    ("PATCH", "accounts/demo", {"balance": "5"}),
    ("POST", "rules", {"outcome": 1011}),
    ("POST", "faults", {"endpoint": "sendsms", "status": -12}),
    ("POST", "inbound", {"from": "10010", "to": "123456", "content": "STOP"}),
    ("PATCH", "messages/1", {"state": 1011}),
    ("DELETE", "messages", None),
    ("DELETE", "inbound", None),
    ("POST", "reload", None),
    ("POST", "reset", {"account": "demo"}),
    ("POST", "reset", None),
    ("POST", "clock/advance", {"seconds": 60}),
    ("DELETE", "accounts/demo", None),
)


async def test_what_an_operator_asks_of_a_full_disk_is_refused_whole(
    start: Start, limited: LimitedDisk, caplog: pytest.LogCaptureFixture
):
    """C4: 503 with the reason, and the state is what it was"""
    sim = await start(database="limited/sim.db")
    await sim.submit("13800000000,13800000001")
    await sim.control("POST", "inbound", {"from": "10010", "to": "123456", "content": "HELP"})
    before = (await sim.control("GET", "state?secrets=true")).json()

    limited.fill()
    answers = [await sim.control(*deed) for deed in (*DEEDS, ("PUT", "state", before))]
    fetched = await sim.get("getsms", DEMO)
    during = (await sim.control("GET", "state?secrets=true")).json()
    reports = (await sim.get("getreport", DEMO | {"ids": "1,2"})).json()
    limited.free()

    assert [answer.http_status for answer in answers] == [503] * len(answers)
    assert all(limited.full_says in answer.json()["detail"] for answer in answers)
    assert fetched.json() == {"status": -12, "cnt": 0, "array": []}
    assert reports["unsent"] == 2
    clock = during.pop("clock"), before.pop("clock")
    assert during == before
    assert clock[0]["mode"] == clock[1]["mode"]
    # One line for fifteen failures, and one more at the tenth.
    lines = [record.getMessage() for record in caplog.records if record.name == "eims_sim"]
    assert [line.partition(":")[0] for line in lines] == [
        "the database fails, and what needs it is refused until it works again",
        "the database has failed 10 times",
    ]

    assert (await health(sim)).http_status == 200
    for deed in DEEDS:
        assert (await sim.control(*deed)).http_status < 300, deed


async def test_a_report_that_was_pushed_but_not_stored_is_pushed_once_more_and_no_oftener(
    start: Start, limited: LimitedDisk, receiver: Receiver
):
    """P8.3: at least once; while nothing can be stored nobody is told the same again and again"""
    sim = await start(with_callback(receiver.url), database="limited/sim.db")

    async def fill(_: web.Request) -> web.Response:
        limited.fill()
        return web.Response()

    receiver.answers = [fill]
    (id,) = await sim.submit(account="pushed")

    await sim.advance(60)
    for _ in range(5):
        await sim.advance(5)
    during = len(receiver.bodies)
    limited.free()
    assert (await health(sim)).http_status == 200
    await sim.advance(5)

    assert during == 1
    assert [report[0] for report in receiver.reports] == [id, id]
    (push,) = await sim.pushes()
    assert (push["state"], len(push["attempts"])) == ("delivered", 1)


async def test_the_server_finds_out_itself_that_its_disk_has_recovered(
    start: Start, limited: LimitedDisk, receiver: Receiver
):
    """Nobody asks for anything: what is due is moved and pushed, and the log says that all is well"""
    sim = await start(with_callback(receiver.url), database="limited/sim.db", clock="scaled")
    (id,) = await sim.submit(account="pushed")

    with heard(FAILS) as fails:
        limited.fill()
        await fails.wait()  # the step that is due could not be made
    with heard(WORKS) as works:
        limited.free()
        await works.wait()

    await receiver.until(lambda: bool(receiver.reports), 20)
    assert [report[0] for report in receiver.reports] == [id]
    assert await sim.state(id, "pushed") == 0


async def test_old_messages_stay_whole_while_the_disk_is_full_and_leave_when_it_is_not(
    start: Start, limited: LimitedDisk
):
    """C3, `retention_seconds`"""
    sim = await start(database="limited/sim.db", retention_seconds=3600)
    ids = await sim.submit("13800000001,13800000002")
    await sim.advance(60)

    limited.fill()
    failed = await sim.control("POST", "clock/advance", {"seconds": 7200})
    during = [message["id"] for message in await sim.messages()]
    limited.free()
    await sim.advance(0)

    assert (failed.http_status, during) == (503, ids)
    assert await sim.messages() == []


async def test_what_was_acknowledged_before_the_disk_was_full_survives_a_crash_on_the_full_disk(tmp_path: Path):
    """D2, P8.3: a server in a process of its own, under load, killed while nothing can be written, and started again"""
    figures = await run(tmp_path, ["full"])

    assert figures.troubles == []
    assert len(figures.acknowledged) > 5
    assert figures.refused > 0
    assert figures.kills == 1
    assert figures.reports.keys() >= figures.acknowledged.keys()
