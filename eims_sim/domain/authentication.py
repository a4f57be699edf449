"""Is this the account's password (P1.5, P1.6)?

Judged from the parameters alone; which seq was used before is the engine's to know.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple
from urllib.parse import unquote

from ..diagnosis import Note, Reason
from ..protocol.bodies import BODY_EMPTY
from ..protocol.digest_mistakes import FORMULA, Parts, find_form, find_mistake, looks_like_digest
from ..protocol.limits import SEQ_DIGITS_MAX, TIME_DIGITS
from ..protocol.notation import SECOND, is_digits
from ..protocol.password_mistakes import cut_short, explain_password
from ..protocol.requests import Parameters
from ..protocol.signature import same_digest, same_text, sign
from .accounts import AUTO_ACCOUNTS, AUTO_PREFIX, Account, AccountSettings
from .fields import is_name
from .hints import missing

AUTO_TEXT: Final = 128
"""So long may the name and the password be that a client brings along (auto_accounts)."""

ACCOUNT_MISSING: Final = Reason("account-missing", "the parameter account is absent")
ACCOUNT_MISSING_BODY: Final = Reason(
    "account-missing-body-unreadable",
    "the body could not be read, so there is no account; send one JSON object in UTF-8",
)
ACCOUNT_UNKNOWN: Final = Reason("account-unknown", "no account has this name")
ACCOUNT_CASE: Final = Reason(
    "account-case", "no account has this name; names are case-sensitive, and one differs only in case"
)
AUTO_UNFIT: Final = Reason(
    "auto-account-unfit",
    f"an account named {AUTO_PREFIX}... is made at its first request, but name and password must have 1 to "
    f"{AUTO_TEXT} characters, the name no control characters or blanks around it",
)
AUTO_MANY: Final = Reason(
    "auto-accounts-too-many",
    f"an account named {AUTO_PREFIX}... is made at its first request, but there are {AUTO_ACCOUNTS} of them already",
)
AUTO_MODEL: Final = Reason(
    "auto-accounts-model", "auto_accounts names an account that is gone, so none can be made like it"
)
AUTO_REASONS: Final = (AUTO_UNFIT, AUTO_MANY, AUTO_MODEL)
ACCOUNT_DISABLED: Final = Reason("account-disabled", "the account is in no configuration file any more")
PASSWORD_MISSING: Final = Reason("password-missing", "the parameter password is absent")
PASSWORD_WRONG: Final = Reason("auth-password-mismatch", "the password is not the account's")
PASSWORD_NOT_PLAIN: Final = Reason(
    "auth-digest-to-plain", "the account takes the plain password, and this looks like an md5 digest"
)
PASSWORD_NOT_DIGEST: Final = Reason(
    "auth-plain-to-md5", "the account takes the md5 password, and this is its plain password"
)
DIGEST_WRONG: Final = Reason("auth-md5-mismatch", f"the digest is not md5({FORMULA}) in UTF-8")
SEQ_WRONG: Final = Reason("seq-malformed", f"seq must be 1 to {SEQ_DIGITS_MAX} digits and at least 1")
TIME_WRONG: Final = Reason("time-malformed", "time must be exactly 10 digits (seconds) or 13 digits (milliseconds)")
TIME_SKEWED: Final = Reason("time-skew", "time is further from the gateway's clock than max_skew_seconds allows")
SEQ_USED: Final = Reason("seq-used", "this pair of seq and time was used before, and seq_policy is unique")
SEQ_NOT_GREATER: Final = Reason(
    "seq-not-greater", "seq is not greater than the last one used, and seq_policy is increasing"
)

TIME_MILLISECONDS: Final = Note(
    "time-milliseconds",
    "time has 13 digits and was read as milliseconds; the document speaks of a timestamp only",
)
PLAIN_WITH_SEQ: Final = Note(
    "password-plain-with-seq",
    "seq and time are sent as with an md5 password, but the password is the plain one: seq and time were not looked at",
)
SEQ_NOT_GROWING: Final = Note(
    "seq-not-growing", "seq did not grow since the last request; a gateway may demand that it does"
)

REASONS: Final = (
    ACCOUNT_MISSING,
    ACCOUNT_MISSING_BODY,
    ACCOUNT_UNKNOWN,
    ACCOUNT_CASE,
    *AUTO_REASONS,
    ACCOUNT_DISABLED,
    PASSWORD_MISSING,
    PASSWORD_WRONG,
    PASSWORD_NOT_PLAIN,
    PASSWORD_NOT_DIGEST,
    DIGEST_WRONG,
    SEQ_WRONG,
    TIME_WRONG,
    TIME_SKEWED,
    SEQ_USED,
    SEQ_NOT_GREATER,
)


class Proof(NamedTuple):
    """A right password. `seq` and `time` are as sent when a digest proved it, else None: then no seq is used.

    `breach` is why it does not let in all the same: the seq counts as used even so.
    """

    seq: str | None = None
    time: str | None = None
    breach: Reason | None = None


def judge(account: Account, parameters: Parameters, now: int) -> Proof | Reason:
    """Whether the password is right; `now` is the gateway's moment (P1.5, P1.6)."""
    settings = account.settings
    password = parameters.get("password")
    if account.disabled:
        return ACCOUNT_DISABLED
    if password is None:
        return missing(PASSWORD_MISSING, "password", parameters)
    plain = settings.auth != "md5" and same_text(password, settings.password)
    if plain:
        return Proof()
    if settings.auth == "plain":
        return _explain_plain(settings, parameters)
    return _judge_digest(settings, parameters, password, now)


def unknown_account(name: str | None, parameters: Parameters, exists: Callable[[str], bool]) -> Reason:
    """Why there is no account, none differing in case only (P2, order 1)."""
    if name is None:
        if parameters.unreadable:
            return ACCOUNT_MISSING_BODY
        if BODY_EMPTY in parameters.notes:
            return ACCOUNT_MISSING.because("the body is empty")
        return missing(ACCOUNT_MISSING, "account", parameters)
    for trouble, meant in (
        ("without the blanks around it one has", name.strip()),
        ("percent-decoded once more one has", unquote(name)),
        ("with + for the blank one has: write %2B", name.replace(" ", "+")),
    ):
        if meant != name and exists(meant):
            return ACCOUNT_UNKNOWN.because(trouble)
    return ACCOUNT_UNKNOWN.because(cut_short(parameters.values, "account", exists))


def describe_step(seq: int, last: int, *, twice: bool = False) -> str:
    """Which way a seq went that should have grown (P1.6): the same again, back to 1, used before, or back."""
    if seq == last:
        return f"seq {seq} again; it must grow with each request"
    if seq == 1:
        return f"seq went back from {last} to 1; keep it where a restart does not lose it"
    if twice:
        return f"seq {seq} used twice; all processes and threads must count together"
    return f"seq went back from {last} to {seq}; all processes and threads must count together"


def _judge_digest(settings: AccountSettings, parameters: Parameters, password: str, now: int) -> Proof | Reason:
    seq, time = parameters.get("seq"), parameters.get("time")
    if settings.auth == "md5" and same_text(password, settings.password):
        return PASSWORD_NOT_DIGEST
    if settings.auth == "any" and seq is None and time is None and not looks_like_digest(password):
        return _explain_plain(settings, parameters)
    if seq is None or not is_seq(seq):
        return _explain_seq(seq, parameters)
    if time is None or not is_time(time):
        return _explain_time(time, parameters)
    parts = Parts(settings.account, settings.password, seq, time, settings.key)
    if not same_digest(password, sign(*parts)):
        return _explain_digest(settings, parameters, parts)
    if settings.max_skew_seconds and abs(_moment(time) - now) > settings.max_skew_seconds * SECOND:
        return Proof(seq, time, TIME_SKEWED)
    return Proof(seq, time)


def introduce(model: AccountSettings, name: str, parameters: Parameters, now: int) -> AccountSettings | Reason:
    """The account that an unknown name is to have, like `model` with the password of its first request (C3).

    A reason when none can be made of it.
    """
    password = parameters.get("password")
    if password is None:
        return PASSWORD_MISSING
    if not is_name(name) or name == AUTO_PREFIX or len(password) > AUTO_TEXT:
        return AUTO_UNFIT
    settings = replace(model, account=name, numbers=())
    if settings.auth != "plain":
        # open: a digest does not say of which password it is; the only one that it can be tried with is the model's.
        found = judge(Account.build(0, settings), parameters, now)
        if isinstance(found, Proof):
            return settings
        if settings.auth == "md5" or looks_like_digest(password):
            return found
    return replace(settings, password=password)


def is_seq(seq: str) -> bool:
    """Whether a seq is written as it must be (P1.5)."""
    return len(seq) <= SEQ_DIGITS_MAX and is_digits(seq) and int(seq) > 0


def is_time(time: str) -> bool:
    """Whether a time is written as it must be (P1.5)."""
    return len(time) in TIME_DIGITS and is_digits(time)


def _moment(time: str) -> int:
    return int(time) * (SECOND if len(time) == TIME_DIGITS[0] else 1000)


def _explain_plain(settings: AccountSettings, parameters: Parameters) -> Reason:
    """What is wrong with a password that should be the plain one."""
    values = parameters.values
    password, seq, time = values["password"], values.get("seq", ""), values.get("time", "")
    why = explain_password(values, settings.password)
    if why is None and looks_like_digest(password):
        # Another seq or time is no part of a digest, and hashing a long one hundreds of times costs.
        signed = Parts(
            settings.account,
            settings.password,
            seq if is_seq(seq) else "",
            time if is_time(time) else "",
            settings.key,
        )
        if same_digest(password, sign(*signed)):
            return PASSWORD_NOT_PLAIN.because("an md5 account would take it")
        mistake = find_mistake(password, signed)
        return PASSWORD_NOT_PLAIN.because(mistake and f"it matches if {mistake}")
    if why is None and seq and time:
        why = "seq and time are not looked at"
    return PASSWORD_WRONG.because(why)


def _explain_digest(settings: AccountSettings, parameters: Parameters, parts: Parts) -> Reason:
    """What is wrong with a digest; seq and time are as they should be."""
    password = parameters.values["password"]
    if looks_like_digest(password):
        mistake = find_mistake(password, parts)
        return DIGEST_WRONG.saying(f"the digest matches if {mistake}: {FORMULA}") if mistake else DIGEST_WRONG
    form = find_form(password, parts)
    if form is not None:
        return DIGEST_WRONG.because(f"{form}; send 32 hex digits")
    nearly = explain_password(parameters.values, settings.password)
    if nearly is None:
        return DIGEST_WRONG.saying(f"this looks like md5 mode, but password is not 32 hex digits of md5({FORMULA})")
    if settings.auth == "any":
        return PASSWORD_WRONG.because(nearly)
    return PASSWORD_NOT_DIGEST.saying(f"the account takes the md5 password, and this is nearly its plain one; {nearly}")


def _explain_seq(seq: str | None, parameters: Parameters) -> Reason:
    if seq is not None:
        return SEQ_WRONG
    if not looks_like_digest(parameters.values["password"]):
        return SEQ_WRONG.because("it is absent, and the password is no md5 digest, which the account takes")
    return missing(SEQ_WRONG.because("it is absent"), "seq", parameters)


def _explain_time(time: str | None, parameters: Parameters) -> Reason:
    if time is None:
        return missing(TIME_WRONG.because("it is absent"), "time", parameters)
    if not is_digits(time):
        return TIME_WRONG.because("it holds something else than digits")
    return TIME_WRONG.because(_TIMES.get(len(time), f"it has {len(time)}"))


_TIMES: Final = {14: "it looks like yyyyMMddHHmmss", 16: "it looks like microseconds", 19: "it looks like nanoseconds"}
"""What times of so many digits are."""
