"""Servers in processes of their own, for what only an end can show."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from yarl import URL


@dataclass
class Process:
    """A server that was started from the command line. `url` is empty when it refused to start."""

    url: str
    running: asyncio.subprocess.Process
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        url = URL(self.url)
        assert url.host is not None
        assert url.port is not None
        return url.host, url.port

    async def ended(self, seconds: float = 10) -> int:
        """Wait until it has ended; its exit code."""
        async with asyncio.timeout(seconds):
            return await self.running.wait()


Serve = Callable[..., Awaitable[Process]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Starts servers: `await serve(toml, port=…, database=…)`; none survives the test."""
    started: list[Process] = []

    async def begin(toml: str = "", *, port: int = 0, database: Path = tmp_path / "sim.db") -> Process:
        config = tmp_path / f"config{len(started)}.toml"
        config.write_text(toml)
        log = tmp_path / f"log{len(started)}.txt"
        with log.open("wb") as errors:
            running = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "eims_sim", "serve"),
                *("--config", str(config), "--port", str(port), "--database", str(database)),
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env={name: value for name, value in os.environ.items() if not name.startswith("EIMS_SIM_")},
            )
        process = Process("", running, log)
        started.append(process)
        process.url = await _ready(running)
        return process

    yield begin
    for process in started:
        if process.running.returncode is None:
            process.running.kill()
        await process.ended()


async def _ready(running: asyncio.subprocess.Process) -> str:
    """The URL of the line that says so, or nothing when the process ends without it."""
    assert running.stdout is not None
    async with asyncio.timeout(20):
        async for line in running.stdout:
            if line.startswith(b"ready "):
                return line.split()[1].decode()
    return ""
