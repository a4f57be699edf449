"""How a wrong plain password comes of the right one (C5)."""

from base64 import b64encode
from hashlib import sha1, sha256, sha512

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eims_sim.protocol.password_mistakes import cut_short, explain_password


def explain(sent: str, right: str, **following: str) -> str | None:
    return explain_password({"account": "demo", "password": sent} | following, right)


@pytest.mark.parametrize(
    ("sent", "right", "why"),
    [
        ("DEMO123", "demo123", "it differs only in case"),
        ("straße", "STRASSE", "it differs only in case"),
        (" demo123", "demo123", "it differs only in the blanks around it"),
        ("demo123\u3000\n", "demo123", "it differs only in the blanks around it"),
        ("demo123", " demo123", "it differs only in the blanks around it"),
        ('"demo123"', "demo123", "it has quotes around it"),
        ("'demo123'", "demo123", "it has quotes around it"),
        ("a%26b", "a&b", "it is percent-encoded once too often"),
        ("%E5%AF%86", "密", "it is percent-encoded once too often"),
        ("a b", "a+b", "a + in it became a blank: write %2B"),
        ("aAb", "a%41b", "a % in it was read as an escape: write %25"),
        ("A b+", "%41+b%2B", "a % in it was read as an escape: write %25"),
        ("ZGVtbzEyMw==", "demo123", "it is base64 of the right one"),
        ("ｄｅｍｏ１２３", "demo123", "its characters are full-width"),
        (sha1(b"demo123").hexdigest(), "demo123", "it is the SHA-1 of the plain password"),
        (sha512(b"demo123").hexdigest().upper(), "demo123", "it is the SHA-512 of the plain password"),
        (sha256(b"other").hexdigest(), "demo123", "64 hex digits look like SHA-256"),
    ],
)
def test_a_likely_mistake_is_named(sent, right, why):
    """C5"""
    assert explain(sent, right) == why


@pytest.mark.parametrize(
    "sent", ["demo12", "demo1234", "demo 123", "demo-123", "x", "demo123" * 1000, "x" * 40, "%", "\ud800", '"demo123']
)
def test_anything_else_is_not_explained(sent):
    """C5"""
    assert explain(sent, "demo123") is None


@pytest.mark.parametrize(
    ("following", "right"),
    [
        ({"b": ""}, "a&b"),
        ({"b": "c"}, "a&b=c"),
        ({"b": "", "c": "d"}, "a&b=&c"),
        ({"b": "1", "c": "2", "seq": "3"}, "a&b=1&c=2"),
    ],
)
def test_a_password_that_was_cut_at_an_ampersand_is_put_together_again(following, right):
    """C5"""
    assert explain("a", right, **following) == "it was cut at an & that is not escaped: write %26"


def test_a_password_is_cut_at_a_hash_only_when_nothing_follows():
    """C5"""
    assert explain("a", "a#b") == "it was cut at a # that is not escaped: write %23"
    assert explain("a", "a#b", seq="1") is None
    assert explain("", "a#b") is None


def test_only_the_next_few_parameters_are_looked_at():
    """C5"""
    asked = []
    sent = {"account": "a"} | {f"x{index}": "" for index in range(1000)}

    assert cut_short(sent, "account", lambda text: asked.append(text) or False) is None
    assert len(asked) <= 10


@given(sent=st.text(max_size=40), right=st.text(min_size=1, max_size=20))
def test_what_is_said_is_ascii_and_holds_nothing_of_either(sent, right):
    """C5"""
    why = explain(sent, right) or ""

    assert why.isascii()
    assert why in {explain(*pair) or "" for pair in [(sent, right)]}
    assert b64encode(right.encode()).decode() not in why


@pytest.mark.parametrize("text", ["", "a", "0" * 40])
def test_an_odd_right_password_does_no_harm(text):
    """C5"""
    assert explain(text, "\ud800x") in (None, "40 hex digits look like SHA-1")
