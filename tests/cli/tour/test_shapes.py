"""What the tour finds wrong with an answer."""

import pytest

from eims_sim.cli.tour.shapes import answer_faults, push_faults
from eims_sim.protocol.answers import CONTENT_TYPE

# The answers of the document, in the gateway's bytes
GOOD = {
    "getbalance": '{"status":0,"balance":"99.990000","gift":"50.00000"}',
    "sendsms": '{"status":0,"success":2,"fail":0,"array":[[10010,1],["+1008611",2]]}',
    "getreport": '{"status":0,"success":1,"fail":0,"unsent":0,"sending":0,"nofound":0,'
    '"array":[[1,"10010",20171001123015,0]]}',
    "getsms": '{"status":0,"cnt":1,"array":[[1,"10010","123456",20171001123015,"5L2g5aW9"]]}',
}
PUSH = '{"type":"report","cnt":1,"array":[[1,"1234545456",20180801123015,0,"success"]]}'


def faults_of(endpoint: str, body: str, http_status: int = 200, content_type: str = CONTENT_TYPE) -> list[str]:
    return answer_faults(endpoint, http_status, content_type, body.encode())


@pytest.mark.parametrize("endpoint", GOOD)
def test_the_answers_of_the_document_are_as_documented(endpoint):
    """P3 to P6"""
    assert faults_of(endpoint, GOOD[endpoint]) == []


def test_a_refusal_of_getbalance_has_its_status_only():
    """P3.1"""
    assert faults_of("getbalance", '{"status":-1}') == []
    assert faults_of("getbalance", '{"status":0}') == ["members status; documented are status, balance, gift"]


@pytest.mark.parametrize(
    ("endpoint", "good", "bad", "told"),
    [
        ("getbalance", '"50.00000"', '"50.000000"', "gift is not as documented"),
        ("getbalance", '"99.990000"', "99", "balance is not as documented"),
        ("sendsms", "[10010,1]", '[10010,"1"]', "array is not as documented"),
        ("sendsms", '"success":2', '"success":true', "success is not as documented"),
        ("getreport", '"10010"', "10010", "array is not as documented"),
        ("getsms", ',"5L2g5aW9"', "", "array is not as documented"),
        ("getsms", '"cnt":1,', "", "members status, array; documented are status, cnt, array"),
        ("getsms", '"status":0', '"status":"0"', "no JSON object with a status"),
        ("sendsms", ":2,", ": 2,", "blanks or escapes that the document does not have"),
        ("sendsms", "}", "", "no JSON object with a status"),
    ],
)
def test_what_differs_is_told(endpoint, good, bad, told):
    """P1.2, P3 to P6"""
    assert good in GOOD[endpoint]

    assert faults_of(endpoint, GOOD[endpoint].replace(good, bad)) == [told]


def test_members_in_another_order_are_told():
    """P1.2"""
    (told,) = faults_of("getbalance", '{"status":0,"gift":"50.00000","balance":"99.990000"}')

    assert told == "members status, gift, balance; documented are status, balance, gift"


def test_the_http_around_it_is_looked_at():
    """P1.2, P1.3"""
    assert faults_of("getbalance", '{"status":-1}', 500, "application/json; charset=utf-8") == [
        "HTTP 500, not 200",
        "Content-Type application/json; charset=utf-8, not application/json;charset=utf-8",
    ]


def test_a_push_has_its_shape_too():
    """P8.1"""
    assert push_faults(PUSH.encode()) == []
    assert push_faults(PUSH.replace(',"success"', "").encode()) == ["array is not as documented"]
    assert push_faults(b"nothing") == ["no JSON object"]
