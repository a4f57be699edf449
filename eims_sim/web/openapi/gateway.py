"""How are the four endpoints of the gateway described, and the push of reports (P3 to P6, P8)?"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from ...diagnosis import HEADER_LENGTH, REQUEST_HEADER
from ...protocol.codes import STATES, ReportCode, Status
from ...protocol.limits import IDS_PER_QUERY, INBOUND_PER_FETCH, NUMBERS_PER_POST, REPORTS_PER_PUSH
from ...protocol.names import METHODS, PARAMETERS
from ...protocol.parameters import ABOUT, Parameter
from ..control.operation import JSON
from ..http_errors import REASON_HEADER, REASONS
from ..records import NOTE_HEADER, NOTES
from .problems import RETRY_AFTER
from .schemas import REF, Schema

TAG: Final[Schema] = {
    "name": "gateway",
    "description": "The gateway's own protocol. What it can express is answered with HTTP 200, refusals too: look at "
    "`status`. A fault may answer anything.",
}

_SUMMARIES: Final = {
    "getbalance": "How much money the account has",
    "sendsms": "Send one text to one or many numbers",
    "getreport": "What became of messages",
    "getsms": f"Fetch messages from phones, at most {INBOUND_PER_FETCH} that were not fetched before",
}

_NOT_OF_AN_ENDPOINT: Final = frozenset({404, 405})
_OF_A_BODY: Final = frozenset({413})


def _meanings(codes: Iterable[Any]) -> str:
    return "; ".join(f"{int(code)} {code.meaning}" for code in codes)


_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_ID: Final[Schema] = {"type": "integer", "minimum": 1}
_WIRE_TIME: Final[Schema] = {"type": "integer", "description": "yyyyMMddHHmmss in the gateway's time zone."}
_STATUS: Final[Schema] = {"$ref": f"{REF}Status"}


def _answer(about: str, **members: Schema) -> Schema:
    return {
        "type": "object",
        "description": about,
        "properties": {"status": _STATUS} | members,
        "required": ["status", *members],
        "additionalProperties": False,
    }


def _rows(most: int, *columns: Schema) -> Schema:
    row = {"type": "array", "prefixItems": list(columns), "minItems": len(columns), "items": False}
    return {"type": "array", "items": row, "maxItems": most}


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description} | more


SCHEMAS: Final[Mapping[str, Schema]] = {
    "Status": {
        "type": "integer",
        "enum": [int(status) for status in Status],
        "description": f"{_meanings(Status)}.",
    },
    "MessageState": {
        "type": "integer",
        "enum": sorted(STATES),
        "description": f"1 not sent yet; 2 being sent; {_meanings(ReportCode)}.",
    },
    "BalanceAnswer": {
        "type": "object",
        "description": "The money, unless it was refused.",
        "properties": {
            "status": _STATUS,
            "balance": _text("The account's own money.", pattern=r"^[0-9]+\.[0-9]{6}$"),
            "gift": _text("Money given to it.", pattern=r"^[0-9]+\.[0-9]{5}$"),
        },
        "required": ["status"],
        "dependentRequired": {"balance": ["gift"], "gift": ["balance"]},
        "additionalProperties": False,
    },
    "SubmitAnswer": _answer(
        "Rows of number and id, in the order given.",
        success=_COUNT,
        fail=_COUNT | {"description": "Numbers that were not accepted."},
        array=_rows(
            NUMBERS_PER_POST,
            {
                "type": ["integer", "string"],
                "description": "The number; a string where an integer cannot carry it unchanged.",
            },
            _ID | {"description": "The id, for getreport."},
        ),
    ),
    "ReportAnswer": _answer(
        "Counts by state, and rows of id, number, send time and state.",
        success=_COUNT,
        fail=_COUNT,
        unsent=_COUNT,
        sending=_COUNT,
        nofound=_COUNT,
        array=_rows(
            IDS_PER_QUERY,
            _ID,
            _text("The number."),
            _WIRE_TIME | {"description": f"{_WIRE_TIME['description']} 0: not sent yet."},
            {"$ref": f"{REF}MessageState"},
        ),
    ),
    "InboundAnswer": _answer(
        "Rows of id, sender, recipient, time received and content.",
        cnt=_COUNT,
        array=_rows(
            INBOUND_PER_FETCH,
            _ID,
            _text("Who sent it."),
            _text("The number that it was sent to."),
            _WIRE_TIME,
            _text("The text in UTF-8, as base64.", contentEncoding="base64"),
        ),
    ),
    "GatewayError": {
        "type": "object",
        "description": "What the protocol has no words for.",
        "properties": {"status": {"const": int(Status.PLATFORM_ERROR)}, "error": _text("Why.")},
        "required": ["status", "error"],
        "additionalProperties": False,
    },
    "Reports": {
        "type": "object",
        "description": "Rows of id, number, send time, report code and its text.",
        "properties": {
            "type": {"const": "report"},
            "cnt": {"type": "integer", "minimum": 1, "maximum": REPORTS_PER_PUSH},
            "array": _rows(
                REPORTS_PER_PUSH,
                _ID,
                _text("The number."),
                _WIRE_TIME,
                {"type": "integer", "enum": [int(code) for code in ReportCode]},
                {"type": "string", "enum": sorted(code.meaning for code in ReportCode)},
            ),
        },
        "required": ["type", "cnt", "array"],
        "additionalProperties": False,
    },
}
"""The shapes of the gateway's answers, and of what it pushes."""

_ANSWERS: Final = {
    "getbalance": "BalanceAnswer",
    "sendsms": "SubmitAnswer",
    "getreport": "ReportAnswer",
    "getsms": "InboundAnswer",
}

HEADERS: Final[Mapping[str, Schema]] = {
    REQUEST_HEADER: {"description": "The request's id in the journal.", "schema": {"type": "integer", "minimum": 1}},
    REASON_HEADER: {
        "description": "Why it was refused: a stable code and a sentence.",
        "schema": {"type": "string", "maxLength": HEADER_LENGTH},
    },
    NOTE_HEADER: {
        "description": f"What worked but would not everywhere: a code and a sentence; up to {NOTES} of this header.",
        "schema": {"type": "string", "maxLength": HEADER_LENGTH},
    },
}
"""What travels beside an answer, to be referred to (C5)."""


def _headers(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def paths() -> Schema:
    """The endpoints with their methods."""
    return {
        f"/{endpoint}": {method.lower(): _operation(endpoint, method) for method in METHODS[endpoint]}
        for endpoint in PARAMETERS
    }


def webhooks() -> Schema:
    """What the gateway calls itself: the account's callback_url."""
    body = {"content": {JSON: {"schema": {"$ref": f"{REF}Reports"}}}, "required": True}
    return {
        "reports": {
            "put": {
                "operationId": "putReports",
                "tags": [TAG["name"]],
                "summary": f"Up to {REPORTS_PER_PUSH} delivery reports, to the account's callback_url",
                "requestBody": body,
                "responses": {
                    "2XX": {"description": "Taken."},
                    "default": {"description": "Anything else is tried again."},
                },
            }
        }
    }


def responses() -> Schema:
    """The HTTP errors, to be referred to."""
    return {_error(status): _told(status) for status in REASONS if status not in _NOT_OF_AN_ENDPOINT}


def _operation(endpoint: str, method: str) -> Schema:
    get = method == "GET"
    shown: Schema = {
        "operationId": endpoint if get else f"{endpoint}By{method.capitalize()}",
        "tags": [TAG["name"]],
        "summary": _SUMMARIES[endpoint],
    }
    if get:
        shown["parameters"] = [_in_query(name) for name in PARAMETERS[endpoint]]
    else:
        shown["requestBody"] = {"required": True, "content": {JSON: {"schema": _body(PARAMETERS[endpoint])}}}
    answered = {
        "description": "Accepted or refused.",
        "headers": _headers(REQUEST_HEADER, REASON_HEADER, NOTE_HEADER),
        "content": {JSON: {"schema": {"$ref": REF + _ANSWERS[endpoint]}}},
    }
    errors = {
        str(status): {"$ref": f"#/components/responses/{_error(status)}"}
        for status in REASONS
        if status not in _NOT_OF_AN_ENDPOINT and not (get and status in _OF_A_BODY)
    }
    return shown | {"responses": {"200": answered, **errors}}


def _error(status: int) -> str:
    return f"Gateway{status}"


def _told(status: int) -> Schema:
    sentence = REASONS[status].sentence
    headers = _headers(REQUEST_HEADER, REASON_HEADER)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers |= RETRY_AFTER
    content = {JSON: {"schema": {"$ref": f"{REF}GatewayError"}}}
    return {"description": f"{sentence[0].upper()}{sentence[1:]}.", "headers": headers, "content": content}


def _in_query(name: str) -> Schema:
    about = ABOUT[name]
    shown = {"name": name, "in": "query", "required": about.required, "description": about.meaning}
    return shown | {"schema": _kind(about), "example": _example(about)}


def _body(names: Iterable[str]) -> Schema:
    """The parameters as the members of one JSON object; an integer stands for its digits (P1.9)."""
    members = {
        name: {"description": ABOUT[name].meaning, "type": ["string", "integer"], "examples": [_example(ABOUT[name])]}
        for name in names
    }
    return {"type": "object", "properties": members, "required": [name for name in names if ABOUT[name].required]}


def _kind(about: Parameter) -> Schema:
    if about.integers is not None:
        low, high = about.integers
        bounds = {"minimum": low, "maximum": high}
        return {"type": "integer"} | {name: bound for name, bound in bounds.items() if bound is not None}
    return {"type": "string"} | ({} if about.pattern is None else {"pattern": f"^{about.pattern}$"})


def _example(about: Parameter) -> str | int:
    return about.example if about.integers is None else int(about.example)
