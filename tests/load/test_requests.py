"""Which bytes the load sends."""

import json
from itertools import islice
from urllib.parse import parse_qs, urlsplit

from eims_sim import __version__
from eims_sim.domain.rules import any_magic
from eims_sim.load.requests import FIRST_NUMBER, MADE_UP, REQUESTS_KEPT, Asked, make_requests

TARGET = urlsplit("http://127.0.0.1:20003/")
MOMENT = 1_767_240_000_000_000


def some(count: int, **asked: object) -> list[bytes]:
    """The first requests."""
    given = {"target": TARGET, "account": "a", "password": "p", "content": "Hello you"} | asked
    return list(islice(make_requests(Asked(**given), lambda: MOMENT), count))


def query(request: bytes) -> dict[str, list[str]]:
    return parse_qs(urlsplit(request.split()[1].decode()).query)


def body(request: bytes) -> dict[str, str]:
    return json.loads(request.partition(b"\r\n\r\n")[2])


def test_a_get_is_one_request_on_a_kept_connection():
    """P4.1"""
    (request,) = some(1, numbers=2)

    assert request.decode() == (
        "GET /sendsms?account=a&password=p&numbers=13910000000,13910000001&content=Hello+you HTTP/1.1\r\n"
        f"Host: 127.0.0.1:20003\r\nUser-Agent: eims-sim-bench/{__version__}\r\n\r\n"
    )


def test_a_post_tells_its_length_in_bytes():
    """P4.1"""
    (request,) = some(1, post=True, content="你好")

    head, _, sent = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /sendsms HTTP/1.1\r\nHost: ")
    assert f"Content-Length: {len(sent)}" in head.decode()
    assert body(request) == {"account": "a", "password": "p", "numbers": "13910000000", "content": "你好"}


def test_what_is_sent_is_encoded():
    """P1.4"""
    (request,) = some(1, password="a&b+c d%", content="1 + 1 = 2 & more")

    assert query(request)["password"] == ["a&b+c d%"]
    assert query(request)["content"] == ["1 + 1 = 2 & more"]


def test_a_path_before_the_endpoints_is_kept_and_a_password_in_the_url_is_not():
    (request,) = some(1, target=urlsplit("http://user:secret@127.0.0.1:8080/eims/"), endpoint="getbalance")

    assert request.startswith(b"GET /eims/getbalance?account=a&password=p HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n")
    assert b"secret" not in request


def test_every_request_has_other_numbers():
    requests = some(3, numbers=2)

    assert [query(one)["numbers"] for one in requests] == [
        ["13910000000,13910000001"],
        ["13910000002,13910000003"],
        ["13910000004,13910000005"],
    ]


def test_no_made_up_number_is_magic():
    """P9.3"""
    assert not any_magic(",".join(str(FIRST_NUMBER + place) for place in range(0, MADE_UP, 997)))
    assert not any_magic(",".join(str(FIRST_NUMBER + place) for place in range(1000, 1025)))
    assert not any_magic(",".join(str(FIRST_NUMBER + place) for place in range(9001, 9003)))


def test_numbers_that_are_named_are_sent_to_in_turn():
    requests = some(2, to=("10010", "10086", "10000"), numbers=2)

    assert [query(one)["numbers"] for one in requests] == [["10010,10086"], ["10000,10010"]]


def test_what_was_written_ahead_is_sent_again():
    requests = some(REQUESTS_KEPT + 1)

    assert requests[0] == requests[-1]
    assert len(set(requests)) == REQUESTS_KEPT


def test_large_requests_are_not_hoarded():
    requests = some(200, post=True, numbers=10_000)

    assert 100 <= len(set(requests)) < 200


def test_getreport_asks_for_its_ids():
    """P5"""
    (request,) = some(1, endpoint="getreport", ids="1,2")

    assert request.startswith(b"GET /getreport?account=a&password=p&ids=1,2 HTTP/1.1")


def test_a_signed_request_has_a_seq_that_grows_and_its_own_digest():
    """P1.5"""
    first, second = some(2, account="demo", password="demo123", key="demokey", seq=41, endpoint="getbalance")

    # printf 'demodemo123411767240000demokey' | md5sum, and with 42
    assert query(first) == {
        "account": ["demo"],
        "password": ["416b595658125e038314154395ecbb6b"],
        "seq": ["41"],
        "time": ["1767240000"],
    }
    assert (query(second)["seq"], query(second)["password"]) == (["42"], ["3255cb9b3eed0232e30a58c44fd2574e"])
