"""How fast is a durable submit, beside a handler that answers fixed bytes or stores nothing?"""

from collections.abc import Iterator
from importlib.util import find_spec

from .pushes import living, report, start_receiver, taken_by
from .reach import Options, Row
from .rounds import FLOOR, UVLOOP, Competitor, Load, alternate, print_table, running, serve, shares, standing
from .wire import BULK, SUBMIT, post

PARSING = "bare aiohttp, our parsing"
WITHOUT_UVLOOP = "uvloop is not installed: pip install -e '.[fast]'"
BULK_SECONDS = 4.0
LIFE_SECONDS = 4.0


def submit(options: Options) -> Iterator[Row]:
    """Durable GET /sendsms beside a handler that answers fixed bytes."""
    with running() as competitors:
        for connections, reach in ((1, 0.6), (32, 0.8)):
            measured = alternate(competitors, Load(SUBMIT, connections), options.rounds)
            what = f"GET /sendsms, {connections} connection{'s' * (connections > 1)}"
            print_table(what, measured, "bare aiohttp")
            yield Row(f"{what}, share of bare aiohttp", shares(measured, "eims-sim", "bare aiohttp"), reach)
        figures = shares(measured, UVLOOP, "bare aiohttp") if find_spec("uvloop") else []
        yield Row(f"{what}, uvloop, share of bare aiohttp on asyncio", figures, 0.95, why=WITHOUT_UVLOOP)


def life(options: Options) -> Iterator[Row]:
    """The same while messages go through the default life and are reported.

    The receiver costs CPU of the same machine; it stands idle beside the floor. What falls due after a round of ours
    waits for the next one, as it came from the one before: so each round has a whole one to do.
    """
    with standing() as (folder, stand):
        receiver = start_receiver(stand)
        bare = stand(Competitor("bare aiohttp", FLOOR))
        ours = report(living(stand, "eims-sim", serve(f"{folder}/life.db")), receiver)
        measured = alternate([bare, ours], Load(SUBMIT, 32, LIFE_SECONDS), options.rounds)
        told = ours.told(b"GET /_sim/messages?limit=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        what = "GET /sendsms, 32 connections, full life"
        print_table(what, measured, bare.name)
        # Reports that cannot keep up make submits look cheaper than they are.
        reported = f"{taken_by(receiver)['reports'] / told['total']:.0%} reported meanwhile"
        yield Row(f"{what} ({reported}), share of bare aiohttp", shares(measured, ours.name, bare.name), 0.5)


def bulk(options: Options) -> Iterator[Row]:
    """Durable POST of 10,000 numbers beside handlers that parse, check and answer but store nothing."""
    with running(Competitor(PARSING, [*FLOOR, "--fast"])) as competitors:
        for connections in (1, 8):
            measured = alternate(competitors, Load(post(), connections, BULK_SECONDS), options.rounds)
            what = f"POST of {BULK:,} numbers, {connections} connection{'s' * (connections > 1)}"
            print_table(what, measured, "bare aiohttp")
            for floor, named in (("bare aiohttp", "a plain handler"), (PARSING, "one with our parsing")):
                told = f"{what}, share of {named} that stores nothing"
                yield Row(told, shares(measured, "eims-sim", floor), 0.45)
            if connections == 1:
                tails = [one.p99_ms / one.p50_ms for one in measured["eims-sim"]]
                yield Row(f"{what}, p99 by p50", tails, 2, at_most=True)
