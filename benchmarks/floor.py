"""The floor: a bare aiohttp application that answers without state. A process of its own: `python -m benchmarks.floor`.

`GET /sendsms` and `GET /getreport` answer fixed bytes, `POST /sendsms` parses, checks and answers as the gateway does
but stores nothing.
"""

import argparse
import asyncio
import itertools

from aiohttp import web

from eims_sim.protocol.answers import CONTENT_TYPE, encode_submit
from eims_sim.protocol.numbers import read_numbers
from eims_sim.protocol.requests import read_post

HEADERS = {"Content-Type": CONTENT_TYPE}
GET_ANSWER = b'{"status":0,"success":2,"fail":0,"array":[[10010,1],[1008611,2]]}'


def make_app() -> web.Application:
    """The application."""
    ids = itertools.count(1, 10_000)

    async def get(_: web.Request) -> web.Response:
        return web.Response(body=GET_ANSWER, headers=HEADERS)

    async def post(request: web.Request) -> web.Response:
        body = await request.read()
        parameters = read_post("", body, request.headers.get("Content-Type", ""), "sendsms", strict=False)
        numbers = read_numbers(parameters.values["numbers"])
        return web.Response(body=encode_submit(numbers, next(ids)), headers=HEADERS)

    app = web.Application(client_max_size=2**21)
    app.router.add_get("/sendsms", get)
    app.router.add_post("/sendsms", post)
    return app


async def serve(port: int) -> None:
    """Serve until the process ends."""
    runner = web.AppRunner(make_app(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
    await site.start()
    print(f"ready http://127.0.0.1:{site.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--uvloop", action="store_true")
    arguments = parser.parse_args()
    if arguments.uvloop:
        import uvloop

        uvloop.run(serve(arguments.port))
    else:
        asyncio.run(serve(arguments.port))
