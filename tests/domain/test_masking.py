"""Secrets are shown as stars (C4)."""

import pytest

from eims_sim.domain.masking import MASKED, mask


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
