"""What do connections cost that do nothing, come and go, or whose client has vanished? Figures, on demand (Linux).

    python -m tests.reliability.connections --idle 10000

Opens so many idle connections to a server in a process of its own and measures what each takes of memory; an operator
gets in meanwhile. Then connections that come with one request and go, and requests sent ahead of their answers. As root
with `ip` at hand it also puts a client into a network namespace, and cuts it off with its answers on the way. Exit code
1 when a promise of docs/reliability.md was not kept.
"""

import argparse
import asyncio
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from eims_sim.engine.clock import real_seconds, real_sleep
from tests.reliability.overload import WORLD
from tests.reliability.overload_load import OPENED_AT_A_TIME
from tests.reliability.server_process import ServerProcess, started

KIBIBYTES = 64
"""So much memory a connection may take that does nothing."""

BALANCE = b"GET /getbalance?account=flood&password=demo123 HTTP/1.1\r\nHost: gateway\r\n\r\n"
HEALTH = b"GET /_sim/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

HOST, GUEST, NAMESPACE = "10.219.7.1", "10.219.7.2", "eims-sim-vanish"
VANISHED_SECONDS = 120

Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _open(url: str, count: int) -> list[Opened]:
    address = urlsplit(url)
    opened: list[Opened] = []
    for begin in range(0, count, OPENED_AT_A_TIME):
        few = [asyncio.open_connection(address.hostname, address.port) for _ in range(OPENED_AT_A_TIME)]
        opened += await asyncio.gather(*few[: count - begin])
        for one in few[count - begin :]:
            one.close()
    return opened


async def _asked(one: Opened, sent: bytes = BALANCE) -> int:
    """Ask; the HTTP status of the answer."""
    reader, writer = one
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    await reader.readexactly(length)
    return int(head.split()[1])


async def idle(server: ServerProcess, count: int) -> list[str]:
    """Connections that are open and silent, before and after a request each."""
    before, began = server.memory(), real_seconds()
    opened = await _open(server.url, count)
    took = real_seconds() - began
    silent = server.memory()
    for begin in range(0, count, OPENED_AT_A_TIME):
        statuses = await asyncio.gather(*[_asked(one) for one in opened[begin : begin + OPENED_AT_A_TIME]])
        assert set(statuses) == {200}, statuses
    used = server.memory()
    began = real_seconds()
    (operator,) = await _open(server.url, 1)
    health = await _asked(operator, HEALTH)
    answered = real_seconds() - began
    for _, writer in opened:
        writer.close()
    each = (used - before) * 1024 / count
    assert health == 200
    assert each < KIBIBYTES, f"{each:.1f} KiB for each idle connection"
    for_silent = (silent - before) * 1024 / count
    return [
        f"idle       {count:,} connections, opened in {took:.1f} s: {before:.0f} MiB before, {silent:.0f} with them",
        f"           {for_silent:.1f} KiB for one that is silent, {each:.1f} KiB for one that asked once",
        f"           health over one more: {health} in {answered * 1000:.0f} ms",
    ]


async def churn(server: ServerProcess, count: int) -> list[str]:
    """Connections that come with one request and go, a hundred at a time."""

    async def once() -> int:
        (one,) = await _open(server.url, 1)
        status = await _asked(one)
        one[1].close()
        return status

    await asyncio.gather(*[once() for _ in range(100)])
    before, files, began = server.memory(), server.files(), real_seconds()
    for _ in range(count // 100):
        assert set(await asyncio.gather(*[once() for _ in range(100)])) == {200}
    took = real_seconds() - began
    after = server.memory()
    async with asyncio.timeout(10):
        while server.files() > files + 100:
            await real_sleep(0.1)
    rate = count / took
    return [
        f"churn      {count:,} connections of one request in {took:.1f} s, {rate:,.0f} a second",
        f"           {before:.0f} MiB before, {after:.0f} MiB after",
    ]


async def ahead(server: ServerProcess, count: int) -> list[str]:
    """Requests that are sent ahead of their answers, on one connection."""
    (one,) = await _open(server.url, 1)
    before, began = server.memory(), real_seconds()
    one[1].write(BALANCE * count)
    statuses = {await _asked(one, b"") for _ in range(count)}
    took = real_seconds() - began
    one[1].close()
    assert statuses == {200}
    more = server.memory() - before
    return [
        f"ahead      {count:,} requests at once on one connection: all answered in {took:.1f} s, {more:.0f} MiB more"
    ]


@contextmanager
def _namespace() -> Iterator[None]:
    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    ip("netns", "add", NAMESPACE)
    try:
        ip("link", "add", "evanish0", "type", "veth", "peer", "name", "evanish1")
        ip("link", "set", "evanish1", "netns", NAMESPACE)
        ip("addr", "add", f"{HOST}/24", "dev", "evanish0")
        ip("link", "set", "evanish0", "up")
        ip("-n", NAMESPACE, "addr", "add", f"{GUEST}/24", "dev", "evanish1")
        ip("-n", NAMESPACE, "link", "set", "evanish1", "up")
        yield
    finally:
        subprocess.run(["ip", "netns", "del", NAMESPACE], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", "evanish0"], check=False, capture_output=True)


CLIENT = """
import socket, sys, time
one = socket.create_connection((sys.argv[1], int(sys.argv[2])))
one.sendall(b"GET /_sim/requests?wait=300&count=1000000 HTTP/1.1\\r\\nHost: 10.219.7.1\\r\\n\\r\\n")
two = socket.create_connection((sys.argv[1], int(sys.argv[2])))
two.sendall(b"GET /_sim/events HTTP/1.1\\r\\nHost: 10.219.7.1\\r\\n\\r\\n")
two.recv(1)
print("asked", flush=True)
time.sleep(600)
"""
"""One waits for something, and one listens to events: both for longer than it takes to find out that they have gone."""


async def vanished(folder: Path) -> list[str]:
    """A client that is there no more, without a word: its machine has lost its power."""
    with _namespace():
        async with started(folder, WORLD.replace("[lifecycle]", _OPEN), folder / "v.db") as server:
            port = urlsplit(server.url).port
            client = await asyncio.create_subprocess_exec(
                *("ip", "netns", "exec", NAMESPACE, sys.executable, "-c", CLIENT, HOST, str(port)),
                stdout=asyncio.subprocess.PIPE,
            )
            assert client.stdout is not None
            async with asyncio.timeout(20):
                assert await client.stdout.readline() == b"asked\n"
            wrong = ("neigh", "replace", GUEST, "lladdr", "02:00:00:00:00:01", "dev", "evanish0", "nud", "permanent")
            subprocess.run(["ip", *wrong], check=True)  # noqa: ASYNC221  from now on nothing reaches it
            connected, began = server.files(), real_seconds()
            left: list[float] = []
            async with asyncio.timeout(VANISHED_SECONDS + 60):
                while len(left) < 2:
                    await real_sleep(0.5)
                    gone = connected - server.files()
                    left += [real_seconds() - began] * (gone - len(left))
            client.kill()
            await client.wait()
    assert left[-1] <= VANISHED_SECONDS
    return [f"vanished   a listener and a long poll were ended after {left[0]:.0f} s and {left[1]:.0f} s"]


_OPEN = f'[server]\nhost = "{HOST}"\nadmin_open = true\n\n[lifecycle]'


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[ServerProcess]:
    async with started(folder, WORLD, folder / "sim.db") as server:
        yield server


async def main(asked: argparse.Namespace) -> int:
    """Print the figures."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else max(soft, 65_536), hard))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for measure, count in ((idle, asked.idle), (churn, asked.churn), (ahead, asked.ahead)):
            async with _server(folder) as server:
                print("\n".join(await measure(server, count)), flush=True)
        if shutil.which("ip") and _is_root():
            print("\n".join(await vanished(folder)))
        else:
            print("vanished   left out: it takes root and the program ip")
    return 0


def _is_root() -> bool:
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY, 7)  # which takes CAP_NET_ADMIN
        except PermissionError:
            return False
    return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure what connections cost.")
    parser.add_argument("--idle", type=int, default=10_000)
    parser.add_argument("--churn", type=int, default=10_000)
    parser.add_argument("--ahead", type=int, default=5_000)
    sys.exit(asyncio.run(main(parser.parse_args())))
