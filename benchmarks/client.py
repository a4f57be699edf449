"""The floor of pushing: an aiohttp client that PUTs ready-made bodies of 50 reports. `python -m benchmarks.client`.

A process of its own, with the same number of PUTs in flight as the simulator is allowed.
"""

import argparse
import asyncio
from collections.abc import Iterator

import aiohttp

from eims_sim.protocol.answers import CONTENT_TYPE
from eims_sim.protocol.reports import encode_push

REPORTS = 50


def make_body(place: int) -> bytes:
    """A push like those of a load: that many reports of messages that were sent."""
    first = 1_000_000 + REPORTS * place
    return encode_push([(id, str(13_911_110_000 + id), 20260101120000, 0) for id in range(first, first + REPORTS)])


async def push(session: aiohttp.ClientSession, url: str, bodies: Iterator[bytes]) -> None:
    """PUT one after the other until there are no more."""
    for body in bodies:
        async with session.put(url, data=body, headers={"Content-Type": CONTENT_TYPE}) as response:
            await response.read()
            assert response.status == 200


async def drive(port: int, in_flight: int, puts: int) -> None:
    """PUT so many."""
    bodies = iter([make_body(place) for place in range(puts)])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(push(session, f"http://127.0.0.1:{port}/reports", bodies) for _ in range(in_flight)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--in-flight", type=int, required=True)
    parser.add_argument("--puts", type=int, required=True)
    arguments = parser.parse_args()
    asyncio.run(drive(arguments.port, arguments.in_flight, arguments.puts))
