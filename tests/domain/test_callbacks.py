"""May reports go there (C3, callback_allow)?"""

import pytest

from eims_sim.domain.accounts import read_networks
from eims_sim.domain.callbacks import refuse_destination, split_allow_list


def test_an_allow_list_is_split_into_host_names_and_networks():
    """C3"""
    hosts, networks = split_allow_list(
        ("Hooks.Example.com", "10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1", "localhost")
    )

    assert hosts == {"hooks.example.com", "localhost"}
    assert networks == ("10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "203.0.113.5", "::1", "2001:db8::1", "::", "64:ff9b::203.0.113.5", "2002:cb00:7105::1"],
)
def test_without_an_allow_list_reports_may_go_anywhere(address):
    """C3"""
    assert refuse_destination("hooks.example.com", address, frozenset(), ()) is None


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.0",
        "169.254.255.255",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "febf::1",
        "::169.254.169.254",
        "::ffff:0:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::169.254.169.254",
        "64:ff9b:1:2:3:4:169.254.169.254",
        "2002:a9fe:a9fe::1",
        "2001:0:a9fe:a9fe::1",
        "2001:0:c000:201::5601:5601",
        "2001:db8::5efe:169.254.169.254",
        "2001:db8::200:5efe:169.254.169.254",
    ],
)
def test_link_local_never_gets_a_report(address):
    """C3"""
    everything = read_networks(("0.0.0.0/0", "::/0"))

    assert "link-local" in refuse_destination("hooks.example.com", address, frozenset(), ())
    assert "link-local" in refuse_destination("hooks.example.com", address, frozenset({"hooks.example.com"}), ())
    assert "link-local" in refuse_destination("hooks.example.com", address, frozenset(), everything)


@pytest.mark.parametrize(
    ("host", "address", "allowed"),
    [
        ("hooks.example.com", "203.0.113.5", True),
        ("HOOKS.example.COM", "203.0.113.5", True),
        ("other.example.com", "203.0.113.5", False),
        ("a.hooks.example.com", "203.0.113.5", False),
        ("other.example.com", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.1", True),
        ("other.example.com", "::ffff:10.0.0.1", True),
        ("10.0.0.1.example.com", "11.0.0.1", False),
        ("other.example.com", "2001:db8::1", False),
    ],
)
def test_with_an_allow_list_only_its_hosts_and_networks_get_reports(host, address, allowed):
    """C3"""
    hosts, networks = frozenset({"hooks.example.com"}), read_networks(("10.0.0.0/8",))

    refused = refuse_destination(host, address, hosts, networks)

    assert (refused is None) is allowed


def test_a_refusal_names_the_setting():
    """C3"""
    refused = refuse_destination("other.example.com", "203.0.113.5", frozenset({"hooks.example.com"}), ())

    assert "callback_allow" in refused
