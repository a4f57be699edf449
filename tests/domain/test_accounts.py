"""Accounts, their terms and the address a client calls from (C3; P1.6; P2, order 2)."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from eims_sim.domain.accounts import (
    Account,
    AccountChange,
    AccountSettings,
    client_address,
    on_list,
    read_networks,
    repeated_numbers,
)

READER = TypeAdapter(AccountSettings)


def read(**fields: object) -> AccountSettings:
    """The settings of a table `[[accounts]]` with a name and a password."""
    return READER.validate_json(json.dumps({"account": "demo", "password": "demo123"} | fields))


def test_an_account_needs_no_more_than_a_name_and_a_password():
    """C3"""
    account = read()

    assert (account.account, account.password) == ("demo", "demo123")
    assert (account.auth, account.key, account.seq_policy, account.max_skew_seconds) == ("plain", "", "any", 0)
    assert (account.balance, account.gift, account.price, account.mms_price) == (0, 0, 50_000, 200_000)
    assert (account.billing, account.refund_failed) == ("message", False)
    assert (account.locked, account.lock_after_failures) == (False, 0)
    assert (account.allowed_ips, account.sensitive_words, account.templates) == ((), (), ())
    assert (account.callback_url, account.numbers) == ("", ())


def test_an_account_takes_every_term_of_the_contract():
    """C3"""
    account = read(
        auth="any",
        key="demokey",
        seq_policy="increasing",
        max_skew_seconds=300,
        balance="99.99",
        gift=50,
        price="0.000001",
        mms_price="0",
        billing="segment",
        refund_failed=True,
        locked=True,
        lock_after_failures=5,
        allowed_ips=["10.0.0.0/8", "2001:db8::1"],
        sensitive_words=["Forbidden"],
        templates=["Your code is {code}."],
        callback_url="https://example.com/reports",
        numbers=["123456", "+86139"],
    )

    assert (account.balance, account.gift, account.price, account.mms_price) == (99_990_000, 50_000_000, 1, 0)
    assert account.allowed_ips == ("10.0.0.0/8", "2001:db8::1")
    assert account.numbers == ("123456", "+86139")


@pytest.mark.parametrize("auth", ["md5", "any"])
def test_md5_needs_a_key(auth):
    """P1.6"""
    with pytest.raises(ValidationError, match="needs a key"):
        read(auth=auth)


@pytest.mark.parametrize("auth", ["md5", "any"])
def test_md5_with_a_key_is_taken(auth):
    """P1.6"""
    assert read(auth=auth, key="k").key == "k"


@pytest.mark.parametrize(
    "wrong",
    [
        {"account": ""},
        {"account": " demo"},
        {"account": "de\nmo"},
        {"account": "a" * 129},
        {"account": 7},
        {"password": ""},
        {"password": 123},
        {"auth": "sha1"},
        {"auth": "PLAIN"},
        {"seq_policy": "growing"},
        {"max_skew_seconds": -1},
        {"max_skew_seconds": "300"},
        {"balance": 0.05},
        {"balance": -1},
        {"balance": "0.0000001"},
        {"balance": True},
        {"billing": "segments"},
        {"refund_failed": 1},
        {"locked": "yes"},
        {"lock_after_failures": -1},
        {"lock_after_failures": 1.5},
        {"allowed_ips": ["10.0.0.0/33"]},
        {"allowed_ips": "10.0.0.0/8"},
        {"sensitive_words": [""]},
        {"templates": [""]},
        {"callback_url": "ftp://example.com"},
        {"numbers": ["12"]},
        {"pasword": "x"},
    ],
)
def test_a_wrong_type_an_impossible_value_or_an_unknown_key_is_refused(wrong):
    """C3"""
    with pytest.raises(ValidationError):
        read(**wrong)


def test_every_error_is_told_at_once():
    """C3"""
    with pytest.raises(ValidationError) as told:
        read(balance=0.5, billing="x", unknown=1)

    assert {error["loc"] for error in told.value.errors()} == {("balance",), ("billing",), ("unknown",)}


def test_an_account_is_known_by_the_name_that_clients_send():
    """P2, order 1"""
    account = Account.build(7, AccountSettings(account="demo", password="demo123"))

    assert (account.id, account.name, account.disabled) == (7, "demo", False)


def test_a_host_bit_in_a_network_does_not_matter():
    """P2, order 2"""
    networks = read_networks(("10.1.2.3/8",))

    assert on_list("10.255.255.255", networks)
    assert not on_list("11.0.0.0", networks)


@pytest.mark.parametrize(
    ("address", "listed"),
    [
        ("10.0.0.0", True),
        ("10.255.255.255", True),
        ("9.255.255.255", False),
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("2001:db8::ffff", True),
        ("2001:DB8:0:0:0:0:0:1", True),
        ("2001:db9::1", False),
        ("::ffff:10.0.0.1", True),  # IPv4-mapped counts as IPv4
        ("::ffff:0a00:0001", True),
        ("::ffff:11.0.0.1", False),
        ("::10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("", False),
        ("unix", False),
        ("010.0.0.1", False),
        ("10.0.0.1:8080", False),
        ("١٠.٠.٠.١", False),
    ],
)
def test_an_address_is_on_the_list_when_a_network_holds_it(address, listed):
    """P2, order 2"""
    networks = read_networks(("10.0.0.0/8", "192.0.2.7", "2001:db8::/32"))

    assert on_list(address, networks) is listed


def test_nobody_is_on_an_empty_list():
    """P2, order 2"""
    assert not on_list("10.0.0.1", ())


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),  # not a trusted proxy: its word counts for nothing
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1,10.0.0.2 , 10.0.0.3", "198.51.100.1"),  # the left is the client's word
        ("10.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", ",,198.51.100.1,,", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, unknown", "unknown"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    ],
)
def test_the_client_is_the_first_from_the_right_that_is_no_trusted_proxy(peer, forwarded_for, client):
    """P2, order 2"""
    proxies = read_networks(("10.0.0.0/8",))

    assert client_address(peer, forwarded_for, proxies) == client


def test_without_trusted_proxies_the_peer_is_the_client():
    """P2, order 2"""
    assert client_address("10.0.0.1", "198.51.100.1", ()) == "10.0.0.1"


def test_each_number_that_is_named_again_is_told():
    """C3: a number belongs to one account, and once"""
    settings = AccountSettings(account="a", password="p", numbers=("111", "222", "111", "111"))

    assert [(violation.path, violation.detail) for violation in repeated_numbers(settings)] == [
        (("numbers", 2), "111 is named twice"),
        (("numbers", 3), "111 is named twice"),
    ]


def test_a_change_leaves_null_secrets_and_money_out_of_the_settings():
    """C4"""
    settings = AccountSettings(account="a", password="p", key="k", balance=5)

    change = AccountChange({"password": None, "key": None, "balance": 7, "locked": False})

    assert change.apply(settings) == settings
    assert (change.balance, change.gift, change.unlocks) == (7, None, True)
