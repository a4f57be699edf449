"""Does what is kept make it slower? The same requests with many messages in the file, and with next to none."""

import time
from collections.abc import Iterator

from .pushes import IN_FLIGHT, PATIENCE_SECONDS, living, push, rate, report, start_receiver
from .reach import Options, Row
from .reads import CONNECTIONS, loads, receive
from .rounds import Competitor, Load, alone, alternate, print_table, serve, shares, standing
from .wire import BULK, SUBMIT, get, post

FEW = 1000
"""So many are in the file that is next to empty: getreport needs some to ask for."""

SUBMIT_SECONDS = 1.0
PUSHED = 50_000
"""Less than elsewhere: submits add to both files, and the difference is to last."""


def growth(options: Options) -> Iterator[Row]:
    """Submits and reads with many messages in the file, as a share of the same with next to none."""
    held = {f"{FEW:,} messages": FEW, f"{options.messages:,} messages": options.messages}
    with standing() as (folder, stand):
        servers = [stand(Competitor(name, serve(f"{folder}/{count}.db"))) for name, count in held.items()]
        few, many = servers
        _fill(few, many, options.messages)
        for server in servers:
            receive(server, options.rounds)
        for what, by_name in _loads(held).items():
            measured = alternate(servers, by_name, options.rounds)
            print_table(f"{what}, by messages in the file", measured, few.name)
            told = f"{what}, with {many.name} in the file, share of the same with next to none"
            yield Row(told, shares(measured, many.name, few.name), 0.9)
    yield _pushed(options)


def _pushed(options: Options) -> Row:
    """Reports pushed a second: of messages that came after the others had become final without a callback."""
    rates: dict[str, list[float]] = {"few": [], "many": []}
    with standing() as (folder, stand):
        receiver = start_receiver(stand)
        few, many = servers = [living(stand, name, serve(f"{folder}/{name}.db"), IN_FLIGHT[-1]) for name in rates]
        _fill(few, many, options.messages)
        _wait_until_final(many, options.messages)
        for server in servers:
            report(server, receiver)
        for turn in range(options.rounds + 1):
            for server in servers:
                with alone(server, servers):
                    pushed = rate(push(server, receiver, PUSHED))
                if turn:
                    rates[server.name].append(pushed)
    figures = [with_many / with_few for with_few, with_many in zip(*rates.values(), strict=True)]
    what = f"reports pushed a second, {IN_FLIGHT[-1]} in flight, with {options.messages:,} messages in the file"
    return Row(f"{what}, share of the same with next to none", figures, 0.9)


def _fill(few: Competitor, many: Competitor, messages: int) -> None:
    few.answers(post(FEW))
    for _ in range(messages // BULK):
        many.answers(post())


def _wait_until_final(server: Competitor, last: int) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not server.told(get("getreport", ids=str(last)))["success"]:
        assert time.monotonic() < until, "the messages that fill the file do not become final"
        time.sleep(0.1)


def _loads(held: dict[str, int]) -> dict[str, dict[str, Load]]:
    """By what is measured, then by the server's name. The reads come first: the submits add to both files."""
    named = {name: loads(count) for name, count in held.items()}
    reading = {what: {name: named[name][what] for name in held} for what in loads(FEW)}
    submits = {
        f"GET /sendsms, {CONNECTIONS} connections": Load(SUBMIT, CONNECTIONS, SUBMIT_SECONDS),
        "GET /sendsms, 1 connection": Load(SUBMIT, 1, SUBMIT_SECONDS),
    }
    return reading | {what: dict.fromkeys(held, load) for what, load in submits.items()}
