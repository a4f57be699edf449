"""Which states are imported, and what must hold afterwards (C4)? Refused whole, or there as a whole and lived with."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode

from eims_sim.domain.fields import read_amount
from eims_sim.protocol.notation import EARLIEST, LATEST, read_any_time
from tests.reliability.fuzz_parameters import PARAMETERS
from tests.reliability.fuzz_server import ROOT, Fuzzed
from tests.reliability.mutations import mutate, mutate_json, write_oddly

GOLDEN = (ROOT / "fixtures" / "state.json").read_bytes()


async def _export(fuzzed: Fuzzed) -> bytes:
    return (await fuzzed.request("GET", "/_sim/state?secrets=true"))[1]


async def _put(fuzzed: Fuzzed, sent: bytes) -> tuple[int, bytes]:
    status, body, _ = await fuzzed.request(
        "PUT", "/_sim/state", data=sent, headers={"Content-Type": "application/json"}, expect100=False
    )
    return status, body


async def put_state(fuzzed: Fuzzed, sent: bytes) -> None:
    """A state is refused and nothing has changed, or it is there, whole."""
    fuzzed.same_world = False
    before = await _export(fuzzed)
    status, body = await _put(fuzzed, sent)
    fuzzed.seen[str(status)] += 1
    after = await _export(fuzzed)
    if status not in (204, 400, 413, 422):
        fuzzed.find(sent, f"an import is answered {status} {body[:300]!r}")
    elif status == 204:
        await _live_with(fuzzed, sent, after)
    elif after != before:
        fuzzed.find(sent, f"a refused import changed something; answered {status} {body[:300]!r}")
    elif status == 422 and not json.loads(body)["errors"]:
        fuzzed.find(sent, f"refused without a reason: {body[:300]!r}")


async def try_import(fuzzed: Fuzzed, generator: Random) -> bytes:
    """A state that is changed at random."""
    if generator.random() < 0.3:
        sent = mutate(generator, GOLDEN)
    else:
        document = mutate_json(generator, json.loads(GOLDEN), generator.choice((1, 1, 1, 2, 5)))
        sent = write_oddly(generator, document) if generator.random() < 0.2 else json.dumps(document).encode()
    await put_state(fuzzed, sent)
    return sent


async def _live_with(fuzzed: Fuzzed, sent: bytes, exported: bytes) -> None:
    """What was imported comes out as it went in, goes in again, and can be lived with."""
    for what in differences(json.loads(sent), json.loads(exported)):
        fuzzed.find(sent, f"imported, and exported otherwise: {what}")
    frozen = json.loads(exported)["clock"]["mode"] == "frozen"
    status, body = await _put(fuzzed, exported)
    if status != 204 or (frozen and await _export(fuzzed) != exported):
        fuzzed.find(sent, f"its own export is not imported, or not the same: {status} {body[:300]!r}")
    calls = [("PUT", "/_sim/clock", b'{"mode":"frozen"}'), ("POST", "/_sim/clock/advance", b'{"seconds":3600}')]
    for account in json.loads(exported)["accounts"][:2]:
        query = urlencode(
            {"account": account["account"], "password": account["password"], "numbers": "10010", "content": "x"}
        )
        calls += [("GET", f"/{name}?{query}&ids=1,2,3,4,5,6,7,8,9,10,11", b"") for name in PARAMETERS]
    calls += [
        ("GET", f"/_sim/{name}", b"") for name in ("messages", "pushes", "inbound", "accounts", "metrics", "state")
    ]
    for method, target, data in calls:
        more = {"data": data, "headers": {"Content-Type": "application/json"}} if data else {}
        status, body, _ = await fuzzed.request(method, target, **more)
        if status not in (200, 409):
            fuzzed.find(sent, f"afterwards {target} is answered {status} {body[:300]!r}")
    if (await _put(fuzzed, await _export(fuzzed)))[0] != 204:
        fuzzed.find(sent, "an hour later its export cannot be imported")


TIMES = {
    "now",
    "accepted_at",
    "sendtime",
    "sending_at",
    "final_at",
    "received_at",
    "fetched_at",
    "due",
    "created_at",
    "at",
}
MONEY = {
    "balance",
    "gift",
    "price",
    "mms_price",
    "paid_balance",
    "paid_gift",
    "refunded",
    "first_balance",
    "first_gift",
}


def differences(sent: Any, exported: Any, path: str = "") -> Iterator[str]:
    """Where an export says something else than what was imported; what is written in another way does not."""
    if isinstance(sent, dict) and isinstance(exported, dict):
        for name, value in sent.items():
            if path == "/clock" and name == "now":
                continue
            if name in exported:
                yield from differences(value, exported[name], f"{path}/{name}")
            elif value is not True and name != "enabled":
                yield f"{path}/{name} is gone"
    elif isinstance(sent, list) and isinstance(exported, list):
        if len(sent) != len(exported):
            yield f"{path} had {len(sent)}, and has {len(exported)}"
        for place, (one, other) in enumerate(zip(sent, exported, strict=False)):
            yield from differences(one, other, f"{path}/{place}")
    elif not _same(path.rpartition("/")[2], sent, exported):
        yield f"{path} was {sent!r:.80}, and is {exported!r:.80}"


def _same(name: str, sent: Any, exported: Any) -> bool:
    if sent == exported:
        return True
    if name in TIMES and isinstance(sent, str) and isinstance(exported, str):
        moment = read_any_time(sent)
        return moment == read_any_time(exported) or moment is None or not EARLIEST <= moment <= LATEST
    if name in MONEY:
        return read_amount(sent, 10**19) == read_amount(exported, 10**19)
    return False
