"""May reports go there (C3, callback_allow)?"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from .accounts import Network, on_list

_LAST_32_BITS: Final = tuple(
    IPv6Network(network)
    for network in (
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "::ffff:0:0:0/96",  # IPv4-translated (RFC 2765)
        "64:ff9b::/96",  # NAT64 (RFC 6052)
        "64:ff9b:1::/48",  # NAT64 of a network's own (RFC 8215)
    )
)
_ISATAP: Final = (0x00005EFE, 0x02005EFE)
"""The interface identifiers that an IPv4 address follows (RFC 5214)."""


def split_allow_list(allowed: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Host names, in lower case, and networks of a `callback_allow` list."""
    hosts = frozenset(entry.lower().rstrip(".") for entry in allowed if not _is_network(entry))
    return hosts, tuple(entry for entry in allowed if _is_network(entry))


def refuse_destination(host: str, address: str, hosts: frozenset[str], networks: tuple[Network, ...]) -> str | None:
    """Why no report may go to this host under this address, or None when it may.

    Link-local addresses never get one, in whatever form a network may translate them from: that is where clouds keep
    their secrets. `host` is a name in its ASCII form, as those of `hosts` are. With neither hosts nor networks
    everything else may.
    """
    ip = ip_address(address)
    if ip.is_link_local or (isinstance(ip, IPv6Address) and any(one.is_link_local for one in _carried(ip))):
        return "the callback's address is link-local; reports never go there"
    if not hosts and not networks:
        return None
    if host.lower() in hosts or on_list(address, networks):
        return None
    return "the callback's host is not in callback_allow"


def _carried(ip: IPv6Address) -> Iterator[IPv4Address]:
    """The IPv4 addresses that a gateway or a tunnel may take an IPv6 address for."""
    bits = int(ip)
    if any(ip in network for network in _LAST_32_BITS) or bits >> 32 & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(bits & 0xFFFFFFFF)
    if ip.sixtofour is not None:
        yield ip.sixtofour
    if ip.teredo is not None:
        yield from ip.teredo


def _is_network(entry: str) -> bool:
    try:
        ip_address(entry.partition("/")[0])
    except ValueError:
        return False
    return True
