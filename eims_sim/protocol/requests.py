"""What did the client send? Readers never fail and never judge: checks do that (P1.4, P1.7 to P1.11)."""

import json
import re
from collections.abc import Mapping
from difflib import get_close_matches
from email.parser import BytesParser
from email.policy import HTTP
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from ..diagnosis import Note

Values = dict[str, str]
"""Parameters by name."""

COMMON: Final = ("version", "account", "password", "seq", "time")
PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "getbalance": COMMON,
    "sendsms": (*COMMON, "smstype", "mmstitle", "sender", "numbers", "content", "sendtime"),
    "getreport": (*COMMON, "ids"),
    "getsms": (*COMMON, "start_time"),
}
"""The parameters of each endpoint (P1.4)."""

_PARAMETER_SETS: Final = {endpoint: frozenset(names) for endpoint, names in PARAMETERS.items()}

NOTED_NAMES: Final = 8
"""So many unknown names earn a note each."""

PAIRS: Final = 1000
"""A query or form has no more names and values; what follows is not read."""

MULTIPART_LINES: Final = 5000
"""A multipart form of more lines is no request of this gateway and counts as unreadable."""

VERSIONS: Final = frozenset({"1.0", "1.1"})

BODY_UNREADABLE: Final = Note(
    "body-unreadable", "the body could not be read and counts as absent; send one JSON object in UTF-8"
)
BODY_NOT_JSON: Final = Note(
    "body-not-json", "a form body was read; the document wants all parameters as one JSON object"
)
BODY_JSON_LABEL: Final = Note(
    "body-json-label", "the body is JSON but its Content-Type says something else; send application/json"
)
BODY_CHARSET: Final = Note("body-charset", "the Content-Type names another charset; the body was read as UTF-8")
BODY_BOM: Final = Note("body-bom", "the body begins with a byte order mark; it was skipped")
BODY_STRICT: Final = Note(
    "body-strict", "strict: a form body and the query of a POST count as absent; send one JSON object"
)
QUERY_OF_POST: Final = Note(
    "query-of-post", "parameters in the query of a POST were read; the document wants them in the body"
)
QUERY_AND_BODY: Final = Note(
    "query-and-body", "a parameter is in the query and, differently, in the body; the body won"
)
NOT_UTF8: Final = Note("not-utf8", "bytes that are not UTF-8 became U+FFFD; encode parameters in UTF-8")
NOT_UTF8_GBK: Final = Note(
    "not-utf8-gbk", "bytes that are not UTF-8 became U+FFFD; they are valid GBK: encode in UTF-8 instead"
)
PLUS_LOST: Final = Note(
    "numbers-plus-lost", "a + in the URL is read as a blank; write %2B where a number is meant to begin with +"
)
NAME_TWICE: Final = Note(
    "name-twice", "a parameter is given twice; the first counts in a query or form, the last in JSON"
)
NOT_TEXT: Final = Note("json-not-text", "a JSON value is neither a string nor an integer and counts as absent")
VERSION_UNKNOWN: Final = Note("version-unknown", "version is neither 1.0 nor 1.1; it was accepted all the same")
UNKNOWN_PARAMETER: Final = "parameter-unknown"

_SURROGATES: Final = re.compile("[\ud800-\udfff]").search


class Parameters(NamedTuple):
    """The parameters by name, as text, and what was odd about the way they came."""

    values: Values
    notes: tuple[Note, ...] = ()
    unreadable: bool = False

    def get(self, name: str) -> str | None:
        """The value, or None when the parameter is absent or empty (P1.8)."""
        return self.values.get(name) or None


def read_get(query: str, endpoint: str) -> Parameters:
    """The parameters of a GET: its query, still percent-encoded."""
    values, notes = _read_pairs(query)
    notes += _notes_on_names(values, endpoint)
    return Parameters(values, tuple(dict.fromkeys(notes)) if notes else ())


def read_post(query: str, body: bytes, content_type: str, endpoint: str, *, strict: bool) -> Parameters:
    """The parameters of a POST: the body's win over the query's (P1.7).

    `content_type` is the header as sent. With `strict`, a form body and the query count as absent.
    """
    sent = _read_body(body, content_type)
    if sent.form and strict:
        sent = _Body({}, (BODY_STRICT,))
    notes = list(sent.notes)
    if _foreign_charset(content_type):
        notes.append(BODY_CHARSET)
    values = sent.values
    if query and strict:
        notes.append(BODY_STRICT)
    elif query:
        from_query, query_notes = _read_pairs(query)
        notes += [QUERY_OF_POST, *query_notes]
        said = {name: value for name, value in values.items() if value or name not in from_query}
        if any(from_query.get(name, value) != value for name, value in said.items()):
            notes.append(QUERY_AND_BODY)
        values = from_query | said  # P1.8: an empty value counts as absent, so it hides nothing
    notes += _notes_on_names(values, endpoint)
    return Parameters(values, tuple(dict.fromkeys(notes)), sent.unreadable)


def read_query(query: str) -> Values:
    """What a query says, wherever it was sent to; unjudged, and only to be shown."""
    return _read_pairs(query)[0]


def split_items(text: str | None) -> list[str]:
    """The trimmed items of a comma-separated list, without the empty ones."""
    return [item for item in (part.strip() for part in (text or "").split(",")) if item]


def _foreign_charset(content_type: str) -> bool:
    _, named, charset = content_type.lower().partition("charset=")
    return bool(named) and charset.partition(";")[0].strip(' "') not in ("utf-8", "utf8", "us-ascii", "")


class _Body(NamedTuple):
    values: Values
    notes: tuple[Note, ...] = ()
    unreadable: bool = False
    form: bool = False


_UNREADABLE: Final = _Body({}, (BODY_UNREADABLE,), unreadable=True)


def _read_body(body: bytes, content_type: str) -> _Body:
    if not body:
        return _Body({})
    kind = content_type.partition(";")[0].strip().lower()
    fields = _read_json_object(body)
    if fields is not None:
        labelled = kind == "application/json"
        return fields if labelled else fields._replace(notes=(*fields.notes, BODY_JSON_LABEL))
    if kind == "application/x-www-form-urlencoded":
        values, notes = _read_pairs(body)
        return _Body(values, (BODY_NOT_JSON, *notes), form=True)
    if kind == "multipart/form-data":
        return _read_multipart(body, content_type)
    return _UNREADABLE


class _Fraction:
    """Stands for a JSON number that is not an integer."""


class _Integer(str):
    """The digits of a JSON integer."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _read_json_object(body: bytes) -> _Body | None:
    """The fields of a JSON object, or None when the body is not one."""
    marked = body.startswith(b"\xef\xbb\xbf")
    notes = [BODY_BOM] if marked else []
    twice = False
    dropped: list[object] = []

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal twice
        members = dict(pairs)
        twice = len(members) < len(pairs)  # the outermost object is the last to be seen
        if twice:
            dropped.extend(value for name, value in pairs if members[name] is not value)
        return members

    try:
        text = body[3:].decode() if marked else body.decode()
        decoded = json.loads(
            text,
            parse_int=_Integer,
            parse_float=lambda _: _Fraction(),
            parse_constant=_refuse_constant,
            object_pairs_hook=unique,
        )
        if "\\u" in text:
            _refuse_surrogates(decoded, dropped)
    except (ValueError, RecursionError):
        return None
    if not isinstance(decoded, dict):
        return None
    values = {name: str(value) for name, value in decoded.items() if isinstance(value, str)}
    if twice:
        notes.append(NAME_TWICE)
    if len(values) < len(decoded):
        notes.append(NOT_TEXT)
    return _Body(values, tuple(notes))


def _refuse_surrogates(*decoded: object) -> None:
    """Raise ValueError when a text anywhere in the decoded values holds a lone surrogate (P1.9)."""
    waiting = list(decoded)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if _SURROGATES(value):
                raise ValueError("a lone surrogate is not a character")
        elif isinstance(value, dict):
            waiting += value.keys()
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _read_multipart(body: bytes, content_type: str) -> _Body:
    if body.count(b"\n") > MULTIPART_LINES:
        return _UNREADABLE
    head = b"Content-Type: " + content_type.encode("ascii", "replace") + b"\r\n\r\n"
    try:
        parts = BytesParser(policy=HTTP).parsebytes(head + body)
        if not parts.is_multipart():
            return _UNREADABLE
        pairs: list[tuple[str, bytes]] = []
        for part in parts.iter_parts():
            name = part.get_param("name", header="content-disposition")
            payload = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(payload, bytes):
                pairs.append((name, payload))
    except (
        ValueError,
        LookupError,
        RecursionError,
        AttributeError,
        TypeError,
    ):  # what hostile bodies make of the parser
        return _UNREADABLE
    values: Values = {}
    notes = [BODY_NOT_JSON]
    for name, payload in pairs:
        if name in values:
            notes.append(NAME_TWICE)
            continue
        values[name], odd = _decode(payload)
        if odd is not None:
            notes.append(odd)
    return _Body(values, tuple(notes), form=True)


def _read_pairs(sent: str | bytes) -> tuple[Values, list[Note]]:
    """Names and values of a query or form (P1.4, P1.8).

    The first of a name counts, `+` is a blank, broken escapes stay as sent.
    """
    text = sent if isinstance(sent, str) else sent.decode("utf-8", "surrogateescape")
    values: Values = {}
    notes: list[Note] = []
    for pair in text.split("&", PAIRS)[:PAIRS]:
        name, _, value = pair.partition("=")
        if not name:
            continue
        if not name.isalnum() or not name.isascii():
            name = _unquote(name, notes)
        if name in values:
            notes.append(NAME_TWICE)
            continue
        if name == "numbers" and "+" in value:
            notes.append(PLUS_LOST)
        # A plain ASCII value needs no decoding; most do not, and 10,000 numbers are long.
        values[name] = value if value.isascii() and "%" not in value and "+" not in value else _unquote(value, notes)
    return values, notes


def _unquote(text: str, notes: list[Note]) -> str:
    raw = unquote_to_bytes(text.replace("+", " ").encode("utf-8", "surrogateescape"))
    decoded, odd = _decode(raw)
    if odd is not None:
        notes.append(odd)
    return decoded


def _decode(raw: bytes) -> tuple[str, Note | None]:
    try:
        return raw.decode(), None
    except UnicodeDecodeError:
        pass
    try:
        raw.decode("gbk")
    except UnicodeDecodeError:
        return raw.decode(errors="replace"), NOT_UTF8
    return raw.decode(errors="replace"), NOT_UTF8_GBK


def _notes_on_names(values: Values, endpoint: str) -> list[Note]:
    if _PARAMETER_SETS[endpoint].issuperset(values) and "version" not in values:
        return []
    known = PARAMETERS[endpoint]
    # Finding the nearest name is slow, and a hostile body has 100,000 of them: nobody reads that many notes.
    unknown = islice((name for name in values if name not in known), NOTED_NAMES)
    notes = [_unknown_name(name, known) for name in unknown]
    version = values.get("version")
    if version and version not in VERSIONS:
        notes.append(VERSION_UNKNOWN)
    return notes


def _unknown_name(name: str, known: tuple[str, ...]) -> Note:
    """The note on a name that the endpoint does not know; it repeats known names only."""
    near = get_close_matches(name[:40].lower(), known, n=1, cutoff=0.6)
    hint = f"the nearest known one is {near[0]}" if near else f"known are {' '.join(known)}"
    return Note(UNKNOWN_PARAMETER, f"a parameter that the gateway does not know was ignored; {hint}")
