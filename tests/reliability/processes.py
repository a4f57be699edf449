"""Servers in processes of their own, which die where they are told to and are begun again.

They are forked from one process that has imported everything, so that two hundred starts take as long as twenty.
"""

import asyncio
import atexit
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType

from tests.reliability import dying

PRELOADED = (
    "eims_sim.cli.main",
    "eims_sim.cli.serve",
    "eims_sim.cli.loop",
    "eims_sim.server",
    "eims_sim.storage.reader",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "tests.reliability.dying",
    "uvloop",
)
START_SECONDS = 60
END_SECONDS = 60


@dataclass
class Process:
    """A server. `url` is empty when it died, or refused, before it was ready."""

    running: BaseProcess
    log: Path
    orders: Connection
    url: str = ""
    said: list[str] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.running.is_alive()

    @property
    def rss(self) -> int:
        """The bytes of memory that it holds; 0 once it has ended."""
        try:
            pages = Path(f"/proc/{self.running.pid}/statm").read_text().split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    async def die_at(self, order: str) -> None:
        """Let it die at a point, `NAME:n` (tests/reliability/dying.py), from now on."""
        dying.Order.read(order)
        await self._order(order)

    async def trace(self) -> None:
        """Let it log every point that it reaches, from now on."""
        await self._order(dying.TRACE)

    async def _order(self, text: str) -> None:
        self.orders.send(text)
        await asyncio.to_thread(self.orders.recv)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.running.kill()

    def stop(self) -> None:
        """Ask it to end, as a person does."""
        if self.running.pid is not None:
            os.kill(self.running.pid, signal.SIGTERM)

    async def ended(self) -> int:
        """Wait until it has ended; its exit code, negative for a signal."""
        async with asyncio.timeout(END_SECONDS):
            await asyncio.to_thread(self.running.join)
        self.orders.close()
        return self.running.exitcode or 0

    def logged(self) -> str:
        """What it, and those before it with the same log, logged."""
        return self.log.read_text("utf-8", errors="replace")


class Nursery:
    """Begins servers on one configuration, one database and one log."""

    def __init__(self, folder: Path, toml: str, *, database: str = "sim.db", sabotage: str = "") -> None:
        self.folder = folder
        self.database = folder / database
        self.config = folder / "config.toml"
        self.log = folder / "log.txt"
        self.log.touch()
        self.sabotage = sabotage
        self.starts = 0
        _keep_sockets_apart()
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(list(PRELOADED))
        self._current: Process | None = None
        self.configure(toml)

    def configure(self, toml: str) -> None:
        """Write the configuration that the next start, or a reload, reads."""
        self.config.write_text(toml, "utf-8")

    async def start(self, order: str = "") -> Process:
        """Begin a server, which may have an order to die from its start on."""
        arguments = ["--config", str(self.config), "--port", "0", "--database", str(self.database)]
        hears, told = self._context.Pipe(duplex=False)
        taken, orders = self._context.Pipe()
        running = self._context.Process(
            target=dying.live, args=(arguments, self.log, told, taken, order, self.sabotage), daemon=True
        )
        with _without_main():
            running.start()
        self.starts += 1
        told.close()
        taken.close()
        process = self._current = Process(running, self.log, orders)
        async with asyncio.timeout(START_SECONDS):
            async for line in _lines(hears):
                process.said.append(line)
                if line.startswith("ready "):
                    process.url = line.split()[1]
                    break
        if not process.url:
            await process.ended()
        return process

    async def close(self) -> None:
        """Leave nothing running."""
        if self._current is not None and self._current.alive:
            self._current.kill()
            await self._current.ended()


def _keep_sockets_apart() -> None:
    """The tests' folder is gone before multiprocessing wants to remove its own out of it, so that lies elsewhere."""
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined]
    if "tempdir" not in config:
        folder = tempfile.mkdtemp(prefix="eims-sim-nursery-", dir="/tmp")
        config["tempdir"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


@contextmanager
def _without_main() -> Iterator[None]:
    """What is forked would import what we were started as, pytest, for nothing: half a second each."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@asynccontextmanager
async def nursery(folder: Path, toml: str, *, database: str = "sim.db", sabotage: str = "") -> AsyncIterator[Nursery]:
    """A nursery that leaves nothing running."""
    made = Nursery(folder, toml, database=database, sabotage=sabotage)
    try:
        yield made
    finally:
        await made.close()


async def _lines(hears: Connection) -> AsyncIterator[str]:
    """What is said, line by line, to the end or as long as somebody listens."""
    reader = asyncio.StreamReader()
    stream = os.fdopen(os.dup(hears.fileno()), "rb", 0)
    hears.close()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), stream
    )
    try:
        async for line in reader:
            yield line.decode().rstrip()
    finally:
        transport.close()
