"""Customers that misbehave: verdicts, retries, and nobody else who waits (P8.2, P8.3)."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Receiver, Simulator, Start, with_callback
from tests.reliability.misbehaviour import (
    ANSWERING,
    HANGING,
    KINDS,
    NO_CONNECTION,
    OK,
    Customers,
    Kind,
    Peer,
    customers,
    full_backlog,
    refusing,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a reset leaves to be read is Linux's")

TWICE = {"EIMS_SIM_PUSH_ATTEMPTS": "2"}
IMPATIENT = TWICE | {"EIMS_SIM_PUSH_TIMEOUT_SECONDS": "0.5"}
AT_ONCE = {
    "EIMS_SIM_LIFECYCLE_UNSENT_SECONDS": "0",
    "EIMS_SIM_LIFECYCLE_SENDING_SECONDS": "0",
    "EIMS_SIM_PUSH_INTERVAL_SECONDS": "0",
}

FAILED = OK.replace(b"200", b"500")
REFUSED = "not delivered: nothing listens there; inside a container, localhost is the container itself"
MOST_BYTES = 8 * 2**20
"""More than the buffers of both sockets hold: who got rid of more was read from."""


@pytest.fixture
async def bad() -> AsyncIterator[Customers]:
    """The customers who misbehave."""
    async with customers() as made:
        yield made


def accounts_for(urls: dict[str, str]) -> str:
    return "".join(with_callback(url, account) for account, url in urls.items())


async def submit_for(sim: Simulator, accounts: Any) -> None:
    for account in accounts:
        await sim.submit(account=account)


async def on_record(sim: Simulator) -> dict[str, dict[str, Any]]:
    """The push of each account."""
    return {push["account"]: push for push in await sim.pushes("limit=1000")}


def waits(push: dict[str, Any]) -> list[float]:
    moments = [datetime.fromisoformat(made["at"]) for made in push["attempts"]]
    return [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]


def shown(push: dict[str, Any], verdict: str) -> tuple[str, list[tuple[int | None, str]]]:
    """The state and, of each attempt, status and verdict: as much of it as is expected."""
    return push["state"], [(made["http_status"], made["verdict"][: len(verdict)]) for made in push["attempts"]]


def expected(kind: Kind) -> tuple[str, list[tuple[int | None, str]]]:
    delivered = kind.verdict == "delivered"
    attempt = (kind.http_status, kind.verdict)
    return ("delivered", [attempt]) if delivered else ("parked", [attempt] * 2)


async def http_statuses(sim: Simulator) -> list[list[int | None]]:
    """Of each push those of its attempts."""
    return [[made["http_status"] for made in push["attempts"]] for push in await sim.pushes()]


def attempts_under_way() -> list[str]:
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("eims-sim-push")]


def sockets() -> int:
    """How many sockets this process has open."""
    links = Path("/proc/self/fd")
    return sum(link.readlink().name.startswith("socket:") for link in links.iterdir() if link.is_symlink())


async def test_every_misbehaviour_has_its_verdict_and_the_schedule_of_retries(start: Start, bad: Customers):
    """P8.2, P8.3, C4: what is not a 2xx is tried again after 1 s and 0-10 %, and parked after the last attempt."""
    kinds = ANSWERING | {"refuses": Kind(ANSWERING["closes"].behave, None, REFUSED)}
    urls = {name: bad.url(name) for name in ANSWERING} | {"refuses": refusing()}
    sim = await start(accounts_for(urls), environment=TWICE)
    await submit_for(sim, kinds)

    await sim.advance(3600)

    pushes = await on_record(sim)
    assert {name: shown(pushes[name], kind.verdict) for name, kind in kinds.items()} == {
        name: expected(kind) for name, kind in kinds.items()
    }
    for push in pushes.values():
        assert all(1 <= wait <= 1.1 for wait in waits(push)), push
        if push["state"] == "parked":
            assert "; attempt 1 of 2: tried again in 1." in push["attempts"][0]["verdict"]
            assert push["attempts"][1]["verdict"].endswith("; attempt 2 of 2: parked")
        for made in push["attempts"]:
            assert (made["error"] is None) == (made["http_status"] is not None)
            assert not {"ERR", "Welcome", "\x1b"} & set((made["error"] or "").split()), "an answer is not repeated"
    assert bad.asked["elsewhere"] == 0


async def test_nobody_is_read_from_without_an_end(start: Start, bad: Customers):
    """P8.2: who floods is cut off long before the time-out, having filled no more than the sockets' buffers."""
    floods = [name for name in ANSWERING if "endless" in name or "for-ever" in name or "answers" in name]
    environment = {"EIMS_SIM_PUSH_ATTEMPTS": "1", "EIMS_SIM_PUSH_TIMEOUT_SECONDS": "600"}
    sim = await start(accounts_for({name: bad.url(name) for name in floods}), environment=environment)
    await submit_for(sim, floods)

    async with asyncio.timeout(20):
        await sim.advance(3600)
    await bad.until(lambda: not bad.open)

    assert len(floods) >= 8
    assert {name: bad.sent[name] for name in floods if bad.sent[name] > MOST_BYTES} == {}


async def test_who_hangs_is_given_up_after_the_time_out_each_time(start: Start, bad: Customers):
    """P8.3, C4: the verdict says how far the attempt came."""
    async with full_backlog() as nobody_accepts:
        urls = {name: bad.url(name) for name in HANGING} | {
            "never-accepts": nobody_accepts,
            "no-handshake": bad.url("hangs").replace("http:", "https:"),
        }
        kinds = HANGING | {
            name: Kind(HANGING["hangs"].behave, None, NO_CONNECTION) for name in ("never-accepts", "no-handshake")
        }
        sim = await start(accounts_for(urls), environment=IMPATIENT)
        await submit_for(sim, kinds)

        await sim.advance(3600)

    pushes = await on_record(sim)
    assert {name: shown(pushes[name], kind.verdict) for name, kind in kinds.items()} == {
        name: expected(kind) for name, kind in kinds.items()
    }
    for push in pushes.values():
        assert [made["error"] for made in push["attempts"]] == ["timed out"] * 2
        assert " within 0.5 s; attempt 1 of 2: tried again in 1." in push["attempts"][0]["verdict"]
        assert all(500 <= made["duration_ms"] < 10_000 for made in push["attempts"])
        assert all(1 <= wait <= 1.1 for wait in waits(push)), push


async def test_nothing_is_left_of_who_misbehaved(start: Start, bad: Customers):
    """Neither a task nor a connection, once the attempts are over; a stop closes the ones kept for the next push."""
    async with full_backlog() as nobody_accepts:
        urls = {name: bad.url(name) for name in KINDS} | {"never-accepts": nobody_accepts}
        sim = await start(accounts_for(urls), environment=IMPATIENT)
        await submit_for(sim, urls)
        before = sockets()

        await sim.advance(3600)
        kept = {name for name in KINDS if name.startswith("redirect")}
        await bad.until(lambda: set(bad.open.values()) <= kept)

    assert attempts_under_way() == []
    assert sockets() - before <= 2 * len(kept)
    await sim.server.stop()
    await bad.until(lambda: not bad.open)


async def test_parked_pushes_are_delivered_once_the_customers_mend(start: Start, bad: Customers):
    """P8.3: parked until someone asks for it again; C4: retry"""
    names = [name for name, kind in ANSWERING.items() if kind.verdict != "delivered"]
    sim = await start(accounts_for({name: bad.url(name) for name in names}), environment=TWICE)
    await submit_for(sim, names)
    await sim.advance(3600)
    before = {push["state"] for push in (await on_record(sim)).values()}

    bad.mended.set()
    answer = await sim.control("POST", "pushes/parked/retry", {})
    await sim.advance(60)

    assert before == {"parked"}
    assert answer.json() == {"retried": len(names)}
    pushes = await on_record(sim)
    assert {name: (push["state"], len(push["attempts"])) for name, push in pushes.items()} == dict.fromkeys(
        names, ("delivered", 3)
    )


@pytest.mark.parametrize("count", [1, 50])
async def test_another_accounts_reports_go_while_others_hang(
    start: Start, bad: Customers, receiver: Receiver, count: int
):
    """P8.2: accounts never wait for each other. The others are still waiting when the report is there."""
    hanging = {f"bad{place}": bad.url(list(HANGING)[place % len(HANGING)]) for place in range(count)}
    environment = AT_ONCE | {"EIMS_SIM_PUSH_TIMEOUT_SECONDS": "600"}
    sim = await start(accounts_for(hanging) + with_callback(receiver.url), environment=environment)
    await sim.control("PUT", "clock", {"mode": "real"})
    await submit_for(sim, hanging)
    await bad.until(lambda: bad.asked.total() == count)

    ids = [*(await sim.submit(account="pushed")), *(await sim.submit(account="pushed"))]
    await receiver.until(lambda: len(receiver.reports) == 2)

    assert [report[0] for report in receiver.reports] == ids
    states = {push["account"]: push["state"] for push in await sim.pushes("limit=1000") if push["account"] in hanging}
    assert states == dict.fromkeys(hanging, "sending")


async def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(start: Start):
    """P8.3: a 2xx counts for the batch that it answers. The next one goes on a connection of its own and fails."""
    answers = [OK + OK, FAILED]

    async def one_too_many(peer: Peer) -> None:
        await peer.say(answers.pop(0) if answers else OK)

    async with customers({"hasty": Kind(one_too_many, None, "")}) as hasty:
        sim = await start(with_callback(hasty.url("hasty")))
        for _ in range(2):
            await sim.submit(account="pushed")
            await sim.advance(60)

    assert await http_statuses(sim) == [[200], [500, 200]]


async def test_an_answer_that_comes_while_nothing_is_asked_ends_the_connection(start: Start):
    """P8.3: as above; it comes after the answer was taken."""
    taken = asyncio.Event()
    answers = [OK, FAILED]

    async def late(peer: Peer) -> None:
        await peer.say(answers.pop(0) if answers else OK)
        if len(answers) == 1:
            await taken.wait()
            await peer.say(OK)
            await peer.gone()

    async with customers({"late": Kind(late, None, "")}) as customer:
        sim = await start(with_callback(customer.url("late")))
        await sim.submit(account="pushed")
        await sim.advance(60)
        taken.set()
        await customer.until(lambda: customer.sent["late"] == 2 * len(OK))
        await sim.submit(account="pushed")
        await sim.advance(60)

    assert await http_statuses(sim) == [[200], [500, 200]]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n",
        b"HTTP/1.1 200\nContent-Length: 0\n\n",
    ],
    ids=["interim", "length", "chunked", "bare-line-feeds"],
)
async def test_a_connection_that_was_read_to_its_end_is_used_again_until_it_is_closed(start: Start, answer: bytes):
    """P8.3: and one that the customer closes between two pushes costs none of them an attempt."""
    at_once, in_pieces = [answer], [answer[place : place + 1] for place in range(len(answer))]
    seen: list[Peer] = []

    async def keep(peer: Peer) -> None:
        seen.append(peer)
        for piece in in_pieces if seen.count(peer) == 1 else at_once:
            await peer.say(piece)
            await asyncio.sleep(0)
        if seen.count(peer) == 2:
            peer.close()

    async with customers({"keeps": Kind(keep, None, "")}) as customer:
        sim = await start(with_callback(customer.url("keeps")))
        for pushes in range(1, 5):
            await sim.submit(account="pushed")
            await sim.advance(60)
            await customer.until(lambda: len(customer.open) == pushes % 2)  # noqa: B023

    assert await http_statuses(sim) == [[204 if b"204" in answer else 200]] * 4
    assert [seen.index(peer) for peer in seen] == [0, 0, 2, 2]
