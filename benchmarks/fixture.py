"""What does the test helper cost (C6)? A test's fixture, a start and a reset, beside requests and a process.

All in one run and in turn: 30 requests of a bare aiohttp handler, one after the other on one connection, against what a
test pays for asking for `eims`; and a start in a process that has done so before against the start of `eims-sim serve`.
"""

import http.client
import statistics
import time
from collections.abc import Callable
from urllib.parse import urlencode

from eims_sim.testing import Simulator

from .rounds import FLOOR, Competitor, serve

REQUESTS = 30
DEMO = {"account": "demo", "password": "demo123", "numbers": "13800138000,13800138001", "content": "Hello"}


def fixture(rounds: int) -> None:
    """The fixture beside 30 requests of a bare handler, a start beside that of a process."""
    bare = Competitor("bare aiohttp", FLOOR)
    try:
        took = _measure(bare.port, rounds)
    finally:
        bare.stop()
    print("\nThe test helper\n\n| what | ms (median) | beside | share (min..max) |\n|---|---|---|---|")
    _print_row(
        "reset of a world with 20 messages: what `eims` costs a test", took["reset"], took["30 requests"], "30 requests"
    )
    _print_row(
        "start and stop in a warm process",
        took["start"],
        took["process"],
        "spawn of `eims-sim serve` to its first answer",
    )
    print(f"| 30 requests of a bare aiohttp handler | {1000 * statistics.median(took['30 requests']):.1f} | | |")
    print(f"| spawn of `eims-sim serve` to its first answer | {1000 * statistics.median(took['process']):.1f} | | |")


def _measure(bare_port: int, rounds: int) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {"30 requests": [], "reset": [], "process": [], "start": []}
    with Simulator() as sim:
        for turn in range(rounds + 1):
            times = {
                "30 requests": _timed(lambda: _ask(bare_port, "/sendsms", REQUESTS)),
                "process": _timed(_spawn),
                "start": _timed(_start),
            }
            _ask(int(sim.url.rpartition(":")[2]), f"/sendsms?{urlencode(DEMO)}", 10)
            times["reset"] = _timed(sim.reset)
            if turn:
                for name, seconds in times.items():
                    took[name].append(seconds)
    return took


def _timed(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def _ask(port: int, target: str, times: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(times):
        connection.request("GET", target)
        connection.getresponse().read()
    connection.close()


def _start() -> None:
    with Simulator():
        pass


def _spawn() -> None:
    competitor = Competitor("eims-sim", serve(":memory:"))
    competitor.answers(b"GET /getbalance HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    competitor.stop()


def _print_row(what: str, ours: list[float], theirs: list[float], beside: str) -> None:
    shares = [one / other for one, other in zip(ours, theirs, strict=True)]
    print(
        f"| {what} | {1000 * statistics.median(ours):.1f} | {beside} "
        f"| **{statistics.median(shares):.2f}** ({min(shares):.2f}..{max(shares):.2f}) |"
    )
