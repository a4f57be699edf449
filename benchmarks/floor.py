"""The floor: a bare aiohttp application that answers without state. A process of its own: `python -m benchmarks.floor`.

`GET /sendsms` answers fixed bytes. `POST /sendsms` parses, checks and answers but stores nothing: the way anyone would
write it, or with `--fast` by the very functions that the gateway uses.
"""

import argparse
import asyncio
import itertools
import json

from aiohttp import web

from eims_sim.protocol.answers import CONTENT_TYPE, encode_submit
from eims_sim.protocol.numbers import read_numbers
from eims_sim.protocol.requests import read_post

HEADERS = {"Content-Type": CONTENT_TYPE}
GET_ANSWER = b'{"status":0,"success":2,"fail":0,"array":[[10010,1],[1008611,2]]}'


def make_app(*, fast: bool) -> web.Application:
    """The application."""
    ids = itertools.count(1, 10_000)
    each = itertools.count(1)

    async def get(_: web.Request) -> web.Response:
        return web.Response(body=GET_ANSWER, headers=HEADERS)

    async def post_plainly(request: web.Request) -> web.Response:
        sent = json.loads(await request.read())
        accepted = [(int(n), next(each)) for n in sent["numbers"].split(",") if n.isdigit() and 3 <= len(n) <= 20]
        answer = {"status": 0, "success": len(accepted), "fail": 0, "array": accepted}
        return web.Response(body=json.dumps(answer, separators=(",", ":")).encode(), headers=HEADERS)

    async def post_fast(request: web.Request) -> web.Response:
        body = await request.read()
        parameters = read_post("", body, request.headers.get("Content-Type", ""), "sendsms", strict=False)
        numbers = read_numbers(parameters.values["numbers"])
        return web.Response(body=encode_submit(numbers, next(ids)), headers=HEADERS)

    app = web.Application(client_max_size=2**21)
    app.router.add_get("/sendsms", get)
    app.router.add_post("/sendsms", post_fast if fast else post_plainly)
    return app


async def serve(port: int, *, fast: bool) -> None:
    """Serve until the process ends."""
    runner = web.AppRunner(make_app(fast=fast), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
    await site.start()
    print(f"ready http://127.0.0.1:{site.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fast", action="store_true")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, fast=arguments.fast))
