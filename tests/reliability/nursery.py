"""Where do servers come from that may be killed at any time? Each is `eims-sim serve` in a process of its own.

A process that has imported everything forks one for each start, in a few hundredths of a second; a fresh interpreter
takes twenty times as long. `python -m tests.reliability.nursery` reads lines from standard input: `serve FOLDER` begins
a server on FOLDER/world.toml and FOLDER/sim.db and answers with its URL, `kill` ends it by SIGKILL and answers once it
is no more.
"""

import contextlib
import gc
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Self

IMPORTED = (
    *("uvloop", "re2", "aiosqlite", "sqlalchemy.ext.asyncio", "sqlalchemy.dialects.sqlite.aiosqlite"),
    *("pydantic.plugin._loader", "pydantic.dataclasses", "encodings.idna", "eims_sim.cli.serve", "eims_sim.server"),
    *("eims_sim.domain.state_checks", "eims_sim.storage.queries", "eims_sim.storage.message_lists"),
    *("eims_sim.storage.snapshot", "eims_sim.storage.restoring", "eims_sim.web.control.state_reading"),
    *("eims_sim.web.control.state_writing", "eims_sim.web.json_pieces"),
)
"""What a server imports at its start, and what it imports only when it is asked for it."""

ROOT = Path(__file__).parent.parent.parent


class Nursery:
    """The other end of the pipes: at most one server at a time."""

    def __init__(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EIMS_SIM_")}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.reliability.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )

    def serve(self, folder: Path) -> str:
        """Start a server; its URL. Raises RuntimeError with its log when it does not start."""
        url = self._ask(f"serve {folder}")
        if not url:
            raise RuntimeError(f"the server did not start: {(folder / 'log.txt').read_text('utf-8')}")
        return url

    def kill(self) -> None:
        """End the server as `kill -9` does, if there is one."""
        self._ask("kill")

    def close(self) -> None:
        """End everything."""
        self._process.communicate("kill\n", timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


def _begin(folder: str) -> tuple[int, str]:
    """Fork a server; its process id and URL, which is empty when it ended instead."""
    reading, writing = os.pipe()
    id = os.fork()
    if id == 0:
        os.close(reading)
        _become_server(folder, writing)
    os.close(writing)
    with os.fdopen(reading) as said:  # what a server says after it is ready nobody reads: it says nothing then
        for line in said:
            if line.startswith("ready "):
                return id, line.split()[1]
    return id, ""


def _become_server(folder: str, writing: int) -> None:
    from eims_sim.cli.main import run

    log = os.open(f"{folder}/log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(writing, 1)
    os.dup2(log, 2)
    try:
        run(["serve", "--config", f"{folder}/world.toml", "--port", "0", "--database", f"{folder}/sim.db"])
    finally:
        os._exit(1)


def main() -> None:
    """Do what is asked until nobody can ask any more."""
    for module in IMPORTED:
        with contextlib.suppress(ImportError):  # not everybody has uvloop
            import_module(module)

    gc.freeze()
    running = 0
    for line in sys.stdin:
        word, _, folder = line.strip().partition(" ")
        url = ""
        if running:
            os.kill(running, signal.SIGKILL)
            os.waitpid(running, 0)
            running = 0
        if word == "serve":
            running, url = _begin(folder)
        print(url, flush=True)
    if running:
        os.kill(running, signal.SIGKILL)


if __name__ == "__main__":
    main()
