"""The command line as a person meets it: a process with an environment of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eims_sim.cli.main import run
from eims_sim.client.control import Client
from eims_sim.testing.own import OwnServer
from tests.conftest import FIXTURES

ROOT = Path(__file__).parents[2]

Command = Callable[..., "subprocess.CompletedProcess[str]"]
Serve = Callable[..., "Running"]


class Running:
    """A gateway that said it is ready, and what it said."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process = process
        self.lines: list[str] = []
        for line in process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("ready "):
                break

    @property
    def url(self) -> str:
        return self.lines[-1].removeprefix("ready ")

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=10)


def clean_environment() -> dict[str, str]:
    """This process's environment without what would configure the simulator; the package need not be installed."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("EIMS_")}
    return clean | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def environment() -> dict[str, str]:
    return clean_environment()


@pytest.fixture
def command(environment: dict[str, str], tmp_path: Path) -> Command:
    """Runs `eims-sim` to its end, in an empty folder."""

    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "eims_sim", *arguments],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def serve(environment: dict[str, str], tmp_path: Path) -> Iterator[Serve]:
    """Starts `eims-sim serve` on a free port without a database of its own, and stops it after the test."""
    with ExitStack() as running:

        def start(*arguments: str, **variables: str) -> Running:
            return running.enter_context(serving(tmp_path, environment | variables, *arguments))

        yield start


@dataclass
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[list[str]]:
        """The words of each line."""
        return [line.split() for line in self.out.splitlines()]


@contextmanager
def own_gateway(config: Path | None = None, **settings: Any) -> Iterator[str]:
    """The URL of a server in this process, for tests of what only asks one: its start takes a tenth of a process's."""
    server = OwnServer(config, settings)
    try:
        yield server.start().url
    finally:
        server.stop()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Starts servers in this process: `own(toml, **settings)` is the URL of one."""
    with ExitStack() as running:

        def start(toml: str = "", **settings: Any) -> str:
            file = tmp_path / "own.toml"
            file.write_text(toml, "utf-8")
            return running.enter_context(own_gateway(file if toml else None, **settings))

        yield start


@pytest.fixture(scope="session")
def gateway() -> Iterator[str]:
    """The URL of a server in the world of fixtures/spec.toml, one for all tests."""
    with own_gateway(FIXTURES / "spec.toml") as url:
        yield url


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment in which nothing configures the simulator."""
    for name in [name for name in os.environ if name.startswith("EIMS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def here(alone: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Runs `eims-sim` in this process, with variables that stay for the test; never raises."""
    monkeypatch.setenv("COLUMNS", "100")

    def run_command(*arguments: str, **variables: str) -> Outcome:
        for name, text in variables.items():
            monkeypatch.setenv(name, text)
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            run(arguments)
        told = capsys.readouterr()
        code = ended.value.code
        return Outcome(code if isinstance(code, int) else int(code is not None), told.out, told.err)

    return run_command


@pytest.fixture
def cli(gateway: str, here: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Runs `eims-sim` in this process against the gateway of all tests, which begins anew; never raises."""
    monkeypatch.setenv("EIMS_SIM_URL", gateway)
    with Client(gateway) as client:
        client.control("POST", "reset")
    return here


@contextmanager
def serving(folder: Path, variables: dict[str, str], *arguments: str) -> Iterator[Running]:
    """`eims-sim serve` on a free port without a database of its own."""
    line = [sys.executable, "-m", "eims_sim", "serve", "--port", "0", "--database", ":memory:", *arguments]
    with (
        (folder / "log.txt").open("w") as log,
        subprocess.Popen(
            line, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
        ) as process,
    ):
        try:
            yield Running(process)
        finally:
            process.kill()
