"""P1: what is common to all endpoints. Passwords have a file of their own."""

import asyncio
import gzip
import json
import logging
from io import BytesIO
from urllib.parse import quote

import aiohttp
import pytest

from eims_sim.domain.settings import ServerSettings
from eims_sim.web.connection import Patience
from tests.conftest import DEMO, GOOD, NOW, Answer, Simulator, Start

ENDPOINTS = ("getbalance", "sendsms", "getreport", "getsms")
CREDENTIALS = "account=demo&password=demo123"
GET_GOOD = f"/sendsms?{CREDENTIALS}&numbers=13800000000&content=Hello"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TWO_MIB = 2_097_152

UNREADABLE_HTTP = (
    b'{"status":-12,"error":"this HTTP request cannot be understood; '
    b'percent-encode blanks and bytes above 127 in the URL"}'
)
TOO_LARGE = b'{"status":-12,"error":"the body is larger than the gateway takes"}'


async def posted(
    sim: Simulator, body: bytes | str, content_type: str = JSON, query: str = "", **headers: str
) -> Answer:
    """A POST of /sendsms with these bytes."""
    data = BytesIO(body if isinstance(body, bytes) else body.encode())
    return await sim.request("POST", f"/sendsms{query}", data=data, headers={"Content-Type": content_type, **headers})


async def sent(sim: Simulator) -> dict:
    """The last message that was accepted, as the control API shows it."""
    (message,) = await sim.messages("order=desc&limit=1")
    return message


def padded(size: int) -> bytes:
    """A good submit as JSON, `size` bytes long."""
    body = json.dumps(GOOD).encode()
    return body[:-1] + b" " * (size - len(body)) + body[-1:]


# --- P1.1, P1.2: endpoints and answers ----------------------------------------------------------------------------


def test_the_port_is_20003_unless_said_otherwise():
    """P1.1"""
    assert ServerSettings().port == 20003


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_each_endpoint_answers_a_get(sim: Simulator, endpoint: str):
    """P1.1"""
    answer = await sim.get(endpoint, GOOD | {"ids": "1"})

    assert (answer.http_status, answer.status) == (200, 0)


async def test_sendsms_answers_a_post(sim: Simulator):
    """P1.1"""
    answer = await sim.post(GOOD)

    assert (answer.http_status, answer.status) == (200, 0)


async def test_text_is_utf8_on_its_way_in_and_out(sim: Simulator):
    """P1.1"""
    await sim.post(GOOD | {"content": "验证码 1234 😀"})

    assert (await sent(sim))["content"] == "验证码 1234 😀"


@pytest.mark.parametrize(
    "target",
    [f"/{endpoint}?{query}" for endpoint in ENDPOINTS for query in (CREDENTIALS, "account=nobody")]
    + [GET_GOOD, "/nowhere", f"/getbalance/?{CREDENTIALS}"],
)
async def test_every_answer_has_the_content_type_byte_for_byte_and_no_blanks(sim: Simulator, target: str):
    """P1.2"""
    async with sim.wire() as wire:
        await wire.send(f"GET {target} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await wire.rest()).partition(b"\r\n\r\n")

    lines = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-type")]
    assert lines == [b"Content-Type: application/json;charset=utf-8"]
    assert b'": ' not in body
    assert b", " not in body.partition(b'"error"')[0]
    assert isinstance(json.loads(body), dict)


async def test_members_stand_in_the_order_of_the_document(sim: Simulator):
    """P1.2"""
    answers = [
        await sim.get("getbalance", DEMO),
        await sim.get("sendsms", GOOD),
        await sim.get("getreport", DEMO | {"ids": "1"}),
        await sim.get("getsms", DEMO),
    ]

    assert [list(answer.json()) for answer in answers] == [
        ["status", "balance", "gift"],
        ["status", "success", "fail", "array"],
        ["status", "success", "fail", "unsent", "sending", "nofound", "array"],
        ["status", "cnt", "array"],
    ]


# --- P1.3: what the protocol has no words for ---------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_a_refusal_is_http_200(sim: Simulator, endpoint: str):
    """P1.3"""
    answer = await sim.get(endpoint, {"account": "nobody"})

    assert (answer.http_status, answer.status) == (200, -1)


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/getbalance/", "/getbalance"),
        ("/GetBalance", "/getbalance"),
        ("/SENDSMS", "/sendsms"),
        ("/sendSms", "/sendsms"),
        ("/queryReport", "/getreport"),
        ("/queryBalance", "/getbalance"),
        ("/send", "/sendsms"),
        ("/api/v1/sms", "/sendsms"),
        ("/getMO", "/getsms"),
        ("/getsms.do", "/getsms"),
        ("//sendsms", "/sendsms"),
        ("/send%73ms", "/sendsms"),
    ],
)
async def test_an_unknown_path_is_404_and_the_reason_names_the_nearest(sim: Simulator, path: str, nearest: str):
    """P1.3"""
    answer = await sim.request("GET", f"{path}?{CREDENTIALS}")

    assert answer.http_status == 404
    said = f"unknown path; the nearest known path is {nearest}, all are /getbalance, /sendsms, /getreport, /getsms"
    assert answer.text == f'{{"status":-12,"error":"{said}"}}'
    assert answer.headers["X-EIMS-Sim-Reason"] == f"path-unknown; {said}"


@pytest.mark.parametrize("path", ["/", "/favicon.ico", "/%00", "/../etc/passwd", "/getdailystats", "/" + "x" * 9000])
async def test_a_path_that_is_near_to_none_is_told_all(sim: Simulator, path: str):
    """P1.3"""
    answer = await sim.request("GET", path)

    assert answer.http_status == 404
    assert answer.body == (
        b'{"status":-12,"error":"unknown path; known paths are /getbalance, /sendsms, /getreport, /getsms"}'
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "DELETE"])
async def test_an_unknown_path_is_404_whatever_the_method(sim: Simulator, method: str):
    """P1.3"""
    answer = await sim.request(method, "/nowhere")

    assert answer.http_status == 404


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_a_wrong_method_is_405_with_allow(sim: Simulator, method: str):
    """P1.3"""
    answers = [await sim.request(method, f"/{endpoint}?{CREDENTIALS}") for endpoint in ENDPOINTS]

    assert [(answer.http_status, answer.headers["Allow"], answer.body) for answer in answers] == [
        (405, "GET", b'{"status":-12,"error":"/getbalance takes GET"}'),
        (405, "GET, POST", b'{"status":-12,"error":"/sendsms takes GET, POST"}'),
        (405, "GET", b'{"status":-12,"error":"/getreport takes GET"}'),
        (405, "GET", b'{"status":-12,"error":"/getsms takes GET"}'),
    ]


async def test_a_head_is_405_without_a_body(sim: Simulator):
    """P1.3"""
    answers = [await sim.request("HEAD", f"/{endpoint}?{CREDENTIALS}") for endpoint in ENDPOINTS]

    assert [(answer.http_status, answer.headers["Allow"], answer.body) for answer in answers] == [
        (405, "GET", b""),
        (405, "GET, POST", b""),
        (405, "GET", b""),
        (405, "GET", b""),
    ]


@pytest.mark.parametrize("endpoint", ["getbalance", "getreport", "getsms"])
async def test_only_sendsms_takes_a_post(sim: Simulator, endpoint: str):
    """P1.1, P1.3"""
    answer = await sim.request("POST", f"/{endpoint}?{CREDENTIALS}", json=DEMO)

    assert (answer.http_status, answer.headers["Allow"]) == (405, "GET")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT"])
async def test_a_wrong_method_stores_and_charges_nothing(sim: Simulator, method: str):
    """P1.3"""
    await sim.request(method, GET_GOOD)

    assert await sim.messages() == []
    assert await sim.balance() == ("1000.000000", "50.00000")


async def test_a_head_that_does_not_end_is_408(start: Start):
    """P1.3"""
    sim = await start(patience=Patience(head_seconds=0.2))
    async with sim.wire() as wire:
        await wire.send(b"GET /getbalance?account=demo&password=demo123 HTTP/1.1\r\nHost: gateway\r\n")

        answer = await wire.answer()

        assert answer.http_status == 408
        assert answer.body == b'{"status":-12,"error":"the request did not arrive in time"}'
        assert await wire.rest() == b""


async def test_the_time_for_a_head_begins_with_its_first_byte_on_a_kept_connection_too(start: Start):
    """P1.3"""
    sim = await start(patience=Patience(head_seconds=0.2))
    async with sim.wire() as wire:
        await wire.send(b"GET /getbalance?account=demo&password=demo123 HTTP/1.1\r\nHost: gateway\r\n\r\n")
        first = await wire.answer()
        await wire.send(b"G")

        second = await wire.answer()

        assert (first.http_status, second.http_status) == (200, 408)


async def test_a_body_that_does_not_end_is_408_and_stores_nothing(start: Start):
    """P1.3"""
    sim = await start(patience=Patience(body_seconds=0.2))
    async with sim.wire() as wire:
        await wire.send(b"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n" + padded(999))

        answer = await wire.answer()

    assert answer.http_status == 408
    assert answer.headers["Connection"] == "close"
    assert answer.body == b'{"status":-12,"error":"the request did not arrive in time"}'
    assert await sim.messages() == []


async def test_a_body_of_two_mib_is_read(sim: Simulator):
    """P1.3"""
    answer = await posted(sim, padded(TWO_MIB))

    assert (answer.http_status, answer.status) == (200, 0)


async def test_a_body_over_two_mib_is_413_and_stores_nothing(sim: Simulator):
    """P1.3"""
    answer = await posted(sim, padded(TWO_MIB + 1))

    assert answer.http_status == 413
    assert answer.body == TOO_LARGE
    assert await sim.messages() == []


async def test_a_chunked_body_over_the_limit_is_413_too(start: Start):
    """P1.3"""
    sim = await start(body_limit=1024)

    async def chunks():
        for _ in range(3):
            yield padded(500)

    answer = await sim.request("POST", "/sendsms", data=chunks())

    assert answer.http_status == 413
    assert answer.body == TOO_LARGE


async def test_the_limit_of_the_body_is_a_setting(start: Start):
    """P1.3"""
    sim = await start(body_limit=1024)

    answers = [await posted(sim, padded(1024)), await posted(sim, padded(1025))]

    assert [answer.http_status for answer in answers] == [200, 413]


async def test_a_compressed_body_is_read(sim: Simulator):
    """P1.3"""
    answer = await posted(sim, gzip.compress(json.dumps(GOOD).encode()), **{"Content-Encoding": "gzip"})

    assert (answer.http_status, answer.status) == (200, 0)


async def test_a_compressed_body_is_measured_after_decompression(sim: Simulator):
    """P1.3"""
    answers = [
        await posted(sim, gzip.compress(padded(size)), **{"Content-Encoding": "gzip"})
        for size in (TWO_MIB, TWO_MIB + 1, 30 * TWO_MIB)
    ]

    assert [answer.http_status for answer in answers] == [200, 413, 413]
    assert len(await sim.messages()) == 1


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
async def test_a_body_that_is_not_compressed_as_it_says_is_400(sim: Simulator, encoding: str):
    """P1.3"""
    async with sim.wire() as wire:
        head = f"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nContent-Encoding: {encoding}\r\nContent-Length: 5\r\n\r\n"
        await wire.send(head.encode() + b"\xff\xfe\xfd\xfc\xfb")

        answer = await wire.answer()

        assert answer.http_status == 400
        assert answer.body == UNREADABLE_HTTP


async def test_1024_chinese_characters_fit_into_a_get(sim: Simulator):
    """P1.3, P1.4"""
    content = "验" * 1024

    answer = await sim.get("sendsms", GOOD | {"content": content})

    assert len(quote(content)) == 9216
    assert answer.status == 0
    assert (await sent(sim))["content"] == content


async def test_a_request_line_of_64_kib_is_read(sim: Simulator):
    """P1.3"""
    line = f"GET /getbalance?{CREDENTIALS}&x=".encode()
    async with sim.wire() as wire:
        await wire.send(line + b"x" * (65_536 - len(line) - len(" HTTP/1.1")) + b" HTTP/1.1\r\nHost: gateway\r\n\r\n")

        answer = await wire.answer()

    assert (answer.http_status, answer.status) == (200, 0)


@pytest.mark.parametrize("size", [66_000, 3_000_000])
async def test_a_request_line_over_64_kib_is_414(sim: Simulator, size: int):
    """P1.3"""
    async with sim.wire() as wire:
        await wire.send(b"GET /getbalance?account=demo&x=" + b"x" * size + b" HTTP/1.1\r\nHost: gateway\r\n\r\n")

        answer = await wire.answer()

        assert answer.http_status == 414
        assert answer.body == b'{"status":-12,"error":"the request line is longer than 64 KiB"}'
        assert await wire.rest() == b""


@pytest.mark.parametrize(
    "headers",
    [b"X: " + b"x" * 65_536 + b"\r\n", b"x" * 65_536 + b": x\r\n", b"X: x\r\n" * 1000],
    ids=["a long value", "a long name", "many"],
)
async def test_headers_over_the_limit_are_431(sim: Simulator, headers: bytes):
    """P1.3"""
    async with sim.wire() as wire:
        await wire.send(f"GET {GET_GOOD} HTTP/1.1\r\nHost: gateway\r\n".encode() + headers + b"\r\n")

        answer = await wire.answer()

        assert answer.http_status == 431
        assert answer.body == b'{"status":-12,"error":"the headers are larger than the gateway takes"}'
        assert await sim.messages() == []


@pytest.mark.parametrize(
    "request_",
    [
        b"hello\r\n\r\n",
        f"GET {GET_GOOD} HTTP/1.1\r\n\r\n".encode(),
        f"POST {GET_GOOD} HTTP/1.1\r\nHost: gateway\r\nContent-Length: -1\r\n\r\n".encode(),
        f"POST {GET_GOOD} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n".encode(),
        f"POST {GET_GOOD} HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n".encode(),
    ],
    ids=["words", "no host", "negative length", "two lengths", "bad chunk"],
)
async def test_what_is_not_http_is_400(sim: Simulator, request_: bytes):
    """P1.3"""
    async with sim.wire() as wire:
        await wire.send(request_)

        answer = await wire.answer()

        assert answer.http_status == 400
        assert answer.body == UNREADABLE_HTTP
        assert await sim.messages() == []


@pytest.mark.parametrize("raw", [" two", "你好", "\tx", "\nx"], ids=["a blank", "utf-8", "a tab", "a line break"])
async def test_a_url_that_is_not_encoded_is_400(sim: Simulator, raw: str):
    """P1.3"""
    async with sim.wire() as wire:
        await wire.send(f"GET {GET_GOOD}{raw} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode())

        answer = await wire.answer()

        assert answer.http_status == 400
        assert answer.text.startswith('{"status":-12,"error":"the URL is not percent-encoded')
        assert await sim.messages() == []


async def test_a_gateway_with_too_much_waiting_answers_503_with_retry_after(sim: Simulator):
    """P1.3"""
    with sim.behind_its_back() as other:
        other.execute("BEGIN IMMEDIATE")  # the database is busy for a while
        body = {"account": "poor", "password": "demo123", "content": "Hello", "numbers": "13800000000," * 10_000}
        waiting = [asyncio.create_task(sim.post(body)) for _ in range(60)]

        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)

        other.rollback()
    refused = done.pop().result()
    assert refused.http_status == 503
    assert refused.headers["Retry-After"] == "1"
    assert refused.body == b'{"status":-12,"error":"the gateway cannot take this request now; try again"}'
    others = [answer for answer in await asyncio.gather(*waiting) if answer.http_status == 200]
    assert {answer.status for answer in others} == {-10}


async def test_while_shutting_down_a_kept_connection_is_told_503_and_what_was_accepted_is_finished(sim: Simulator):
    """P1.3"""
    async with sim.wire() as accepted, sim.wire() as kept:
        body = json.dumps(GOOD).encode()
        head = f"POST /sendsms HTTP/1.1\r\nHost: gateway\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        await accepted.send(head + body[:10])
        await kept.send(f"GET /getbalance?{CREDENTIALS} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode())
        before = await kept.answer()

        stopping = asyncio.create_task(sim.server.stop())
        await kept.send(f"GET /getbalance?{CREDENTIALS} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode())
        refused = await kept.answer()
        await accepted.send(body[10:])
        finished = await accepted.answer()
        await stopping

    assert before.status == 0
    assert refused.http_status == 503
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["Connection"] == "close"
    assert refused.body == b'{"status":-12,"error":"the gateway is shutting down"}'
    assert finished.body == b'{"status":0,"success":1,"fail":0,"array":[[13800000000,1]]}'


TROUBLES = {
    "404": (404, b"GET /nowhere?account=demo&password=demo123 HTTP/1.1\r\nHost: gateway\r\n\r\n"),
    "404 with a line break": (404, b"GET /no%0Awhere?account=demo&password=demo123 HTTP/1.1\r\nHost: gateway\r\n\r\n"),
    "405": (405, b"PUT /sendsms?account=demo&password=demo123 HTTP/1.1\r\nHost: gateway\r\n\r\n"),
    "408": (408, b"GET /sendsms?account=demo&password=demo123"),
    "413": (
        413,
        b"POST /sendsms?account=demo&password=demo123 HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2000\r\n\r\n"
        + b"demo1234" * 250,
    ),
    "414": (414, b"GET /sendsms?account=demo&password=" + b"demo123" * 10_000 + b" HTTP/1.1\r\n\r\n"),
    "431": (
        431,
        b"GET /sendsms?account=demo&password=demo123 HTTP/1.1\r\nX: " + b"demo123" * 10_000 + b"\r\n\r\n",
    ),
    "400": (400, b"GET /sendsms?account=demo&password=demo123 & more HTTP/1.1\r\nHost: gateway\r\n\r\n"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_an_http_error_echoes_nothing_and_is_one_line_in_the_log(
    start: Start, caplog: pytest.LogCaptureFixture, trouble: str
):
    """P1.3"""
    http_status, request = TROUBLES[trouble]
    sim = await start(body_limit=1024, patience=Patience(head_seconds=0.2))
    caplog.set_level(logging.INFO)
    caplog.clear()

    async with sim.wire() as wire:
        await wire.send(request)
        answer = await wire.answer()

    assert answer.http_status == http_status
    assert list(answer.json()) == ["status", "error"]
    assert answer.status == -12
    assert b"demo" not in answer.body
    (record,) = caplog.records
    assert str(http_status) in record.getMessage()
    assert "\n" not in record.getMessage()
    assert "demo" not in record.getMessage()
    assert record.exc_info is None


# --- P1.4: parameters ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("version", ["1.0", "1.1", ""])
async def test_the_version_may_be_named_or_left_out(sim: Simulator, endpoint: str, version: str):
    """P1.4"""
    answer = await sim.get(endpoint, GOOD | {"ids": "1", "version": version})

    assert answer.status == 0
    assert not {"version-unknown"} & set(answer.notes)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
async def test_an_unknown_version_is_accepted_with_a_note(sim: Simulator, endpoint: str):
    """P1.4"""
    answer = await sim.get(endpoint, GOOD | {"ids": "1", "version": "2.0"})

    assert answer.status == 0
    assert "version-unknown" in answer.notes


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("name", ["account", "password"])
async def test_account_and_password_are_required_everywhere(sim: Simulator, endpoint: str, name: str):
    """P1.4"""
    parameters = {key: value for key, value in (GOOD | {"ids": "1"}).items() if key != name}

    answer = await sim.get(endpoint, parameters)

    assert answer.status == -1
    assert answer.reason == f"{name}-missing"


@pytest.mark.parametrize(
    ("endpoint", "name", "status"), [("sendsms", "numbers", -8), ("sendsms", "content", -4), ("getreport", "ids", -8)]
)
async def test_what_an_endpoint_requires_beside_them(sim: Simulator, endpoint: str, name: str, status: int):
    """P1.4"""
    parameters = {key: value for key, value in (GOOD | {"ids": "1"}).items() if key != name}

    answer = await sim.get(endpoint, parameters)

    assert answer.status == status
    assert answer.reason == f"{name}-missing"


async def test_optional_parameters_have_defaults(sim: Simulator):
    """P1.4"""
    await sim.get("sendsms", GOOD)

    message = await sent(sim)
    assert (message["smstype"], message["mmstitle"], message["sender"], message["sendtime"]) == (0, "", "", None)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_every_parameter_of_a_submit_is_kept(sim: Simulator, method: str):
    """P1.4"""
    parameters = GOOD | {
        "version": "1.0",
        "smstype": "1",
        "mmstitle": "标题 & more",
        "sender": "ACME",
        "sendtime": "20260101130000",
    }

    answer = await (sim.get("sendsms", parameters) if method == "GET" else sim.post(parameters))

    assert answer.notes == []
    message = await sent(sim)
    kept = {name: message[name] for name in ("number", "content", "smstype", "mmstitle", "sender", "sendtime")}
    assert kept == {
        "number": "13800000000",
        "content": "Hello",
        "smstype": 1,
        "mmstitle": "标题 & more",
        "sender": "ACME",
        "sendtime": "2026-01-01T13:00:00.000000+08:00",
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("%E4%BD%A0%e5%a5%bd", "你好"),
        ("a+b%20c%2Bd", "a b c+d"),
        ("a%26b%3Dc%23d%25e", "a&b=c#d%e"),
        ("a=b=c", "a=b=c"),
        ("100%", "100%"),
        ("%zz%4", "%zz%4"),
        ("5%-10%25", "5%-10%"),
        ("%u4f60", "%u4f60"),
        ("%E4%BD%A0%", "你%"),
        ("line%0Abreak%0D%0A", "line\nbreak\r\n"),
        ("%F0%9F%98%80", "😀"),
        ("null%00byte", "null\0byte"),
    ],
)
@pytest.mark.parametrize("where", ["query", "form"])
async def test_content_and_mmstitle_are_url_decoded(sim: Simulator, where: str, written: str, read: str):
    """P1.4"""
    fields = f"{CREDENTIALS}&numbers=13800000000&content={written}&mmstitle={written}"

    await (sim.request("GET", f"/sendsms?{fields}") if where == "query" else posted(sim, fields, FORM))

    message = await sent(sim)
    assert (message["content"], message["mmstitle"]) == (read, read)


async def test_a_fragment_is_no_part_of_the_query(sim: Simulator):
    """P1.4"""
    async with sim.wire() as wire:
        await wire.send(f"GET {GET_GOOD}#more HTTP/1.1\r\nHost: gateway\r\n\r\n".encode())
        await wire.answer()

    assert (await sent(sim))["content"] == "Hello"


async def test_a_proxys_absolute_form_is_understood(sim: Simulator):
    """P1.3"""
    async with sim.wire() as wire:
        await wire.send(f"GET http://gateway:20003{GET_GOOD} HTTP/1.1\r\nHost: gateway\r\n\r\n".encode())

        answer = await wire.answer()

    assert answer.status == 0


# --- P1.7: the body of a POST -------------------------------------------------------------------------------------


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
async def test_a_json_object_is_what_the_document_wants(sim: Simulator, content_type: str):
    """P1.7"""
    answer = await posted(sim, json.dumps(GOOD), content_type)

    assert answer.status == 0
    assert answer.notes == []


@pytest.mark.parametrize("content_type", [FORM, "text/plain", "multipart/form-data; boundary=x", "", "text/json"])
async def test_a_json_object_is_read_as_json_whatever_its_content_type(sim: Simulator, content_type: str):
    """P1.7"""
    answer = await posted(sim, json.dumps(GOOD), content_type)

    assert answer.status == 0
    assert answer.notes == ["body-json-label"]


async def test_a_form_is_read_with_a_note(sim: Simulator):
    """P1.7"""
    answer = await sim.request("POST", "/sendsms", data=GOOD | {"content": "你好 & bye"})

    assert answer.status == 0
    assert answer.notes == ["body-not-json"]
    assert (await sent(sim))["content"] == "你好 & bye"


async def test_a_multipart_form_is_read_with_a_note(sim: Simulator):
    """P1.7"""
    form = aiohttp.FormData(GOOD | {"content": "你好 & bye"}, default_to_multipart=True)

    answer = await sim.request("POST", "/sendsms", data=form)

    assert answer.status == 0
    assert answer.notes == ["body-not-json"]
    assert (await sent(sim))["content"] == "你好 & bye"


@pytest.mark.parametrize("content_type", ["application/json; charset=gbk", f"{FORM}; charset=gbk"])
async def test_text_is_utf8_whatever_charset_is_named(sim: Simulator, content_type: str):
    """P1.7"""
    body = json.dumps(GOOD | {"content": "你好"}, ensure_ascii=False)
    if content_type.startswith(FORM):
        body = f"{CREDENTIALS}&numbers=13800000000&content=你好"

    await posted(sim, body, content_type)

    assert (await sent(sim))["content"] == "你好"


async def test_the_query_of_a_post_is_read_with_a_note(sim: Simulator):
    """P1.7"""
    answer = await posted(sim, json.dumps({"numbers": "10010", "content": "Hello"}), query=f"?{CREDENTIALS}")

    assert answer.status == 0
    assert answer.notes == ["query-of-post"]


async def test_a_post_without_a_body_is_all_query(sim: Simulator):
    """P1.7"""
    answer = await sim.request("POST", GET_GOOD)

    assert answer.status == 0
    assert answer.notes == ["query-of-post"]


@pytest.mark.parametrize("kind", ["json", "form"])
async def test_the_body_wins_over_the_query(sim: Simulator, kind: str):
    """P1.7"""
    body = json.dumps(GOOD) if kind == "json" else f"{CREDENTIALS}&numbers=13800000000&content=Hello"

    answer = await posted(sim, body, JSON if kind == "json" else FORM, query="?content=Bye&sender=ACME")

    assert {"query-of-post", "query-and-body"} <= set(answer.notes)
    message = await sent(sim)
    assert (message["content"], message["sender"]) == ("Hello", "ACME")


@pytest.mark.parametrize("kind", ["form", "multipart"])
async def test_strict_a_form_counts_as_absent(start: Start, kind: str):
    """P1.7"""
    sim = await start(strict=True)
    form = aiohttp.FormData(GOOD, default_to_multipart=kind == "multipart")

    answer = await sim.request("POST", "/sendsms", data=form)

    assert answer.body == b'{"status":-1,"success":0,"fail":0,"array":[]}'
    assert answer.reason == "account-missing"
    assert answer.notes == ["body-strict"]


async def test_strict_the_query_of_a_post_counts_as_absent(start: Start):
    """P1.7"""
    sim = await start(strict=True)

    answer = await posted(sim, json.dumps(DEMO), query="?numbers=10010&content=Hello")

    assert answer.status == -4
    assert answer.notes == ["body-strict"]


async def test_strict_json_and_get_are_as_ever(start: Start):
    """P1.7"""
    sim = await start(strict=True)

    answers = [await sim.post(GOOD), await sim.get("sendsms", GOOD | {"content": "Hello again"})]

    assert [(answer.status, answer.notes) for answer in answers] == [(0, []), (0, [])]


UNREADABLE = {
    "broken": b'{"account":"demo","password":"demo123","numbers":"10010","content":"Hello"',
    "the document's own sample": (
        '{"account":"chenkc","password":"123456","content":"test","smstype":0,'
        '"mmstitle":"mms\ntitle decs"，"numbers":"123456"}'
    ).encode(),
    "a list": b'[{"account":"demo"}]',
    "a string": b'"account=demo"',
    "null": b"null",
    "two objects": json.dumps(GOOD).encode() * 2,
    "single quotes": str(GOOD).encode(),
    "NaN": b'{"account":"demo","password":"demo123","numbers":"10010","content":"Hello","seq":NaN}',
    "Infinity": b'{"account":"demo","password":"demo123","numbers":"10010","content":"Hello","seq":-Infinity}',
    "a lone surrogate": b'{"account":"demo","password":"demo123","numbers":"10010","content":"\\ud83d"}',
    "a lone surrogate in a name": b'{"account":"demo","password":"demo123","numbers":"1","content":"a","\\ud83d":1}',
    "a surrogate in bytes": b'{"account":"demo","password":"demo123","numbers":"10010","content":"\xed\xa0\xbd"}',
    "GBK": json.dumps(GOOD | {"content": "你好"}, ensure_ascii=False).encode("gbk"),
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "UTF-32": json.dumps(GOOD).encode("utf-32"),
    "a raw line break in a string": b'{"account":"demo","password":"demo123","numbers":"10010","content":"a\nb"}',
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=list(UNREADABLE))
async def test_an_unreadable_body_counts_as_absent(sim: Simulator, body: bytes):
    """P1.7, P1.9, P2 order 1"""
    answer = await posted(sim, body)

    assert answer.body == b'{"status":-1,"success":0,"fail":0,"array":[]}'
    assert answer.reason == "account-missing-body-unreadable"
    assert answer.notes == ["body-unreadable"]


async def test_what_the_query_says_beside_an_unreadable_body_still_counts(sim: Simulator):
    """P1.7"""
    answer = await posted(sim, b"{", query=GET_GOOD.removeprefix("/sendsms"))

    assert answer.status == 0
    assert answer.notes == ["body-unreadable", "query-of-post"]


# --- P1.8: names --------------------------------------------------------------------------------------------------


async def test_names_are_case_sensitive(sim: Simulator):
    """P1.8"""
    answer = await sim.get("getbalance", {"Account": "demo", "password": "demo123"})

    assert answer.reason == "account-missing"
    assert answer.notes == ["parameter-unknown"]
    assert "the nearest known one is account" in answer.headers["X-EIMS-Sim-Note"]


@pytest.mark.parametrize("where", ["query", "form"])
async def test_the_first_of_a_name_given_twice_counts_in_a_query_or_form(sim: Simulator, where: str):
    """P1.8"""
    fields = f"{CREDENTIALS}&numbers=10010&content=first&content=second&password=wrong"

    answer = await (sim.request("GET", f"/sendsms?{fields}") if where == "query" else posted(sim, fields, FORM))

    assert answer.status == 0
    assert "name-twice" in answer.notes
    assert (await sent(sim))["content"] == "first"


async def test_the_last_of_a_name_given_twice_counts_in_json(sim: Simulator):
    """P1.8"""
    answer = await posted(
        sim, '{"account":"demo","password":"wrong","numbers":"1","content":"a","password":"demo123","numbers":"10010"}'
    )

    assert answer.status == 0
    assert answer.notes == ["name-twice"]
    assert (await sent(sim))["number"] == "10010"


@pytest.mark.parametrize(
    ("endpoint", "name", "nearest"),
    [
        ("sendsms", "number", "numbers"),
        ("sendsms", "Numbers", "numbers"),
        ("sendsms", "contents", "content"),
        ("sendsms", "send_time", "sendtime"),
        ("getreport", "id", "ids"),
        ("getsms", "starttime", "start_time"),
        ("getbalance", "passwd", "password"),
    ],
)
async def test_an_unknown_name_is_ignored_and_the_note_names_the_nearest(
    sim: Simulator, endpoint: str, name: str, nearest: str
):
    """P1.8"""
    known = {"sendsms": GOOD, "getreport": DEMO | {"ids": "1"}}.get(endpoint, DEMO)

    answer = await sim.get(endpoint, known | {name: "1"})

    assert answer.status == 0
    assert answer.headers.getall("X-EIMS-Sim-Note") == [
        f"parameter-unknown; a parameter that the gateway does not know was ignored; the nearest known one is {nearest}"
    ]


async def test_a_parameter_of_another_endpoint_is_unknown(sim: Simulator):
    """P1.8"""
    answer = await sim.get("getbalance", GOOD)

    assert answer.status == 0
    assert answer.notes == ["parameter-unknown"]


@pytest.mark.parametrize("name", ["version", "seq", "time", "smstype", "mmstitle", "sender", "sendtime"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_optional_parameter_that_is_empty_counts_as_absent(sim: Simulator, method: str, name: str):
    """P1.8"""
    parameters = GOOD | {name: ""}

    answer = await (sim.get("sendsms", parameters) if method == "GET" else sim.post(parameters))

    assert answer.status == 0
    assert answer.notes == []


async def test_an_empty_start_time_counts_as_absent(sim: Simulator):
    """P1.8"""
    answer = await sim.get("getsms", DEMO | {"start_time": ""})

    assert answer.body == b'{"status":0,"cnt":0,"array":[]}'


# --- P1.9: JSON values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("10010", "10010"),
        ("999999999999999999", "999999999999999999"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
async def test_a_json_integer_is_taken_as_its_text_with_all_digits(sim: Simulator, written: str, number: str):
    """P1.9"""
    answer = await posted(
        sim, f'{{"account":"demo","password":"demo123","numbers":{written},"content":12345678901234567890}}'
    )

    assert answer.status == 0
    message = await sent(sim)
    assert (message["number"], message["content"]) == (number, "12345678901234567890")


async def test_a_json_integer_keeps_its_sign(sim: Simulator):
    """P1.9"""
    await posted(sim, '{"account":"demo","password":"demo123","numbers":"10010","content":-0}')

    assert (await sent(sim))["content"] == "-0"


async def test_smstype_and_sendtime_may_be_json_integers(sim: Simulator):
    """P1.9"""
    answer = await sim.post(GOOD | {"smstype": 1, "sendtime": 20260101130000})

    assert answer.status == 0
    message = await sent(sim)
    assert (message["smstype"], message["sendtime"]) == (1, "2026-01-01T13:00:00.000000+08:00")


async def test_a_json_string_is_taken_as_it_is(sim: Simulator):
    """P1.9"""
    await sim.post(GOOD | {"content": " %41+\t\u3000 "})

    assert (await sent(sim))["content"] == " %41+\t\u3000 "


@pytest.mark.parametrize("value", ["true", "false", "null", '["10010"]', '{"a":1}', "10010.0", "1e4", "0.5"])
async def test_what_is_neither_string_nor_integer_counts_as_absent_with_a_note(sim: Simulator, value: str):
    """P1.9"""
    answer = await posted(sim, f'{{"account":"demo","password":"demo123","content":"Hello","numbers":{value}}}')

    assert answer.body == b'{"status":-8,"success":0,"fail":0,"array":[]}'
    assert answer.reason == "numbers-missing"
    assert answer.notes == ["json-not-text"]


@pytest.mark.parametrize("value", ["null", "[]", "{}", "1.0", "true"])
async def test_an_optional_parameter_of_such_a_value_has_its_default(sim: Simulator, value: str):
    """P1.9"""
    body = json.dumps(GOOD)[:-1] + f',"smstype":{value},"sendtime":{value}}}'

    answer = await posted(sim, body)

    assert answer.status == 0
    message = await sent(sim)
    assert (message["smstype"], message["sendtime"]) == (0, None)


async def test_a_byte_order_mark_is_skipped_with_a_note(sim: Simulator):
    """P1.9"""
    answer = await posted(sim, b"\xef\xbb\xbf" + json.dumps(GOOD).encode())

    assert answer.status == 0
    assert answer.notes == ["body-bom"]


async def test_a_pair_of_surrogates_is_one_character(sim: Simulator):
    """P1.9"""
    await posted(sim, '{"account":"demo","password":"demo123","numbers":"10010","content":"\\ud83d\\ude00"}')

    assert (await sent(sim))["content"] == "😀"


# --- P1.10: times and money ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "shown"),
    [({}, 20260101120010), ({"timezone": "UTC"}, 20260101040010), ({"timezone": "America/New_York"}, 20251231230010)],
    ids=["default", "UTC", "New York"],
)
async def test_times_are_integers_in_the_gateways_zone(start: Start, zone: dict, shown: int):
    """P1.10"""
    sim = await start(**zone)
    await sim.submit()
    await sim.advance(10)

    answer = await sim.get("getreport", DEMO | {"ids": "1"})

    assert answer.json()["array"] == [[1, "13800000000", shown, 2]]


async def test_sendtime_is_read_in_the_gateways_zone(start: Start):
    """P1.10"""
    sim = await start(timezone="UTC")

    await sim.get("sendsms", GOOD | {"sendtime": "20260101050000"})

    assert (await sent(sim))["sendtime"] == "2026-01-01T05:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("balance", "gift", "shown"),
    [
        ("0", "0", ("0.000000", "0.00000")),
        ("99.99", "50", ("99.990000", "50.00000")),
        ("0.000001", "0.000009", ("0.000001", "0.00000")),
        ("0.999999", "0.999999", ("0.999999", "0.99999")),
        ("1000000000000", "999999999999.999999", ("1000000000000.000000", "999999999999.99999")),
    ],
)
async def test_money_is_exact_with_six_and_five_decimals_cut_not_rounded(
    start: Start, balance: str, gift: str, shown: tuple[str, str]
):
    """P1.10"""
    sim = await start(f'[[accounts]]\naccount = "rich"\npassword = "demo123"\nbalance = "{balance}"\ngift = "{gift}"\n')

    assert await sim.balance("rich") == shown


# --- P1.11: bytes, digits, blanks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read", "note"),
    [
        ("%C4%E3%BA%C3", "\ufffd\ufffd\ufffd", "not-utf8-gbk"),
        ("ok%C4%E3", "ok\ufffd\ufffd", "not-utf8-gbk"),
        ("a%FFb", "a\ufffdb", "not-utf8"),
        ("%ED%A0%80", "\ufffd\ufffd\ufffd", "not-utf8"),
    ],
)
@pytest.mark.parametrize("where", ["query", "form"])
async def test_bytes_that_are_not_utf8_become_replacement_characters_with_a_note(
    sim: Simulator, where: str, written: str, read: str, note: str
):
    """P1.11"""
    fields = f"{CREDENTIALS}&numbers=10010&content={written}"

    answer = await (sim.request("GET", f"/sendsms?{fields}") if where == "query" else posted(sim, fields, FORM))

    assert answer.status == 0
    assert note in answer.notes
    assert (await sent(sim))["content"] == read


async def test_the_note_on_gbk_says_so(sim: Simulator):
    """P1.11"""
    answer = await sim.request("GET", f"/sendsms?{CREDENTIALS}&numbers=10010&content=%C4%E3%BA%C3")

    assert answer.headers.getall("X-EIMS-Sim-Note") == [
        "not-utf8-gbk; bytes that are not UTF-8 became U+FFFD; they are valid GBK: encode in UTF-8 instead"
    ]


@pytest.mark.parametrize("digits", ["１２３４５", "١٢٣٤٥", "१२३४५", "²²²²²"])
async def test_only_ascii_digits_are_digits(sim: Simulator, digits: str):
    """P1.11"""
    submit = await sim.get("sendsms", GOOD | {"numbers": digits})
    sendtime = await sim.get("sendsms", GOOD | {"sendtime": "2026010112000" + digits[0]})
    smstype = await sim.get("sendsms", GOOD | {"smstype": "１"})
    report = await sim.get("getreport", DEMO | {"ids": digits})
    inbound = await sim.get("getsms", DEMO | {"start_time": digits})

    assert (submit.status, sendtime.status, smstype.status, inbound.status) == (-9, -11, -12, -12)
    assert report.body == b'{"status":0,"success":0,"fail":0,"unsent":0,"sending":0,"nofound":1,"array":[]}'


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\u00a0", "\u2003", "\u3000"])
async def test_trimming_means_unicode_white_space(sim: Simulator, blank: str):
    """P1.11"""
    trimmed = await sim.get("sendsms", GOOD | {"numbers": f"{blank}10010{blank},{blank},{blank}"})
    empty = await sim.get("sendsms", GOOD | {"content": blank * 3})

    assert trimmed.body == b'{"status":0,"success":1,"fail":0,"array":[[10010,1]]}'
    assert empty.status == -4


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff"])
async def test_a_character_that_is_only_invisible_is_no_white_space(sim: Simulator, mark: str):
    """P1.11"""
    number = await sim.get("sendsms", GOOD | {"numbers": f"{mark}10010"})
    content = await sim.get("sendsms", GOOD | {"content": mark})

    assert (number.status, content.status) == (-9, 0)


# --- P1.12: clocks ------------------------------------------------------------------------------------------------


async def test_the_gateways_clock_rules_every_time_stamp(sim: Simulator):
    """P1.12"""
    before = await sim.submit(content="before", sendtime=str(NOW + 3000))  # half past twelve
    await sim.advance(3600)
    after = await sim.submit(content="after", sendtime=str(NOW + 3000))

    messages = await sim.messages()
    assert [message["accepted_at"] for message in messages] == [
        "2026-01-01T12:00:00.000000+08:00",
        "2026-01-01T13:00:00.000000+08:00",
    ]
    assert [await sim.state(*ids) for ids in (before, after)] == [0, 1]


async def test_real_time_rules_long_polls(sim: Simulator):
    """P1.12"""
    answer = await sim.control("GET", "messages?wait=0.05")

    assert answer.json() == {"items": [], "next": None, "total": 0, "complete": False}
