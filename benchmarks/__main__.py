"""`python -m benchmarks NAME [--rounds N]`: one of those below, or all of them, as Markdown tables."""

import argparse
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from .console import console as watch_console
from .fixture import fixture
from .lists import lists
from .rounds import FLOOR, Competitor, Load, alternate, print_table, run_load, running, serve

LOGIN = {"account": "load", "password": "load"}
HEAD = b"Host: 127.0.0.1\r\n\r\n"


def get(endpoint: str, **parameters: str) -> bytes:
    """A raw GET of the gateway."""
    return f"GET /{endpoint}?{urlencode(LOGIN | parameters)} HTTP/1.1\r\n".encode() + HEAD


def post(numbers: int) -> bytes:
    """A raw POST of /sendsms with so many numbers."""
    listed = ",".join(str(13_911_110_000 + place) for place in range(numbers))
    body = json.dumps(LOGIN | {"numbers": listed, "content": "hello"}).encode()
    head = f"POST /sendsms HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + HEAD + body


SUBMIT = get("sendsms", numbers="10010,1008611", content="hello")


def submit(rounds: int) -> None:
    """Durable GET /sendsms beside a handler that answers fixed bytes."""
    with running() as competitors:
        for connections in (1, 8, 32):
            measured = alternate(competitors, Load(SUBMIT, connections), rounds)
            print_table(f"GET /sendsms, 2 numbers, {connections} connections", measured, "bare aiohttp")


def bulk(rounds: int) -> None:
    """Durable POST of 10,000 numbers beside handlers that parse, check and answer but store nothing."""
    with running(Competitor("bare aiohttp, our parsing", [*FLOOR, "--fast"])) as competitors:
        for connections in (1, 8):
            measured = alternate(competitors, Load(post(10_000), connections), rounds)
            print_table(f"POST /sendsms, 10,000 numbers, {connections} connections", measured, "bare aiohttp")


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


def start(rounds: int) -> None:
    """From spawn to the first answer of a durable submit, beside a bare aiohttp application."""
    took: dict[str, list[float]] = {"bare aiohttp": [], "eims-sim": []}
    for turn in range(rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            for name, command in (("bare aiohttp", FLOOR), ("eims-sim", serve(str(Path(folder) / "start.db")))):
                began = time.perf_counter()
                competitor = Competitor(name, command)
                competitor.answers(SUBMIT)
                if turn:
                    took[name].append(time.perf_counter() - began)
                competitor.stop()
    ratios = [ours / bare for ours, bare in zip(took["eims-sim"], took["bare aiohttp"], strict=True)]
    print("\nSpawn to first answer\n\n| server | seconds (median) | times bare aiohttp (min..max) |\n|---|---|---|")
    print(f"| bare aiohttp | {statistics.median(took['bare aiohttp']):.3f} | 1.00 |")
    print(
        f"| eims-sim | {statistics.median(took['eims-sim']):.3f} "
        f"| **{statistics.median(ratios):.2f}** ({min(ratios):.2f}..{max(ratios):.2f}) |"
    )


def query(rounds: int) -> None:
    """getreport of 200 ids spread over 1,000,000 stored messages, beside the same over 1,000."""
    with tempfile.TemporaryDirectory() as folder:
        few = Competitor("1,000 messages", serve(str(Path(folder) / "few.db")))
        many = Competitor("1,000,000 messages", serve(str(Path(folder) / "many.db")))
        try:
            few.answers(post(1000))
            for _ in range(100):
                many.answers(post(10_000))
            measured: dict[str, list] = {}
            loads = {few: _ids(1000), many: _ids(1_000_000)}
            for competitor, ids in loads.items():
                run_load(competitor.port, Load(get("getreport", ids=ids), 1, 0.5))
            for _ in range(rounds):
                for competitor, ids in loads.items():
                    one = alternate([competitor], Load(get("getreport", ids=ids), 1, 1.0), 1)
                    measured.setdefault(competitor.name, []).extend(one[competitor.name])
            print_table("getreport of 200 ids, 1 connection", measured, few.name)
        finally:
            few.stop()
            many.stop()


def _ids(messages: int) -> str:
    return ",".join(str(id) for id in range(1, messages + 1, messages // 200))


def memory(rounds: int) -> None:
    """Resident memory after start, and after 1,000,000 messages in 100 POSTs, `rounds` times."""
    with running() as (_, own, *_rest):
        print(f"\nMemory\n\n| after | MB |\n|---|---|\n| start | {own.memory_mb():.0f} |")
        for turn in range(1, min(rounds, 3) + 1):
            for _ in range(100):
                own.answers(post(10_000))
            print(f"| {turn},000,000 messages | {own.memory_mb():.0f} |")


def console(_: int) -> None:
    """A page of the console left open while 200,000 messages arrive, once."""
    watch_console(SUBMIT, post(1000), 1000)


BENCHMARKS = {
    "submit": submit,
    "bulk": bulk,
    "watched": watched,
    "start": start,
    "query": query,
    "lists": lists,
    "memory": memory,
    "console": console,
    "fixture": fixture,
}


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("benchmark", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    for name in BENCHMARKS if arguments.benchmark == "all" else [arguments.benchmark]:
        BENCHMARKS[name](arguments.rounds)


if __name__ == "__main__":
    main()
