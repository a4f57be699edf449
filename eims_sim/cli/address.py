"""At which URL does a client on this machine reach a server that listens on a host?"""

from ipaddress import ip_address


def client_url(host: str, port: int, *, tls: bool) -> str:
    """The URL without a path; who listens on every address is reached on the loopback one."""
    return f"{'https' if tls else 'http'}://{_client_host(host)}:{port}"


def _client_host(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return "[::1]" if address.is_unspecified else f"[{host}]"
    return "127.0.0.1" if address.is_unspecified else host
