"""The floor: a bare aiohttp application that answers without state. A process of its own: `python -m benchmarks.floor`.

Every GET answers fixed bytes: those of a submit of two numbers, or of the file that `--answer` names. `POST /sendsms`
parses, checks and answers but stores nothing: the way anyone would write it, or with `--fast` by the very functions
that the gateway uses.
"""

import argparse
import asyncio
import itertools
import json
from pathlib import Path

from aiohttp import web

from eims_sim.protocol.answers import CONTENT_TYPE, encode_submit
from eims_sim.protocol.numbers import read_numbers
from eims_sim.protocol.requests import read_post

HEADERS = {"Content-Type": CONTENT_TYPE}
GET_ANSWER = b'{"status":0,"success":2,"fail":0,"array":[[13910010000,1000001],[13810010000,1000002]]}'


def make_app(answer: bytes, *, fast: bool) -> web.Application:
    """The application."""
    ids = itertools.count(1, 10_000)
    each = itertools.count(1)

    async def get(_: web.Request) -> web.Response:
        return web.Response(body=answer, headers=HEADERS)

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
    for endpoint in ("sendsms", "getbalance", "getreport", "getsms"):
        app.router.add_get(f"/{endpoint}", get)
    app.router.add_post("/sendsms", post_fast if fast else post_plainly)
    return app


async def serve(port: int, answer: bytes, *, fast: bool) -> None:
    """Serve until the process ends."""
    runner = web.AppRunner(make_app(answer, fast=fast), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
    await site.start()
    print(f"ready http://127.0.0.1:{site.port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--answer", type=Path)
    arguments = parser.parse_args()
    fixed = arguments.answer.read_bytes() if arguments.answer else GET_ANSWER
    asyncio.run(serve(arguments.port, fixed, fast=arguments.fast))
