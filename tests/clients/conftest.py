"""The clients of docs/clients/, as programs that are run, and a gateway for them to talk to."""

import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from eims_sim.testing.own import OwnServer
from tests.conftest import FIXTURES
from tests.console.conftest import Console

CLIENTS = FIXTURES.parent / "docs" / "clients"

QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""What lets a Java machine start soon that has little to do."""

ODD = "小店&co +1=%"
"""An account's name and password that arrive changed unless every character is encoded."""

WORLD = f"""
[[accounts]]
account = "{ODD}"
password = "{ODD}#"
balance = "12.5"

[[accounts]]
account = "{ODD}md5"
password = "{ODD}#"
auth = "md5"
key = "键+&"
balance = "13.5"

[[accounts]]
account = "growing"
password = "demo123"
auth = "any"
key = "demokey"
seq_policy = "increasing"
balance = "1000"
"""


class Language(NamedTuple):
    """How a client is run, and what that takes."""

    command: tuple[str, ...]
    probe: tuple[str, ...]
    install: str


LANGUAGES = {
    "python": Language((sys.executable, "eims_client.py"), (sys.executable, "-c", "import requests"), "pip: requests"),
    "javascript": Language(("node", "eims_client.mjs"), ("node", "-e", "fetch"), "apt: nodejs, 18 or newer"),
    "php": Language(
        ("php", "EimsClient.php"), ("php", "-r", "exit(extension_loaded('curl') ? 0 : 1);"), "apt: php-cli php-curl"
    ),
    "java": Language(
        ("java", "EimsClient.java"), ("javac", "--release", "11", "-version"), "apt: default-jdk-headless"
    ),
    "shell": Language(("sh", "eims_client.sh"), ("curl", "--version"), "apt: curl"),
}


def bare_environment() -> dict[str, str]:
    """The environment without what would lead a client elsewhere; Java reads its arguments as the locale says."""
    misleading = ("EIMS_", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "NODE_OPTIONS")
    kept = {n: v for n, v in os.environ.items() if not n.startswith(misleading) and "proxy" not in n.lower()}
    return kept | {"LC_ALL": "C.UTF-8"}


@cache
def runs(command: tuple[str, ...]) -> bool:
    """Whether a program is there and does what is wanted of it."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, env=bare_environment(), check=False).returncode == 0


def need(name: str) -> Language:
    """A language that this machine has; without it the test is skipped."""
    language = LANGUAGES[name]
    if not runs(language.probe):
        pytest.skip(f"what the client in {name} needs is missing on this machine; {language.install}")
    return language


Execute = Callable[[tuple[str, ...], Mapping[str, str]], tuple[int, bytes]]
"""Runs a sub-command with variables: its exit code and what it printed."""


class Outcome(NamedTuple):
    """What a client said and how it ended: 0, 1 refused, 2 wrong usage, 3 no answer to go by."""

    code: int
    lines: list[Any]


class Program:
    """A client that is started for each run."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command

    def __call__(self, words: tuple[str, ...], variables: Mapping[str, str]) -> tuple[int, bytes]:
        environment = bare_environment() | variables
        command = [*self._command, *words]
        ran = subprocess.run(command, cwd=CLIENTS, env=environment, capture_output=True, timeout=30, check=False)
        return ran.returncode, ran.stdout


class Machine:
    """The client in Java, in one Java machine for all runs (Machine.java): to start one takes longest of all."""

    def __init__(self, classes: Path) -> None:
        sources = [CLIENTS / "EimsClient.java", Path(__file__).with_name("Machine.java")]
        strict = ("--release", "11", "-Xlint:all,-serial", "-Werror")
        subprocess.run(
            ["javac", "-J-XX:TieredStopAtLevel=1", "-proc:none", *strict, "-d", classes, *sources], check=True
        )
        self._process = subprocess.Popen(
            ["java", *QUICK_JAVA.split(), "-cp", classes, "Machine"],
            env=bare_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __call__(self, words: tuple[str, ...], variables: Mapping[str, str]) -> tuple[int, bytes]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        parts = [f"{name}={value}" for name, value in variables.items()], words
        line = b" ".join(b"".join(b64encode(word.encode()) + b"," for word in part) for part in parts)
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()
        printed = b""
        for said in self._process.stdout:
            if said.startswith(b"exit "):
                return int(said[5:]), printed
            printed += said
        raise AssertionError("the Java machine is gone")

    def stop(self) -> None:
        """End the machine: its input ends."""
        self._process.communicate(timeout=30)


@dataclass
class Client:
    """A client and the gateway that it talks to."""

    execute: Execute
    gateway: Console

    def run(
        self, *words: str, account: str = "demo", password: str = "demo123", key: str = "", timeout: str = "10"
    ) -> Outcome:
        """Run a sub-command."""
        given = {"EIMS_URL": self.gateway.url, "EIMS_ACCOUNT": account, "EIMS_PASSWORD": password, "EIMS_KEY": key}
        code, printed = self.execute(words, given | {"EIMS_TIMEOUT": timeout})
        return Outcome(code, [json.loads(line) for line in printed.splitlines()])

    def asked(self) -> list[dict[str, Any]]:
        """The requests of clients since the test began, oldest first."""
        return self.gateway.control("GET", "requests?limit=1000")["items"]

    @staticmethod
    def noted(request: dict[str, Any]) -> list[str]:
        """The codes of what was remarked on a request."""
        return [note["code"] for note in request["notes"]]


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Console]]:
    """Starts gateways that last for a module: `serve(FILE, extra_toml)`."""
    running: list[OwnServer] = []

    def begin(config: Path, extra: str = "") -> Console:
        file = tmp_path_factory.mktemp("world") / "world.toml"
        file.write_text(config.read_text("utf-8") + extra, "utf-8")
        running.append(OwnServer(file, {}))
        return Console(running[-1].start().url)

    yield begin
    for one in running:
        one.stop()


@pytest.fixture(scope="module")
def world(serve: Callable[..., Console]) -> Console:
    """A gateway in the world of fixtures/spec.toml, with the odd accounts too."""
    return serve(FIXTURES / "spec.toml", WORLD)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The client in Java, compiled for Java 11 without a warning."""
    running = Machine(tmp_path_factory.mktemp("classes"))
    yield running
    running.stop()


@pytest.fixture(scope="module", params=LANGUAGES)
def execute(request: pytest.FixtureRequest) -> Execute:
    """What runs a client, one client after the other."""
    language = need(request.param)
    return request.getfixturevalue("machine") if request.param == "java" else Program(language.command)


@pytest.fixture
def client(execute: Execute, world: Console) -> Client:
    """Each client in turn, and a gateway that nobody has asked anything yet."""
    world.control("POST", "reset")
    return Client(execute, world)
