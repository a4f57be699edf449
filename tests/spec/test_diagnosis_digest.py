"""C5: of a wrong digest the mistake that made it is named, when one of the likely ones did."""

import asyncio
import hmac
from base64 import b64encode
from hashlib import md5, sha1, sha256

import pytest

from tests.conftest import Simulator, Start, signed

A, P, S, T, K = "digest", "demo123", "42", "1767240000", "demokey"
RIGHT = A + P + S + T + K
FORMULA = "account+password+seq+time+key"


def digest(text: str | bytes) -> str:
    """The digest of a text."""
    return md5(text if isinstance(text, bytes) else text.encode()).hexdigest()


def joined(separator: str) -> str:
    """The right parts with something between them."""
    return separator.join([A, P, S, T, K])


async def reason(sim: Simulator, password: str, **more: str) -> str | None:
    """The header of a getbalance whose account, seq and time are those above."""
    answer = await sim.get("getbalance", {"account": A, "password": password, "seq": S, "time": T} | more)
    assert answer.status == -1
    return answer.headers["X-EIMS-Sim-Reason"]


MISTAKES = {
    A + P + T + S + K: "seq and time are swapped",
    P + A + S + T + K: "account and password are swapped",
    A + P + S + K + T: "time and key are swapped",
    K + P + S + T + A: "account and key are swapped",
    K + A + P + S + T: "it is made of key+account+password+seq+time where it should be",
    A + P + S + T: "the key is missing",
    A + P + T + K: "seq is missing",
    A + P + S + K: "time is missing",
    P + S + T + K: "the account is missing",
    A + S + T + K: "the password is missing",
    A + P + K: "seq and time are missing",
    A + P: "seq, time and the key are missing",
    P + A: "it is made of password+account where it should be",
    P + K: "the account, seq and time are missing",
    P: "the password alone is hashed",
    A + P + "1" + T + K: "seq is 1 in it, but another in the request",
    A + P + "0" + T + K: "seq is 0 in it, but another in the request",
    A + P + "43" + T + K: "seq is one higher in it than in the request",
    A + P + "41" + T + K: "seq is one lower in it than in the request",
    A + P + S + T + "000" + K: "time is in milliseconds in it, but in seconds in the request",
    A + P + S + "1767239999" + K: "time is a little earlier in it than in the request",
    A + P + S + "1767240002" + K: "time is a little later in it than in the request",
    A + P + S + T + ".0" + K: "time is a fraction in it",
    A + P + S + T + "null": "the word null stands in it for key",
    A + P + "undefined" + T + K: "the word undefined stands in it for seq",
    A + digest(P) + S + T + K: "the password is hashed twice",
    A + digest(P).upper() + S + T + K: "the password is hashed twice, first to capitals",
    A + digest(P)[8:24] + S + T + K: "the password is hashed twice, first to 16 digits",
    A + "ZGVtbzEyMw==" + S + T + K: "the password is in base64 in it",
    A + P + S + T + P: "the password stands in it for the key",
    "DIGEST" + P + S + T + K: "the account is in capitals in it, which differs only in case",
    "Digest" + P + S + T + K: "the account is capitalized in it, which differs only in case",
    A + P + S + T + "DEMOKEY": "the key is in capitals in it, which differs only in case",
    A + "DEMO123" + S + T + K: "the password is in capitals in it, which differs only in case",
    RIGHT + "\n": "a line break follows the key in it",
    RIGHT + "\r\n": "a line break follows the key in it",
    RIGHT + " ": "a blank follows the key in it",
    A + P + "\n" + S + T + K: "a line break follows the password in it",
    " " + RIGHT: "a blank comes first in it",
    joined("&"): 'its parts are separated by "&"',
    joined(","): 'its parts are separated by ","',
    joined("|"): 'its parts are separated by "|"',
    joined(":"): 'its parts are separated by ":"',
    joined("-"): 'its parts are separated by "-"',
    joined(" "): "its parts are separated by blanks",
    joined("\n"): "its parts are separated by line breaks",
    f"account={A}&password={P}&seq={S}&time={T}&key={K}": "its parts are written name=value",
    f"account={A}&key={K}&password={P}&seq={S}&time={T}": "its parts are written name=value and sorted",
    digest(RIGHT): "it is hashed twice",
    digest(RIGHT).upper(): "it is hashed twice, first to capitals",
    md5(RIGHT.encode()).digest(): "it is hashed twice, first to bytes",
    RIGHT.encode("utf-16-le"): "its text is encoded in UTF-16-LE, not in UTF-8",
}


@pytest.mark.parametrize("hashed", MISTAKES, ids=MISTAKES.values())
async def test_the_mistake_in_a_digest_is_named(sim: Simulator, hashed: str | bytes):
    """C5"""
    found = await reason(sim, digest(hashed))

    assert found == f"auth-md5-mismatch; the digest matches if {MISTAKES[hashed]}: {FORMULA}"


FORMS = {
    digest(RIGHT)[8:24]: "only its middle 16 digits are sent",
    digest(RIGHT)[:16]: "only its first 16 digits are sent",
    b64encode(md5(RIGHT.encode()).digest()).decode(): "it is base64",
    b64encode(digest(RIGHT).encode()).decode(): "it is base64",
    "-".join(digest(RIGHT).upper()[at : at + 2] for at in range(0, 32, 2)): "there are marks between its digits",
    f"0x{digest(RIGHT)}": "there is something around it",
    f"{digest(RIGHT)}\n": "there are blanks or a line break around it",
    sha1(RIGHT.encode()).hexdigest(): "it is the SHA-1 of the right parts",
    sha256(RIGHT.encode()).hexdigest().upper(): "it is the SHA-256 of the right parts",
    "0" * 40: "40 hex digits look like SHA-1",
    "0" * 64: "64 hex digits look like SHA-256",
}


@pytest.mark.parametrize("password", FORMS, ids=FORMS.values())
async def test_another_form_of_the_digest_is_named(sim: Simulator, password: str):
    """C5"""
    found = await reason(sim, password)

    assert (
        found == f"auth-md5-mismatch; the digest is not md5({FORMULA}) in UTF-8; {FORMS[password]}; send 32 hex digits"
    )


@pytest.mark.parametrize("key", ["demokey", "demo123"])
async def test_an_hmac_is_named(sim: Simulator, key: str):
    """C5"""
    found = await reason(sim, hmac.new(key.encode(), RIGHT.encode(), md5).hexdigest())

    assert found is not None
    assert "it is an HMAC with the " in found


async def test_milliseconds_that_are_sent_but_not_hashed_are_named(sim: Simulator):
    """C5"""
    found = await reason(sim, digest(RIGHT), time=f"{T}123")

    assert found is not None
    assert "the digest matches if time is in seconds in it, but in milliseconds in the request" in found


async def test_leading_zeros_of_seq_that_are_not_hashed_are_named(sim: Simulator):
    """C5"""
    found = await reason(sim, digest(RIGHT), seq="0042")

    assert found is not None
    assert "seq is without its leading zeros in it" in found


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("gbk", "its text is encoded in GBK, not in UTF-8"),
        ("utf-16-be", "its text is encoded in UTF-16-BE, not in UTF-8"),
        ("ascii", "its text has a ? for what is no ASCII"),
    ],
)
async def test_another_encoding_than_utf8_is_named(start: Start, encoding: str, words: str):
    """C5"""
    sim = await start('[[accounts]]\naccount = "用户"\npassword = "密码"\nauth = "md5"\nkey = "密钥"\n')
    text = "用户密码421767240000密钥".encode(encoding, "replace")

    found = await reason(sim, digest(text), account="用户")

    assert found == f"auth-md5-mismatch; the digest matches if {words}: {FORMULA}"


async def test_a_digest_of_no_likely_mistake_is_only_called_wrong(sim: Simulator):
    """C5"""
    found = await reason(sim, "0123456789abcdef" * 2)

    assert found == f"auth-md5-mismatch; the digest is not md5({FORMULA}) in UTF-8"


async def test_an_account_of_any_is_told_too(sim: Simulator):
    """C5"""
    wrong = digest("either" + P + T + S + K)

    found = await reason(sim, wrong, account="either")

    assert found == f"auth-md5-mismatch; the digest matches if seq and time are swapped: {FORMULA}"


@pytest.mark.parametrize(
    ("hashed", "words"),
    [
        ("demo" + P + S + T, "; an md5 account would take it"),
        (P, "; it matches if the password alone is hashed"),
        (P + "demo", "; it matches if it is made of password+account where it should be"),
        ("whatever", ""),
    ],
)
async def test_a_digest_to_a_plain_account_is_told_too(sim: Simulator, hashed: str, words: str):
    """C5"""
    found = await reason(sim, digest(hashed), account="demo")

    sentence = "the account takes the plain password, and this looks like an md5 digest"
    assert found == f"auth-digest-to-plain; {sentence}{words}"


async def test_a_long_seq_to_a_plain_account_is_not_hashed(sim: Simulator):
    """C5: a wrong password costs a few hundred hashes of short texts, not more"""
    found = await reason(sim, digest("whatever"), account="demo", seq="9" * 60_000)

    assert found is not None
    assert found.startswith("auth-digest-to-plain; ")


async def test_an_account_that_differs_only_in_case_is_told_that_its_digest_is_right(sim: Simulator):
    """C5"""
    answers = [
        await sim.get("getbalance", signed("digest") | {"account": "Digest"}),
        await sim.get("getbalance", signed("Digest")),
    ]

    sentence = "no account has this name; names are case-sensitive, and one differs only in case: 'digest'"
    assert [answer.headers["X-EIMS-Sim-Reason"] for answer in answers] == [
        f"account-case; {sentence}; its password is right",
        f"account-case; {sentence}",
    ]


@pytest.mark.parametrize("endpoint", ["getbalance", "sendsms", "getreport", "getsms"])
async def test_every_endpoint_names_the_mistake(sim: Simulator, endpoint: str):
    """C5"""
    wrong = {"account": A, "password": digest(A + P + S + T), "seq": S, "time": T, "ids": "1"}

    answer = await sim.get(endpoint, wrong | {"numbers": "10010", "content": "Hello"})

    assert "the key is missing" in answer.headers["X-EIMS-Sim-Reason"]


async def test_the_search_changes_nothing(sim: Simulator):
    """C5, P1.6: a wrong digest uses no seq up"""
    wrong = {"account": "unique", "password": digest("unique" + P + T + S + K), "seq": S, "time": T}

    refused = await asyncio.gather(*(sim.get("getbalance", wrong) for _ in range(3)))
    right = await sim.get("getbalance", signed("unique", S, T))

    assert [answer.status for answer in refused] == [-1] * 3
    assert right.status == 0
