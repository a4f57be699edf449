"""At which URL is a server reached: by where it listens, by what somebody names, by what the environment says?"""

from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ..errors import AccessError
from ..protocol.limits import HOST, PORT
from ..variables import CONFIG_VARIABLE, is_set

LOOPBACK: Final = "127.0.0.1"

_DECIDE = (CONFIG_VARIABLE, "EIMS_SIM_HOST", "EIMS_SIM_PORT")
"""The variables of which one must be set for `serve` to listen anywhere but at the default."""


def client_url(host: str, port: int, *, tls: bool) -> str:
    """The URL without a path; who listens on every address is reached on the loopback one."""
    return f"{'https' if tls else 'http'}://{_client_host(host)}:{port}"


def served_url() -> str:
    """Where `serve` listens in this environment. Raises ConfigurationError when it could not."""
    import os

    tls = is_set(os.environ, "EIMS_SIM_TLS_CERT")
    if not any(is_set(os.environ, name) for name in _DECIDE):
        return client_url(HOST, PORT, tls=tls)
    from ..config import load_config

    server = load_config(None, os.environ, {}).server
    return client_url(server.host, server.port, tls=tls)


def read_url(url: str) -> SplitResult:
    """The parts of a URL that a server can have. Raises AccessError for anything else."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise AccessError(f"'{url}' is no http or https URL such as http://127.0.0.1:20003")
    return parts


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its very name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bracketed(host: str) -> str:
    """A host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def own_address(url: str) -> str:
    """The address of this machine at which the server of a URL may reach it. Raises AccessError."""
    import socket

    parts = read_url(url)
    host = parts.hostname or ""
    if is_loopback(host):
        return LOOPBACK
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:  # sends nothing: only asks for the way
        try:
            way.connect((host, parts.port or 80))
        except OSError:
            return LOOPBACK
        address: str = way.getsockname()[0]
    return address


def _client_host(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return bracketed(host)
    return "[::1]" if address.version == 6 else LOOPBACK
