"""Does what is kept make it slower? The same requests with many messages in the file, and with next to none."""

from collections.abc import Iterator

from .reach import Options, Row
from .reads import CONNECTIONS, loads, receive
from .rounds import Competitor, Load, alternate, print_table, serve, shares, standing
from .wire import BULK, SUBMIT, post

FEW = 1000
"""So many are in the file that is next to empty: getreport needs some to ask for."""

SUBMIT_SECONDS = 1.0
"""Shorter than elsewhere: submits add to both files, and the difference is to last."""


def growth(options: Options) -> Iterator[Row]:
    """Submits and reads with many messages in the file, as a share of the same with next to none."""
    held = {f"{FEW:,} messages": FEW, f"{options.messages:,} messages": options.messages}
    with standing() as (folder, stand):
        servers = [stand(Competitor(name, serve(f"{folder}/{count}.db"))) for name, count in held.items()]
        few, many = servers
        few.answers(post(FEW))
        for _ in range(options.messages // BULK):
            many.answers(post())
        for server in servers:
            receive(server, options.rounds)
        for what, by_name in _loads(held).items():
            measured = alternate(servers, by_name, options.rounds)
            print_table(f"{what}, by messages in the file", measured, few.name)
            told = f"{what}, with {many.name} in the file, share of the same with next to none"
            yield Row(told, shares(measured, many.name, few.name), 0.9)


def _loads(held: dict[str, int]) -> dict[str, dict[str, Load]]:
    """By what is measured, then by the server's name. The reads come first: the submits add to both files."""
    named = {name: loads(count) for name, count in held.items()}
    reading = {what: {name: named[name][what] for name in held} for what in loads(FEW)}
    submits = {
        f"GET /sendsms, {CONNECTIONS} connections": Load(SUBMIT, CONNECTIONS, SUBMIT_SECONDS),
        "GET /sendsms, 1 connection": Load(SUBMIT, 1, SUBMIT_SECONDS),
    }
    return reading | {what: dict.fromkeys(held, load) for what, load in submits.items()}
