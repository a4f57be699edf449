"""What does each parameter of a request mean, and must it be there (P1.4)? For whoever describes the endpoints."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from .limits import (
    CONTENT_LENGTH,
    IDS_PER_QUERY,
    NUMBER_DIGITS_MAX,
    NUMBER_DIGITS_MIN,
    NUMBERS_PER_GET,
    NUMBERS_PER_POST,
    SENDTIME_DIGITS,
    SEQ_DIGITS_MAX,
    TIME_DIGITS,
)


class Parameter(NamedTuple):
    """A parameter: whether a request fails without it, its meaning with its bounds, and an example.

    `integers` are the lowest and the highest of what the document calls Int, None: any; `pattern` is a regular
    expression for the whole of a text. Without both it is any text.
    """

    required: bool
    meaning: str
    example: str
    integers: tuple[int | None, int | None] | None = None
    pattern: str | None = None


ABOUT: Final[Mapping[str, Parameter]] = {
    "version": Parameter(
        False, "The version of the protocol: 1.1 for getbalance, else 1.0, when absent. Any value is accepted.", "1.0"
    ),
    "account": Parameter(True, "The name of the account.", "demo"),
    "password": Parameter(
        True,
        "The plain password, or, where the account wants it encrypted, md5(account + plain password + seq + time + "
        "key) in hex.",
        "demo123",
    ),
    "seq": Parameter(
        False,
        f"The number of the request, 1 to {SEQ_DIGITS_MAX} digits: begins at 1 and grows with each. Required with an "
        "encrypted password.",
        "1",
        integers=(1, 10**SEQ_DIGITS_MAX - 1),
    ),
    "time": Parameter(
        False,
        f"The time of the request since 1970: {TIME_DIGITS[0]} digits are seconds, {TIME_DIGITS[1]} are milliseconds. "
        "Required with an encrypted password.",
        "1767240000",
        integers=(10 ** (TIME_DIGITS[0] - 1), 10 ** TIME_DIGITS[1] - 1),
    ),
    "smstype": Parameter(False, "0: SMS, 1: MMS. 0 when absent.", "0", integers=(0, 1)),
    "mmstitle": Parameter(False, "The title of an MMS.", "Hello"),
    "sender": Parameter(False, "The sender that is shown.", "ACME"),
    "numbers": Parameter(
        True,
        f"Recipients, separated by commas: at most {NUMBERS_PER_GET} by GET, {NUMBERS_PER_POST:,} by POST. A number "
        f"has {NUMBER_DIGITS_MIN} to {NUMBER_DIGITS_MAX} digits after an optional +.",
        "13800138000,13800138001",
    ),
    "content": Parameter(
        True,
        f"The text, at most {CONTENT_LENGTH} characters unless content_limit says otherwise.",
        "Your code is 1234.",
    ),
    "sendtime": Parameter(
        False,
        "When to send, as yyyyMMddHHmmss in the gateway's time zone; at once when absent or past.",
        "20300101120000",
        pattern=f"[0-9]{{{SENDTIME_DIGITS}}}",
    ),
    "ids": Parameter(True, f"Ids that sendsms answered, separated by commas: at most {IDS_PER_QUERY}.", "1,2"),
    "start_time": Parameter(
        False, "Unix seconds: only messages received at or after it.", "1767240000", integers=(None, None)
    ),
}
"""Every parameter of every endpoint (P1.4)."""
