"""What does the gateway make of a PUT, in words (C4, P8.3)? Of what the other side sent, nothing is repeated."""

import errno
import socket
import ssl
from typing import Final

from .callback_line import NotHttpError

RESOLVING: Final = "resolving"
CONNECTING: Final = "connecting"
ANSWERING: Final = "answering"
"""How far an attempt came."""

_CERTIFICATE_DATES: Final = (9, 10)  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
_CERTIFICATE_NAMES: Final = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_PLAIN: Final = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
"""What OpenSSL calls an answer that is not TLS."""


class RefusedError(OSError):
    """The address is one that reports may not go to."""


def say_error(error: Exception) -> str:
    """What happened, in the words of whoever noticed."""
    return (getattr(error, "verify_message", None) or getattr(error, "strerror", None) or str(error))[:200] or type(
        error
    ).__name__


def verdict_on_time(stage: str, timeout_seconds: float) -> str:
    """The verdict on an attempt that took too long, by how far it came."""
    if stage == RESOLVING:
        return f"not delivered: the callback's host name was not resolved within {timeout_seconds:g} s"
    if stage == CONNECTING:
        return f"not delivered: no connection within {timeout_seconds:g} s"
    return f"not delivered: no answer within {timeout_seconds:g} s"


def verdict_on_error(error: Exception, stage: str, *, secure: bool) -> str:
    """The verdict on an attempt that failed without an answer, by how far it came."""
    if isinstance(error, RefusedError):
        return f"not delivered: {error}"
    if isinstance(error, NotHttpError):
        return "not delivered: what the callback answered is not HTTP/1.1"
    if isinstance(error, ConnectionRefusedError):
        return (
            "not delivered: nothing listens there; inside a container, localhost is the container itself, "
            "not the machine it runs on"
        )
    if isinstance(error, ssl.SSLError):
        return _verdict_on_tls(error)
    if isinstance(error, socket.gaierror):
        return "not delivered: the callback's host name does not resolve"
    if isinstance(error, ConnectionError):
        if secure and stage == CONNECTING:
            return "not delivered: the callback closed the connection in the middle of the TLS handshake"
        return "not delivered: the callback closed the connection without an answer"
    if error.args and error.args[0] in (errno.EMFILE, errno.ENFILE):
        return "not delivered: the simulator has no more files to open; raise its limit (ulimit -n)"
    return "not delivered: the callback could not be reached"


def verdict_on_status(status: int) -> str:
    """The verdict on an answer."""
    if 200 <= status < 300:
        return "delivered"
    if 300 <= status < 400:
        return "not delivered: redirects are not followed"
    if status == 405:
        return "not delivered: the callback does not take PUT, which is what the gateway sends"
    if status in (401, 403):
        return "not delivered: the callback asks for credentials, and the gateway has none to send"
    return "not delivered: only a 2xx answer counts"


def _verdict_on_tls(error: ssl.SSLError) -> str:
    code = getattr(error, "verify_code", None)
    if code in _CERTIFICATE_DATES:
        return "not delivered: TLS failed; the callback's certificate has expired, or is not valid yet"
    if code in _CERTIFICATE_NAMES:
        return "not delivered: TLS failed; the callback's certificate is for another host"
    if code is not None:
        return "not delivered: TLS failed; callback_ca names the authority of a private certificate"
    if error.reason in _PLAIN:
        return "not delivered: TLS failed; the callback seems to speak plain HTTP, whose URL begins with http://"
    return "not delivered: TLS failed; the callback and the gateway found no common ground in the handshake"
