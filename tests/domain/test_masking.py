"""Secrets are shown as stars (C4)."""

import pytest

from eims_sim.domain.masking import MASKED, mask, show_path
from eims_sim.protocol.requests import read_query


@pytest.mark.parametrize(
    "name", ["password", "passwd", "PWD", "client_secret", "api_key", "Key", "sign", "signature", "password_pengguna"]
)
def test_what_is_named_like_a_secret_is_masked(name):
    """C4"""
    assert mask({name: "whatever"}, None) == {name: MASKED}


def test_a_value_that_equals_the_password_is_masked_whatever_its_name():
    """C4"""
    sent = {"account": "demo", "content": "demo123", "sender": "demo1234"}

    assert mask(sent, "demo123") == {"account": "demo", "content": MASKED, "sender": "demo1234"}


def test_without_a_known_password_only_names_decide():
    """C4"""
    assert mask({"content": "demo123", "empty": ""}, None) == {"content": "demo123", "empty": ""}
    assert mask({"empty": ""}, "") == {"empty": ""}


@pytest.mark.parametrize(
    ("password", "query"),
    [
        ("S3cr3t&Pa+ss%41#x", "password=S3cr3t&Pa+ss%41#x"),
        ("a&b", "password=a&b"),
        ("a&b=c&d", "password=a&b=c&d&content=Hello"),
        ("a&numbers=1", "account=x&password=a&numbers=1&content=Hello"),
        ("a&&b&", "password=a&&b&&seq=1"),
    ],
)
def test_what_an_ampersand_cut_off_the_password_is_masked_whatever_it_became(password, query):
    """C4, P1.8: a name, or a name and its value"""
    sent = read_query(query)

    shown = mask(sent, password)

    rest = {name: value for name, value in shown.items() if name in ("account", "content", "seq")}
    assert shown == rest | {"password": MASKED, MASKED: MASKED}
    assert rest == {name: sent[name] for name in rest}


def test_a_name_without_a_value_that_follows_a_secret_may_be_the_rest_of_it():
    """C4: the account is unknown, so its password is"""
    sent = {"account": "x", "password": "a", "b c": "", "more": "", "seq": "", "content": "", "odd": "", "e": "f"}

    assert mask(sent, None) == {
        "account": "x",
        "password": MASKED,
        MASKED: MASKED,
        "seq": "",
        "content": "",
        "odd": "",
        "e": "f",
    }


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/getbalance", "/getbalance"),
        ("/%E5%8F%91/x+y", "/%E5%8F%91/x+y"),
        ("/getbalance&account=demo&password=demo123", "/getbalance…"),
        ("/getbalance%3Faccount=demo%26password=demo123", "/getbalance…"),
        ("/getbalance%3faccount%3ddemo%26password%3Ddemo123", "/getbalance…"),
        ("/getbalance;password=demo123", "/getbalance…"),
        ("/password=demo123", "/password…"),
        ("/getbalance?password=demo123", "/getbalance…"),
    ],
)
def test_a_query_that_lost_its_question_mark_is_not_shown(path, shown):
    """C4: as a query is not"""
    assert show_path(path) == shown
