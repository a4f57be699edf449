"""Why is a request refused? The ordered tables of P2: the first check that fails answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, NamedTuple

from ..diagnosis import Reason
from ..protocol.codes import Status
from ..protocol.limits import IDS_PER_QUERY, NUMBERS_PER_GET, NUMBERS_PER_POST
from ..protocol.notation import read_integer, read_wire_time
from ..protocol.numbers import NO_NUMBERS, Numbers
from ..protocol.requests import Parameters
from . import authentication
from .accounts import Account, on_list
from .booking import BALANCE_LOW, Refusal
from .hints import ends_with, missing, why_abnormal


@dataclass(frozen=True, slots=True)
class Terms:
    """What the gateway asks of every request, whoever sends it. Sensitive words are case-folded."""

    zone: tzinfo
    content_limit: int
    content_in_bytes: bool
    sensitive_words: tuple[str, ...]


@dataclass(slots=True)
class Attempt:
    """A request on the desk, unjudged. The account is None when nobody has that name.

    `authentication` is what came of the password, `locked` whether the account is; `address` is where the client
    calls from.
    """

    parameters: Parameters
    account: Account | None
    address: str
    terms: Terms
    authentication: Reason | None = None
    locked: bool = False
    numbers: Numbers = NO_NUMBERS
    numbers_limit: int = NUMBERS_PER_GET
    ids: Sequence[str] = ()


class Check(NamedTuple):
    """One row of P2: the status, the trouble that it names, and every reason that may be given for it."""

    status: Status
    find: Callable[[Attempt], Reason | None]
    reasons: tuple[Reason, ...]


IP_NOT_ALLOWED: Final = Reason("ip-not-allowed", "the account has an allow list and the client's address is not on it")
LOCKED: Final = Reason("account-locked", "the account is locked, by hand or after too many failed authentications")
CONTENT_MISSING: Final = Reason("content-missing", "the parameter content is absent")
CONTENT_BLANK: Final = Reason("content-blank", "content holds nothing but blanks")
CONTENT_LONG: Final = Reason(
    "content-too-long", "content is longer than the gateway takes (1024 characters unless set otherwise)"
)
WORD_OF_SERVER: Final = Reason("sensitive-word-server", "content holds a sensitive word of the server")
WORD_OF_ACCOUNT: Final = Reason("sensitive-word-account", "content holds a sensitive word of the account")
NO_TEMPLATE: Final = Reason(
    "template-mismatch", "the account may send templates only, and none matches the whole content"
)
NUMBERS_MISSING: Final = Reason("numbers-missing", "the parameter numbers is absent")
NUMBERS_BLANK: Final = Reason("numbers-blank", "numbers holds no number")
NUMBERS_MANY_GET: Final = Reason(
    "numbers-too-many-get",
    f"a GET carries at most {NUMBERS_PER_GET} numbers; a POST up to {NUMBERS_PER_POST}",
)
NUMBERS_MANY_POST: Final = Reason("numbers-too-many-post", f"a POST carries at most {NUMBERS_PER_POST} numbers")
NUMBERS_ABNORMAL: Final = Reason("numbers-abnormal", "no number is normal: 3 to 20 digits after an optional +")
NUMBERS_FULL_WIDTH: Final = Reason(
    "numbers-full-width-comma", "numbers are parted by a full-width comma (U+FF0C); use an ASCII comma"
)
SENDTIME_WRONG: Final = Reason("sendtime-malformed", "sendtime is not 14 digits yyyyMMddHHmmss of a real date and time")
SMSTYPE_WRONG: Final = Reason("smstype-unknown", "smstype is neither 0 (SMS) nor 1 (MMS)")
IDS_MISSING: Final = Reason("ids-missing", "the parameter ids is absent")
IDS_BLANK: Final = Reason("ids-blank", "ids holds no id")
IDS_MANY: Final = Reason("ids-too-many", f"a query carries at most {IDS_PER_QUERY} ids")
START_TIME_WRONG: Final = Reason("start-time-malformed", "start_time is not an integer of Unix seconds")


def failed_authentication(attempt: Attempt) -> Reason | None:
    """P2, order 1: the reason was found when the password was judged."""
    return attempt.authentication


def foreign_address(attempt: Attempt) -> Reason | None:
    """P2, order 2."""
    account = attempt.account
    if account is None or not account.networks or on_list(attempt.address, account.networks):
        return None
    return IP_NOT_ALLOWED


def locked_account(attempt: Attempt) -> Reason | None:
    """P2, order 3."""
    return LOCKED if attempt.locked else None


def empty_content(attempt: Attempt) -> Reason | None:
    """P2, order 4."""
    content = attempt.parameters.values.get("content")
    if content is None:
        return missing(CONTENT_MISSING, "content", attempt.parameters)
    return None if content and not content.isspace() else CONTENT_BLANK


def long_content(attempt: Attempt) -> Reason | None:
    """P2, order 5."""
    content, terms = attempt.parameters.values["content"], attempt.terms
    length = len(content.encode()) if terms.content_in_bytes else len(content)
    if length <= terms.content_limit:
        return None
    unit = "bytes" if terms.content_in_bytes else "characters"
    return CONTENT_LONG.saying(f"content has {length} {unit}, and the gateway takes at most {terms.content_limit}")


def sensitive_word(attempt: Attempt) -> Reason | None:
    """P2, order 6."""
    account, terms = attempt.account, attempt.terms
    words = account.sensitive_words if account else ()
    if not words and not terms.sensitive_words:
        return None
    content = attempt.parameters.values["content"].casefold()
    if any(word in content for word in terms.sensitive_words):
        return WORD_OF_SERVER
    return WORD_OF_ACCOUNT if any(word in content for word in words) else None


def no_template(attempt: Attempt) -> Reason | None:
    """P2, order 7."""
    templates = attempt.account.templates if attempt.account else ()
    if not templates:
        return None
    content = attempt.parameters.values["content"]
    return None if any(matches(content) for matches in templates) else NO_TEMPLATE


def no_numbers(attempt: Attempt) -> Reason | None:
    """P2, order 8."""
    if attempt.numbers.total:
        return None
    if attempt.parameters.get("numbers"):
        return NUMBERS_BLANK
    reason = missing(NUMBERS_MISSING, "numbers", attempt.parameters)
    get = attempt.numbers_limit == NUMBERS_PER_GET
    if reason is NUMBERS_MISSING and get and ends_with("content", attempt.parameters):
        return reason.because("the URL ends after content: was a # in it not escaped (%23)?")
    return reason


def many_numbers(attempt: Attempt) -> Reason | None:
    """P2, order 9."""
    if attempt.numbers.total <= attempt.numbers_limit:
        return None
    reason = NUMBERS_MANY_GET if attempt.numbers_limit == NUMBERS_PER_GET else NUMBERS_MANY_POST
    return reason.because(f"{attempt.numbers.total} were sent")


def abnormal_numbers(attempt: Attempt) -> Reason | None:
    """P2, order 10."""
    if attempt.numbers.accepted:
        return None
    if attempt.numbers.full_width:
        return NUMBERS_FULL_WIDTH
    return NUMBERS_ABNORMAL.because(why_abnormal(attempt.parameters.values["numbers"]))


def wrong_sendtime(attempt: Attempt) -> Reason | None:
    """P2, order 11."""
    sendtime = attempt.parameters.get("sendtime")
    if sendtime is None or read_wire_time(sendtime, attempt.terms.zone) is not None:
        return None
    return SENDTIME_WRONG


def unknown_smstype(attempt: Attempt) -> Reason | None:
    """P2, order 12."""
    return None if (attempt.parameters.get("smstype") or "0") in ("0", "1") else SMSTYPE_WRONG


def no_ids(attempt: Attempt) -> Reason | None:
    """getreport without ids (P2)."""
    if attempt.ids:
        return None
    return IDS_BLANK if attempt.parameters.get("ids") else missing(IDS_MISSING, "ids", attempt.parameters)


def many_ids(attempt: Attempt) -> Reason | None:
    """getreport over 200 ids (P2)."""
    count = len(attempt.ids)
    return IDS_MANY.because(f"{count} were sent") if count > IDS_PER_QUERY else None


def wrong_start_time(attempt: Attempt) -> Reason | None:
    """getsms with a start_time that is no integer (P2)."""
    start_time = attempt.parameters.get("start_time")
    return START_TIME_WRONG if start_time is not None and read_integer(start_time) is None else None


_AUTHENTICATION: Final = Check(Status.AUTHENTICATION, failed_authentication, authentication.REASONS)
_ADDRESS: Final = Check(Status.IP_RESTRICTED, foreign_address, (IP_NOT_ALLOWED,))
_LOCK: Final = Check(Status.ACCOUNT_LOCKED, locked_account, (LOCKED,))

# getbalance knows only 0, -1 and -2: a locked account may ask (P2, order 3).
BALANCE_CHECKS: Final = (_AUTHENTICATION, _ADDRESS)

# The order is P2's: a submit that fails two checks answers the first.
SUBMIT_CHECKS: Final = (
    _AUTHENTICATION,
    _ADDRESS,
    _LOCK,
    Check(Status.CONTENT_EMPTY, empty_content, (CONTENT_MISSING, CONTENT_BLANK)),
    Check(Status.CONTENT_TOO_LONG, long_content, (CONTENT_LONG,)),
    Check(Status.SENSITIVE_WORDS, sensitive_word, (WORD_OF_SERVER, WORD_OF_ACCOUNT)),
    Check(Status.NOT_A_TEMPLATE, no_template, (NO_TEMPLATE,)),
    Check(Status.NUMBERS_EMPTY, no_numbers, (NUMBERS_MISSING, NUMBERS_BLANK)),
    Check(Status.TOO_MANY_NUMBERS, many_numbers, (NUMBERS_MANY_GET, NUMBERS_MANY_POST)),
    Check(Status.NUMBERS_ABNORMAL, abnormal_numbers, (NUMBERS_ABNORMAL, NUMBERS_FULL_WIDTH)),
    Check(Status.WRONG_SENDTIME, wrong_sendtime, (SENDTIME_WRONG,)),
    Check(Status.PLATFORM_ERROR, unknown_smstype, (SMSTYPE_WRONG,)),
)

BOOKING_REASONS: Final = {Status.BALANCE_TOO_LOW: (BALANCE_LOW,)}
"""What is judged after the checks, in the transaction that books (P2, order 13)."""

REPORT_CHECKS: Final = (
    _AUTHENTICATION,
    _ADDRESS,
    _LOCK,
    Check(Status.NUMBERS_EMPTY, no_ids, (IDS_MISSING, IDS_BLANK)),
    Check(Status.TOO_MANY_NUMBERS, many_ids, (IDS_MANY,)),
)

INBOUND_CHECKS: Final = (
    _AUTHENTICATION,
    _ADDRESS,
    _LOCK,
    Check(Status.PLATFORM_ERROR, wrong_start_time, (START_TIME_WRONG,)),
)


def first_refusal(checks: Sequence[Check], attempt: Attempt) -> Refusal | None:
    """What the first check that fails answers, or None when all pass (P2)."""
    for status, find, _ in checks:
        reason = find(attempt)
        if reason is not None:
            return Refusal(status, reason)
    return None
