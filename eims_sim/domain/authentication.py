"""Is this the account's password (P1.5, P1.6)?

Judged from the parameters alone; which seq was used before is the engine's to know.
"""

from dataclasses import replace
from typing import Final, NamedTuple

from ..diagnosis import Note, Reason
from ..protocol.limits import SEQ_DIGITS_MAX, TIME_DIGITS
from ..protocol.notation import SECOND, is_digits
from ..protocol.requests import Parameters
from ..protocol.signature import same_digest, same_text, sign
from .accounts import AUTO_ACCOUNTS, AUTO_PREFIX, Account, AccountSettings
from .fields import is_name

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
DIGEST_WRONG: Final = Reason("auth-md5-mismatch", "the digest is not md5(account+password+seq+time+key) in UTF-8")
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
        return PASSWORD_MISSING
    plain = settings.auth != "md5" and same_text(password, settings.password)
    if plain:
        return Proof()
    if settings.auth == "plain":
        return PASSWORD_NOT_PLAIN if looks_like_digest(password) else PASSWORD_WRONG
    return _judge_digest(account, parameters, password, now)


def _judge_digest(account: Account, parameters: Parameters, password: str, now: int) -> Proof | Reason:
    settings = account.settings
    seq, time = parameters.get("seq"), parameters.get("time")
    if settings.auth == "md5" and same_text(password, settings.password):
        return PASSWORD_NOT_DIGEST
    if seq is None or len(seq) > SEQ_DIGITS_MAX or not is_digits(seq) or int(seq) < 1:
        return SEQ_WRONG
    if time is None or len(time) not in TIME_DIGITS or not is_digits(time):
        return TIME_WRONG
    if not same_digest(password, sign(settings.account, settings.password, seq, time, settings.key)):
        return DIGEST_WRONG
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


def _moment(time: str) -> int:
    return int(time) * (SECOND if len(time) == TIME_DIGITS[0] else 1000)


def looks_like_digest(password: str) -> bool:
    """Whether a password has the form of an md5 digest."""
    return len(password) == 32 and all(char in "0123456789abcdefABCDEF" for char in password)
