"""May reports go there (C3, callback_allow)?"""

from ipaddress import ip_address

from .accounts import Network, on_list


def split_allow_list(allowed: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Host names, in lower case, and networks of a `callback_allow` list."""
    hosts = frozenset(entry.lower() for entry in allowed if not _is_network(entry))
    return hosts, tuple(entry for entry in allowed if _is_network(entry))


def refuse_destination(host: str, address: str, hosts: frozenset[str], networks: tuple[Network, ...]) -> str | None:
    """Why no report may go to this host under this address, or None when it may.

    Link-local addresses never get one: that is where clouds keep their secrets. With neither hosts nor networks
    everything else may.
    """
    ip = ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_link_local:
        return "the callback's address is link-local; reports never go there"
    if not hosts and not networks:
        return None
    if host.lower() in hosts or on_list(address, networks):
        return None
    return "the callback's host is not in callback_allow"


def _is_network(entry: str) -> bool:
    try:
        ip_address(entry.partition("/")[0])
    except ValueError:
        return False
    return True
