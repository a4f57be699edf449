"""How fast are the endpoints that read, beside a bare handler that answers the same bytes?"""

from collections.abc import Iterator
from pathlib import Path

from .reach import Options, Row
from .rounds import FLOOR, Competitor, Load, alternate, print_table, serve, shares, standing
from .wire import BULK, GETBALANCE, GETSMS, LOGIN, control, getreport, post

CONNECTIONS = 32
FETCHES = 1000
"""Calls of getsms in a round: each takes 50 messages away, and all have to be there before."""

PER_CALL = 50
REPORTED = 10_000


def loads(messages: int) -> dict[str, Load]:
    """What is read: of a server that has so many messages."""
    return {
        "getreport of 200 ids": Load(getreport(messages), CONNECTIONS),
        "getbalance": Load(GETBALANCE, CONNECTIONS),
        "getsms of 50": Load(GETSMS, CONNECTIONS, requests=FETCHES),
    }


def receive(server: Competitor, rounds: int) -> None:
    """Let as many messages come in as `rounds` of getsms fetch, a warm-up and an answer to look at among them."""
    fetched = PER_CALL * ((rounds + 1) * (FETCHES + CONNECTIONS) + 2)
    for first in range(0, fetched, BULK):
        sent = [
            {
                "account": LOGIN["account"],
                "from": str(13_900_000_000 + first + place),
                "to": "123456",
                "content": "STOP",
            }
            for place in range(BULK)
        ]
        assert len(server.told(control("POST", "inbound", sent))) == BULK


def reads(options: Options) -> Iterator[Row]:
    """getreport of 200 ids, getbalance and getsms of 50 unfetched messages, beside the same bytes of a bare handler."""
    with standing() as (folder, stand):
        ours = stand(Competitor("eims-sim", serve(f"{folder}/reads.db")))
        ours.answers(post(REPORTED))
        receive(ours, options.rounds)
        for what, load in loads(REPORTED).items():
            bare = _answering(ours.answers(load.request), folder)
            try:
                measured = alternate([bare, ours], load, options.rounds)
            finally:
                bare.stop()
            print_table(f"{what}, {CONNECTIONS} connections", measured, bare.name)
            told = f"{what}, {CONNECTIONS} connections, share of bare aiohttp answering the same bytes"
            yield Row(told, shares(measured, ours.name, bare.name), 0.6)
        # Had there been too few messages, the last answers would have been shorter ones.
        assert ours.told(GETSMS)["cnt"] == PER_CALL


def _answering(answer: bytes, folder: Path) -> Competitor:
    path = folder / "answer.json"
    path.write_bytes(answer)
    return Competitor("bare aiohttp", [*FLOOR, f"--answer={path}"])
