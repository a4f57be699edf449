"""Somebody who reads a document with a keyboard at hand: types its commands, keeps its files, runs its programs."""

import ast
import asyncio
import base64
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import sys
import tomllib
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from threading import Thread
from typing import ClassVar, NamedTuple

import aiohttp
import pytest
import yaml

from eims_sim.cli.serve import start_lines
from eims_sim.config import load_config
from eims_sim.server import Started
from tests.clients.conftest import QUICK_JAVA
from tests.conftest import FIXTURES, Simulator, Start
from tests.house.blocks import DOCUMENTS, ROOT, Block, blocks_of
from tests.house.commands import ENGINE_IMPORTS, INSTALL, NEEDS_ENGINE, RUN_BY, SUITE, TAKES_MINUTES

GATEWAY = "http://127.0.0.1:20003"
CALLBACK = "127.0.0.1:8080"
CALLBACK_ADDRESS = '"127.0.0.1", 8080'
PUSH = '{"type":"report"'

DEMO = ROOT / "eims_sim" / "data" / "demo.toml"
PROGRAMS = Path(sys.executable).parent

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*=")
_SCRIPT = re.compile(r"<<|^(for|while|if|case|until|cd|set) |\(\) *\{", re.MULTILINE)
"""What is more than commands; a block that has it is run as one script."""

_JOINED = frozenset({"&&", "||", ";", ">", ">>", "<", "("})
"""What only a shell understands of a command; "$(" in it, too."""

_OF_THIS_RUN = ("EIMS_", "PYTEST_", "CI")
"""Variables that say nothing to what a document's reader types."""

_OF_THE_MOMENT = {"Date", "Server"}
_DIFFERS = (
    (re.compile(r'"duration_ms": ?[\d.]+'), '"duration_ms":0'),
    (re.compile(r" in \d+\.\d\ds\b"), " in 0.00s"),
    (re.compile(r"\b0x[0-9a-f]{6,}"), "0x0"),
)
"""What differs from run to run in what is printed."""

SNIPPET_SECONDS = 20
"""A snippet that runs longer does not end."""

PYTEST = [
    "-p",
    "no:cacheprovider",
    "-p",
    "eims_sim.testing.plugin",
    "-p",
    "pytest_asyncio.plugin",
    "--rootdir=.",
    "--color=no",
]
"""The plugins that the examples need, by name: finding all that are installed here takes longer than the tests."""

ANNOUNCED = """
import http.server, runpy, sys
serve = http.server.HTTPServer.serve_forever
def announce(server):
    print("listening", file=sys.stderr, flush=True)
    serve(server)
http.server.HTTPServer.serve_forever = announce
runpy.run_path(sys.argv[1], run_name="__main__")
"""
"""Runs a program that serves, and says when it does."""


class Exchange(NamedTuple):
    """A command and what it prints."""

    command: str
    printed: str


class Ran(NamedTuple):
    """What a command printed, and its exit code."""

    printed: str
    code: int = 0


def exchanges(block: str) -> list[Exchange]:
    """The commands of a console block."""
    typed = block.replace("\\\n", "").removeprefix("$ ").split("\n$ ")
    return [Exchange(command, printed.strip("\n")) for command, _, printed in (one.partition("\n") for one in typed)]


def commands(block: str) -> list[str]:
    """The commands of a block `sh`, without its comments."""
    lines = (re.sub(r"(^| +)#( .*)?$", "", line).strip() for line in block.replace("\\\n", "").splitlines())
    return [line for line in lines if line]


def alike(text: str) -> str:
    """A text without what differs from run to run."""
    kept = [line.rstrip() for line in text.splitlines() if line.partition(":")[0] not in _OF_THE_MOMENT]
    shown = "\n".join(kept)
    for differs, instead in _DIFFERS:
        shown = differs.sub(instead, shown)
    return shown


class Person:
    """One who reads a document from its beginning to its end, in a folder of his own.

    `read` takes the blocks in their order, and `finish` does what is left over: tests that nobody has run.
    """

    _helped: ClassVar[dict[str, str]] = {}
    """What programs say of their options; nobody asks twice."""

    def __init__(self, document: Path, start: Start, folder: Path) -> None:
        self._start = start
        self._folder = folder
        self._sim: Simulator | None = None
        self._callbacks: asyncio.subprocess.Process | None = None
        self._pushed: list[str] = []
        self._configurations: dict[str, Block] = {}
        self._programs: dict[str, Block] = {}
        self._tests: dict[str, Block] = {}
        self._exported: dict[str, str] = {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        if document.parent.parent == ROOT / "docs":
            shutil.copytree(document.parent, folder)  # an example's folder: who reads it is there
        shutil.copytree(FIXTURES, folder / "fixtures", dirs_exist_ok=True)

    async def read(self, block: Block) -> None:
        """Do what a block shows. Fails where that is not so, and for a kind of block that nobody executes."""
        match block.kind:
            case "console":
                await self._compare(block)
            case "sh":
                await self._run_all(block)
            case "toml":
                self._keep_settings(block)
            case "python":
                await self._keep_program(block)
            case "yaml":
                self._keep(block)
                assert list(yaml.safe_load_all(block.text)), block
            case "json":
                json.loads(block.text.splitlines()[0] if block.text.startswith(PUSH) else block.text)
                self._pushed += block.text.splitlines() if block.text.startswith(PUSH) else []
            case "text" | "http":
                pass  # output, by convention (CONTRIBUTING.md)
            case kind:
                pytest.fail(f"{block}: nobody executes a block {kind!r}; what is output is a block `text`")

    async def finish(self) -> None:
        """Run the tests and programs that no command has run, check the files that none has checked."""
        for name in self._configurations:
            load_config(self._folder / name, {}, {})
        tested = "".join(block.text for block in self._tests.values())
        for name, block in self._programs.items():
            if not re.search(rf"^(from|import) {Path(name).stem}\b", tested, re.MULTILINE):
                ran = await self._process([sys.executable, name])
                assert ran.code == 0, f"{block}: {ran.printed}"
        if self._tests:
            ran = await self._pytest(["-q", *self._tests])
            assert ran.code == 0, f"{', '.join(map(str, self._tests.values()))}: {ran.printed}"
        assert await self._take_pushes() == self._pushed

    async def leave(self) -> None:
        """Go home."""
        await self._take_pushes()

    # Blocks

    async def _compare(self, block: Block) -> None:
        for command, shown in exchanges(block.text):
            ran = await self._type(command)
            silent = not shown and "serve" in command
            assert silent or alike(ran.printed) == alike(shown), f"{block}: {command}\n{ran.printed}"

    async def _run_all(self, block: Block) -> None:
        if _SCRIPT.search(block.text):
            ran = await self._shell(block.text)
            assert ran.code == 0, f"{block}: {ran.printed}"
            return
        for command in commands(block.text):
            if command in RUN_BY:
                file, there = RUN_BY[command]
                assert there in (ROOT / file).read_text("utf-8"), f"{block}: {command}"
            elif tested := SUITE.fullmatch(command):
                assert _is_tested(ROOT / tested[1]), f"{block}: {command}"
            elif NEEDS_ENGINE.match(command) or INSTALL.match(command):
                ran = await self._process(["bash", "-n", "-c", command])
                assert ran.code == 0, f"{block}: {ran.printed}"
            elif TAKES_MINUTES.match(command):
                await self._ask_for_help(block, command)
            else:
                ran = await self._type(command)
                assert ran.code == 0, f"{block}: {command}: {ran.printed}"

    async def _ask_for_help(self, block: Block, command: str) -> None:
        words = shlex.split(command)
        module = words[2]
        if module not in self._helped:
            ran = await self._process([sys.executable, "-m", module, "--help"])
            assert ran.code == 0, f"{block}: {command}: {ran.printed}"
            self._helped[module] = ran.printed
        unknown = [word for word in words[3:] if not word.isdigit() and word not in self._helped[module]]
        assert unknown == [], f"{block}: {command}: {self._helped[module]}"

    def _keep_settings(self, block: Block) -> None:
        if block.file == "pyproject.toml":
            self._keep(block)
            tomllib.loads(block.text)
        elif block.file:
            self._keep(block)
            self._configurations[block.file] = block
        else:
            part = self._folder / "part.toml"
            part.write_text(block.text, "utf-8")
            load_config(part, {}, {})

    async def _keep_program(self, block: Block) -> None:
        name = block.file
        if ENGINE_IMPORTS.search(block.text):
            ast.parse(block.text, str(block))
        elif name and Path(name).name == "conftest.py":
            self._keep(block)
        elif name and not Path(name).name.startswith("test_"):
            self._keep(block)
            self._programs[name] = block
        elif name or re.search(r"^(async )?def test_", block.text, re.MULTILINE):
            name = name or f"test_line_{block.line}.py"
            self._keep(block, name)
            self._tests[name] = block
        else:
            if GATEWAY in block.text:
                await self._served()
            await self._execute_beside(block)

    async def _execute_beside(self, block: Block) -> None:
        """Run a snippet on a thread that nobody waits for when it never ends."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def tell(error: BaseException | None) -> None:
            if not done.done():
                done.set_exception(error) if error else done.set_result(None)

        def run() -> None:
            error: BaseException | None = None
            try:
                self._execute(block)
            except BaseException as raised:  # noqa: BLE001  the test raises it
                error = raised
            done.get_loop().call_soon_threadsafe(tell, error)

        Thread(target=run, name=str(block), daemon=True).start()
        async with asyncio.timeout(SNIPPET_SECONDS):
            await done

    def _execute(self, block: Block) -> None:
        """Run a snippet here: a process of its own would take longer to start than all of them to run."""
        before, path = Path.cwd(), list(sys.path)
        os.chdir(self._folder)
        sys.path.insert(0, str(self._folder))
        try:
            exec(compile(self._translated(block.text), str(block), "exec"), {"__name__": "__main__"})  # noqa: S102
        finally:
            os.chdir(before)
            sys.path[:] = path
            for name in self._programs:
                sys.modules.pop(Path(name).stem, None)

    def _keep(self, block: Block, name: str | None = None) -> None:
        if name := name or block.file:
            file = self._folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self._translated(block.text), "utf-8")

    # Commands

    async def _type(self, command: str) -> Ran:
        """Type a command; what it printed, as it would be where the documents' addresses are free."""
        command = command.removesuffix(" &")
        if "$(" in command or _JOINED & set(shlex.shlex(command, posix=True, punctuation_chars=True)):
            return self._shown(await self._shell(command))
        words = shlex.split(command)
        variables = {}
        while _VARIABLE.match(words[0]):
            name, _, variables[name] = words.pop(0).partition("=")
        first, *then = [part.split("\0") for part in "\0".join(words).split("\0|\0")]
        match first:
            case ["eims-sim", "serve", *options]:
                ran = Ran(await self._serve(dict(zip(options[::2], options[1::2], strict=True)), variables))
            case ["eims-sim", *arguments]:
                if arguments[0] == "check":
                    self._configurations.pop(arguments[1], None)
                ran = await self._process([sys.executable, "-m", "eims_sim", *arguments], **variables)
            case ["curl", *arguments]:
                ran = await self._curl(arguments)
            case ["python3", name] if name in self._programs or name == "receiver.py":
                ran = await self._run_program(name)
            case ["pytest", *arguments]:
                self._tests.clear()
                ran = await self._pytest(arguments)
            case ["export", *assignments]:
                self._exported |= dict(self._translated(one).split("=", 1) for one in assignments)
                ran = Ran("")
            case ["printf", "%s", text]:
                ran = Ran(text)
            case [program, *_]:
                self._needs(program)
                return self._shown(await self._shell(command))
            case _:
                raise ValueError(f"nobody knows how to type {command!r}")
        for program in then:
            ran = Ran(_pipe(ran.printed, program))
        return self._shown(ran)

    async def _serve(self, options: dict[str, str], variables: dict[str, str]) -> str:
        named = options.pop("--config", None)
        database = options.pop("--database", "eims-sim.db")
        assert not options, f"nobody knows how to serve with {options}"
        file = self._folder / named if named else DEMO
        self._sim = await self._start(config=file, database=database, environment=variables)
        config = load_config(file if named else None, variables, {})
        return "\n".join(start_lines(config, Started(GATEWAY, database, None, ())))

    async def _served(self) -> Simulator:
        """The server that is running; the demo, where the document says nothing of one."""
        if self._sim is None:
            await self._serve({"--database": ":memory:"}, {})
        assert self._sim is not None
        return self._sim

    async def _curl(self, arguments: list[str]) -> Ran:
        sim = await self._served()
        method, headers, body, head, stream, target = "GET", {}, None, False, False, ""
        waiting = list(arguments)
        while waiting:
            match waiting.pop(0):
                case "-s":
                    pass
                case "-i" | "-si":
                    head = True
                case "-N":
                    stream = True
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
        if stream:  # it would go on for ever: that it begins is enough
            async with sim.session.request(method, f"{sim.url}{target}") as response:
                return Ran("", int(response.status >= 400))
        sim.session._retry_connection = False  # curl does not ask again either
        try:
            answer = await sim.request(method, target, headers=headers, data=body)
        except aiohttp.ServerDisconnectedError:
            return Ran("curl: (52) Empty reply from server", 52)
        if not head:
            return Ran(answer.text)
        shown = [f"{name}: {value}" for name, value in answer.headers.items() if name not in _OF_THE_MOMENT]
        first = f"HTTP/1.1 {answer.http_status} {HTTPStatus(answer.http_status).phrase}"
        return Ran("\n".join([first, *shown, "", answer.text]))

    async def _run_program(self, name: str) -> Ran:
        """Run a program of the document, or of another one; what serves callbacks goes on beside."""
        if name not in self._programs:
            self._keep(next(one for path in DOCUMENTS for one in blocks_of(path) if one.file == name))
        elif "serve_forever" not in self._programs[name].text:
            del self._programs[name]
            return await self._process([sys.executable, name])
        self._programs.pop(name, None)
        self._callbacks = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", ANNOUNCED, name),
            cwd=self._folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._callbacks.stderr is not None
        assert await self._callbacks.stderr.readline() == b"listening\n"
        return Ran("")

    async def _take_pushes(self) -> list[str]:
        """What the program that takes callbacks has printed; it is ended."""
        if self._callbacks is None:
            return []
        process, self._callbacks = self._callbacks, None
        process.send_signal(signal.SIGTERM)
        printed, _ = await process.communicate()
        return printed.decode().splitlines()

    async def _pytest(self, arguments: list[str]) -> Ran:
        return await self._process(
            [sys.executable, "-m", "pytest", *PYTEST, "-o", "asyncio_mode=auto", *arguments],
            PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
            PYTHONWARNINGS="ignore",
            PYTHONPATH=os.pathsep.join((str(ROOT), str(self._folder))),
            COLUMNS="80",
        )

    async def _shell(self, script: str) -> Ran:
        """Run what only a shell understands."""
        await self._served()
        command = ["bash", "-euo", "pipefail", "-c", self._translated(script)]
        return await self._process(command, quiet=True, JDK_JAVA_OPTIONS=QUICK_JAVA)

    async def _process(self, command: list[str], *, quiet: bool = False, **variables: str) -> Ran:
        """Run a program; what it says on standard error belongs to it unless it is `quiet` and ends well."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith(_OF_THIS_RUN)}
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self._folder,
            env=kept | self._environment() | self._exported | variables,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if quiet else asyncio.subprocess.STDOUT,
        )
        printed, remarks = await process.communicate()
        assert process.returncode is not None
        told = remarks if quiet and process.returncode else b""
        return Ran((printed + told).decode(), process.returncode)

    def _environment(self) -> Mapping[str, str]:
        return {
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "100",
            "EIMS_SIM_URL": self._sim.url if self._sim else GATEWAY,
        }

    def _needs(self, program: str) -> None:
        if shutil.which(program, path=f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}") is None:
            pytest.skip(f"the document needs {program}, which is not installed here")

    def _translated(self, text: str) -> str:
        """A text of the document with the addresses that are taken here."""
        text = text.replace(CALLBACK, f"127.0.0.1:{self._port}").replace(CALLBACK_ADDRESS, f'"127.0.0.1", {self._port}')
        text = text.replace("port=8080", f"port={self._port}")
        return text.replace(GATEWAY, self._sim.url) if self._sim else text

    def _shown(self, ran: Ran) -> Ran:
        """What was printed, with the document's addresses."""
        printed = ran.printed.replace(f"127.0.0.1:{self._port}", CALLBACK).replace(f", {self._port})", ", 8080)")
        return Ran((printed.replace(self._sim.url, GATEWAY) if self._sim else printed).strip("\n"), ran.code)


def _is_tested(path: Path) -> bool:
    """Whether the test command of the project runs the tests there."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    return path.exists() and any(path.is_relative_to(ROOT / folder) for folder in settings["testpaths"])


def _pipe(printed: str, program: list[str]) -> str:
    """What the second program of a pipe makes of what the first one printed."""
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
