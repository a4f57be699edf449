"""Is this the account's password (P1.5, P1.6)?"""

from hashlib import md5

import pytest

from eims_sim.diagnosis import HEADER_LENGTH, Reason
from eims_sim.domain.accounts import Account, AccountSettings
from eims_sim.domain.authentication import (
    ACCOUNT_DISABLED,
    DIGEST_WRONG,
    PASSWORD_MISSING,
    PASSWORD_NOT_DIGEST,
    PASSWORD_NOT_PLAIN,
    PASSWORD_WRONG,
    REASONS,
    SEQ_WRONG,
    TIME_SKEWED,
    TIME_WRONG,
    Proof,
    judge,
)
from eims_sim.protocol.requests import Parameters

NOW = 1_506_832_215_000_000
DIGEST = "986a0a71c0c4d85de1f5c9e92ce6a172"  # printf 'demodemo12311506832215demokey' | md5sum


def account(auth: str, *, max_skew_seconds: float = 0, disabled: bool = False) -> Account:
    settings = AccountSettings(
        account="demo",
        password="demo123",
        auth=auth,
        key="" if auth == "plain" else "demokey",
        max_skew_seconds=max_skew_seconds,
    )
    return Account.build(1, settings, disabled=disabled)


def sent(**values: str) -> Parameters:
    return Parameters({"account": "demo"} | values)


def signed(seq: str, time: str) -> Parameters:
    """Parameters under the right digest of whatever seq and time are sent."""
    password = md5(f"demodemo123{seq}{time}demokey".encode()).hexdigest()
    return sent(password=password, seq=seq, time=time)


def code(verdict: Proof | Reason) -> str:
    """The code of a refusal, whatever more it says."""
    assert isinstance(verdict, Reason)
    return verdict.code


# --- plain --------------------------------------------------------------------------------------------------------


def test_the_plain_password_proves_and_uses_no_seq():
    """P1.5, P1.6"""
    verdict = judge(account("plain"), sent(password="demo123", seq="1", time="1506832215"), NOW)

    assert verdict == Proof(seq=None, time=None)


@pytest.mark.parametrize("password", ["demo12", "demo1234", "DEMO123", " demo123", "demo123 ", "ｄemo123", "\ufffd"])
def test_any_other_text_is_the_wrong_password(password):
    """P1.5"""
    assert code(judge(account("plain"), sent(password=password), NOW)) == PASSWORD_WRONG.code


@pytest.mark.parametrize("auth", ["plain", "md5", "any"])
@pytest.mark.parametrize("values", [{}, {"password": ""}])
def test_an_absent_or_empty_password_is_missing(auth, values):
    """P2, order 1"""
    assert code(judge(account(auth), sent(**values), NOW)) == PASSWORD_MISSING.code


@pytest.mark.parametrize("password", [DIGEST, DIGEST.upper(), "0" * 32])
def test_a_digest_to_a_plain_account_is_named(password):
    """P1.6"""
    verdict = judge(account("plain"), sent(password=password, seq="1", time="1506832215"), NOW)

    assert code(verdict) == PASSWORD_NOT_PLAIN.code


@pytest.mark.parametrize("password", ["0" * 31, "0" * 33, "g" * 32, "０" * 32])
def test_what_is_not_32_hex_digits_is_no_digest(password):
    """P1.5"""
    assert judge(account("plain"), sent(password=password), NOW) == PASSWORD_WRONG


@pytest.mark.parametrize("auth", ["plain", "any"])
def test_a_disabled_account_is_refused_whatever_its_password(auth):
    """C3; P2, order 1"""
    assert judge(account(auth, disabled=True), sent(password="demo123"), NOW) == ACCOUNT_DISABLED


# --- md5 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["md5", "any"])
@pytest.mark.parametrize("password", [DIGEST, DIGEST.upper()])
def test_the_digest_proves_and_uses_its_seq_and_time(auth, password):
    """P1.5, P1.6"""
    verdict = judge(account(auth), sent(password=password, seq="1", time="1506832215"), NOW)

    assert verdict == Proof(seq="1", time="1506832215")


def test_an_md5_account_does_not_take_its_plain_password():
    """P1.6"""
    verdict = judge(account("md5"), sent(password="demo123", seq="1", time="1506832215"), NOW)

    assert verdict == PASSWORD_NOT_DIGEST


def test_any_takes_the_plain_password_whatever_seq_and_time_are():
    """P1.6"""
    verdict = judge(account("any"), sent(password="demo123", seq="x", time="yesterday"), NOW)

    assert verdict == Proof(seq=None, time=None)


@pytest.mark.parametrize("auth", ["md5", "any"])
@pytest.mark.parametrize(
    "change",
    [
        {"seq": "2"},
        {"seq": "01"},
        {"time": "1506832216"},
        {"time": "1506832215000"},
        {"password": DIGEST[::-1]},
        {"password": "密码"},
        {"password": "wrong"},
    ],
)
def test_a_digest_of_anything_else_is_wrong(auth, change):
    """P1.5"""
    verdict = judge(account(auth), sent(**{"password": DIGEST, "seq": "1", "time": "1506832215"} | change), NOW)

    assert code(verdict) == DIGEST_WRONG.code


@pytest.mark.parametrize("seq", ["1", "01", "000000000000000001", "9" * 18])
def test_seq_is_1_to_18_digits_exactly_as_sent(seq):
    """P1.5"""
    assert judge(account("md5"), signed(seq, "1506832215"), NOW) == Proof(seq, "1506832215")


@pytest.mark.parametrize(
    "seq",
    [
        "",
        "0",
        "000",
        "0" * 18,
        "1" * 19,
        "0" * 18 + "1",
        "-1",
        "-0",
        "+1",
        "1.0",
        "1e1",
        " 1",
        "1 ",
        "x",
        "٣",
        "１",
        "1\n",
    ],
)
def test_any_other_seq_is_malformed(seq):
    """P1.5, P1.11"""
    assert code(judge(account("md5"), signed(seq, "1506832215"), NOW)) == SEQ_WRONG.code


@pytest.mark.parametrize("time", ["1506832215", "0000000000", "9999999999", "1506832215000", "0" * 13])
def test_time_is_10_or_13_digits(time):
    """P1.5"""
    assert judge(account("md5"), signed("1", time), NOW) == Proof("1", time)


@pytest.mark.parametrize(
    "time",
    [
        "",
        "1",
        "150683221",
        "15068322150",
        "150683221500",
        "15068322150000",
        "20171001123015",
        "-150683221",
        "+150683221",
        "1506832.15",
        " 150683221",
        "1506832215 ",
        "1506832215\n",
        "١٥٠٦٨٣٢٢١٥",
        "１５０６８３２２１５",
    ],
)
def test_any_other_time_is_malformed(time):
    """P1.5, P1.11"""
    assert code(judge(account("md5"), signed("1", time), NOW)) == TIME_WRONG.code


def test_a_digest_without_seq_or_time_is_refused():
    """P1.4, P1.5"""
    assert code(judge(account("md5"), sent(password=DIGEST, time="1506832215"), NOW)) == SEQ_WRONG.code
    assert code(judge(account("md5"), sent(password=DIGEST, seq="1"), NOW)) == TIME_WRONG.code


# --- skew ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", ["1506831915", "1506832515", "1506831915000", "1506832515000"])
def test_time_may_be_as_far_from_the_clock_as_the_skew_allows(time):
    """P1.6"""
    verdict = judge(account("md5", max_skew_seconds=300), signed("1", time), NOW)

    assert verdict == Proof("1", time)


@pytest.mark.parametrize("time", ["1506831914", "1506832516", "1506831914999", "1506832515001", "0000000000"])
def test_time_further_from_the_clock_is_refused(time):
    """P1.6"""
    verdict = judge(account("md5", max_skew_seconds=300), signed("1", time), NOW)

    assert verdict == Proof("1", time, TIME_SKEWED)


def test_a_plain_password_knows_no_skew():
    """P1.6"""
    verdict = judge(account("any", max_skew_seconds=1), sent(password="demo123", time="0000000000"), NOW)

    assert verdict == Proof(None, None)


# --- what is said about it ----------------------------------------------------------------------------------------


def test_every_reason_has_its_own_code_and_fits_a_header():
    """C5"""
    codes = [reason.code for reason in REASONS]

    assert len(set(codes)) == len(codes)
    assert all(f"{reason.code}; {reason.sentence}".isascii() for reason in REASONS)
    assert all(len(reason.code) + 2 + len(reason.sentence) <= HEADER_LENGTH for reason in REASONS)
