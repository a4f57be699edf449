"""How is a server reached over the standard library, and what is said when it is not?"""

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import SplitResult

from .address import is_loopback

if TYPE_CHECKING:
    from ssl import SSLContext

Body = bytes | BinaryIO
"""A file is sent in pieces."""


def connect(target: SplitResult, seconds: float | None, *, trusting: bool = False) -> HTTPConnection:
    """A connection straight to a server, whatever proxy the environment names; it is opened by the first request.

    A certificate is verified unless `trusting`, see `tls_context`.
    """
    host = target.hostname or ""
    if target.scheme == "http":
        return HTTPConnection(host, target.port, timeout=seconds)
    return HTTPSConnection(host, target.port, timeout=seconds, context=tls_context(host, trusting=trusting))


def tls_context(host: str, *, trusting: bool = False) -> "SSLContext":
    """How a certificate is looked at: that of a server on this machine is a test's and proves nothing; elsewhere it is
    verified, for what is sent may be secret, unless `trusting`."""
    import ssl

    context = ssl.create_default_context()
    if trusting or is_loopback(host):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def exchange(
    connection: HTTPConnection, method: str, target: str, body: Body | None, headers: Mapping[str, str]
) -> HTTPResponse:
    """Send a request and read the head of its answer, also of one that comes before the body was read."""
    try:
        connection.request(method, target, body, headers)
    except (BrokenPipeError, ConnectionResetError):
        # A server that refuses a long body answers before it has read it.
        if body is None or connection.sock is None:
            raise
        response = HTTPResponse(connection.sock, method=method)
        response.begin()
        return response
    return connection.getresponse()


def is_quiet(connection: HTTPConnection) -> bool:
    """Whether a kept connection can be used again: one with something to read was closed by the server."""
    from select import select

    return connection.sock is None or not select([connection.sock], [], [], 0)[0]


def what_failed(error: Exception, seconds: float | None) -> str:
    """What became of the connection, and what to do about it."""
    from http.client import RemoteDisconnected
    from ssl import SSLCertVerificationError, SSLError

    elsewhere = "name another with --url or EIMS_SIM_URL"
    match error:
        case ConnectionRefusedError():
            return f"is not reached, nothing listens there: start 'eims-sim serve', or {elsewhere}."
        case TimeoutError():
            return "did not answer in time." if seconds is None else f"did not answer within {seconds:g} s."
        case SSLCertVerificationError():
            trouble = error.verify_message
            return f"has a certificate that is not trusted ({trouble}): name its authority in SSL_CERT_FILE."
        case SSLError():
            return "speaks no TLS, or none that this machine takes: does its URL begin with http:// ?"
        case RemoteDisconnected() | ConnectionResetError() | BrokenPipeError():
            return "cut the connection before it had answered; what was asked may have happened."
        case HTTPException():
            return "broke off or does not speak HTTP: does its URL begin with https:// ?"
    return f"is not reached ({_words(error)}): {elsewhere}."


def _words(error: Exception) -> str:
    strerror = getattr(error, "strerror", None)
    return str(strerror or error or type(error).__name__)
