"""C5: whatever is sent, what travels beside an answer is short, ASCII, and tells no secret."""

import json
import logging
from hashlib import md5
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eims_sim.diagnosis import HEADER_LENGTH
from eims_sim.protocol.names import ALIASES, PARAMETERS, PUSH_URLS
from tests.conftest import Answer, Simulator, Start

PASSWORD, KEY, ACCOUNT = "S3cr3t&Pa+ss%41#wörd", "N3g0tiated\r\nKey", "Straße\r\nX-Injected: 1"
SEQ, TIME = "7", "1767240000"
RIGHT = md5(f"{ACCOUNT}{PASSWORD}{SEQ}{TIME}{KEY}".encode()).hexdigest()

WORLD = "".join(
    f"[[accounts]]\naccount = {json.dumps(name)}\npassword = {json.dumps(PASSWORD)}\nauth = {json.dumps(auth)}\n"
    f"key = {json.dumps(KEY)}\n"
    for name, auth in (("plain", "plain"), ("md5", "md5"), ("any", "any"))
)

ENDPOINTS = list(PARAMETERS)
NAMES = list(
    dict.fromkeys(
        [
            *(name for known in PARAMETERS.values() for name in known),
            *(one for some in ALIASES.values() for one in some),
        ]
    )
)
SEEDS = [
    *(PASSWORD, KEY, RIGHT, "plain", "md5", "any", "Plain", "MD5", SEQ, TIME, "1", "0", "", " "),
    *(
        "x\r\nX-Injected: 1",
        "%0d%0aX-Injected: 1",
        "\r\n\r\n<html>",
        "\x00",
        "é",
        "你好",
        "\ud800"[:0],
        "0" * 32,
        "f" * 40,
    ),
    *("13800000000", "13800000000, 8484912345678", "Array", '["1"]', "1;2", "100%", "a%20b", "%2520", "C++"),
]


def variants(text: str) -> list[str]:
    """What a hasty client makes of a text."""
    digest = md5(text.encode()).hexdigest()
    return [text, text.upper(), text.lower(), f" {text}\n", f'"{text}"', quote(text), digest, digest[8:24], text[:-1]]


text = st.one_of(
    st.sampled_from([variant for seed in SEEDS for variant in variants(seed)]),
    st.text(max_size=30),
    st.sampled_from(["plain", "md5", "any"]),
)
name = st.one_of(st.sampled_from([*NAMES, *PUSH_URLS, PASSWORD, KEY, RIGHT, "X-Injected: 1\r\n"]), st.text(max_size=20))
usual = st.fixed_dictionaries(
    {},
    optional={
        "account": st.sampled_from(["plain", "md5", "any", "PLAIN", " md5", "nobody", ACCOUNT]),
        "password": text,
        "seq": text,
        "time": text,
        "numbers": text,
        "content": text,
        "ids": text,
        "start_time": text,
    },
)
parameters = st.builds(lambda usual, more: usual | more, usual, st.dictionaries(name, text, max_size=6))
path = st.one_of(st.sampled_from([f"/{endpoint}" for endpoint in ENDPOINTS]), text.map(lambda one: f"/{quote(one)}"))


def check(answer: Answer) -> None:
    """What must hold of every header of ours."""
    ours = [f"{name}: {text}" for name, text in answer.headers.items() if name.lower().startswith("x-")]
    assert {line.partition(":")[0] for line in ours} <= {"X-EIMS-Sim-Request", "X-EIMS-Sim-Reason", "X-EIMS-Sim-Note"}
    for line in ours:
        _, _, sentence = line.partition(": ")
        assert line.isascii()
        assert line.isprintable()
        assert len(sentence) <= HEADER_LENGTH
        assert not any(secret in line for secret in (PASSWORD, KEY, RIGHT, "S3cr3t", "N3g0tiated", "Injected"))


@pytest.fixture
async def guarded(start: Start) -> Simulator:
    """A server whose accounts have secrets to keep."""
    return await start(WORLD)


hostile = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@hostile
@given(path=path, parameters=parameters, by_hand=st.booleans())
async def test_no_header_of_a_get_tells_a_secret(guarded: Simulator, path: str, parameters: dict, by_hand: bool):
    """C5"""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    query = quote(query, safe="&=+%#?") if by_hand else urlencode(parameters, errors="replace")

    check(await guarded.request("GET", f"{path}?{query}"))


@hostile
@given(
    parameters=parameters,
    shape=st.sampled_from(["json", "form", "multipart", "raw"]),
    content_type=st.sampled_from(
        [
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=b",
            f"{quote(PASSWORD)}",
            "",
        ]
    ),
    odd=st.sampled_from([None, [], {}, [PASSWORD], {"a": KEY}, 1.5, True]),
)
async def test_no_header_of_a_post_tells_a_secret(
    guarded: Simulator, parameters: dict[str, Any], shape: str, content_type: str, odd: Any
):
    """C5"""
    some = dict(list(parameters.items())[:1])
    match shape:
        case "json":
            body = json.dumps(parameters | dict.fromkeys(some, odd)).encode()
        case "form":
            body = urlencode(parameters, errors="replace").encode()
        case "multipart":
            body = b"".join(
                f'--b\r\nContent-Disposition: form-data; name="{quote(name)}"\r\n\r\n{value}\r\n'.encode(
                    errors="replace"
                )
                for name, value in parameters.items()
            )
        case _:
            body = "".join([*parameters, *parameters.values()]).encode(errors="replace")

    check(
        await guarded.request(
            "POST", f"/sendsms?{urlencode(some, errors='replace')}", data=body, headers={"Content-Type": content_type}
        )
    )


@hostile
@given(
    account=st.sampled_from(["plain", "md5", "any"]),
    password=st.sampled_from(sorted({variant for seed in SEEDS for variant in variants(seed)})),
    seq=st.sampled_from([SEQ, "1", "0", "007", "9" * 18]),
    time=st.sampled_from([TIME, f"{TIME}000", "0000000000", "1"]),
)
async def test_no_header_about_a_wrong_password_tells_the_right_one(
    guarded: Simulator, account: str, password: str, seq: str, time: str
):
    """C5"""
    right = md5(f"{account}{PASSWORD}{seq}{time}{KEY}".encode()).hexdigest()

    answer = await guarded.get("getbalance", {"account": account, "password": password, "seq": seq, "time": time})

    check(answer)
    assert right not in str(answer.headers)


async def test_an_account_name_that_is_quoted_cannot_add_a_header(start: Start):
    """C5: the name of an account that differs only in case"""
    sim = await start(f'[[accounts]]\naccount = {json.dumps("Größe ü" * 9)}\npassword = "demo123"\n')

    answer = await sim.get("getbalance", {"account": ("Größe ü" * 9).upper(), "password": "x"})

    check(answer)
    assert answer.reason == "account-case"


@pytest.mark.parametrize("sign", ["&", ";", "%3F", "="])
async def test_a_password_in_the_path_is_neither_logged_nor_kept(guarded: Simulator, caplog, sign: str):
    """P1.3, C4: who forgets the ? of a URL has sent it all the same"""
    caplog.set_level(logging.INFO)

    answer = await guarded.request("GET", f"/getbalance{sign}account=plain&password=S3cr3t")

    assert answer.http_status == 404
    journal = await guarded.control("GET", "requests")
    assert "S3cr3t" not in journal.text
    assert "S3cr3t" not in caplog.text
