"""Which parameter or path was meant (P1.3, P1.8)?"""

import pytest

from eims_sim.protocol.names import (
    ALIASES,
    PARAMETERS,
    PATH_ALIASES,
    PUSH_URLS,
    hint,
    nearest,
    nearest_endpoint,
)

EVERYTHING = tuple(dict.fromkeys(name for known in PARAMETERS.values() for name in known))


def test_every_parameter_has_its_aliases():
    """C5"""
    assert set(ALIASES) == set(EVERYTHING)
    assert set(PATH_ALIASES) == set(PARAMETERS)


def test_no_alias_is_the_name_of_a_parameter_and_all_are_plain():
    """C5: names are compared without capitals, underscores and dashes"""
    words = [*PUSH_URLS, *(alias for aliases in (ALIASES, PATH_ALIASES) for some in aliases.values() for alias in some)]

    assert not {alias for some in ALIASES.values() for alias in some} & set(EVERYTHING)
    assert all(word.isalnum() and word.isascii() and word == word.lower() for word in words)


def test_no_word_has_two_meanings_at_one_endpoint():
    """C5"""
    for known in PARAMETERS.values():
        words = [alias for name in known for alias in ALIASES[name]]
        assert len(set(words)) == len(words)
    assert not {alias for some in ALIASES.values() for alias in some} & PUSH_URLS


@pytest.mark.parametrize(
    ("name", "endpoint", "meant"),
    [
        ("from", "sendsms", "sender"),
        ("from", "getsms", "start_time"),
        ("Start-Time", "getsms", "start_time"),
        ("msg_id", "getreport", "ids"),
        ("numbers[12]", "sendsms", "numbers"),
        ("kata_sandi", "getbalance", "password"),
        ("acount", "getbalance", "account"),
        ("zzz", "sendsms", None),
        ("", "sendsms", None),
        ("数", "sendsms", None),
        ("x" * 100_000, "sendsms", None),
    ],
)
def test_the_nearest_name_of_an_endpoint(name, endpoint, meant):
    """P1.8"""
    assert nearest(name, PARAMETERS[endpoint]) == meant


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/getBalance", "getbalance"),
        ("/queryBalance", "getbalance"),
        ("/user/balance", "getbalance"),
        ("/send", "sendsms"),
        ("/sms", "sendsms"),
        ("/sms/send/", "sendsms"),
        ("/sendsmsV2", "sendsms"),
        ("/sendsms.php", "sendsms"),
        ("/query-report", "getreport"),
        ("/get_mo", "getsms"),
        ("/getdailystats", None),
        ("/", None),
        ("", None),
        ("/favicon.ico", None),
        ("/" * 10_000, None),
    ],
)
def test_the_nearest_path(path, meant):
    """P1.3"""
    assert nearest_endpoint(path) == meant


@pytest.mark.parametrize(
    ("missing", "sent", "words"),
    [
        ("numbers", ["mobile"], "a parameter like mobile was sent: call it numbers"),
        ("numbers", ["Phone-Number"], "a parameter like phonenumber was sent: call it numbers"),
        ("numbers", ["Numbers"], "a parameter of a similar name was sent: call it numbers"),
        ("content", ["contents"], "a parameter of a similar name was sent: call it content"),
        ("ids", ["content"], "content belongs to /sendsms: was that meant?"),
        ("numbers", ["account", "password", "content", "zzz"], None),
        ("account", ["numbers", "content"], None),
        ("numbers", [], None),
    ],
)
def test_what_was_sent_for_a_parameter_that_is_missing(missing, sent, words):
    """C5"""
    assert hint(missing, sent) == words


def test_of_a_hostile_request_only_the_first_names_are_looked_at():
    """C5"""
    assert hint("numbers", (f"x{index}" for index in range(10**9))) is None
