"""Who may come in at the control API, and how wrong calls are answered (C4)."""

import gzip
import json
import sqlite3
from time import process_time
from typing import Any

import pytest

from tests.conftest import GOOD, Answer, Simulator, Start

CALLS = [
    ("GET", "clock"),
    ("PUT", "clock"),
    ("POST", "clock/advance"),
    ("GET", "messages"),
    ("GET", "messages/1"),
    ("GET", "inbound"),
    ("POST", "inbound"),
    ("GET", "pushes"),
    ("POST", "pushes/1/retry"),
    ("POST", "reset"),
]
WITH_BODY = [("PUT", "clock"), ("POST", "clock/advance"), ("POST", "inbound")]
INBOUND = b'{"from":"1","to":"123456","content":"x"}'
JSON = {"Content-Type": "application/json"}


def problem(answer: Answer, status: int, title: str) -> list[dict[str, str]]:
    """The violations of a problem, its frame being right."""
    assert answer.http_status == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert list(body) == ["type", "title", "status", "detail", "errors"]
    assert (body["type"], body["title"], body["status"]) == ("about:blank", title, status)
    assert body["detail"]
    return body["errors"]


async def statuses(sim: Simulator, header: str, values: list[str], method: str = "GET", path: str = "clock"):
    """The HTTP status under each value of a header."""
    return {value: (await sim.control(method, path, headers={header: value})).http_status for value in values}


async def send(sim: Simulator, body: bytes, method: str = "POST", path: str = "inbound", **headers: str) -> Answer:
    return await sim.request(method, f"/_sim/{path}", data=body, headers=JSON | headers)


async def test_health_says_ok_and_the_version(sim: Simulator):
    """C4"""
    answer = await sim.control("GET", "health")

    assert answer.http_status == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(answer.json()) == ["status", "version"]
    assert answer.json()["status"] == "ok"


async def test_a_database_that_does_not_answer_is_503(sim: Simulator):
    """C4, P2 order 14"""
    other = sqlite3.connect(sim.database)
    other.execute("DROP TABLE messages")
    other.close()

    health = await sim.control("GET", "health")
    listed = await sim.control("GET", "messages")
    submitted = await sim.post(GOOD)

    assert (health.http_status, health.json()["status"]) == (200, "ok")
    assert problem(listed, 503, "Service Unavailable") == []
    assert listed.headers["Retry-After"] == "1"
    assert submitted.body == b'{"status":-12,"success":0,"fail":1,"array":[]}'
    assert await sim.balance() == ("1000.000000", "50.00000")


async def test_health_is_503_when_the_database_does_not_answer(sim: Simulator):
    """C4"""
    other = sqlite3.connect(sim.database)
    other.execute("DROP TABLE counters")
    other.close()

    answer = await sim.control("GET", "health")

    assert answer.http_status == 503
    assert list(answer.json()) == ["status", "version", "reason"]
    assert answer.json()["reason"].endswith("no such table: counters")
    assert answer.json()["status"] != "ok"


async def test_an_address_localhost_or_a_one_label_name_is_let_in(sim: Simulator):
    """C4"""
    hosts = [
        "127.0.0.1",
        "127.0.0.1:20003",
        "192.168.1.7:80",
        "[::1]:20003",
        "[2001:db8::1]",
        "localhost:20003",
        "LOCALHOST",
        "localhost.",
        "eims:20003",
        "eims_sim",
    ]

    answered = await statuses(sim, "Host", hosts)

    assert answered == dict.fromkeys(hosts, 200)


@pytest.mark.parametrize(("method", "path"), [*CALLS, ("GET", "health"), ("GET", "nothing")])
async def test_any_other_host_is_refused_everywhere(sim: Simulator, method: str, path: str):
    """C4: a page that rebinds its name to this machine reads and changes nothing."""
    hosts = ["evil.example:20003", "127.0.0.1.nip.io", "localhost.evil.example", "1.2.3", "[::1", ":20003", ""]

    answer = await sim.control(method, path, headers={"Host": "evil.example"})
    answered = await statuses(sim, "Host", hosts, method, path)

    assert problem(answer, 403, "Forbidden") == []
    assert answered == dict.fromkeys(hosts, 403)


async def statuses_of(sim: Simulator, heads: list[str]) -> dict[str, int]:
    """The HTTP status of each GET that is sent as it stands here, as UTF-8."""
    answered = {}
    for head in heads:
        async with sim.wire() as wire:
            await wire.send(f"GET {head}\r\n\r\n".encode())
            answered[head] = (await wire.answer()).http_status
    return answered


async def test_a_host_of_an_odd_form_is_refused(sim: Simulator):
    """C4: what somebody else could read as another name"""
    hosts = [
        *(
            "evil.example@127.0.0.1",
            "localhost@evil.example",
            "localhost/evil.example",
            "localhost?evil",
            "\\localhost",
        ),
        *("localhost:abc", "localhost:80:80", "localhost..", "localhost%00", "localhost,evil.example", "local host"),
        *("[::1]x", "[fe80::1%25eth0]", "[evil.example]", "::1", "127.1", "0x7f.1", "1.2.3.4.5", "ｌocalhost"),
        *("evil。example", "[]", "[", ".", ":"),
    ]

    answered = await statuses_of(sim, [f"/_sim/clock HTTP/1.1\r\nHost: {host}" for host in hosts])

    assert [head for head, status in answered.items() if status != 403] == []


async def test_there_is_one_host_and_it_is_that_of_the_url_as_well(sim: Simulator):
    """C4, and RFC 9112, 3.2.2"""
    expected = {
        "/_sim/clock HTTP/1.1\r\nHost: localhost\r\nHost: evil.example": 400,
        "/_sim/clock HTTP/1.1\r\nHost: evil.example\r\nHost: localhost": 400,
        "/_sim/clock HTTP/1.1": 400,
        "/_sim/clock HTTP/1.0": 403,
        "http://evil.example/_sim/clock HTTP/1.1\r\nHost: localhost": 403,
        "http://localhost@evil.example/_sim/clock HTTP/1.1\r\nHost: localhost": 403,
        "http://localhost/_sim/clock HTTP/1.1\r\nHost: evil.example": 403,
        "http://localhost:80/_sim/clock HTTP/1.1\r\nHost: localhost": 200,
    }

    assert await statuses_of(sim, list(expected)) == expected


async def test_an_allowed_host_is_let_in_and_no_other(start):
    """C3, allowed_hosts"""
    sim = await start(allowed_hosts=["Sim.Example", "other.example."])
    mine = ["sim.example", "SIM.example:443", "sim.example.", "other.example"]
    others = ["a.sim.example", "simXexample.org", "sim.example.org"]

    answered = await statuses(sim, "Host", mine + others)

    assert answered == dict.fromkeys(mine, 200) | dict.fromkeys(others, 403)


@pytest.mark.parametrize(("method", "path"), [*CALLS, ("GET", "health")])
async def test_another_origin_is_refused(sim: Simulator, method: str, path: str):
    """C4"""
    origins = ["https://evil.example", "http://localhost", "http://127.0.0.1:1", "", "http://127.0.0.1.evil.example"]

    answer = await sim.control(method, path, headers={"Origin": "null"})
    answered = await statuses(sim, "Origin", origins, method, path)

    assert problem(answer, 403, "Forbidden") == []
    assert answered == dict.fromkeys(origins, 403)


async def test_the_own_origin_is_let_in(sim: Simulator):
    """C4"""
    answer = await sim.control("GET", "clock", headers={"Origin": sim.url})

    assert answer.http_status == 200


async def test_a_part_of_another_sites_page_is_refused(sim: Simulator):
    """C4: an image or a script comes without an Origin; a link to a page is followed"""

    async def status(path: str, site: str, mode: str, **more: str) -> int:
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode} | more
        return (await sim.control("GET", path, headers=headers)).http_status

    for path in ("clock", "events", "state", "requests?wait=60", "metrics", "health", ""):
        assert await status(path, "cross-site", "no-cors") == 403
        assert await status(path, "same-site", "no-cors") == 403
        assert await status(path, "cross-site", "websocket", Origin="http://evil.example", Upgrade="websocket") == 403
    assert await status("", "cross-site", "navigate") == 200
    assert await status("clock", "same-origin", "cors") == 200
    assert await status("clock", "none", "navigate") == 200


async def test_no_answer_is_kept_or_a_part_of_another_page(start: Start):
    """C4: whatever the answer says"""
    sim = await start(admin_token="secret-token")
    token = {"Authorization": "Bearer secret-token"}
    answers = [
        await sim.control("GET", "health"),
        await sim.control("GET", "messages"),
        await sim.control("GET", "nothing"),
        await sim.control("GET", "messages", headers={"Host": "evil.example"}),
        *[await sim.control("GET", path, headers=token) for path in ("messages", "messages/1", "state")],
        await sim.control("POST", "inbound", headers=token),
    ]

    assert {answer.http_status for answer in answers} == {200, 401, 403, 404, 415}
    for name, value in {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}.items():
        assert {answer.headers.get(name) for answer in answers} == {value}
    assert {answer.headers.get("Cross-Origin-Resource-Policy") for answer in answers} == {"same-origin"}


async def test_no_answer_allows_another_origin_to_read_it(sim: Simulator):
    """C4: no CORS"""
    preflight = {"Origin": sim.url, "Access-Control-Request-Method": "PUT"}

    answers = [
        await sim.control("GET", "clock", headers={"Origin": sim.url}),
        await sim.control("OPTIONS", "clock", headers=preflight),
    ]

    assert [answer.http_status for answer in answers] == [200, 405]
    assert not [name for answer in answers for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_every_call_needs_the_token(start, method: str, path: str):
    """C4"""
    sim = await start(admin_token="secret-token")
    wrong = ["", "Bearer", "Bearer wrong", "Basic secret-token", "secret-token", "Bearer sécret-token"]

    answer = await sim.control(method, path)
    answered = await statuses(sim, "Authorization", wrong, method, path)

    assert problem(answer, 401, "Unauthorized") == []
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answered == dict.fromkeys(wrong, 401)


async def test_the_token_lets_in_and_health_needs_none(start):
    """C4"""
    sim = await start(admin_token="secret-token")

    answered = await statuses(sim, "Authorization", ["Bearer secret-token", "bearer  secret-token "])
    health = await sim.control("GET", "health")

    assert answered == {"Bearer secret-token": 200, "bearer  secret-token ": 200}
    assert health.http_status == 200


async def test_a_refused_call_changes_nothing(start):
    """C4"""
    sim = await start(admin_token="secret-token")
    token = {"Authorization": "Bearer secret-token"}
    await sim.submit()

    await sim.control("POST", "reset")
    await sim.control("POST", "reset", headers=token | {"Host": "evil.example"})
    await sim.control("POST", "reset", headers=token | {"Origin": "http://evil.example"})

    assert (await sim.control("GET", "messages", headers=token)).json()["total"] == 1


async def test_an_unknown_path_names_the_nearest_one(sim: Simulator):
    """C4"""
    near = {"messags": "/_sim/messages", "Clock": "/_sim/clock", "clock/": "/_sim/clock", "pushes/x/retr": "/retry"}

    answers = {path: await sim.control("GET", path) for path in near}

    for path, answer in answers.items():
        assert problem(answer, 404, "Not Found") == []
        assert answer.json()["detail"].endswith(near[path])


async def test_a_path_that_does_not_exist_is_not_found(sim: Simulator):
    """C4: nothing of it is echoed."""
    paths = ["x", "%00", "messages/1/2/3", "..%2f..%2fetc", "%3Cscript%3E", "%FF", "x" * 10_000]

    answers = [await sim.control("GET", path) for path in paths]

    assert [problem(answer, 404, "Not Found") for answer in answers] == [[]] * 7
    assert not [answer for answer in answers if "script" in answer.text or "xx" in answer.text]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "health", "GET"),
        ("HEAD", "health", "GET"),
        ("OPTIONS", "clock", "GET, PUT"),
        ("DELETE", "clock", "GET, PUT"),
        ("GET", "clock/advance", "POST"),
        ("PATCH", "messages", "DELETE, GET"),
        ("DELETE", "messages/17", "GET, PATCH"),
        ("PATCH", "inbound", "DELETE, GET, POST"),
        ("PUT", "accounts/demo", "DELETE, GET, PATCH"),
        ("GET", "pushes/1/retry", "POST"),
        ("GET", "reset", "POST"),
        ("POST", "", "GET"),
        ("HEAD", "console/messages/17", "GET"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(sim: Simulator, method: str, path: str, allowed: str):
    """C4"""
    answer = await sim.control(method, path)

    assert answer.http_status == 405
    assert answer.headers["Allow"] == allowed


async def test_the_console_is_found_without_its_slash(sim: Simulator):
    """C4"""
    led, refused = await sim.request("GET", "/_sim"), await sim.request("POST", "/_sim")

    assert (led.http_status, led.headers["Location"]) == (302, "/_sim/")
    assert (refused.http_status, refused.headers["Allow"]) == (405, "GET")


async def test_what_does_not_exist_is_not_found(sim: Simulator):
    """C4"""
    ids = ["1", "0", "-1", "x", "1.5", "%EF%BC%91", "9" * 18, "9" * 40]

    answers = [await sim.control("GET", f"messages/{id}") for id in ids]
    answers += [await sim.control("POST", f"pushes/{id}/retry") for id in ids]

    assert [problem(answer, 404, "Not Found") for answer in answers] == [[]] * 16


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_what_is_not_json_is_400(sim: Simulator, method: str, path: str):
    """C4"""
    bodies = [b"{", b"", b"hello", b"\xff", b"{'from': 1}", b'{"from":"1",}', b"\x00", b"[" * 100_000]

    answers = [await send(sim, body, method, path) for body in bodies]

    assert [problem(answer, 400, "Bad Request") for answer in answers] == [[]] * 8


async def test_another_content_type_is_415(sim: Simulator):
    """C4: JSON in; a form of another site can send no other type without asking first."""
    types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jso"]

    answers = [await send(sim, INBOUND, **{"Content-Type": content_type}) for content_type in types]

    assert [problem(answer, 415, "Unsupported Media Type") for answer in answers] == [[]] * 4


async def test_json_is_taken_with_any_parameters(sim: Simulator):
    """C4"""
    types = ["application/json", "Application/JSON", "application/json; charset=utf-8"]

    answers = [await send(sim, INBOUND, **{"Content-Type": content_type}) for content_type in types]

    assert [answer.http_status for answer in answers] == [201, 201, 201]


async def test_a_body_over_the_limit_is_413(start):
    """C4, C3 body_limit: after decompression"""
    sim = await start(body_limit=1024)
    body = b'{"from":"1","to":"123456","content":"' + b"x" * 2000 + b'"}'

    answers = [await send(sim, body), await send(sim, gzip.compress(body), **{"Content-Encoding": "gzip"})]

    assert [problem(answer, 413, "Request Entity Too Large") for answer in answers] == [[], []]


async def test_a_body_that_is_not_what_its_encoding_says_is_400(sim: Simulator):
    """C4"""
    answer = await send(sim, INBOUND, **{"Content-Encoding": "gzip"})

    assert answer.http_status == 400


async def test_every_violation_is_told_at_once_with_its_pointer(sim: Simulator):
    """C4"""
    body = [{"from": "", "to": 5, "contnt": "x", "a/b~c": 1}, {"from": "1", "to": "123456", "content": "x"}, 7]

    errors = problem(await sim.control("POST", "inbound", body), 422, "Unprocessable Entity")

    assert {error["pointer"] for error in errors} == {"/0/from", "/0/to", "/0/content", "/0/contnt", "/0/a~1b~0c", "/2"}
    assert all(error["detail"] for error in errors)
    nearest = {error["pointer"]: error.get("nearest") for error in errors}
    assert nearest["/0/contnt"] == "content"
    assert nearest["/0/a~1b~0c"] is None


async def test_every_violation_of_a_query_is_told_at_once(sim: Simulator):
    """C4: unknown query parameters too"""
    answer = await sim.control("GET", "messages?limit=0&order=up&state=x&accont=demo&wait=1&wait=2&number=1&number=2")

    errors = problem(answer, 422, "Unprocessable Entity")
    assert {error["pointer"] for error in errors} == {"/limit", "/order", "/state", "/accont", "/wait", "/number"}
    assert [error["nearest"] for error in errors if error["pointer"] == "/accont"] == ["account"]


@pytest.mark.parametrize(("method", "path"), [*CALLS, ("GET", "health")])
async def test_an_unknown_query_parameter_is_a_violation_of_every_call(sim: Simulator, method: str, path: str):
    """C4"""
    bodies: dict[str, Any] = {
        "PUT clock": {"mode": "real"},
        "POST clock/advance": {"seconds": 1},
        "POST inbound": {"from": "1", "to": "123456", "content": "x"},
    }

    answer = await sim.control(method, f"{path}?bogus=1&other=", bodies.get(f"{method} {path}"))

    errors = problem(answer, 422, "Unprocessable Entity")
    assert [error["pointer"] for error in errors] == ["/bogus", "/other"]
    assert (await sim.control("GET", "clock")).json()["now"] == "2026-01-01T12:00:00.000000+08:00"
    assert (await sim.control("GET", "inbound")).json()["total"] == 0


async def test_of_a_hostile_call_only_the_first_violations_are_told(sim: Simulator):
    """C4: a body of 2 MiB may hold 300,000 of them, each with all that is known in its sentence"""
    body = json.dumps({f"x{number}": 0 for number in range(20_000)}).encode()
    query = "&".join(f"x{number}" for number in range(9000))

    answers = [
        await send(sim, body),
        await sim.control("GET", f"messages?{query}"),
        await sim.control("GET", f"health?{query}"),
    ]

    for answer in answers:
        assert len(problem(answer, 422, "Unprocessable Entity")) == 100


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_json_of_another_shape_is_a_violation(sim: Simulator, method: str, path: str):
    """C4"""
    bodies = [b"null", b"[]", b"1", b'"x"', b"true", b"{}"]

    answers = [await send(sim, body, method, path) for body in bodies]

    assert all(problem(answer, 422, "Unprocessable Entity") for answer in answers)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("accounts", {"account": "x", "password": "y", "numbers": ["z"] * 20_000}),
        ("rules", {f"k{place}": 1 for place in range(20_000)}),
    ],
    ids=["a list", "names"],
)
async def test_of_very_many_violations_the_first_hundred_are_told_at_once(sim: Simulator, path: str, body: Any):
    """C4: nobody else waits while they are counted"""
    began = process_time()

    answer = await sim.control("POST", path, body)

    assert answer.http_status == 422
    assert len(answer.json()["errors"]) == 100
    assert process_time() - began < 2


async def test_of_very_many_unknown_parameters_the_first_hundred_are_told(sim: Simulator):
    """C4"""
    query = "&".join(f"k{place}" for place in range(9_000))

    answers = [await sim.control("GET", f"{path}?{query}") for path in ("messages", "health")]

    assert [answer.http_status for answer in answers] == [422, 422]
    assert [len(answer.json()["errors"]) for answer in answers] == [100, 100]


@pytest.mark.parametrize("path", ["nowhere/%0D%0AX:%20y", "%0A", "messages/1%0A/x"])
async def test_a_line_break_in_an_unknown_path_is_a_problem_as_any_other(sim: Simulator, path: str):
    """C4"""
    answer = await sim.request("GET", f"/_sim/{path}")

    assert (answer.http_status, answer.json()["status"]) == (404, 404)
    assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_nobody_from_elsewhere_is_told_even_that(sim: Simulator):
    """C4: the Host is looked at first"""
    answer = await sim.request("GET", "/_sim/%0A", headers={"Host": "evil.example.com"})

    assert answer.http_status == 403
