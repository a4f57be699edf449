"""How are the errors of the control API described (C4)?"""

from collections.abc import Mapping
from typing import Final

from .schemas import REF, Schema

PROBLEM: Final = "application/problem+json"

PROBLEMS: Final[Mapping[int, str]] = {
    400: "The body is not JSON, or broke off.",
    401: "No token, or a wrong one.",
    403: "The Host is not one of this server's, or the call comes from a page of another origin.",
    404: "There is no such object.",
    408: "The body did not arrive in time.",
    409: "The object is not in a state for this.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "Every violation in the query or the body; unknown names too.",
    500: "The simulator failed; its log says how.",
    503: "The database does not answer, or too much waits.",
}
"""What each HTTP status means that is a problem."""

RETRY_AFTER: Final[Schema] = {
    "Retry-After": {"description": "Seconds.", "schema": {"type": "string", "pattern": "^[0-9]+$"}}
}

_HEADERS: Final[Mapping[int, Schema]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    503: RETRY_AFTER,
}


def problem_name(status: int) -> str:
    """The name of a problem among the responses. Python's own names of HTTP statuses change from version to version."""
    return f"Problem{status}"


def problem_responses() -> Schema:
    """The problems, to be referred to."""
    content = {PROBLEM: {"schema": {"$ref": f"{REF}Problem"}}}
    return {
        problem_name(status): {"description": meaning, "content": content}
        | ({"headers": _HEADERS[status]} if status in _HEADERS else {})
        for status, meaning in PROBLEMS.items()
    }
