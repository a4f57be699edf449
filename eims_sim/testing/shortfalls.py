"""What is said to a test that has waited in vain: what there was instead, and what may be the matter."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from .reports import Report

SHOWN: Final = 5
"""So many of what there was are named."""

CONTENT_SHOWN: Final = 40

FROZEN: Final = "The clock stands still: clock.advance(seconds) lets time pass."


def message_line(message: Mapping[str, Any]) -> str:
    """A message in a few words."""
    content = message["content"]
    content = content if len(content) <= CONTENT_SHOWN else f"{content[: CONTENT_SHOWN - 1]}…"
    return f"#{message['id']} {message['account']} to {message['number']}, state {message['state']}, {content!r}"


def request_line(request: Mapping[str, Any]) -> str:
    """A request, its answer and what was wrong with it, in a few words."""
    status = request["status"] if request["status"] is not None else f"HTTP {request['http_status']}"
    told = [f"{one['code']}: {one['text']}" for one in (request["reason"], *request["notes"]) if one]
    sent = " ".join(f"{name}={value!r}" for name, value in request["parameters"].items())
    lost = "" if request["delivered"] else ", not delivered"
    asked = " ".join(filter(None, (f"#{request['id']}", request["method"], request["endpoint"], sent)))
    return "\n    ".join([f"{asked} -> {status}{lost}", *told])


def missed(
    what: str,
    filters: Mapping[str, object],
    count: int,
    seconds: float,
    found: Sequence[str],
    others: Sequence[str],
    *,
    frozen: bool,
) -> str:
    """Why a wait was in vain: `found` are those that match, `others` the newest of all, in words."""
    asked = ", ".join(f"{name.rstrip('_')}={value!r}" for name, value in filters.items())
    lines = [f"{len(found)} of {count} {what}{f' with {asked}' if asked else ''} within {seconds:g} s"]
    if found:
        lines += found[:SHOWN]
    elif others:
        lines += [f"The newest {what} of all:", *others[:SHOWN]]
    else:
        lines.append(f"There are no {what} at all.")
    return "\n".join([*lines, FROZEN] if frozen else lines)


def no_code(number: str, messages: Sequence[str]) -> str:
    """Why there is no one-time code: `messages` are the newest to the number, in words."""
    if not messages:
        return f"no message to {number} holds a code: there is none to it at all"
    return "\n".join([f"no message to {number} holds a code; the newest to it:", *messages])


def too_few_reports(reports: Sequence[Report], count: int, seconds: float) -> str:
    """Why a wait for reports was in vain."""
    shown = [f"#{one.id} to {one.number}: {one.result} {one.reason}" for one in reports[:SHOWN]]
    return "\n".join([f"{len(reports)} of {count} reports within {seconds:g} s", *shown])
