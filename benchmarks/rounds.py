"""How are servers compared? In alternating rounds of one run, the idle ones stopped, the median of the ratios told."""

import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent


class Competitor:
    """A server in a process of its own, stopped while another one is measured."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.name = name
        self._audience: subprocess.Popen[str] | None = None
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}
        )
        self.port = self._wait_until_ready()

    def attract(self, polls: int, listeners: int) -> None:
        """Let so many long polls wait and so many listeners listen, until the end."""
        command = [sys.executable, "-m", "benchmarks.audience"]
        command += [f"--port={self.port}", f"--polls={polls}", f"--listeners={listeners}"]
        self._audience = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._audience.stdout is not None
        if self._audience.stdout.readline() != "ready\n":
            raise RuntimeError(f"nobody attends {self.name}")

    def _wait_until_ready(self) -> int:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            match = re.match(r"ready http://.*:(\d+)", line)
            if match:
                return int(match[1])
        raise RuntimeError(f"{self.name} did not start")

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)
        if self._audience is not None:
            self._audience.send_signal(number)

    def answers(self, request: bytes) -> bytes:
        """One request on a connection of its own; the whole answer."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(request)
            head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
            length = int(re.search(rb"Content-Length: (\d+)", head)[1])  # type: ignore[index]
            while len(body) < length:
                body += connection.recv(1 << 20)
            return body

    def stop(self) -> None:
        """End the process."""
        self.signal(signal.SIGCONT)
        for process in (self._audience, self._process):
            if process is not None:
                process.terminate()
                process.wait()

    def cpu_seconds(self) -> float:
        """The CPU time of the process so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """The resident memory of the process."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+)", status)
        return int(match[1]) / 1024 if match else 0.0


class Load(NamedTuple):
    """What is sent: the raw request, on how many connections, for how long."""

    request: bytes
    connections: int
    seconds: float = 2.0


def run_load(port: int, load: Load) -> dict[str, float]:
    """One round against one server, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load", f"--port={port}"]
        + [f"--connections={load.connections}", f"--seconds={load.seconds}"],
        cwd=ROOT,
        input=load.request,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


class Measured(NamedTuple):
    """One round of one competitor."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


def alternate(competitors: Sequence[Competitor], load: Load, rounds: int) -> dict[str, list[Measured]]:
    """Load each in turn, `rounds` times after a warm-up; idle ones are stopped meanwhile."""
    measured: dict[str, list[Measured]] = {competitor.name: [] for competitor in competitors}
    for competitor in competitors:
        competitor.signal(signal.SIGSTOP)
    for turn in range(rounds + 1):
        for competitor in competitors:
            competitor.signal(signal.SIGCONT)
            cpu = competitor.cpu_seconds()
            told = run_load(competitor.port, load)
            cpu = competitor.cpu_seconds() - cpu
            competitor.signal(signal.SIGSTOP)
            if told["refused"]:
                raise RuntimeError(f"{competitor.name} refused {told['refused']:.0f} requests")
            if turn:
                one = Measured(told["rate"], told["p50_ms"], told["p99_ms"], cpu / told["requests"] * 1e6)
                measured[competitor.name].append(one)
    for competitor in competitors:
        competitor.signal(signal.SIGCONT)
    return measured


def print_table(title: str, measured: dict[str, list[Measured]], floor: str) -> None:
    """A Markdown table: medians, and each one's share of the floor, round by round."""
    print(f"\n{title}\n\n| server | share of {floor} (min..max) | CPU share | rate/s | p50 ms | p99 ms | CPU us |")
    print("|---|---|---|---|---|---|---|")
    for name, rounds in measured.items():
        shares = [one.rate / base.rate for one, base in zip(rounds, measured[floor], strict=True)]
        costs = [base.cpu_us / one.cpu_us for one, base in zip(rounds, measured[floor], strict=True)]
        middle = Measured(*(statistics.median(column) for column in zip(*rounds, strict=True)))
        print(
            f"| {name} | **{statistics.median(shares):.2f}** ({min(shares):.2f}..{max(shares):.2f}) "
            f"| {statistics.median(costs):.2f} | {middle.rate:.0f} | {middle.p50_ms:.2f} | {middle.p99_ms:.2f} "
            f"| {middle.cpu_us:.0f} |"
        )


FLOOR = [sys.executable, "-m", "benchmarks.floor"]
WORLD = str(ROOT / "fixtures" / "load.toml")


# What the command eims-sim does where uvloop is not installed.
WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None; from eims_sim.cli.main import run; run()"


def serve(database: str, *, uvloop: bool = False) -> list[str]:
    """The command that serves the world of the benchmarks on a database."""
    program = ["-m", "eims_sim"] if uvloop else ["-c", WITHOUT_UVLOOP]
    return [sys.executable, *program, "serve", "--port", "0", "--config", WORLD, "--database", database]


@contextmanager
def running(*more: Competitor) -> Iterator[list[Competitor]]:
    """The floor, others, and ours on a database file in a fresh folder; with uvloop too where it is installed."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        competitors = [Competitor("bare aiohttp", FLOOR), *more, Competitor("eims-sim", serve(f"{folder}/plain.db"))]
        if find_spec("uvloop"):
            competitors.append(Competitor("eims-sim, uvloop", serve(f"{folder}/uvloop.db", uvloop=True)))
        for competitor in competitors:
            stack.callback(competitor.stop)
        yield competitors
