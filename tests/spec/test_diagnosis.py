"""C5: every mistake of real clients that a request shows has its code. Each is made here as such a client makes it."""

import json
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import pytest

from eims_sim.diagnosis import HEADER_LENGTH
from eims_sim.domain.habits import POLL_OFTEN, SUBMIT_REPEATED, SUBMIT_SINGLES
from eims_sim.engine.faults import STRUCK_NOTE
from eims_sim.web import catalogue
from tests.conftest import DEMO, GOOD, Answer, Simulator, Start, signed

CREDENTIALS = "account=demo&password=demo123"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"

PECULIAR = """
[[accounts]]
account = "ampersand"
password = "p&w=1&x"
balance = "10"

[[accounts]]
account = "plus"
password = "p+w"

[[accounts]]
account = "percent"
password = "p%41w"

[[accounts]]
account = "hash"
password = "p#w"

[[accounts]]
account = "r&d"
password = "demo123"

[[accounts]]
account = "c+c"
password = "demo123"
"""
"""Accounts whose names and passwords must be escaped in a URL."""

Sending = Callable[[Simulator], Awaitable[Answer]]


class Mistake(NamedTuple):
    """A line of the catalogue, a request that makes the mistake, and the header that names it."""

    line: str
    send: Sending
    status: int
    code: str
    words: str


def url(target: str, **headers: str) -> Sending:
    """A GET, its query written by hand."""
    return lambda sim: sim.request(
        "GET", target, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


def get(endpoint: str, **parameters: str) -> Sending:
    """A GET of the account demo, well encoded."""
    return lambda sim: sim.get(endpoint, DEMO | parameters)


def submit(query: str, **headers: str) -> Sending:
    """A submit of the account demo by GET, its query written by hand."""
    return url(f"/sendsms?{CREDENTIALS}&{query}", **headers)


def post(body: object, content_type: str = JSON, query: str = "") -> Sending:
    """A submit by POST: bytes as they are, anything else as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda sim: sim.request(
        "POST",
        f"/sendsms{query}",
        data=sent,
        headers={"Content-Type": content_type},
        skip_auto_headers=["Content-Type"],
    )


def wire(text: str, encoding: str = "utf-8") -> Sending:
    """Bytes that no HTTP client would send."""

    async def send(sim: Simulator) -> Answer:
        async with sim.wire() as connection:
            await connection.send(text.replace("\n", "\r\n").encode(encoding))
            return await connection.answer()

    return send


def digest(account: str = "digest", seq: str = "1", time: str = "1767240000", **changed: str) -> Sending:
    """A getbalance under the right digest, with parameters changed after it was made."""
    return lambda sim: sim.get("getbalance", signed(account, seq, time) | changed)


def after(*before: Sending, then: Sending) -> Sending:
    """A request after others."""

    async def send(sim: Simulator) -> Answer:
        for earlier in before:
            await earlier(sim)
        return await then(sim)

    return send


def without(*names: str, **more: object) -> dict[str, object]:
    """A good submit without these parameters."""
    return {name: value for name, value in (GOOD | more).items() if name not in names}


NUMBERS = "numbers=13800000000"

CREDENTIALS_AND_SIGNATURE = [
    Mistake(
        "plaintext password although seq and time are sent",
        digest(password="demo124"),
        -1,
        "auth-md5-mismatch",
        "looks like md5 mode, but password is not 32 hex digits",
    ),
    Mistake(
        "plaintext password although seq and time are sent",
        digest(password="demo123"),
        -1,
        "auth-plain-to-md5",
        "the account takes the md5 password, and this is its plain password",
    ),
    Mistake(
        "plaintext password although seq and time are sent",
        digest(password="Demo123"),
        -1,
        "auth-plain-to-md5",
        "nearly its plain one; it differs only in case",
    ),
    Mistake(
        "plaintext password although seq and time are sent",
        digest("either", password="demo123"),
        0,
        "password-plain-with-seq",
        "the password is the plain one",
    ),
    Mistake(
        "plaintext password although seq and time are sent",
        get("getbalance", seq="1", time="1767240000"),
        0,
        "password-plain-with-seq",
        "seq and time",
    ),
    Mistake(
        "plaintext password although seq and time are sent",
        get("getbalance", password="wrong", seq="1", time="1767240000"),
        -1,
        "auth-password-mismatch",
        "seq and time are not looked at",
    ),
    Mistake(
        "plaintext password although seq and time are sent",
        lambda sim: sim.get("getbalance", {"account": "digest", "password": "demo"}),
        -1,
        "seq-malformed",
        "the password is no md5 digest, which the account takes",
    ),
    Mistake("`time` in milliseconds", digest(time="1767240000000"), 0, "time-milliseconds", "13 digits"),
    Mistake("`time` in milliseconds", digest(time="1767240000000000"), -1, "time-malformed", "like microseconds"),
    Mistake("`time` in milliseconds", digest(time="20260101120000"), -1, "time-malformed", "like yyyyMMddHHmmss"),
    Mistake("`time` in milliseconds", digest(time=""), -1, "time-malformed", "it is absent"),
    Mistake(
        "**seq constant** (from a config value, default 1)",
        after(digest(), then=digest()),
        0,
        "seq-not-growing",
        "seq 1 again; it must grow",
    ),
    Mistake(
        "**seq constant** (from a config value, default 1)",
        after(digest("unique"), then=digest("unique")),
        -1,
        "seq-used",
        "seq 1 again",
    ),
    Mistake(
        "**seq constant** (from a config value, default 1)",
        after(digest("increasing", "7"), then=digest("increasing", "7")),
        -1,
        "seq-not-greater",
        "seq 7 again; it must grow",
    ),
    Mistake(
        "seq kept in memory: starts from 1 again at every restart",
        after(digest(seq="7"), then=digest(seq="1")),
        0,
        "seq-not-growing",
        "seq went back from 7 to 1",
    ),
    Mistake(
        "one counter per process while several run",
        after(digest(seq="5"), digest(seq="9"), then=digest(seq="5")),
        0,
        "seq-not-growing",
        "seq 5 used twice",
    ),
    Mistake(
        "shared by threads without a lock",
        after(digest(seq="9"), then=digest(seq="8")),
        0,
        "seq-not-growing",
        "seq went back from 9 to 8",
    ),
    Mistake(
        "shared by threads without a lock",
        after(digest("increasing", "9"), then=digest("increasing", "8")),
        -1,
        "seq-not-greater",
        "seq went back from 9 to 8",
    ),
    Mistake(
        "`password_pengguna=` (word replaced by a translation)",
        url("/getbalance?account=demo&password_pengguna=demo123"),
        -1,
        "password-missing",
        "a parameter like passwordpengguna was sent: call it password",
    ),
    Mistake(
        "`password_pengguna=` (word replaced by a translation)",
        url("/getbalance?account=demo&password_pengguna=demo123"),
        -1,
        "parameter-unknown",
        "the nearest known one is password",
    ),
    Mistake(
        "account not URL-encoded in a hand-made query (`&`)",
        url("/getbalance?account=r&d&password=demo123"),
        -1,
        "account-unknown",
        "it was cut at an & that is not escaped",
    ),
    Mistake(
        "account not URL-encoded in a hand-made query (`+`)",
        url("/getbalance?account=c+c&password=demo123"),
        -1,
        "account-unknown",
        "with + for the blank one has",
    ),
    Mistake(
        "account encoded twice",
        url("/getbalance?account=r%2526d&password=demo123"),
        -1,
        "account-unknown",
        "percent-decoded once more one has",
    ),
    Mistake(
        "account with a blank behind it",
        url("/getbalance?account=demo%20&password=demo123"),
        -1,
        "account-unknown",
        "without the blanks around it one has",
    ),
    Mistake(
        "account in another case",
        url("/getbalance?account=Demo&password=demo123"),
        -1,
        "account-case",
        "one differs only in case: 'demo'; its password is right",
    ),
    Mistake(
        "password not URL-encoded in a hand-made query (`&`)",
        url("/getbalance?account=ampersand&password=p&w=1&x&version=1.1"),
        -1,
        "auth-password-mismatch",
        "it was cut at an & that is not escaped",
    ),
    Mistake(
        "password not URL-encoded in a hand-made query (`&`)",
        url("/getbalance?account=demo&password=demo123&b"),
        0,
        "ampersand-unescaped",
        "an unknown parameter follows password",
    ),
    Mistake(
        "password not URL-encoded in a hand-made query (`+`)",
        url("/getbalance?account=plus&password=p+w"),
        -1,
        "auth-password-mismatch",
        "a + in it became a blank: write %2B",
    ),
    Mistake(
        "password not URL-encoded in a hand-made query (`%`)",
        url("/getbalance?account=percent&password=p%41w"),
        -1,
        "auth-password-mismatch",
        "a % in it was read as an escape: write %25",
    ),
    Mistake(
        "password not URL-encoded in a hand-made query (`%`)",
        url("/getbalance?account=demo&password=demo%"),
        -1,
        "escape-broken",
        "write %25",
    ),
    Mistake(
        "password not URL-encoded in a hand-made query (`#`), by a client that cuts there itself",
        url("/getbalance?account=hash&password=p"),
        -1,
        "auth-password-mismatch",
        "it was cut at a # that is not escaped: write %23",
    ),
    Mistake(
        "password not URL-encoded in a hand-made query (`#`), by a client that does not",
        wire("GET /getbalance?account=hash&password=p#w HTTP/1.1\nHost: gateway\n\n"),
        -1,
        "url-fragment",
        "write %23",
    ),
    Mistake(
        "password encoded twice",
        url("/getbalance?account=plus&password=p%252Bw"),
        -1,
        "auth-password-mismatch",
        "it is percent-encoded once too often",
    ),
    Mistake(
        "password in another case",
        get("getbalance", password="DEMO123"),
        -1,
        "auth-password-mismatch",
        "it differs only in case",
    ),
    Mistake(
        "password with a line break behind it",
        get("getbalance", password="demo123\n"),
        -1,
        "auth-password-mismatch",
        "it differs only in the blanks around it",
    ),
]

SHAPE_OF_THE_REQUEST = [
    Mistake(
        "content URL-encoded inside a JSON body, so the phone shows `%20`",
        post(GOOD | {"content": "Hello%20World%21"}),
        0,
        "content-percent-encoded",
        "content looks percent-encoded, which JSON",
    ),
    Mistake(
        "encoded twice: once by hand, once by the HTTP library",
        submit(f"{NUMBERS}&content=Hello%2520World"),
        0,
        "content-encoded-twice",
        "still looks percent-encoded after decoding",
    ),
    Mistake(
        "encoded twice: once by hand, once by the HTTP library",
        post(f"{CREDENTIALS}&{NUMBERS}&content=Hello%2520World".encode(), FORM),
        0,
        "content-encoded-twice",
        "still looks percent-encoded after decoding",
    ),
    Mistake(
        "only blanks replaced by `%20`; `&` in the text cuts it",
        submit(f"{NUMBERS}&content=Tom%20&%20Jerry"),
        0,
        "ampersand-unescaped",
        "an unknown parameter follows content",
    ),
    Mistake(
        "only blanks replaced by `%20`; `&` in the text cuts it",
        submit(f"{NUMBERS}&content=Tom%20&%20Jerry"),
        0,
        "parameter-unknown",
        "known are version account password",
    ),
    Mistake(
        "only blanks replaced by `%20`; `#` in the text cuts it",
        submit("content=room%20"),
        -8,
        "numbers-missing",
        "the URL ends after content: was a # in it not escaped (%23)?",
    ),
    Mistake(
        "only blanks replaced by `%20`; `#` in the text cuts it",
        wire(f"GET /sendsms?{CREDENTIALS}&{NUMBERS}&content=room%20#5 HTTP/1.1\nHost: gateway\n\n"),
        0,
        "url-fragment",
        "the URL was cut at a #",
    ),
    Mistake(
        "only blanks replaced by `%20`; `+` in the text changes it",
        submit(f"{NUMBERS}&content=1%20+%201"),
        0,
        "content-plus-lost",
        "a + in content was read as a blank",
    ),
    Mistake(
        "only blanks replaced by `%20`; `%` in the text changes it",
        submit(f"{NUMBERS}&content=100%%20sure"),
        0,
        "escape-broken",
        "a % that begins no escape was taken as it is",
    ),
    Mistake(
        "content not encoded at all: raw blanks",
        wire(f"GET /sendsms?{CREDENTIALS}&{NUMBERS}&content=Hello World HTTP/1.1\nHost: gateway\n\n"),
        -12,
        "url-not-encoded",
        "a blank stands in it",
    ),
    Mistake(
        "content not encoded at all: bytes above 127",
        wire(f"GET /sendsms?{CREDENTIALS}&{NUMBERS}&content=你好 HTTP/1.1\nHost: gateway\n\n"),
        -12,
        "url-not-encoded",
        "a byte above 127",
    ),
    Mistake(
        "content not encoded at all: bytes above 127",
        wire(f"GET /sendsms?{CREDENTIALS}&{NUMBERS}&content=你好 HTTP/1.1\nHost: gateway\n\n", "gbk"),
        -12,
        "url-not-encoded",
        "a byte above 127",
    ),
    Mistake(
        "content not encoded at all: a line break",
        wire(f"GET /sendsms?{CREDENTIALS}&{NUMBERS}&content=Hello\nWorld HTTP/1.1\nHost: gateway\n\n"),
        -12,
        "url-not-encoded",
        "a line break stands in it",
    ),
    Mistake(
        "content encoded in GBK",
        submit(f"{NUMBERS}&content=%C4%E3%BA%C3"),
        0,
        "not-utf8-gbk",
        "valid GBK: encode in UTF-8 instead",
    ),
    Mistake(
        "form body instead of JSON",
        post(f"{CREDENTIALS}&{NUMBERS}&content=Hello".encode(), FORM),
        0,
        "body-not-json",
        "a form body was read; the document wants all parameters as one JSON object",
    ),
    Mistake(
        "form body instead of JSON",
        post(f"{CREDENTIALS}&{NUMBERS}&content=Hello".encode()),
        -1,
        "body-unreadable",
        "it looks like a form",
    ),
    Mistake(
        "JSON text labelled `application/x-www-form-urlencoded`",
        post(GOOD, FORM),
        0,
        "body-json-label",
        "the body is JSON but its Content-Type says something else",
    ),
    Mistake(
        "the header name ends in a full-width colon",
        wire(f"POST /sendsms HTTP/1.1\nHost: gateway\nContent-Type：: {JSON}\nContent-Length: 2\n\n{{}}"),
        -12,
        "header-malformed",
        "a full-width colon",
    ),
    Mistake(
        "the header name ends in a full-width colon, which Java sends as ?",
        wire(f"POST /sendsms HTTP/1.1\nHost: gateway\nContent-Type?: {JSON}\nContent-Length: 2\n\n{{}}"),
        -12,
        "header-malformed",
        "a full-width colon",
    ),
    Mistake(
        "header value `application/json,Content-Type:application/json`",
        post(GOOD, "application/json,Content-Type:application/json"),
        0,
        "content-type-malformed",
        "send application/json and nothing more",
    ),
    Mistake(
        "header value `application/json,Content-Type:application/json` and body `null`",
        post(b"null", "application/json,Content-Type:application/json"),
        -1,
        "body-unreadable",
        "it is JSON, but no object: null",
    ),
    Mistake("body empty", post(b""), -1, "body-empty", "the POST has neither a body nor a query"),
    Mistake("body empty", post(b""), -1, "account-missing", "the body is empty"),
    Mistake(
        'POST intended, GET sent (`url.openStream()` after `setRequestMethod("POST")`)',
        url("/sendsms", Content_Type=JSON),
        -1,
        "get-labelled-json",
        "was a POST meant?",
    ),
    Mistake(
        "parameters both in the URL and in the body",
        post(GOOD, query=f"?{CREDENTIALS}"),
        0,
        "query-of-post",
        "the document wants them in the body",
    ),
    Mistake(
        "parameters both in the URL and in the body",
        post(GOOD, query="?content=Bye"),
        0,
        "query-and-body",
        "the body won",
    ),
    Mistake("`ids` called `id`", get("getreport", id="1"), -8, "ids-missing", "like id was sent: call it ids"),
    Mistake("`ids` called `id`", get("getreport", id="1"), -8, "parameter-unknown", "the nearest known one is ids"),
    Mistake("`limit` on getsms", get("getsms", limit="5"), 0, "parameter-unknown", "known are version account"),
    Mistake("`date` on invented endpoints", get("getdailystats", date="1"), -12, "path-unknown", "known paths are"),
    Mistake(
        "`mobile` instead of `numbers`",
        get("sendsms", mobile="13800000000", content="Hello"),
        -8,
        "numbers-missing",
        "a parameter like mobile was sent: call it numbers",
    ),
    Mistake(
        "`mobile` instead of `numbers`",
        get("sendsms", mobile="13800000000", content="Hello"),
        -8,
        "parameter-unknown",
        "the nearest known one is numbers",
    ),
    Mistake(
        "`sendid` instead of `numbers`",
        post(without("numbers", sendid="13800000000")),
        -8,
        "numbers-missing",
        "a parameter like sendid was sent: call it numbers",
    ),
    Mistake(
        "`numbers` misspelt",
        get("sendsms", nummbers="13800000000", content="Hello"),
        -8,
        "numbers-missing",
        "a parameter of a similar name was sent: call it numbers",
    ),
    Mistake(
        "`msg` instead of `content`",
        get("sendsms", numbers="13800000000", msg="Hello"),
        -4,
        "content-missing",
        "a parameter like msg was sent: call it content",
    ),
    Mistake(
        "`user` instead of `account`",
        url("/getbalance?user=demo&password=demo123"),
        -1,
        "account-missing",
        "a parameter like user was sent: call it account",
    ),
    Mistake(
        "`timestamp` instead of `time`",
        digest(time="", timestamp="1767240000"),
        -1,
        "time-malformed",
        "a parameter like timestamp was sent: call it time",
    ),
    Mistake(
        "`nonce` instead of `seq`",
        digest(seq="", nonce="1"),
        -1,
        "seq-malformed",
        "a parameter like nonce was sent: call it seq",
    ),
    Mistake(
        "**`numbers` missing altogether**",
        get("sendsms", content="Hello", sender="ACME"),
        -8,
        "numbers-missing",
        "the parameter numbers is absent",
    ),
    Mistake(
        "**`numbers` missing altogether**",
        get("sendsms", content="Hello", numbers=""),
        -8,
        "numbers-missing",
        "an empty one counts as absent",
    ),
    Mistake(
        "more than 200 ids per getreport (500 at a time)",
        get("getreport", ids=",".join(map(str, range(500)))),
        -7,
        "ids-too-many",
        "a query carries at most 200 ids; 500 were sent",
    ),
    Mistake(
        "more than 100 numbers in a GET",
        get("sendsms", content="Hello", numbers=",".join(["13800000000"] * 101)),
        -7,
        "numbers-too-many-get",
        "101 were sent",
    ),
    *(
        Mistake(f"wrong path: `{path}`", url(f"{path}?{CREDENTIALS}"), -12, "path-unknown", words)
        for path, words in {
            "/queryBalance": "nearest known path is /getbalance, all are /getbalance, /sendsms, /getreport, /getsms",
            "/queryReport": "the nearest known path is /getreport, all are",
            "/getdailystats": "known paths are /getbalance, /sendsms, /getreport, /getsms",
            "/send": "the nearest known path is /sendsms, all are",
        }.items()
    ),
    Mistake(
        "report or batch method that calls another endpoint (copied code)",
        get("getreport", numbers="13800000000", content="Hello"),
        -8,
        "ids-missing",
        "numbers belongs to /sendsms: was that meant?",
    ),
    Mistake(
        "report or batch method that calls another endpoint (copied code)",
        get("sendsms", ids="1,2"),
        -4,
        "content-missing",
        "ids belongs to /getreport: was that meant?",
    ),
    Mistake(
        "phone number passed as `ids`",
        get("getreport", ids="84912345678"),
        0,
        "ids-like-numbers",
        "an id was not found and looks like a phone number",
    ),
    Mistake(
        "phone number passed as `ids`", get("getreport", ids="+84912345678"), 0, "ids-like-numbers", "phone number"
    ),
    Mistake(
        "`pushurl` in the body, which no edition has",
        post(GOOD | {"pushurl": "http://example.org/reports"}),
        0,
        "push-url-ignored",
        "ignored: the push URL is configured, not sent",
    ),
    Mistake(
        "`pushurl` in the body, which no edition has",
        post(GOOD | {"callback_url": "http://example.org/reports"}),
        0,
        "push-url-ignored",
        "ignored: the push URL is configured, not sent",
    ),
    *(
        Mistake(
            "sender prefixed a country code blindly (57…, 84…, 90…)",
            get("sendsms", content="Hello", numbers=number),
            0,
            "numbers-country-code-twice",
            "begin with its country code twice",
        )
        for number in ("57573001234567", "8484912345678", "90905321234567", "868613800000000", "10010,+8484912345678")
    ),
    Mistake(
        "blank after the comma in numbers",
        get("sendsms", content="Hello", numbers="13800000000, 13800000001"),
        0,
        "numbers-blanks",
        "blanks or line breaks around numbers were dropped",
    ),
    Mistake(
        "numbers one to a line",
        post(GOOD | {"numbers": "13800000000\r\n,13800000001\r\n"}),
        0,
        "numbers-blanks",
        "blanks or line breaks around numbers were dropped",
    ),
    Mistake(
        "an array passed to `implode` in the old order",
        post(GOOD | {"numbers": ["13800000000", "13800000001"]}),
        -8,
        "numbers-missing",
        "numbers is a JSON list: send one string with commas",
    ),
    Mistake(
        "an array passed to `implode` in the old order",
        post(GOOD | {"numbers": ["13800000000", "13800000001"]}),
        -8,
        "json-not-text",
        "numbers is a JSON list: send one string with commas",
    ),
    Mistake(
        "an array passed as it is",
        get("sendsms", content="Hello", numbers="Array"),
        -9,
        "numbers-abnormal",
        "PHP's word for an array",
    ),
    Mistake(
        "an array passed as it is",
        submit("content=Hello&numbers[]=13800000000&numbers[]=13800000001"),
        -8,
        "numbers-missing",
        "a parameter of a similar name was sent: call it numbers",
    ),
    Mistake(
        "an array written out",
        get("sendsms", content="Hello", numbers='["13800000000","13800000001"]'),
        -9,
        "numbers-abnormal",
        "a list written out",
    ),
    Mistake(
        "content of another JSON type",
        post(GOOD | {"content": {"text": "Hello"}}),
        -4,
        "content-missing",
        "content is a JSON object: send one string",
    ),
    Mistake(
        "numbers parted by something else than commas",
        get("sendsms", content="Hello", numbers="13800000000;13800000001"),
        -9,
        "numbers-abnormal",
        "parted by semicolons: use commas",
    ),
    Mistake("content missing", post(without("content")), -4, "content-missing", "the parameter content is absent"),
    Mistake(
        "content too long",
        post(GOOD | {"content": "x" * 1030}),
        -5,
        "content-too-long",
        "content has 1030 characters, and the gateway takes at most 1024",
    ),
    Mistake("HTTPS spoken to an HTTP port", wire("\x16\x03\x01\x02", "latin-1"), -12, "tls-not-spoken", "plain HTTP"),
]

CATALOGUE = [*CREDENTIALS_AND_SIGNATURE, *SHAPE_OF_THE_REQUEST]


def headers(answer: Answer) -> dict[str, str]:
    """The sentences of reason and notes, by code."""
    found = answer.headers.getall("X-EIMS-Sim-Reason", []) + answer.headers.getall("X-EIMS-Sim-Note", [])
    return dict(text.split("; ", 1) for text in found)


@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: f"{mistake.line} {mistake.code}")
async def test_a_mistake_that_clients_make_is_named(start: Start, mistake: Mistake):
    """C5"""
    sim = await start(PECULIAR)

    answer = await mistake.send(sim)

    found = headers(answer)
    assert answer.status == mistake.status
    assert mistake.words in found[mistake.code]
    assert all(f"{code}; {sentence}".isascii() for code, sentence in found.items())
    assert all(len(f"{code}; {sentence}") < HEADER_LENGTH for code, sentence in found.items())


@pytest.mark.parametrize(
    "send",
    [
        get("getbalance"),
        get("sendsms", numbers="13800000000", content="Hello, World! 1+1=2 & 100% sure #1"),
        get("sendsms", numbers="13800000000,8613800000000,+84912345678", content="你好", sender="ACME", smstype="1"),
        submit(f"{NUMBERS}&content=Hello+World%21"),
        post(GOOD | {"content": "100% of 50%25 & more + that"}),
        post(GOOD | {"numbers": 13800000000, "smstype": 0}, "application/json; charset=utf-8"),
        get("getreport", ids="1,2,3"),
        get("getsms", start_time="1767240000"),
        digest(),
    ],
)
async def test_what_is_right_earns_neither_reason_nor_note(sim: Simulator, send: Sending):
    """C5"""
    answer = await send(sim)

    assert answer.status == 0
    assert headers(answer) == {}


# What other tests make: what only several requests show, and what only happens to a server in trouble.
ELSEWHERE = {POLL_OFTEN.code, SUBMIT_REPEATED.code, SUBMIT_SINGLES.code, STRUCK_NOTE.code}

OTHER_NOTES = {
    "body-bom": post(b"\xef\xbb\xbf" + json.dumps(GOOD).encode()),
    "body-charset": post(GOOD, "application/json; charset=gbk"),
    "magic-number": get("sendsms", numbers="13800001005", content="Hello"),
    "name-twice": submit(f"{NUMBERS}&content=a&content=b"),
    "not-utf8": submit(f"{NUMBERS}&content=%FF"),
    "numbers-plus-lost": submit("numbers=+13800000000&content=Hello"),
    "numbers-some-abnormal": get("sendsms", numbers="13800000000,12", content="Hello"),
    "numbers-some-full-width-comma": get("sendsms", numbers="10010,10011，10012", content="Hello"),
    "sendtime-past": get("sendsms", numbers="13800000000", content="Hello", sendtime="20200101000000"),
    "start-time-milliseconds": get("getsms", start_time="1767240000000"),
    "version-unknown": get("getbalance", version="2.0"),
}


@pytest.mark.parametrize("code", OTHER_NOTES)
async def test_a_note_that_is_no_mistake_of_the_catalogue(sim: Simulator, code: str):
    """C5"""
    answer = await OTHER_NOTES[code](sim)

    assert answer.status == 0
    assert code in answer.notes


async def test_strict_a_form_is_noted(start: Start):
    """C5, P1.7"""
    sim = await start(strict=True)

    answer = await post(f"{CREDENTIALS}&{NUMBERS}&content=Hello".encode(), FORM)(sim)

    assert answer.notes == ["body-strict"]


def test_every_note_is_made_by_a_test():
    """C5"""
    made = {mistake.code for mistake in CATALOGUE} | set(OTHER_NOTES) | ELSEWHERE | {"body-strict"}

    assert {entry.found.code for entry in catalogue.notes()} <= made


async def test_at_most_8_notes_travel_and_the_most_telling_first(sim: Simulator):
    """C5"""
    unknown = "&".join(f"x{index}y=1" for index in range(20))

    answer = await submit(
        f"numbers=13800000000,%2013800001005,12&sendtime=20200101000000&version=9&{unknown}&content=a"
    )(sim)

    assert answer.status == 0
    assert answer.notes == [
        "version-unknown",
        "numbers-some-abnormal",
        "numbers-blanks",
        "sendtime-past",
        "magic-number",
        "parameter-unknown",
    ]


async def test_unknown_names_leave_room_for_the_other_notes(sim: Simulator):
    """C5"""
    near = {"Account": "1", "Password": "1", "Numbers": "1", "Content": "1", "Sender": "1", "Version": "1", "Seq": "1"}

    answer = await get("sendsms", numbers="13800001005", content="Hello", Smstype="0", **near)(sim)

    assert answer.status == 0
    assert len(answer.notes) == 8
    assert answer.notes[0] == "magic-number"


async def test_without_headers_nothing_travels_but_it_is_on_record(start: Start):
    """C5"""
    sim = await start(diagnosis_headers=False)

    answer = await get("sendsms", mobile="13800000000", content="Hello")(sim)
    (entry,) = (await sim.control("GET", "requests")).json()["items"]

    assert not any(name.startswith("X-EIMS") for name in answer.headers)
    assert entry["reason"]["code"] == "numbers-missing"
    assert [note["code"] for note in entry["notes"]] == ["parameter-unknown"]


async def test_the_likely_cause_of_an_unreadable_url_is_in_the_log(sim: Simulator, caplog: pytest.LogCaptureFixture):
    """C5: raw blanks or bytes above 127 in the request line"""
    caplog.set_level("INFO")

    await wire(f"GET /sendsms?{CREDENTIALS}&{NUMBERS}&content=Hello World HTTP/1.1\nHost: gateway\n\n")(sim)

    assert any("a blank stands in it" in record.getMessage() for record in caplog.records)
    assert not any("demo" in record.getMessage() for record in caplog.records)
