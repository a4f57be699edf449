"""Which parsers are fed with anything, and what must hold of what they make of it? Neither loop, socket nor database.

A target takes bytes. It raises for a defect, whatever it is: a failure of ours, or an assertion that does not hold.
"""

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from eims_sim.config import load_config
from eims_sim.config.lines import key_lines, nearest_line
from eims_sim.diagnosis import Note, Reason
from eims_sim.domain.accounts import Account, AccountSettings
from eims_sim.domain.authentication import judge
from eims_sim.domain.faults import FaultSettings
from eims_sim.domain.matching import compile_template
from eims_sim.domain.otp import digits_code, digits_codes
from eims_sim.domain.rules import RuleSettings
from eims_sim.domain.segments import count_segments, divide
from eims_sim.domain.settings import LifecycleSettings, PushSettings, ServerSettings
from eims_sim.domain.state_checks import breaches
from eims_sim.errors import ConfigurationError
from eims_sim.protocol.bodies import FORM, JSON
from eims_sim.protocol.names import METHODS, PARAMETERS, hint, nearest, nearest_endpoint
from eims_sim.protocol.notation import (
    LATEST,
    read_any_time,
    read_integer,
    read_money,
    read_rfc3339,
    read_wire_time,
    write_money,
    write_rfc3339,
    write_wire_time,
)
from eims_sim.protocol.numbers import read_numbers
from eims_sim.protocol.pairs import PAIRS
from eims_sim.protocol.requests import Parameters, read_get, read_ids, read_post, split_items
from eims_sim.web.control.door import Problem
from eims_sim.web.control.state_reading import StateReading
from eims_sim.web.json_pieces import JsonPieces, NotJsonError, TooLargeError

ENDPOINTS = tuple(METHODS)
TYPES = (JSON, FORM, "multipart/form-data; boundary=b", "", "text/plain; charset=gbk", "multipart/form-data")
ZONES = tuple(map(ZoneInfo, ("Asia/Shanghai", "UTC", "America/St_Johns", "Pacific/Apia")))
SECRET = "kept-to-itself"
"""Stands in configurations where a secret stands; no error may show it."""

KEY = "negotiated-key"


class Target(NamedTuple):
    """A parser, what its fuzzing begins with, and words that its inputs are likely to need."""

    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()


def _text(sent: bytes) -> str:
    return sent.decode(errors="replace")


def _hold(parameters: Parameters) -> None:
    """What holds of the parameters of every request, however it was written (P1.4, C5)."""
    for name, value in parameters.values.items():
        name.encode()
        value.encode()
    for note in parameters.notes:
        assert isinstance(note, Note)
        header = note.header()
        assert header.isascii(), header
        assert header.isprintable(), header
    assert len(set(parameters.notes)) == len(parameters.notes)
    for name in ("numbers", "ids"):
        text = parameters.get(name)
        assert read_numbers(text).total == len(split_items(text))


def query(sent: bytes) -> None:
    """P1.4, P1.8, P1.11: a query is read; written anew it says the same."""
    text = sent[1:].decode("utf-8", "surrogateescape")
    endpoint = ENDPOINTS[sent[0] % 4] if sent else "sendsms"
    read = read_get(text, endpoint)
    _hold(read)
    assert len(read.values) <= PAIRS
    again = read_get(urlencode(read.values), endpoint)
    assert {name: again.values.get(name, "") for name in read.values if name} == {
        name: value for name, value in read.values.items() if name
    }


def body(sent: bytes) -> None:
    """P1.7 to P1.9: a body is read; what it says in JSON or as a form is the same."""
    kind, said = (TYPES[sent[0] % len(TYPES)], sent[1:]) if sent else (JSON, b"")
    read = read_post("", said, kind, "sendsms", strict=False)
    _hold(read)
    if kind == JSON and not read.unreadable and said:
        known = json.loads(said.removeprefix(b"\xef\xbb\xbf"), parse_int=str, parse_float=lambda _: None)
        assert read.values == {name: value for name, value in known.items() if isinstance(value, str)}
    written = json.dumps(read.values).encode()
    assert read_post("", written, JSON, "sendsms", strict=False).values == read.values
    if len(read.values) <= PAIRS and "" not in read.values:
        form = urlencode(read.values).encode()
        assert read_post("", form, FORM, "sendsms", strict=False).values == read.values


_NORMAL = re.compile(r"\+?[0-9]{3,20}").fullmatch


def numbers(sent: bytes) -> None:
    """P2 orders 8 to 10: the quick way and the plain one find the same."""
    text = _text(sent)
    items = [part.strip() for part in text.split(",") if part.strip()]
    normal = [item for item in items if _NORMAL(item)]
    read = read_numbers(text)
    assert (read.accepted, read.abnormal, read.items()) == (len(normal), len(items) - len(normal), normal)
    assert read.plain == all(re.fullmatch(r"[1-9][0-9]{2,17}", item) for item in normal)
    ids = [int(item) if re.fullmatch(r"[0-9]{1,25}", item) else item for item in items]
    if all(isinstance(id, int) or not re.fullmatch(r"[0-9]+", id) for id in ids):
        assert list(read_ids(split_items(text))) == list(dict.fromkeys(ids))


def notation(sent: bytes) -> None:
    """P1.10: what is read is written as it was."""
    text = _text(sent)
    trimmed = text.strip()
    read = read_integer(text)
    assert (read is not None) == bool(re.fullmatch(r"[+-]?[0-9]+", trimmed))
    if read is not None and len(trimmed) < 25:
        assert read == int(trimmed)
    for zone in ZONES:
        moment = read_wire_time(text, zone)
        # A moment that a clock skips is another one; one that is near the calendar's end is written near it.
        if moment is not None and 0 <= moment <= LATEST and zone.key in ("Asia/Shanghai", "UTC") and text >= "1992":
            assert str(write_wire_time(moment, zone)) == text
        shown = read_any_time(text)
        if shown is not None:
            written = write_rfc3339(shown, zone)
            if read_rfc3339(text) is not None:
                assert read_any_time(written) == shown
    amount = read_money(text)
    if amount is not None:
        assert read_money(write_money(amount)) == amount
        assert write_money(amount, 5) == write_money(amount)[:-1]


def names(sent: bytes) -> None:
    """P1.3, P1.8: what is guessed is one that there is."""
    text = _text(sent)
    said = text.split("&")
    for known in PARAMETERS.values():
        assert nearest(text, known) in (None, *known)
        for name in known:
            told = hint(name, said)
            assert told is None or (told.isascii() and told.isprintable())
    assert nearest_endpoint(text) in (None, *PARAMETERS)


@cache
def _accounts() -> tuple[Account, ...]:
    """An account for each kind of password."""
    return tuple(
        Account.build(place, _adapter(AccountSettings).validate_json(json.dumps(given)))
        for place, given in enumerate(
            {"account": "demo", "password": SECRET, "auth": auth, "key": key}
            for auth, key in (("plain", ""), ("md5", KEY), ("any", KEY))
        )
    )


def authentication(sent: bytes) -> None:
    """P1.5, C5: a wrong password is refused in plain words, which hold nothing that is kept to itself."""
    password, _, rest = _text(sent).partition("\0")
    seq, _, moment = rest.partition("\0")
    values = {"account": "demo", "password": password, "seq": seq, "time": moment}
    for account in _accounts():
        told = judge(account, Parameters(values), 1_767_240_000_000_000)
        if isinstance(told, Reason):
            assert told.header().isascii(), told
            assert told.header().isprintable(), told
            assert SECRET not in told.sentence, told
            assert KEY not in told.sentence, told


def content(sent: bytes) -> None:
    """P4.3, P2 order 7, C4: the parts of a content are the content; a template is what it says."""
    template, _, text = _text(sent).partition("\0")
    divided = divide(text)
    assert "".join(segment.content for segment in divided.segments) == text
    assert len(divided.segments) == count_segments(text)
    assert all(segment.units <= divided.room for segment in divided.segments)
    codes = digits_codes(text)
    assert digits_code(text) == (codes[0].code if codes else None)
    if len(template) > 1000:
        return
    pieces = [re.escape(piece) for piece in re.split(r"\{[A-Za-z0-9_]+\}", template)]
    try:
        fits = compile_template(template)
    except ValueError:
        return
    if len(pieces) < 4:  # Python's own engine takes its time with more
        assert fits(text) == bool(re.fullmatch(".+".join(pieces), text, re.DOTALL))


@cache
def _file() -> Path:
    return Path(tempfile.mkdtemp(prefix="eims-sim-fuzz-")) / "fuzzed.toml"


def settings(sent: bytes) -> None:
    """C3: a file is taken, or every error in it is a line that begins with its place and shows no secret."""
    file = _file()
    file.write_bytes(sent)
    in_place = sent.count(SECRET.encode()) == len(
        re.findall(rb'^(?:password|key) = "%s"$' % SECRET.encode(), sent, re.MULTILINE)
    )
    try:
        load_config(file, {}, {})
    except ConfigurationError as error:
        problems = error.problems
    else:
        return
    assert problems
    for problem in problems:
        assert re.match(rf"{re.escape(str(file))}:[1-9][0-9]*: \S", problem, re.DOTALL), problem
        assert not in_place or SECRET not in problem, problem
        assert len(problem) < len(sent) + 2000


def toml_lines(sent: bytes) -> None:
    """C3: what a TOML text says stands on a line of it."""
    import tomllib

    try:
        text = sent.decode()
        tables = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    lines = key_lines(text)
    last = text.count("\n") + 1
    for path in _paths(tables):
        line = nearest_line(lines, path)
        assert 1 <= line <= last
        if len(path) == 1:
            assert path in lines, path


def _paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if len(path) > 10:
        return
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield (*path, step)
        yield from _paths(one, (*path, step))


_KINDS: tuple[Any, ...] = (
    AccountSettings,
    RuleSettings,
    FaultSettings,
    ServerSettings,
    LifecycleSettings,
    PushSettings,
)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def fields(sent: bytes) -> None:
    """C3, C4: settings that are taken are written as what is taken again, and is the same."""
    if not sent:
        return
    adapter = _adapter(_KINDS[sent[0] % len(_KINDS)])
    try:
        found = adapter.validate_json(sent[1:])
    except ValidationError as error:
        error.errors(include_url=False)
        return
    written = adapter.dump_json(found)
    assert adapter.validate_json(written) == found
    assert b"NaN" not in written or b"NaN" in sent


def _state(pieces: list[bytes]) -> str:
    """What came of a document that arrived in these pieces."""
    reading = StateReading()
    try:
        for piece in pieces:
            reading.feed(piece)
        state = reading.finish()
    except Problem as raised:
        problem = raised
    else:
        return str((state, list(breaches(state, {}))))
    assert problem.status in (400, 413, 422)
    assert problem.status != 422 or problem.errors
    json.loads(problem.response().body)  # type: ignore[arg-type]  # bytes
    return f"{problem.status} {problem.detail} {problem.errors}"


def state(sent: bytes) -> None:
    """C4: a document is read or refused, and the same however it arrives."""
    whole = _state([sent])
    size = 1 if len(sent) < 2000 else 7 + len(sent) // 400
    cut = _state([sent[at : at + size] for at in range(0, len(sent), size)])
    if whole.startswith("400"):  # what is broken further on is found at once where it came at once
        assert cut.startswith(("400", "422"))
    else:
        assert cut == whole
    if not whole.startswith(("400", "413", "422")):
        from_json(sent)  # what was taken is JSON


def pieces(sent: bytes) -> None:
    """C4: joined, the pieces of an object are the object."""
    reading = JsonPieces([b'"a"', b'"list"'], 1 << 20)
    try:
        found = reading.feed(sent)
        reading.finish()
    except (NotJsonError, TooLargeError):
        found = None
    try:
        known = json.loads(sent.decode())
    except (ValueError, RecursionError):
        return
    if not isinstance(known, dict) or b"\\" in sent or sent.count(b"[") + sent.count(b"{") > 60:
        return
    assert found is not None
    joined: dict[str, Any] = {}
    for piece in found:
        name, value = json.loads(piece.member), json.loads(piece.text)
        if piece.place is None:
            joined[name] = value
        elif piece.place == 0:
            joined[name] = [value]
        else:
            joined[name].append(value)
    assert repr(joined) == repr({name: known[name] for name in joined})
    assert set(joined) == set(known)


ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
SUBMIT = {"account": "demo", "password": "demo123", "numbers": "13800138000, +4912345,", "content": "Hi {n} 你好 +%20"}
_MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="account"\r\n\r\ndemo\r\n--b\r\nContent-Type: text/plain\r\n'
    b'Content-Disposition: form-data; name=content; filename="x"\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n'
    b"--b--\r\n"
)
_NAMES = tuple(name.encode() for name in PARAMETERS["sendsms"] + PARAMETERS["getreport"][-1:])
_UNICODE = (
    b"\xed\xa0\x80",
    b"\xc0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"\xc4\xe3\xba\xc3",
    b"\0",
)
_JSON_WORDS = (b"NaN", b"Infinity", b"1e999", b"-0", b"null", b"true", b'"\\ud800"', b"[[[[[[[[", b"1" * 40, *_UNICODE)


@cache
def targets() -> dict[str, Target]:
    """Every pure target by name."""
    spec = (FIXTURES / "spec.toml").read_bytes()
    everything = (FIXTURES / "every-error.toml").read_bytes()
    secret = b'[[accounts]]\naccount = "a"\npassword = "%s"\nauth = "md5"\nkey = "%s"\n' % ((SECRET.encode(),) * 2)
    golden = (FIXTURES / "state.json").read_bytes()
    rule = b'{"account":null,"number":{"suffix":"7"},"outcome":1011,"unsent_seconds":{"uniform":[0.5,2.0]},"times":3}'
    fault = (
        b'{"endpoint":"sendsms","delay_seconds":{"lognormal":{"median":1,"sigma":0.5}},"status":-12,"probability":0.5}'
    )
    account = (
        b'{"account":"a","password":"p","balance":"0.05","allowed_ips":["10.0.0.0/8"],"callback_url":"http://a:1/"}'
    )
    form = urlencode(SUBMIT).encode()
    written = json.dumps(SUBMIT).encode()
    return {
        "query": Target(
            query, (b"\1" + form, b"\2account=a&ids=1,%32,x&%zz=+#"), (*_NAMES, b"%E4%BD%A0", b"%ED%A0%80")
        ),
        "body": Target(
            body,
            (b"\0" + written, b"\1" + form, b"\2" + _MULTIPART, b'\0{"numbers":10010,"seq":1,"a":[1.5,null]}'),
            (*_NAMES, b"--b", b"Content-Disposition: form-data; ", b"boundary=", *_JSON_WORDS),
        ),
        "numbers": Target(
            numbers, (b"13800138000,+4912345, 12 ,,\xef\xbc\x8c1", b"1,2,01"), (b",", b"+", b" ", b"000")
        ),
        "notation": Target(
            notation,
            (b"20260101120000", b"2026-01-01T12:00:00.5+08:00", b"99.990000", b"-007", b"0001-01-01T00:00:00+23:59"),
            (b"Z", b"T", b"+08:00", b"99991231235959", b"-", b".", b"0000"),
        ),
        "names": Target(names, (b"mobile&msg", b"/sendsms/", b"start-time[]", b"getBalance"), _NAMES),
        "authentication": Target(
            authentication,
            (b"kept-to-itself \x001\x001767240000", b"a" * 32 + b"\x001\x001767240000123", b"kept-to-itself\x00\x00"),
        ),
        "content": Target(
            content, (b"Your code is {code}.\0Your code is 4711.", b"{a}{b}\0\xe4\xbd\xa0 [~] 123456"), (b"{x}",)
        ),
        "settings": Target(
            settings, (spec, everything, secret), (b"[[accounts]]", b"[server]", b"inf", b"nan", *_UNICODE)
        ),
        "toml_lines": Target(
            toml_lines, (spec, b'a."b c".d = {e = [1, {f = """x"""}]}\n[[g.h]]\ni = 1979-05-27'), (b"'''", b'"""')
        ),
        "fields": Target(fields, (b"\0" + account, b"\1" + rule, b"\2" + fault, b"\4{}", b"\5{}"), _JSON_WORDS),
        "state": Target(state, (golden,), (b'"submits":', b'"accounts":', *_JSON_WORDS)),
        "pieces": Target(pieces, (b'{"a":[1,{"b":"]"}],"list":[],"x":{"y":[2]},"z":"\\""}',), _JSON_WORDS),
    }
