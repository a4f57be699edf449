"""How are servers compared? In alternating rounds of one run, the idle ones stopped, the median of the ratios told."""

import itertools
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent

# The numbers of a load go on where those of the one before cannot have got to. None is a magic number (P9.3).
FIRST_NUMBERS = itertools.cycle(range(10_000_000, 90_000_000, 500_000))


NOTED_AT_MOST = 0.01


class Competitor:
    """A server in a process of its own, stopped while another one is measured."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        self.name = name
        self._audience: subprocess.Popen[str] | None = None
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})}, **more
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
            length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])  # type: ignore[index]
            while len(body) < length:
                body += connection.recv(1 << 20)
            return body

    def told(self, request: bytes) -> Any:
        """One request, and the JSON of its answer."""
        return json.loads(self.answers(request))

    def stop(self) -> None:
        """End the process."""
        self.signal(signal.SIGCONT)
        for process in (self._audience, self._process):
            if process is not None:
                process.terminate()
                process.wait()

    def cpu_seconds(self) -> float:
        """The CPU time of the process so far."""
        return cpu_seconds_of(Path(f"/proc/{self._process.pid}/stat"))

    def memory_mb(self) -> float:
        """The resident memory of the process."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        match = re.search(r"VmRSS:\s+(\d+)", status)
        return int(match[1]) / 1024 if match else 0.0


def cpu_seconds_of(stat: Path, group: int | None = None) -> float:
    """The CPU time of a process; 0 of one that has ended, or is not of the group."""
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    if group not in (None, int(fields[2])):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Load(NamedTuple):
    """What is sent: the raw request, on how many connections, for how long or, where that comes first, how often.

    Taken `loosely` any HTTP 200 is fine; else the status in the body counts too, and a note is as bad as a refusal.
    """

    request: bytes
    connections: int
    seconds: float = 2.0
    requests: int = 0
    loosely: bool = False


def run_load(port: int, load: Load) -> dict[str, float]:
    """One round against one server, from a process of its own. Raises RuntimeError when something is refused."""
    command = [sys.executable, "-m", "benchmarks.load", f"--port={port}", f"--connections={load.connections}"]
    command += [f"--seconds={load.seconds}", f"--requests={load.requests}", f"--first={next(FIRST_NUMBERS)}"]
    command += ["--loosely"] * load.loosely
    done = subprocess.run(command, cwd=ROOT, input=load.request, stdout=subprocess.PIPE, check=True)
    told = json.loads(done.stdout)
    # A rare note is about something else, such as many questions in a row.
    if told["refused"] or told["noted"] > told["requests"] * NOTED_AT_MOST:
        raise RuntimeError(f"of {told['requests']} requests {told['refused']} were refused, {told['noted']} noted")
    return told


class Measured(NamedTuple):
    """One round of one competitor."""

    rate: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


@contextmanager
def alone(competitor: Competitor, among: Sequence[Competitor]) -> Iterator[None]:
    """One goes on while the others are stopped."""
    others = [other for other in among if other is not competitor]
    for other in others:
        other.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for other in others:
            other.signal(signal.SIGCONT)


def alternate(
    competitors: Sequence[Competitor],
    load: Load | Mapping[str, Load],
    rounds: int,
) -> dict[str, list[Measured]]:
    """Load each in turn, `rounds` times after a warm-up; idle ones are stopped meanwhile."""
    measured: dict[str, list[Measured]] = {competitor.name: [] for competitor in competitors}
    for turn in range(rounds + 1):
        for competitor in competitors:
            with alone(competitor, competitors):
                cpu = competitor.cpu_seconds()
                told = run_load(competitor.port, load if isinstance(load, Load) else load[competitor.name])
                cpu = competitor.cpu_seconds() - cpu
            if turn:
                one = Measured(told["rate"], told["p50_ms"], told["p99_ms"], cpu / told["requests"] * 1e6)
                measured[competitor.name].append(one)
    return measured


def shares(measured: Mapping[str, Sequence[Measured]], name: str, floor: str) -> list[float]:
    """The rate of one as a share of another's, round by round."""
    return [one.rate / base.rate for one, base in zip(measured[name], measured[floor], strict=True)]


def print_table(title: str, measured: dict[str, list[Measured]], floor: str) -> None:
    """A Markdown table: medians, and each one's share of the floor, round by round."""
    print(f"\n{title}\n\n| server | share of {floor} (min..max) | CPU share | rate/s | p50 ms | p99 ms | CPU us |")
    print("|---|---|---|---|---|---|---|")
    for name, rounds in measured.items():
        told = shares(measured, name, floor)
        costs = [base.cpu_us / one.cpu_us for one, base in zip(rounds, measured[floor], strict=True)]
        middle = Measured(*(statistics.median(column) for column in zip(*rounds, strict=True)))
        print(
            f"| {name} | **{statistics.median(told):.2f}** ({min(told):.2f}..{max(told):.2f}) "
            f"| {statistics.median(costs):.2f} | {middle.rate:.0f} | {middle.p50_ms:.2f} | {middle.p99_ms:.2f} "
            f"| {middle.cpu_us:.0f} |"
        )


FLOOR = [sys.executable, "-m", "benchmarks.floor"]
UVLOOP = "eims-sim, uvloop"
WORLD = str(ROOT / "fixtures" / "load.toml")


# What the command eims-sim does where uvloop is not installed.
WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None; from eims_sim.cli.main import run; run()"


def serve(database: str, *, uvloop: bool = False) -> list[str]:
    """The command that serves the world of the benchmarks on a database."""
    program = ["-m", "eims_sim"] if uvloop else ["-c", WITHOUT_UVLOOP]
    return [sys.executable, *program, "serve", "--port", "0", "--config", WORLD, "--database", database]


@contextmanager
def standing() -> Iterator[tuple[Path, Callable[[Competitor], Competitor]]]:
    """A fresh folder for databases, and what has to be told of every competitor, so that it ends with the block."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:

        def stand(competitor: Competitor) -> Competitor:
            stack.callback(competitor.stop)
            return competitor

        yield Path(folder), stand


@contextmanager
def running(*more: Competitor) -> Iterator[list[Competitor]]:
    """The floor, others, and ours on a database file in a fresh folder; with uvloop too where it is installed."""
    with standing() as (folder, stand):
        competitors = [Competitor("bare aiohttp", FLOOR), *more, Competitor("eims-sim", serve(f"{folder}/plain.db"))]
        if find_spec("uvloop"):
            competitors.append(Competitor(UVLOOP, serve(f"{folder}/uvloop.db", uvloop=True)))
        yield [stand(competitor) for competitor in competitors]
