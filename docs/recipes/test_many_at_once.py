"""Ten people sign up at the same moment, and there is money for three welcomes.

An asynchronous service sends to all at once. The gateway takes each submit whole or refuses it, in the order in which
they come: three are welcomed, whoever they are, and the service has to know which.
`eims_async` is the simulator of `eims`, its calls awaited. These tests need pytest-asyncio.
"""

import asyncio

import aiohttp
import pytest

from eims_sim.testing import AsyncSimulator

pytest.importorskip("pytest_asyncio", reason="asynchronous tests need a plugin: pip install pytest-asyncio")

NUMBERS = [f"138001380{place:02}" for place in range(10)]


async def welcome(session: aiohttp.ClientSession, number: str) -> None:
    """Welcome one. Raises RuntimeError when the gateway refuses."""
    sent = {"account": "demo", "password": "demo123", "numbers": number, "content": "Welcome!"}
    async with session.post("/sendsms", json=sent) as response:
        answer = await response.json()
    if answer["status"] != 0:
        raise RuntimeError(f"sendsms answered {answer['status']}")


async def welcome_all(gateway: str, numbers: list[str]) -> list[str]:
    """Welcome all at once; those who were not."""
    async with aiohttp.ClientSession(gateway) as session:
        told = await asyncio.gather(*(welcome(session, one) for one in numbers), return_exceptions=True)
    return [number for number, error in zip(numbers, told, strict=True) if error is not None]


@pytest.mark.asyncio
async def test_who_was_not_welcomed_is_known(eims_async: AsyncSimulator) -> None:
    """0.15 of money, 0.05 a message."""
    await eims_async.accounts.set("demo", balance="0.15", gift="0")

    missed = await welcome_all(eims_async.url, NUMBERS)
    welcomed = {one.number for one in await eims_async.messages.list()}

    assert len(welcomed) == 3
    assert set(missed) == set(NUMBERS) - welcomed
    assert len(await eims_async.requests.list(status=-10)) == 7
