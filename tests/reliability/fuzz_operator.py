"""What does an operator send, and what must hold of the answers (C3, C4)? A configuration is read again, too."""

import asyncio
import json
from random import Random
from typing import Any
from urllib.parse import urlencode

from yarl import URL

from tests.reliability.fuzz_parameters import RAW, TEXTS
from tests.reliability.fuzz_server import ANSWER_SECONDS, LOGIN, OPERATORS, SECRET, SPEC, Fuzzed
from tests.reliability.mutations import mutate, mutate_json, write_oddly

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "accounts"): {"account": "made", "password": "p", "balance": "1", "callback_url": "http://127.0.0.1:9/x"},
    ("PATCH", "accounts/demo"): {"balance": "500", "templates": ["Hi {x}"], "max_skew_seconds": 5},
    ("POST", "accounts/demo/topup"): {"balance": "1", "gift": "1"},
    ("POST", "rules"): {
        "number": {"suffix": "7"},
        "content": {"regex": "^a+$"},
        "outcome": 1011,
        "probability": 0.5,
        "times": 2,
    },
    ("PUT", "rules/1"): {
        "outcome": 0,
        "unsent_seconds": {"uniform": [0, 1]},
        "sending_seconds": {"lognormal": {"median": 1, "sigma": 0.5}},
    },
    ("PATCH", "rules/1"): {"enabled": False},
    ("POST", "faults"): {"endpoint": "getsms", "delay_seconds": 0.001, "status": -12, "times": 1, "probability": 0.1},
    ("PUT", "faults/1"): {"endpoint": "push", "reports": "shuffle", "account": "demo"},
    ("PATCH", "faults/1"): {"enabled": True},
    ("POST", "inbound"): {
        "from": "13800138000",
        "to": "123456",
        "content": "STOP",
        "received_at": "2026-01-01T12:00:00+08:00",
    },
    ("POST", "clock/advance"): {"seconds": 1},
    ("PUT", "clock"): {"mode": "frozen", "now": "2026-01-01T12:00:00+08:00", "scale": 2},
    ("POST", "segments"): {"content": "Hello 你好 [~]"},
    ("PATCH", "messages/1"): {"state": 1011},
    ("POST", "accounts/digest/digest"): {"seq": 1, "time": 1767240000},
    ("PUT", "state"): {"format": "eims-sim-state", "version": 1, "clock": {}, "next": {}, "accounts": [], "rules": []},
    ("POST", "reset"): {"account": "demo"},
    ("PUT", "presets/outage"): {"on": True},
}
LISTS = (
    "messages",
    "inbound",
    "pushes",
    "requests",
    "accounts",
    "rules",
    "faults",
    "findings",
    "coverage",
    "handsets",
    "otp",
)
QUERIES = (
    "limit",
    "after",
    "order",
    "since",
    "until",
    "account",
    "number",
    "state",
    "count",
    "x",
    "content",
    "secrets",
    "code",
)


def _judge_operator(fuzzed: Fuzzed, sent: bytes, status: int, body: bytes, kind: str) -> None:
    fuzzed.seen[str(status)] += 1
    if status not in OPERATORS:
        fuzzed.find(sent, f"answered {status} {body[:300]!r}")
        return
    try:
        told = json.loads(body, parse_constant=_no_constant) if body and "json" in kind else None
    except ValueError as error:
        fuzzed.find(sent, f"answered {status} with what is no JSON ({error}): {body[:300]!r}")
        return
    if status < 400:
        return
    members = ["type", "title", "status", "detail", "errors"]
    fine = isinstance(told, dict) and list(told) == members and kind.startswith("application/problem+json")
    if not fine or told["status"] != status or not all({"pointer", "detail"} <= set(one) for one in told["errors"]):
        fuzzed.find(sent, f"answered {status} without a problem: {body[:300]!r}")


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


async def call(fuzzed: Fuzzed, sent: bytes) -> None:
    """A call of the control API, written as its method, its path and its body, parted by a blank each."""
    method, path, body = sent.split(b" ", 2)
    more: dict[str, Any] = {"data": body, "headers": {"Content-Type": "application/json"}} if body else {}
    target = f"/_sim/{path.decode('latin-1')}"
    status, answered, headers = await fuzzed.request(method.decode("latin-1"), target, **more)
    _judge_operator(fuzzed, sent, status, answered, headers.get("Content-Type", ""))


async def try_control(fuzzed: Fuzzed, generator: Random) -> bytes:
    """A call with a body or a query that is changed at random."""
    if generator.random() < 0.3:
        text = generator.choice((*TEXTS, "2026-01-01T00:00:00+08:00", "0001-01-01T00:00:00+23:59", "nan", "asc"))[:3000]
        encoded = urlencode({"": text})[1:]
        path = generator.choice((*LISTS, *(f"{name}/{encoded}" for name in LISTS)))
        sent = f"GET {path}?{generator.choice(QUERIES)}={generator.choice((encoded, *RAW[:5]))} ".encode()
    else:
        (method, path), usual = generator.choice(list(BODIES.items()))
        document = mutate_json(generator, usual, generator.choice((0, 1, 1, 2)))
        if path == "clock/advance" and isinstance(document, dict) and isinstance(document.get("seconds"), int):
            document["seconds"] = min(document["seconds"], 10**6)
        sent = f"{method} {path} ".encode() + write_oddly(generator, document)
    await call(fuzzed, sent)
    if generator.random() < 0.05:
        await _listen(fuzzed, sent, generator)
    if generator.random() < 0.05:
        await fuzzed.request("POST", "/_sim/reset")
        await fuzzed.request("GET", f"/sendsms?{LOGIN}&numbers=13800138000&content=Hello")
    else:
        await fuzzed.request("DELETE", "/_sim/faults")
    return sent


async def _listen(fuzzed: Fuzzed, sent: bytes, generator: Random) -> None:
    """GET /_sim/events: what it takes, and that a submit is told of."""
    query = generator.choice(("", "?x=1", "?limit=1", "?%ff=%ff"))
    url = URL(f"{fuzzed.url}/_sim/events{query}", encoded=True)
    async with (
        asyncio.timeout(ANSWER_SECONDS),
        fuzzed.session.get(url, headers={"Last-Event-ID": "9" * 400}) as answer,
    ):
        if query:
            _judge_operator(fuzzed, sent, answer.status, await answer.read(), answer.content_type)
            return
        await fuzzed.request("GET", f"/getbalance?account=locked&password={SECRET}")
        line = b""
        while not line.startswith(b"event: request"):
            line = await answer.content.readline()


async def reload(fuzzed: Fuzzed, sent: bytes) -> None:
    """The file becomes these bytes, is read again, and becomes what it was."""
    fuzzed.config.write_bytes(sent)
    status, body, headers = await fuzzed.request("POST", "/_sim/reload")
    _judge_operator(fuzzed, sent, status, body, headers["Content-Type"])
    if status not in (200, 422):
        fuzzed.find(sent, f"a reload is answered {status} {body[:300]!r}")
    elif status == 422 and not all(str(fuzzed.config) in one["detail"] for one in json.loads(body)["errors"]):
        fuzzed.find(sent, f"an error without its place: {body[:300]!r}")
    fuzzed.config.write_text(SPEC, "utf-8")
    if status == 200:
        await fuzzed.request("POST", "/_sim/reload")
        await fuzzed.request("POST", "/_sim/reset")


async def try_reload(fuzzed: Fuzzed, generator: Random) -> bytes:
    """A configuration that is changed at random."""
    sent = mutate(generator, SPEC.encode(), (b"[[accounts]]\n", b"inf", b"nan", b"[server]\n", b"outcome = 1\n"))
    await reload(fuzzed, sent)
    return sent
