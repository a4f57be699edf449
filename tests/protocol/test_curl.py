"""Requests as curl lines: a shell that takes them sends the same."""

import json
import shlex
from urllib.parse import parse_qsl, urlsplit

import pytest

from eims_sim.protocol.curl import COLUMNS, PROMPT, Place, Shell, body_of, curl_control, curl_get, curl_post, query_of

PLACE = Place("http://127.0.0.1:20003")
FAR = Place("https://eims-simulator.integration.internal.example.com:20003/behind/a/proxy", "-k", token=True)
WHO = {"account": "tour", "password": "tour123"}


def words(lines: list[str]) -> list[str]:
    """What the shell makes of the lines."""
    return shlex.split("\n".join(lines).replace("\\\n", " "))


def fits(lines: list[str]) -> bool:
    return len(PROMPT + lines[0]) <= COLUMNS and all(len(line) <= COLUMNS for line in lines)


def test_what_fits_on_a_line_is_the_whole_url():
    assert curl_get(PLACE, "getreport", WHO | {"ids": "1,2"}) == [
        "curl 'http://127.0.0.1:20003/getreport?account=tour&password=tour123&ids=1,2'"
    ]


def test_what_does_not_fit_is_given_parameter_by_parameter():
    lines = curl_get(PLACE, "sendsms", WHO | {"numbers": "13800138000", "content": "Is this & that 100 % alright?"})

    assert lines[0].startswith("curl -G http://127.0.0.1:20003/sendsms -d account=tour")
    assert lines[0].endswith(" \\")
    assert words(lines)[-2:] == ["--data-urlencode", "content=Is this & that 100 % alright?"]
    assert fits(lines)


def test_a_shell_expression_is_expanded_by_the_shell_and_sent_as_what_it_makes():
    many = Shell("$(seq -s, 101 103)", "101,102,103")

    assert curl_get(PLACE, "getreport", {"ids": many}) == [
        'curl "http://127.0.0.1:20003/getreport?ids=$(seq -s, 101 103)"'
    ]
    assert '-d "ids=$(seq -s, 101 103)"' in "\n".join(curl_get(FAR, "getreport", WHO | {"ids": many}))
    assert query_of({"ids": many}) == "ids=101,102,103"


@pytest.mark.parametrize("content", ["Hello", "a b&c=d+e#f%", "'q' \"t\"", "你好"])
def test_the_line_and_the_request_are_the_same(content):
    parameters = WHO | {"content": content}

    (url,) = [word for word in words(curl_get(PLACE, "sendsms", parameters)) if word.startswith("http")]

    assert urlsplit(url).query == query_of(parameters)
    assert dict(parse_qsl(query_of(parameters))) == parameters


@pytest.mark.parametrize("place", [PLACE, FAR])
def test_a_post_is_json_that_may_be_broken_between_members(place):
    parameters = WHO | {"numbers": "13800138000,13800138001,13800138002", "content": "Hello, this is quite a long one."}

    lines = curl_post(place, "sendsms", parameters)

    sent = words(lines)
    assert json.loads(sent[sent.index("-d") + 1]) == json.loads(body_of(parameters)) == parameters
    assert "Content-Type: application/json" in sent
    assert all(len(line) <= COLUMNS for line in lines[1:])


def test_the_control_api_is_called_with_its_method():
    assert curl_control(PLACE, "GET", "messages?account=tour", None) == [
        "curl 'http://127.0.0.1:20003/_sim/messages?account=tour'"
    ]
    assert words(curl_control(PLACE, "PATCH", "accounts/tour", {"locked": True})) == [
        *("curl", "-X", "PATCH", "http://127.0.0.1:20003/_sim/accounts/tour"),
        *("-H", "Content-Type: application/json", "-d", '{"locked":true}'),
    ]


def test_the_token_is_named_and_not_shown():
    lines = "\n".join(curl_control(FAR, "POST", "rules", {"outcome": 1001}))

    assert '-H "Authorization: Bearer $EIMS_SIM_ADMIN_TOKEN"' in lines
    assert lines.startswith("curl -k https://")


def test_a_shell_expression_and_an_apostrophe_stand_in_a_body_too():
    """What the shell would make of the expression is put there by hand: shlex expands nothing."""
    many = Shell("$(seq -s, 101 103)", "101,102,103")

    sent = words(curl_post(PLACE, "sendsms", {"numbers": many, "content": "it's"}))[-1]

    assert json.loads(sent.replace(many.expression, many.value)) == {"numbers": "101,102,103", "content": "it's"}
    assert json.loads(body_of({"numbers": many})) == {"numbers": "101,102,103"}
