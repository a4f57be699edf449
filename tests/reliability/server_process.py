"""A server in a process of its own, started from the command line, whose memory can be looked at (Linux)."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 60


@dataclass
class ServerProcess:
    """A running server; its log is a file."""

    url: str
    running: asyncio.subprocess.Process
    log: Path

    def memory(self) -> float:
        """What it holds in memory, in MiB."""
        kibibytes = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.running.pid}/status").read_text())
        assert kibibytes is not None
        return int(kibibytes[1]) / 1024

    def cpu_seconds(self) -> float:
        """What it has used of a CPU."""
        fields = Path(f"/proc/{self.running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def files(self) -> int:
        """How many files it has open."""
        return len(list(Path(f"/proc/{self.running.pid}/fd").iterdir()))

    async def stop(self) -> int:
        """Ask it to end, and wait; its exit code."""
        self.running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            return await self.running.wait()


@asynccontextmanager
async def started(
    folder: Path, toml: str, database: Path, *, before: Sequence[str] = (), python: Sequence[str] = ("-m", "eims_sim")
) -> AsyncIterator[ServerProcess]:
    """Start one, with `before` in front of its command line."""
    config, log = folder / "world.toml", folder / "log.txt"
    config.write_text(toml)
    with log.open("wb") as errors:
        running = await asyncio.create_subprocess_exec(
            *before,
            *(sys.executable, *python, "serve"),
            *("--config", str(config), "--port", "0", "--database", str(database)),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env={name: value for name, value in os.environ.items() if not name.startswith("EIMS_SIM_")},
        )
    try:
        yield ServerProcess(await _ready(running, log), running, log)
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def _ready(running: asyncio.subprocess.Process, log: Path) -> str:
    assert running.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        async for line in running.stdout:
            if line.startswith(b"ready "):
                return line.split()[1].decode()
    raise AssertionError(f"the server did not start: {log.read_text()}")
