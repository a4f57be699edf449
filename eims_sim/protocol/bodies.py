"""What does the body of a POST hold, whatever it calls itself (P1.7, P1.9)?"""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from ..diagnosis import Note
from .multipart import read_multipart
from .pairs import CONTENT_ENCODED, NAME_TWICE, NOT_UTF8_GBK, Values, decode, looks_encoded, read_pairs

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"

BODY_UNREADABLE: Final = Note(
    "body-unreadable", "the body could not be read and counts as absent; send one JSON object in UTF-8"
)
BODY_EMPTY: Final = Note("body-empty", "the POST has neither a body nor a query; send one JSON object")
BODY_NOT_JSON: Final = Note(
    "body-not-json", "a form body was read; the document wants all parameters as one JSON object"
)
BODY_JSON_LABEL: Final = Note(
    "body-json-label", "the body is JSON but its Content-Type says something else; send application/json"
)
TYPE_MALFORMED: Final = Note(
    "content-type-malformed", "the Content-Type is no media type; send application/json and nothing more"
)
BODY_CHARSET: Final = Note("body-charset", "the Content-Type names another charset; the body was read as UTF-8")
BODY_BOM: Final = Note("body-bom", "the body begins with a byte order mark; it was skipped")

_SURROGATES: Final = re.compile("[\ud800-\udfff]").search
_WORD: Final = r"[\w!#$%&'*+.^`|~-]+"
_MEDIA_TYPE: Final = re.compile(rf"\s*{_WORD}/{_WORD}\s*(?:;.*)?", re.ASCII | re.DOTALL).fullmatch
_LIKE_A_FORM: Final = re.compile(rb"[A-Za-z_]+=[^\n]*&[A-Za-z_]+=").match
_CONTROLS: Final = "Invalid control character"

_KINDS: Final = {"list": "list", "dict": "object", "NoneType": "null", "bool": "true or false", "_Fraction": "fraction"}
"""The JSON values that are no parameters, by Python's name of their type."""

NO_KINDS: Final[Mapping[str, str]] = MappingProxyType({})


class Body(NamedTuple):
    """What was read of a body. `kinds` says of each JSON value that is no parameter what it is."""

    values: Values
    notes: tuple[Note, ...] = ()
    unreadable: bool = False
    form: bool = False
    kinds: Mapping[str, str] = NO_KINDS


def read_body(body: bytes, content_type: str) -> Body:
    """Read a body; never fails. `content_type` is the header as sent."""
    labels = _notes_on_type(content_type) if content_type != JSON else []
    if not body:
        return Body({}, tuple(labels))
    kind = content_type.partition(";")[0].strip().lower()
    fields = _read_json_object(body)
    if isinstance(fields, Body):
        if kind != JSON:
            labels.append(BODY_JSON_LABEL)
        return fields._replace(notes=(*labels, *fields.notes)) if labels else fields
    if kind == FORM:
        values, notes = read_pairs(body)
        return Body(values, (BODY_NOT_JSON, *labels, *notes), form=True)
    read = _read_multipart(body, content_type) if kind == MULTIPART else _unreadable(fields)
    return read._replace(notes=(*read.notes, *labels))


def _unreadable(why: str) -> Body:
    return Body({}, (BODY_UNREADABLE.because(why),), unreadable=True)


def _notes_on_type(content_type: str) -> list[Note]:
    notes = []
    if content_type and not _MEDIA_TYPE(content_type):
        notes.append(TYPE_MALFORMED)
    _, named, charset = content_type.lower().partition("charset=")
    if named and charset.partition(";")[0].strip(' "') not in ("utf-8", "utf8", "us-ascii", ""):
        notes.append(BODY_CHARSET)
    return notes


class _Fraction:
    """Stands for a JSON number that is not an integer."""


class _Integer(str):
    """The digits of a JSON integer."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _read_json_object(body: bytes) -> Body | str:
    """The fields of a JSON object; or why the body is none, in words that repeat nothing of it."""
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
    except (ValueError, RecursionError) as error:
        return _why(body, error)
    if not isinstance(decoded, dict):
        kind = _KINDS.get(type(decoded).__name__, "string or number")
        return f"it is JSON, but no object: {kind}"
    values = {name: str(value) for name, value in decoded.items() if isinstance(value, str)}
    if twice:
        notes.append(NAME_TWICE)
    if "%" in values.get("content", "") and looks_encoded(values["content"]):
        notes.append(CONTENT_ENCODED)
    if len(values) == len(decoded):
        return Body(values, tuple(notes))
    kinds = {name: _KINDS[type(value).__name__] for name, value in decoded.items() if name not in values}
    return Body(values, tuple(notes), kinds=kinds)


def _why(body: bytes, error: Exception) -> str:
    """Why a body is no JSON, in words that repeat nothing of it."""
    if b"\0" in body:
        return "it looks like UTF-16 or UTF-32"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8, but valid GBK" if decode(body)[1] is NOT_UTF8_GBK else "it is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return _why_not_json(body, error)
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return "it holds NaN, Infinity or a lone surrogate"


def _why_not_json(body: bytes, error: json.JSONDecodeError) -> str:
    if _LIKE_A_FORM(body):
        return f"it looks like a form; those are {FORM}"
    if error.msg.startswith(_CONTROLS):
        return "a string holds a raw line break or another control character"
    found = error.doc[error.pos : error.pos + 1]
    if not error.doc[error.pos :].strip():
        return "it ends too early"
    if found == "'":
        return "it has single quotes for double ones"
    if not found.isascii():
        return f"its character {error.pos + 1} is no ASCII: a full-width comma or a curly quote?"
    return f"it is no JSON from character {error.pos + 1} on"


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


def _read_multipart(body: bytes, content_type: str) -> Body:
    pairs = read_multipart(body, content_type)
    if pairs is None:
        return _unreadable("it is no multipart form with the boundary that its Content-Type names")
    values: Values = {}
    notes = [BODY_NOT_JSON]
    for name, payload in pairs:
        if name in values:
            notes.append(NAME_TWICE)
            continue
        values[name], odd = decode(payload)
        if odd is not None:
            notes.append(odd)
    if looks_encoded(values.get("content", "")):
        notes.append(CONTENT_ENCODED)
    return Body(values, tuple(notes), form=True)
