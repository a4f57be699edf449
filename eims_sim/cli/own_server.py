"""How does a command get a server of its own? A process beside it that keeps nothing and ends with it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import StartError
from .signals import unwinding

STOP_SECONDS = 5.0


@contextmanager
def own_server(configuration: str) -> Iterator[str]:
    """Serve a configuration (the text of its file) on a free port; the URL. Raises StartError with what it said.

    Nothing of this environment configures it. It ends with the context, also when this process is asked to end.
    """
    clean = {name: text for name, text in os.environ.items() if not name.startswith("EIMS_SIM_")}
    line = [sys.executable, "-m", __package__.partition(".")[0], "serve", "--port", "0", "--database", ":memory:"]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log, unwinding():
        process = subprocess.Popen(  # noqa: S603  this very program
            [*line, "--log-level", "warning"],
            env=clean | {"EIMS_SIM_CONFIG": configuration},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
        try:
            url = _wait_until_ready(process)
            if url is None:
                log.seek(0)
                raise StartError(f"The server of its own did not start: {log.read().strip() or 'it said nothing'}")
            yield url
        finally:
            _stop(process)


def _wait_until_ready(process: "subprocess.Popen[str]") -> str | None:
    if process.stdout is not None:
        for line in process.stdout:
            if line.startswith("ready "):
                return line.split()[1]
    process.wait()
    return None


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
