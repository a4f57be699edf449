"""The async twin: the same calls, awaited (C6)."""

import asyncio
import inspect
from collections.abc import AsyncIterator
from functools import partial

import pytest

from eims_sim.errors import ConfigurationError, RefusedError, UnreachableError
from eims_sim.testing import AsyncSimulator, Simulator
from eims_sim.testing.awaited import calls, receiver, simulator
from eims_sim.testing.blocking import calls as blocking_calls
from eims_sim.testing.blocking import receiver as blocking_receiver
from eims_sim.testing.blocking import simulator as blocking_simulator
from tests.testing.conftest import submit

TWINS = [(calls, blocking_calls), (receiver, blocking_receiver), (simulator, blocking_simulator)]


@pytest.fixture
async def sim() -> AsyncIterator[AsyncSimulator]:
    """A server whose clock stands still."""
    async with AsyncSimulator(clock="frozen", now="2026-01-01T12:00:00+08:00") as running:
        yield running


async def test_it_serves_and_is_driven(sim):
    await sim.rules.add(number={"suffix": "7"}, outcome=1011)
    await asyncio.to_thread(submit, sim.url, numbers="13800000007", content="Your code is 4711.")
    await sim.clock.advance(10)

    assert [one.state for one in await sim.messages.wait()] == [1011]
    assert await sim.otp("13800000007") == "4711"
    assert [one.endpoint for one in await sim.requests.list()] == ["sendsms"]
    await sim.reset()
    assert await sim.messages.list() == []


async def test_the_loop_goes_on_while_it_waits(sim):
    waiting = asyncio.create_task(sim.messages.wait(timeout=30))

    await asyncio.to_thread(submit, sim.url)

    assert [one.id for one in await waiting] == [1]


async def test_many_wait_at_once(sim):
    waiting = [asyncio.create_task(sim.messages.wait(count=5, timeout=30)) for _ in range(50)]
    for _ in range(5):
        await asyncio.to_thread(submit, sim.url)

    assert {len(found) for found in await asyncio.gather(*waiting)} == {5}


async def test_a_wait_can_be_given_up(sim):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await sim.messages.wait(timeout=300)

    assert await sim.messages.list() == []


async def test_a_wait_in_vain_says_what_there_was(sim):
    with pytest.raises(TimeoutError, match="There are no messages at all"):
        await sim.messages.wait(timeout=0.05)
    with pytest.raises(LookupError, match="there is none to it at all"):
        await sim.otp("10010")


async def test_reports_arrive_and_are_waited_for(sim):
    async with sim.receiver(account="demo") as rcv:
        rcv.answer(500)
        await asyncio.to_thread(submit, sim.url)
        waiting = asyncio.create_task(rcv.wait(count=2, timeout=30))
        await sim.clock.advance(60)

        assert [one.id for one in await waiting] == [1, 1]
        with pytest.raises(TimeoutError, match="2 of 3 reports"):
            await rcv.wait(count=3, timeout=0.05)
    assert (await sim.accounts.get("demo")).callback_url == ""


async def test_it_has_every_page_of_a_list(sim, monkeypatch):
    monkeypatch.setattr("eims_sim.testing.callers.PAGE", 2)
    for _ in range(5):
        await asyncio.to_thread(submit, sim.url)

    assert [one.id for one in await sim.messages.list()] == [1, 2, 3, 4, 5]


async def test_refusals_are_told_as_elsewhere(sim):
    with pytest.raises(RefusedError, match=r"/blance: unknown.*the nearest is balance"):
        await sim.accounts.set("demo", blance="1")


async def test_one_that_is_not_there_is_told(sim):
    remote = AsyncSimulator(url=sim.url)
    await sim.close()

    with pytest.raises(UnreachableError, match="is not reached, nothing listens there: start 'eims-sim serve'"):
        await remote.reset()


async def test_what_cannot_be_served_is_told():
    with pytest.raises(ConfigurationError, match=r"server\.timezone"):
        await AsyncSimulator(timezone="Mars/Olympus").start()


def test_one_elsewhere_serves_several_loops_one_after_the_other():
    with Simulator(admin_token="letmein") as sim:
        remote = AsyncSimulator(url=sim.url, admin_token=sim.admin_token)

        for _ in range(2):
            assert asyncio.run(remote.messages.list()) == []


@pytest.mark.parametrize(("awaited", "blocking"), TWINS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_the_twins_have_the_same_calls(awaited, blocking):
    """C6: the same methods, awaited"""

    def signatures(module):
        public = partial(inspect.getmembers, predicate=inspect.isfunction)
        classes = [one for _, one in inspect.getmembers(module, inspect.isclass) if one.__module__ == module.__name__]
        return {
            f"{one.__name__.removeprefix('Async')}.{name}": str(inspect.signature(method))
            .replace("Async", "")
            .partition("->")[0]
            for one in classes
            for name, method in public(one)
            if not name.startswith("_")
        }

    assert signatures(awaited) == signatures(blocking)
    assert signatures(awaited)
