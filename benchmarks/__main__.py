"""`python -m benchmarks NAME [--rounds N]`: one of those below, all of them, or the `table` of what has a reach."""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from .console import console as watch_console
from .fixture import fixture
from .growth import growth
from .lists import lists
from .mixed import mixed
from .peers import peers
from .pushes import pushes, reported
from .reach import Options, Row, print_rows
from .reads import reads
from .rounds import FLOOR, Competitor, Load, alternate, print_table, serve, standing
from .submits import bulk, life, submit
from .wire import BULK, SUBMIT, post

MEMORY_ROUNDS = 3


LIVES = {
    "stay unsent": {},
    "go on": {"EIMS_SIM_LIFECYCLE_UNSENT_SECONDS": "0.5", "EIMS_SIM_LIFECYCLE_SENDING_SECONDS": "1"},
}


def watched(rounds: int) -> None:
    """Durable GET /sendsms with 1,000 long polls and 200 listeners, beside the same server without."""
    for lives, environment in LIVES.items():
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            names = ("nobody", "1,000 polls", "200 listeners", "both")
            competitors = [Competitor(name, serve(f"{folder}/{name}.db"), environment) for name in names]
            for competitor in competitors:
                stack.callback(competitor.stop)
            for competitor, polls, listeners in zip(competitors, (0, 1000, 0, 1000), (0, 0, 200, 200), strict=True):
                if polls or listeners:
                    competitor.attract(polls, listeners)
            measured = alternate(competitors, Load(SUBMIT, 8), rounds)
            print_table(f"GET /sendsms, 2 numbers, 8 connections; messages that {lives}", measured, "nobody")


def start(options: Options) -> Iterator[Row]:
    """From spawn to the first answer of a durable submit, beside a bare aiohttp application."""
    took: dict[str, list[float]] = {"bare aiohttp": [], "eims-sim": []}
    for turn in range(options.rounds + 1):
        with standing() as (folder, stand):
            for name, command in (("bare aiohttp", FLOOR), ("eims-sim", serve(f"{folder}/start.db"))):
                began = time.perf_counter()
                competitor = stand(Competitor(name, command))
                competitor.answers(SUBMIT)
                if turn:
                    took[name].append(time.perf_counter() - began)
                competitor.stop()
    for name, seconds in took.items():
        print(f"\nSpawn to first answer of {name}: {statistics.median(seconds):.3f} s (median)")
    ratios = [ours / bare for ours, bare in zip(took["eims-sim"], took["bare aiohttp"], strict=True)]
    yield Row("spawn to first answer, times bare aiohttp", ratios, 2, at_most=True)


def memory(options: Options) -> Iterator[Row]:
    """Resident memory after start, and after each 1,000,000 messages in 100 POSTs: after three of them at most."""
    with standing() as (folder, stand):
        own = stand(Competitor("eims-sim", serve(f"{folder}/memory.db")))
        taken = [own.memory_mb()]
        yield Row("memory after start", taken[:1], 80, at_most=True, unit="MB")
        for _ in range(max(2, min(options.rounds, MEMORY_ROUNDS))):
            for _ in range(100):
                own.answers(post())
            taken.append(own.memory_mb())
    yield Row(f"memory after {100 * BULK:,} messages", taken[1:2], 110, at_most=True, unit="MB")
    grown = [after / taken[1] for after in taken[2:]]
    yield Row("memory after each further 1,000,000, by that after the first", grown, 1.05, at_most=True)


def console() -> None:
    """A page of the console left open while 200,000 messages arrive, once."""
    watch_console(SUBMIT, post(1000), 1000)


REACHES: dict[str, Callable[[Options], Iterator[Row]]] = {
    "submit": submit,
    "life": life,
    "bulk": bulk,
    "reads": reads,
    "pushes": pushes,
    "reported": reported,
    "growth": growth,
    "start": start,
    "memory": memory,
    "mixed": mixed,
    "peers": peers,
}
"""What has a reach, in the order of the table."""

OTHERS: dict[str, Callable[[Options], None]] = {
    "watched": lambda options: watched(options.rounds),
    "lists": lambda options: lists(options.rounds),
    "console": lambda _: console(),
    "fixture": lambda options: fixture(options.rounds),
}


def table(options: Options) -> None:
    """Every row on standard output; what is behind them goes to standard error."""
    rows = []
    with contextlib.redirect_stdout(sys.stderr):
        for name, measure in REACHES.items():
            print(f"\n## {name}", flush=True)
            for row in measure(options):
                print(f"\n{row.markdown()}", flush=True)
                rows.append(row)
    print_rows(rows)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("benchmark", choices=["table", *REACHES, *OTHERS, "all"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--messages", type=int, default=1_000_000, help="in the file of `growth`; 10,000,000 takes minutes"
    )
    parser.add_argument(
        "--peers", type=Path, help="the folder where npm installed what `peers` is beside, not on the PATH"
    )
    arguments = parser.parse_args()
    options = Options(arguments.rounds, arguments.messages, arguments.peers)
    if arguments.benchmark == "table":
        table(options)
    for name in [*REACHES, *OTHERS] if arguments.benchmark == "all" else [arguments.benchmark]:
        if name in REACHES:
            print_rows(list(REACHES[name](options)))
        elif name in OTHERS:
            OTHERS[name](options)


if __name__ == "__main__":
    main()
