"""What is sent? Raw requests: of the protocol, and of the control API."""

import json
from typing import Any, Final
from urllib.parse import urlencode

LOGIN: Final = {"account": "load", "password": "load"}
HEAD: Final = b"Host: 127.0.0.1\r\n\r\n"

COUNTER: Final = "_NUMBER_"
"""The load writes eight other digits here in each request (`benchmarks.load`); as many characters, so lengths stand."""

BULK: Final = 10_000


def get(endpoint: str, **parameters: str) -> bytes:
    """A GET of the gateway."""
    return f"GET /{endpoint}?{urlencode(LOGIN | parameters)} HTTP/1.1\r\n".encode() + HEAD


def post(numbers: int = BULK) -> bytes:
    """A POST of /sendsms with so many numbers."""
    listed = ",".join(str(13_911_110_000 + place) for place in range(numbers))
    return _with_body("POST", "/sendsms", LOGIN | {"numbers": listed, "content": f"hello {COUNTER}"})


def control(method: str, path: str, body: Any) -> bytes:
    """A call of the control API."""
    return _with_body(method, f"/_sim/{path}", body)


def _with_body(method: str, target: str, sent: Any) -> bytes:
    body = json.dumps(sent).encode()
    head = f"{method} {target} HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + HEAD + body


# A client has news for somebody else each time: a GET that is sent again as it was earns a note.
SUBMIT: Final = get("sendsms", numbers=f"139{COUNTER},138{COUNTER}", content="hello")
GETBALANCE: Final = get("getbalance")
GETSMS: Final = get("getsms")


def getreport(messages: int) -> bytes:
    """A getreport of 200 ids, all but one of messages that are spread over so many.

    The one that nobody has is another each time: the same ids asked for again and again earn a note.
    """
    spread = [str(id) for id in range(1, messages + 1, messages // 200)]
    return get("getreport", ids=",".join([*spread[:199], COUNTER]))
