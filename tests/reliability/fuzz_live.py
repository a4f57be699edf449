"""Which targets are servers? Each has one of its own, in the world of fixtures/spec.toml."""

import resource
import time
from collections.abc import Awaitable, Callable
from random import Random

import aiohttp

from eims_sim.web.connection import PATIENCE, Patience
from tests.reliability.fuzz_operator import try_control, try_reload
from tests.reliability.fuzz_parameters import try_parameters
from tests.reliability.fuzz_server import Fuzzed, Wrong, running
from tests.reliability.fuzz_socket import QUICK, try_socket
from tests.reliability.fuzz_states import try_import

CHECK_EACH = 25
"""After so many inputs it is looked whether others are still served rightly."""

Result = tuple[int, str, list[Wrong]]
"""How many inputs were tried, what was seen, and what was found."""


def _memory() -> int:
    """The most that this process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def _run(
    name: str,
    seconds: float,
    seed: int,
    try_one: Callable[[Fuzzed, Random], Awaitable[bytes]],
    patience: Patience = PATIENCE,
) -> Result:
    """Try inputs until the time is over."""
    generator = Random(f"{name} {seed}")  # noqa: S311  another run finds it again
    tried, early = 0, 0
    async with running(patience) as fuzzed:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                sent = await try_one(fuzzed, generator)
            except (TimeoutError, aiohttp.ClientError) as error:
                sent = str(error).encode()
                fuzzed.find(sent, f"no answer: {type(error).__name__} {error}")
            tried += 1
            fuzzed.look_at_log(sent)
            if tried % CHECK_EACH == 0:
                await fuzzed.check(sent)
                early = early or _memory()
        await fuzzed.check(b"")
    told = ", ".join(f"{what} {count:,}" for what, count in sorted(fuzzed.seen.items()))
    return tried, f"Seen: {told}. At most {early} MiB at first, {_memory()} MiB at the end.", fuzzed.wrong


LIVE: dict[str, Callable[[float, int], Awaitable[Result]]] = {
    "socket": lambda seconds, seed: _run("socket", seconds, seed, try_socket, QUICK),
    "parameters": lambda seconds, seed: _run("parameters", seconds, seed, try_parameters),
    "control": lambda seconds, seed: _run("control", seconds, seed, try_control),
    "reload": lambda seconds, seed: _run("reload", seconds, seed, try_reload),
    "imports": lambda seconds, seed: _run("imports", seconds, seed, try_import),
}
"""The targets that are servers."""
