"""What is answered when the protocol has no words for it (P1.3)? An HTTP code, never an echo of what was sent."""

import re
from typing import Final

from aiohttp import web
from aiohttp.helpers import rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE
from aiohttp.http_exceptions import InvalidURLError

from ..diagnosis import Reason
from ..protocol.answers import CONTENT_TYPE, encode_http_error
from ..protocol.limits import REQUEST_LINE_BYTES

REASON_HEADER: Final = "X-EIMS-Sim-Reason"

RETRY_SECONDS: Final = "1"

MALFORMED: Final = Reason(
    "http-malformed", "this HTTP request cannot be understood; percent-encode blanks and bytes above 127 in the URL"
)
URL_RAW: Final = Reason("url-not-encoded", "the URL is not percent-encoded; encode names and values in UTF-8")
HEADER_NAME: Final = Reason(
    "header-malformed", "a header's name holds a character that no name may: a full-width colon, or a blank before it?"
)
TLS: Final = Reason("tls-not-spoken", "this looks like HTTPS, and the gateway speaks plain HTTP here")
PATH_UNKNOWN: Final = Reason("path-unknown", "unknown path")
METHOD_WRONG: Final = Reason("method-wrong", "the path does not take this method")
LATE: Final = Reason("request-late", "the request did not arrive in time")
BODY_LARGE: Final = Reason("body-too-large", "the body is larger than the gateway takes")
LINE_LONG: Final = Reason("request-line-too-long", f"the request line is longer than {REQUEST_LINE_BYTES // 1024} KiB")
HEADERS_LARGE: Final = Reason("headers-too-large", "the headers are larger than the gateway takes")
FAILED: Final = Reason("simulator-failed", "the simulator failed; its log says how")
BUSY: Final = Reason("gateway-busy", "the gateway cannot take this request now; try again")
CROWDED: Final = Reason(
    "connections-too-many", "too many connections are open; keep fewer alive, or raise max_connections"
)
CLOSING: Final = Reason("gateway-closing", "the gateway is shutting down")

REASONS: Final = {
    400: MALFORMED,
    404: PATH_UNKNOWN,
    405: METHOD_WRONG,
    408: LATE,
    413: BODY_LARGE,
    414: LINE_LONG,
    431: HEADERS_LARGE,
    500: FAILED,
    503: BUSY,
}
"""Why each HTTP code is answered."""

MORE_REASONS: Final = {URL_RAW: 400, HEADER_NAME: 400, TLS: 400, CROWDED: 503, CLOSING: 503}
"""The reasons beside the usual one of an HTTP code."""

_REQUEST_LINE: Final = re.compile(r" HTTP/\d\.\d['\"]").search


def why_malformed(error: BaseException | None) -> Reason:
    """Why a request cannot be understood: the likely cause, told from the parser's words, which quote the request."""
    words = str(error)
    if isinstance(error, InvalidURLError):
        return URL_RAW.because("a byte above 127 or a control character stands in it")
    if "Expected HTTP/" in words:
        return URL_RAW.because("a blank stands in it")
    if "Invalid header token" in words:
        return URL_RAW.because("a line break stands in it") if _REQUEST_LINE(words) else HEADER_NAME
    return TLS if "HTTPS traffic" in words else MALFORMED


class ErrorResponse(web.Response):
    """An HTTP error: `{"status":-12,"error":…}`, and its reason in a header when it is to be `explained` (C5).

    `reason` replaces the usual one of the code.
    """

    def __init__(self, status: int, reason: Reason | None = None, *, explained: bool) -> None:
        why = reason or REASONS[status]
        self.reason_given = why
        self.error = why.sentence
        headers = {"Content-Type": CONTENT_TYPE}
        if explained:
            headers[REASON_HEADER] = why.header()
        if status == 503:
            headers["Retry-After"] = RETRY_SECONDS
        super().__init__(status=status, body=encode_http_error(self.error), headers=headers)

    def render(self, *, keep_alive: bool = True) -> bytes:
        """The whole answer."""
        body = self.body if isinstance(self.body, bytes) else b""
        lines = [f"HTTP/1.1 {self.status} {self.reason}", *(f"{name}: {value}" for name, value in self.headers.items())]
        lines += [f"Content-Length: {len(body)}", f"Date: {rfc822_formatted_time()}", f"Server: {SERVER_SOFTWARE}"]
        lines += [] if keep_alive else ["Connection: close"]
        return "\r\n".join([*lines, "", ""]).encode() + body
