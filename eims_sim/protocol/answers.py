"""What exactly does the gateway answer? Answer objects become bytes here, to the letter of P3 to P6."""

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Final, NamedTuple

from .codes import SENDING, UNSENT, ReportCode, Status
from .notation import write_money
from .numbers import Numbers, is_plain

CONTENT_TYPE: Final = "application/json;charset=utf-8"
"""The header of every answer and every push, byte for byte (P1.2)."""


_SUCCESS: Final = int(ReportCode.SUCCESS)

ReportRow = tuple[int, str, int, int]
"""One message as getreport shows it: id, number, the wire's time at which it was sent, 0 while it is unsent, and state
(P5.2)."""


class InboundRow(NamedTuple):
    """One inbound message as getsms shows it: `received_at` is the wire's time (P6.1)."""

    id: int
    sender: str
    recipient: str
    received_at: int
    content: str


def encode_balance(balance: int, gift: int) -> bytes:
    """The answer of getbalance, from micro-units (P3.1)."""
    return f'{{"status":0,"balance":"{write_money(balance, 6)}","gift":"{write_money(gift, 5)}"}}'.encode()


def encode_submit(numbers: Numbers, first_id: int) -> bytes:
    """The answer to an accepted submit: its normal numbers with ids from `first_id` on (P4.2)."""
    rows = _submit_rows(numbers, first_id)
    return f'{{"status":0,"success":{numbers.accepted},"fail":{numbers.abnormal},"array":[[{rows}]]}}'.encode()


def read_submit_id(answer: bytes) -> int | None:
    """The first id that an accepted submit was answered; its other messages' ids follow it (P4.2)."""
    found = _FIRST_ROW(answer)
    return None if found is None else int(found[1])


def encode_reports(rows: Sequence[ReportRow], not_found: int) -> bytes:
    """The answer of getreport: the counts by state and the rows in the order asked (P5.1)."""
    states = [row[3] for row in rows]
    success, unsent, sending = states.count(_SUCCESS), states.count(UNSENT), states.count(SENDING)
    fail = len(states) - success - unsent - sending
    shown = [f'[{id},"{number}",{sent_at},{state}]' for id, number, sent_at, state in rows]
    return (
        f'{{"status":0,"success":{success},"fail":{fail},"unsent":{unsent},"sending":{sending},'
        f'"nofound":{not_found},"array":[{",".join(shown)}]}}'
    ).encode()


def encode_inbound(rows: Iterable[InboundRow]) -> bytes:
    """The answer of getsms: content as base64 of its UTF-8 (P6.1)."""
    shown = [
        f'[{row.id},{encode_basestring(row.sender)},{encode_basestring(row.recipient)},{row.received_at},"{b64encode(row.content.encode()).decode()}"]'
        for row in rows
    ]
    return f'{{"status":0,"cnt":{len(shown)},"array":[{",".join(shown)}]}}'.encode()


def refuse_balance(status: Status) -> bytes:
    """The answer of getbalance when it is refused (P3.1)."""
    return f'{{"status":{int(status)}}}'.encode()


def refuse_submit(status: Status, numbers: int) -> bytes:
    """The answer to a refused submit; `numbers` counts its items that are not empty (P4.2)."""
    return f'{{"status":{int(status)},"success":0,"fail":{numbers},"array":[]}}'.encode()


def refuse_reports(status: Status) -> bytes:
    """The answer of getreport when it is refused (P5.2)."""
    return f'{{"status":{int(status)},"success":0,"fail":0,"unsent":0,"sending":0,"nofound":0,"array":[]}}'.encode()


def refuse_inbound(status: Status) -> bytes:
    """The answer of getsms when it is refused (P6.2)."""
    return f'{{"status":{int(status)},"cnt":0,"array":[]}}'.encode()


def encode_http_error(error: str) -> bytes:
    """The body of an HTTP error: the protocol has no words for these (P1.3)."""
    return json.dumps({"status": int(Status.PLATFORM_ERROR), "error": error}, separators=(",", ":")).encode()


_FIRST_ROW: Final = re.compile(rb'\{"status":0,"success":\d+,"fail":\d+,"array":\[\[(?:\d+|"[^"]*"),(\d+)\]').match
_SMALL: Final = 64
_TAILS: Final = [f"{tail:04d}],[" for tail in range(10_000)]


def _submit_rows(numbers: Numbers, first_id: int) -> str:
    shown = numbers.items()
    if not numbers.plain:
        shown = [number if is_plain(number) else f'"{number}"' for number in shown]
    if len(shown) <= _SMALL:
        return "],[".join([f"{number},{id}" for id, number in enumerate(shown, first_id)])
    # An id is written as a head that changes every 10,000 and one of 10,000 ready tails: a fifth of the time that it
    # takes to format each (D7).
    runs = []
    at = 0
    while at < len(shown):
        head, tail = divmod(first_id + at, len(_TAILS))
        length = min(len(shown) - at, len(_TAILS) - tail)
        runs.append(_run(shown[at : at + length], head, tail))
        at += length
    return "],[".join(runs)


def _run(numbers: list[str], head: int, tail: int) -> str:
    """Rows whose ids share all but the last four digits, which count from `tail`."""
    if head == 0:
        return "],[".join([f"{number},{id}" for id, number in enumerate(numbers, tail)])
    parts = [f",{head}"] * (3 * len(numbers))
    parts[0::3] = numbers
    parts[2::3] = _TAILS[tail : tail + len(numbers)]
    return "".join(parts)[: -len("],[")]
