"""A process full of customers who misbehave, for `tests.reliability.callbacks`.

It prints the URL and the verdict of every kind as one line of JSON. They behave until they read `misbehave`, and again
from `mend` on.
"""

import asyncio
import json
import ssl
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from tests.reliability.misbehaviour import KINDS, NO_CONNECTION, OK, customers, full_backlog, refusing

CERTIFICATES = Path(__file__).parent / "tls"
AUTHORITY = CERTIFICATES / "authority.pem"
TLS_FAILED = "not delivered: TLS failed; "

UNMENDED = {
    "refuses": "not delivered: nothing listens there",
    "never-accepts": NO_CONNECTION,
    "expired": TLS_FAILED + "the callback's certificate has expired",
    "other-host": TLS_FAILED + "the callback's certificate is for another host",
    "plain-behind-https": TLS_FAILED + "the callback seems to speak plain HTTP",
    "link-local": "not delivered: the callback's address is link-local",
    "name-unknown": "not delivered: the callback's host name",
    "name-hangs": "not delivered: the callback's host name",
}
"""Those with whom it stays as it is, and their verdicts."""


async def _tls(stack: AsyncExitStack, certificate: str | None) -> str:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(10):
            writer.write(OK if certificate else b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CERTIFICATES / certificate)
    server = await stack.enter_async_context(
        await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context, backlog=1024)
    )
    return f"https://localhost:{server.sockets[0].getsockname()[1]}/"


async def main() -> None:
    """Do as told until the end of the input."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(customers())
        urls = {name: made.url(name) for name in KINDS} | {
            "refuses": refusing(),
            "never-accepts": await stack.enter_async_context(full_backlog()),
            "expired": await _tls(stack, "expired.pem"),
            "other-host": await _tls(stack, "other-host.pem"),
            "plain-behind-https": await _tls(stack, None),
            "link-local": "http://2852039166/",
            "name-unknown": "http://unknown.invalid/",
            "name-hangs": "http://hangs.example/",
        }
        verdicts = {name: kind.verdict for name, kind in KINDS.items()} | UNMENDED
        print(json.dumps({name: [url, verdicts[name]] for name, url in urls.items()}), flush=True)
        made.mended.set()
        while said := await asyncio.to_thread(sys.stdin.readline):
            if said == "mend\n":
                made.mended.set()
            else:
                made.mended.clear()


if __name__ == "__main__":
    asyncio.run(main())
