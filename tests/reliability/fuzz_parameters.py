"""Which parameters do clients send, and what must hold of the answers (P1.4 to P1.11, P2 to P6)?"""

import json
from random import Random
from typing import Any
from urllib.parse import urlencode

from tests.reliability.fuzz_server import DOCUMENTED, HTTP_ERROR, SECRET, SHAPES, Fuzzed
from tests.reliability.mutations import VALUES, mutate, write_oddly

TEXTS = (
    *(
        "",
        " ",
        "0",
        "1",
        "-1",
        "+1",
        "００１",
        "1.0",
        "1e3",
        "NaN",
        "null",
        "\0",
        "a\0b",
        "\r\nX: y",
        "\ufeff",
        "\u202e",
        "🙂",
    ),
    *(
        "e\u0301",
        "\ud7ff\ue000",
        "\uffff",
        "10010",
        "+8613800138000",
        "0010",
        "1" * 18,
        "1" * 19,
        "9" * 400,
        "1" * 5000,
    ),
    *("13800138000,13800138000", "1,2,,3", ",", "，", "13800138000，10010", " 10010 ,\t10086 ", "1" * 20, "1" * 21),
    *(",".join(["10010"] * 100), ",".join(["10010"] * 101), ",".join(["1"] * 201), "20260101120000", "00000000000000"),
    *(
        "99991231235959",
        "20260230000000",
        "x" * 1024,
        "x" * 1025,
        "你" * 1024,
        "🙂" * 1025,
        "%",
        "%zz",
        "%41",
        "a+b",
        "a&b=c",
    ),
    *(
        "casino CASINO",
        "demo",
        SECRET,
        "1767240000",
        "1767240000000",
        "9223372036854775807",
        "9223372036854775808",
        "{{x}}",
    ),
)
PARAMETERS = {
    "getbalance": (),
    "sendsms": ("numbers", "content", "smstype", "mmstitle", "sender", "sendtime"),
    "getreport": ("ids",),
    "getsms": ("start_time",),
}
USUAL = {"numbers": "13800138000", "content": "Hello", "ids": "1,2"}
RAW = (
    "%ED%A0%80",
    "%C0%80",
    "%F4%90%80%80",
    "%C4%E3%BA%C3",
    "%FF%FE",
    "%",
    "%u4F60",
    "+",
    "%2B",
    "[]=1",
    "a;b",
    "#x",
    "%00",
)


def _parameters(generator: Random, endpoint: str) -> dict[str, str]:
    """Parameters, some of which are not what they should be."""
    given = {"account": "demo", "password": SECRET}
    given |= {name: USUAL[name] for name in PARAMETERS[endpoint] if name in USUAL}
    for _ in range(generator.choice((0, 1, 1, 2, 3))):
        name = generator.choice(
            (*PARAMETERS[endpoint], *PARAMETERS[endpoint], "account", "password", "seq", "time", "version")
        )
        text = generator.choice(TEXTS)
        given[name] = (
            mutate(generator, text.encode()).decode(errors="replace")[:20_000] if generator.random() < 0.3 else text
        )
    if generator.random() < 0.2:
        given[generator.choice(("Account", "numbers[]", "mobile", "ids ", "x", "__proto__", ""))] = generator.choice(
            TEXTS
        )
    return given


def _meaning(body: bytes) -> Any:
    """What an answer says, but for ids."""
    said = json.loads(body)
    if "array" in said:
        said["array"] = [row[0] if len(row) == 2 else row for row in said["array"]]
    return said


async def try_parameters(fuzzed: Fuzzed, generator: Random) -> bytes:
    """A request of a client, said in each way that there is."""
    endpoint = generator.choice((*PARAMETERS, "sendsms", "sendsms"))
    given = _parameters(generator, endpoint)
    query = urlencode(given)
    if generator.random() < 0.3:  # not what any encoder writes
        at = generator.randint(0, len(query))
        query = query[:at] + generator.choice(RAW) + query[at:]
        given = {}
    sent = f"/{endpoint}?{query}".encode()
    if len(query) > 60_000:
        return sent
    answers = [await fuzzed.request("GET", f"/{endpoint}?{query}")]
    if endpoint == "sendsms" and given:
        json_type, form_type = (
            {"Content-Type": "application/json"},
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        many = given.get("numbers", "").count(",") >= 100  # P4.1: a POST takes more
        posts = [
            await fuzzed.request("POST", "/sendsms", data=json.dumps(given).encode(), headers=json_type),
            await fuzzed.request("POST", "/sendsms", data=query.encode(), headers=form_type),
            await fuzzed.request("POST", f"/sendsms?{query}", data=b"{}", headers=json_type),
        ]
        meanings = [_meaning(body) for _, body, _ in (posts if many else [*answers, *posts])]
        if any(meaning != meanings[0] for meaning in meanings):
            fuzzed.find(sent, f"the same said in other ways is answered otherwise: {meanings}")
        answers += posts
    elif endpoint == "sendsms":
        odd = {name: generator.choice(VALUES) for name in generator.sample(PARAMETERS["sendsms"], 2)}
        document = {"account": "demo", "password": SECRET} | USUAL | odd
        answers.append(await fuzzed.request("POST", "/sendsms", data=write_oddly(generator, document)))
    for status, body, headers in answers:
        fuzzed.seen[str(json.loads(body)["status"]) if status == 200 else f"HTTP {status}"] += 1
        shape = SHAPES[endpoint] if status == 200 else HTTP_ERROR
        if status not in DOCUMENTED or not shape.fullmatch(body):
            fuzzed.find(sent, f"answered {status} {body[:300]!r}")
        if headers["Content-Type"] != "application/json;charset=utf-8":
            fuzzed.find(sent, f"Content-Type {headers['Content-Type']!r}")
    return sent
