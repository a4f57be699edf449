"""Is an answer as the document has it (P1.2, P3-P6)? Its members, their order and types, byte for byte."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from ...protocol.answers import CONTENT_TYPE

Check = Callable[[Any], bool]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _money(decimals: int) -> Check:
    def check(value: Any) -> bool:
        whole, _, fraction = value.partition(".") if isinstance(value, str) else ("", "", "")
        return whole.isdigit() and fraction.isdigit() and len(fraction) == decimals

    return check


def _rows(*columns: Check) -> Check:
    """A list of lists, each with exactly these columns."""

    def check(value: Any) -> bool:
        return isinstance(value, list) and all(
            isinstance(row, list)
            and len(row) == len(columns)
            and all(fits(one) for fits, one in zip(columns, row, strict=True))
            for row in value
        )

    return check


def _number(value: Any) -> bool:
    return _whole(value) or _text(value)  # P4.2: one that no JSON integer carries unchanged goes as a string


_COUNTS: Final = dict.fromkeys(("success", "fail", "unsent", "sending", "nofound"), _whole)

ANSWERS: Final[Mapping[str, Mapping[str, Check]]] = {
    "getbalance": {"status": _whole, "balance": _money(6), "gift": _money(5)},
    "sendsms": {"status": _whole, "success": _whole, "fail": _whole, "array": _rows(_number, _whole)},
    "getreport": {"status": _whole, **_COUNTS, "array": _rows(_whole, _text, _whole, _whole)},
    "getsms": {"status": _whole, "cnt": _whole, "array": _rows(_whole, _text, _text, _whole, _text)},
}
REFUSALS: Final[Mapping[str, Mapping[str, Check]]] = {**ANSWERS, "getbalance": {"status": _whole}}
"""Only getbalance answers with less when it refuses (P3.1)."""

PUSH: Final[Mapping[str, Check]] = {
    "type": lambda value: value == "report",
    "cnt": _whole,
    "array": _rows(_whole, _text, _whole, _whole, _text),
}


def answer_faults(endpoint: str, http_status: int, content_type: str | None, body: bytes) -> list[str]:
    """What is not as documented in an answer of the gateway."""
    found = [f"HTTP {http_status}, not 200"] if http_status != 200 else []
    if content_type != CONTENT_TYPE:
        found.append(f"Content-Type {content_type}, not {CONTENT_TYPE}")
    answer = read(body)
    if not isinstance(answer, dict) or not _whole(answer.get("status")):
        return [*found, "no JSON object with a status"]
    documented = (REFUSALS if answer["status"] else ANSWERS)[endpoint]
    return found + _misfits(answer, documented, body)


def push_faults(body: bytes) -> list[str]:
    """What is not as documented in a push (P8.1)."""
    push = read(body)
    return _misfits(push, PUSH, body) if isinstance(push, dict) else ["no JSON object"]


def read(body: bytes) -> Any:
    """The body as JSON, None when it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _misfits(answer: Mapping[str, Any], documented: Mapping[str, Check], body: bytes) -> list[str]:
    if [*answer] != [*documented]:
        return [f"members {', '.join(answer)}; documented are {', '.join(documented)}"]
    found = [f"{name} is not as documented" for name, fits in documented.items() if not fits(answer[name])]
    if json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() != body:
        found.append("blanks or escapes that the document does not have")
    return found
