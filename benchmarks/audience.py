"""The audience: long polls that nothing satisfies, and listeners, in a process of their own: `benchmarks.audience`.

A quarter of the polls each waits for a number of its own, for an account of its own, for a number of its own to be
delivered, and for one and the same thing. It prints `ready` once everybody waits and listens.
"""

import argparse
import asyncio

POLLS = (
    "messages?number={}",
    "messages?account=nobody{}",
    "messages?number={}&state=0",
    "messages?account=load&count=9999999",
)


async def poll(port: int, path: str, sent: asyncio.Semaphore) -> None:
    """Wait, and wait again when that is over."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        writer.write(f"GET /_sim/{path}&wait=300&limit=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        sent.release()
        head = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head, head
        length = next(line for line in head.splitlines() if line.lower().startswith(b"content-length:"))
        await reader.readexactly(int(length.split()[1]))


async def listen(port: int, heard: asyncio.Semaphore) -> None:
    """Read whatever comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /_sim/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head, head
    heard.release()
    while await reader.read(1 << 16):
        pass
    raise ConnectionError("the server dropped a listener")


async def attend(port: int, polls: int, listeners: int) -> None:
    """Stay until the process ends."""
    present = asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as everybody:
        for place in range(polls):
            everybody.create_task(poll(port, POLLS[place % len(POLLS)].format(86_000_000 + place), present))
        for _ in range(listeners):
            everybody.create_task(listen(port, present))
        for _ in range(polls + listeners):
            await present.acquire()
        await asyncio.sleep(2)  # until the server has looked up what there is for each
        print("ready", flush=True)


def main() -> None:
    """Attend."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--polls", type=int, default=1000)
    parser.add_argument("--listeners", type=int, default=200)
    arguments = parser.parse_args()
    try:
        import uvloop

        run = uvloop.run
    except ImportError:
        run = asyncio.run
    run(attend(arguments.port, arguments.polls, arguments.listeners))


if __name__ == "__main__":
    main()
