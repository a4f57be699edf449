"""How does schemathesis ask in tests/fuzz_control.py? Fit for a short run; what comes back is held to the letter.

Waits are short, most passwords are right, most ids exist. A reply may have no member that the document does not name.
"""

from itertools import cycle
from typing import Any

import schemathesis

LONGEST = 0.1
"""So many seconds a call may wait."""

IDS = 20
INVENTED = 10_000
"""Ids beyond the second were never given to anything; they become one of so many."""

ACCOUNTS = cycle(("demo", "pushed", "segments", None))
"""Who asks the gateway; None leaves what was generated."""

OPEN = {"Openapi"}
"""Replies that may hold more than the document names."""


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Close every reply."""
    for name, schema in raw_schema["components"]["schemas"].items():
        if "properties" in schema and name not in OPEN:
            schema.setdefault("additionalProperties", False)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Change a case just before it is sent."""
    query = case.query or {}
    if _lies_between(query.get("wait"), LONGEST, 300):
        query["wait"] = LONGEST
    if _lies_between((case.path_parameters or {}).get("id"), INVENTED, 2**63):
        case.path_parameters["id"] = 1 + int(case.path_parameters["id"]) % IDS
    if case.operation.path.startswith("/_sim/"):
        if isinstance(case.body, dict | list):
            case.body = _whole(case.body)
        return
    account = next(ACCOUNTS)
    parameters = case.body if case.method == "POST" else query
    if account is not None and isinstance(parameters, dict):
        parameters |= {"account": account, "password": "demo123"}


def _whole(value: Any) -> Any:
    """JSON Schema calls 1.0 an integer, Python does not."""
    if isinstance(value, dict):
        return {name: _whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_whole(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _lies_between(value: Any, low: float, high: float) -> bool:
    try:
        return low < float(value) <= high
    except (TypeError, ValueError):
        return False
