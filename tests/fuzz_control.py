"""Does the server keep what its OpenAPI document promises, whatever is sent? schemathesis asks every call.

`python -m tests.fuzz_control --minutes 5` runs it on a server of its own, `tests/web/test_schema_run.py` for less long.
Left out are the calls that never end, replace everything or break answers on purpose: events, state and faults.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from eims_sim.config import load_config
from eims_sim.server import Server

HERE = Path(__file__).parent
CONFIG = HERE / "fuzz_control.toml"
WORLD = HERE.parent / "fixtures" / "spec.toml"

LEFT_OUT = r"^/_sim/(events|state|faults)"

PUSHED = """
[[accounts]] # its reports have somewhere to go, but may not
account = "pushed"
password = "demo123"
balance = "10000"
callback_url = "http://127.0.0.1:9/"

[[rules]] # and they go at once
account = "pushed"
outcome = 0
unsent_seconds = 0
sending_seconds = 0
"""
ENVIRONMENT = {"EIMS_SIM_PUSH_INTERVAL_SECONDS": "0"}
"""What the world has beside that of fixtures/spec.toml."""

OPTIONS = {"port": 0, "database": ":memory:", "callback_allow": ["nowhere.invalid"]}
"""No report of an invented account leaves this machine."""


def command(url: str, seconds: int, seed: int) -> list[str]:
    """The command line of schemathesis for the server at `url`."""
    return [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "--no-color"),
        *("run", f"{url}/_sim/openapi.json", "--max-time", str(seconds), "--seed", str(seed)),
        *("--exclude-path-regex", LEFT_OUT, "--continue-on-failure"),
    ]


async def fuzz(url: str, seconds: int, folder: Path, *, seed: int = 1, quiet: bool = False) -> tuple[int, str]:
    """Run schemathesis; returns its exit code, and what it said when `quiet`."""
    environment = os.environ | {"SCHEMATHESIS_HOOKS": "tests.fuzz_hooks", "PYTHONPATH": str(HERE.parent)}
    running = await asyncio.create_subprocess_exec(
        *command(url, seconds, seed),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE if quiet else None,
        stderr=asyncio.subprocess.STDOUT if quiet else None,
    )
    try:
        said, _ = await running.communicate()
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()
    return running.returncode or 0, (said or b"").decode(errors="replace")


async def main(seconds: int, seed: int) -> int:
    """Fuzz a server of our own."""
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder) / "world.toml"
        world.write_text(WORLD.read_text("utf-8") + PUSHED, "utf-8")
        server = Server(load_config(world, ENVIRONMENT, OPTIONS))
        started = await server.start()
        try:
            code, _ = await fuzz(started.url, seconds, Path(folder), seed=seed)
        finally:
            await server.stop()
    return code


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description="Ask every call for anything, and hold the answers against the document."
    )
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.exit(asyncio.run(main(round(asked.minutes * 60), asked.seed)))
