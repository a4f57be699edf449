"""What the documents show is what happens: every console session in them is typed again, and answers the same.

A block `console` holds commands after `$ ` and what they print; a block `toml` that begins with `# NAME.toml` is that
file; a block `json` that is a push is what the receiver printed.
"""

import asyncio
import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest
from aiohttp import web

from eims_sim.cli.serve import start_lines
from eims_sim.config import load_config
from eims_sim.server import Started
from tests.conftest import FIXTURES, Receiver, Simulator, Start

ROOT = FIXTURES.parent
GATEWAY = "http://127.0.0.1:20003"
CALLBACK = "127.0.0.1:8080"

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\w+\.toml)\n").match
PUSH = '{"type":"report"'
TOOK = re.compile(r'"duration_ms": ?[\d.]+')
OF_THE_MOMENT = {"Date", "Server"}

DOCUMENTS = sorted(
    path for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")] if "```console" in path.read_text("utf-8")
)


class Exchange(NamedTuple):
    """A command and what it prints."""

    command: str
    printed: str


def exchanges(block: str) -> list[Exchange]:
    """The commands of a console block."""
    typed = block.replace("\\\n", "").removeprefix("$ ").split("\n$ ")
    return [Exchange(command, printed.strip("\n")) for command, _, printed in (one.partition("\n") for one in typed)]


class Person:
    """Somebody who types what stands in a document, in a folder of his own."""

    def __init__(self, start: Start, folder: Path) -> None:
        self._start = start
        self._folder = folder
        self._sim: Simulator | None = None
        self._receiver = Receiver("")
        self._runner: web.AppRunner | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        shutil.copytree(FIXTURES, folder / "fixtures")

    def write(self, name: str, text: str) -> None:
        """Keep a file of the document."""
        (self._folder / name).write_text(text.replace(CALLBACK, f"127.0.0.1:{self._port}"), "utf-8")

    async def type(self, command: str) -> str:
        """Type a command; returns what it printed."""
        words = shlex.split(command)
        variables = dict(words.pop(0).split("=", 1) for word in list(words) if re.match(r"EIMS_SIM_\w+=", word))
        first, *then = [part.split("\0") for part in "\0".join(words).split("\0|\0")]
        match first:
            case ["eims-sim", "serve", *options]:
                printed = await self._serve(dict(zip(options[::2], options[1::2], strict=True)), variables)
            case ["eims-sim", *arguments]:
                printed = await self._run(arguments)
            case ["curl", *arguments]:
                printed = await self._curl(arguments)
            case ["python3", "receiver.py"]:
                printed = await self._receive()
            case ["printf", "%s", text]:
                printed = text
            case _:
                raise ValueError(f"nobody knows how to type {command!r}")
        for program in then:
            printed = self._pipe(printed, program)
        return printed.strip("\n").replace(f"127.0.0.1:{self._port}", CALLBACK).replace(f", {self._port})", ", 8080)")

    @property
    def pushes(self) -> list[str]:
        """What the receiver printed."""
        return [body.decode() for body in self._receiver.raw]

    async def leave(self) -> None:
        """Go home."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, options: dict[str, str], variables: dict[str, str]) -> str:
        named = options.pop("--config", None)
        assert options.pop("--database") == ":memory:"
        assert not options
        file = self._folder / named if named else ROOT / "eims_sim" / "data" / "demo.toml"
        self._sim = await self._start(config=file, database=":memory:", environment=variables)
        config = load_config(file if named else None, variables, {})
        return "\n".join(start_lines(config, Started(GATEWAY, ":memory:", None, ())))

    async def _run(self, arguments: list[str]) -> str:
        variables = {name: text for name, text in os.environ.items() if not name.startswith("EIMS_")}
        variables |= {"PYTHONPATH": str(ROOT), "COLUMNS": "100"}
        url = self._sim.url if self._sim else GATEWAY
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "eims_sim", *arguments),
            cwd=self._folder,
            env=variables | {"EIMS_SIM_URL": url},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return printed.decode().replace(url, GATEWAY)

    async def _curl(self, arguments: list[str]) -> str:
        assert self._sim is not None
        method, headers, body, head, target = "GET", {}, None, False, ""
        waiting = list(arguments)
        while waiting:
            match waiting.pop(0):
                case "-s":
                    pass
                case "-i" | "-si":
                    head = True
                case "-X":
                    method = waiting.pop(0)
                case "-H":
                    name, _, value = waiting.pop(0).partition(": ")
                    headers[name] = value
                case "-d":
                    body = waiting.pop(0)
                    method = "POST" if method == "GET" else method
                    headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
                case url:
                    assert url.startswith(GATEWAY), url
                    target = url.removeprefix(GATEWAY)
        self._sim.session._retry_connection = False  # curl does not ask again either
        try:
            answer = await self._sim.request(method, target, headers=headers, data=body)
        except aiohttp.ServerDisconnectedError:
            return "curl: (52) Empty reply from server"
        if not head:
            return answer.text
        shown = [f"{name}: {value}" for name, value in answer.headers.items() if name not in OF_THE_MOMENT]
        return "\n".join(
            [f"HTTP/1.1 {answer.http_status} {HTTPStatus(answer.http_status).phrase}", *shown, "", answer.text]
        )

    async def _receive(self) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._receiver.take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        return ""

    def _pipe(self, printed: str, program: list[str]) -> str:
        match program:
            case ["grep", pattern] | ["grep", "-E", pattern]:
                return "\n".join(line for line in printed.splitlines() if re.search(pattern, line))
            case ["grep", "-o", pattern]:
                return "\n".join(re.findall(pattern, printed))
            case ["md5sum"]:
                return f"{hashlib.md5(printed.encode()).hexdigest()}  -"
            case ["base64", "-d"]:
                return base64.b64decode(printed).decode()
            case ["python3", "-m", "json.tool"]:
                return json.dumps(json.loads(printed), indent=4)
        raise ValueError(f"nobody knows how to pipe into {program}")


def alike(text: str) -> str:
    """A text without what differs from run to run."""
    kept = [line for line in text.splitlines() if line.partition(":")[0] not in OF_THE_MOMENT]
    return TOOK.sub('"duration_ms":0', "\n".join(kept))


@pytest.fixture
async def person(start: Start, tmp_path: Path) -> AsyncIterator[Person]:
    """Somebody with an empty folder and no server yet."""
    typing = Person(start, tmp_path / "home")
    yield typing
    await typing.leave()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
async def test_a_session_prints_what_its_document_shows(document, person):
    """style.md, Tests"""
    pushed = []

    for kind, block in BLOCK.findall(document.read_text("utf-8")):
        if kind == "toml" and (name := FILE(block)):
            person.write(name[1], block)
        elif kind == "json" and block.startswith(PUSH):
            pushed += block.splitlines()
        elif kind == "console":
            for command, shown in exchanges(block):
                printed = await person.type(command)
                silent = not shown and "serve" in command
                assert silent or alike(printed) == alike(shown), command

    assert person.pushes == pushed


def test_the_readme_has_a_session():
    """style.md, Tests"""
    assert ROOT / "README.md" in DOCUMENTS
