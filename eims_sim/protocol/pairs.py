"""Which names and values do a query and a form hold, and what looks odd about their encoding (P1.4, P1.8, P1.11)?"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from ..diagnosis import Note

Values = dict[str, str]
"""Parameters by name."""

PAIRS: Final = 1000
"""A query or form has no more names and values; what follows is not read."""

NOT_UTF8: Final = Note("not-utf8", "bytes that are not UTF-8 became U+FFFD; encode parameters in UTF-8")
NOT_UTF8_GBK: Final = Note(
    "not-utf8-gbk", "bytes that are not UTF-8 became U+FFFD; they are valid GBK: encode in UTF-8 instead"
)
PLUS_LOST: Final = Note(
    "numbers-plus-lost", "a + in the URL is read as a blank; write %2B where a number is meant to begin with +"
)
CONTENT_PLUS: Final = Note(
    "content-plus-lost", "a + in content was read as a blank, as URLs and forms have it; write %2B where a + is meant"
)
CONTENT_TWICE: Final = Note(
    "content-encoded-twice",
    "content still looks percent-encoded after decoding: once by hand and once by the HTTP library?",
)
CONTENT_ENCODED: Final = Note(
    "content-percent-encoded",
    "content looks percent-encoded, which JSON and multipart do not undo; send the text as it is",
)
ESCAPE_BROKEN: Final = Note(
    "escape-broken", "a % that begins no escape was taken as it is; write %25 where a % is meant"
)
NAME_TWICE: Final = Note(
    "name-twice", "a parameter is given twice; the first counts in a query or form, the last in JSON"
)

_ESCAPE: Final = re.compile("%[0-9A-Fa-f]{2}").search
_NO_ESCAPE: Final = re.compile("%(?![0-9A-Fa-f]{2})").search
_PLUS_OF_A_NUMBER: Final = re.compile(r"(?:^|,)\+[0-9]").search
"""A `+` where a number begins. Inside one, or behind a comma that is encoded, it stands for a blank that was meant."""
_NOT_OF_AN_ENCODER: Final = re.compile(r"[^A-Za-z0-9!$'()*,./:?@_~%+-]").search
"""What no library leaves as it is where it writes blanks as `+`."""


def read_pairs(sent: str | bytes) -> tuple[Values, list[Note]]:
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
        # A plain ASCII value needs no decoding; most do not, and 10,000 numbers are long.
        if value.isascii() and "%" not in value and "+" not in value:
            values[name] = value
        else:
            values[name] = _read_value(name, value, notes)
    return values, notes


def decode(raw: bytes) -> tuple[str, Note | None]:
    """Bytes as text; those that are not UTF-8 become U+FFFD, with a note (P1.11)."""
    try:
        return raw.decode(), None
    except UnicodeDecodeError:
        pass
    try:
        raw.decode("gbk")
    except UnicodeDecodeError:
        return raw.decode(errors="replace"), NOT_UTF8
    return raw.decode(errors="replace"), NOT_UTF8_GBK


def looks_encoded(text: str) -> bool:
    """Whether a text looks percent-encoded: it has escapes, they are UTF-8, and no blank stands beside them."""
    if " " in text or not _ESCAPE(text):
        return False
    try:
        unquote_to_bytes(text.encode(errors="replace")).decode()
    except UnicodeDecodeError:
        return False
    return True


def _read_value(name: str, value: str, notes: list[Note]) -> str:
    decoded = _unquote(value, notes)
    if "+" in value:
        if name == "numbers":
            if _PLUS_OF_A_NUMBER(value):
                notes.append(PLUS_LOST)
        elif name == "content" and _is_hand_made(value):
            notes.append(CONTENT_PLUS)
    if "%" in decoded:
        if _NO_ESCAPE(value):
            notes.append(ESCAPE_BROKEN)
        if name == "content" and looks_encoded(decoded):
            notes.append(CONTENT_TWICE)
    return decoded


def _is_hand_made(value: str) -> bool:
    """Whether it is no library that wrote this `+` for a blank.

    One that does writes every blank so and leaves no other marks as they are. Nor do texts often begin or end with a
    blank.
    """
    return "%20" in value or value[0] == "+" or value[-1] == "+" or _NOT_OF_AN_ENCODER(value) is not None


def _unquote(text: str, notes: list[Note]) -> str:
    raw = unquote_to_bytes(text.replace("+", " ").encode("utf-8", "surrogateescape"))
    decoded, odd = decode(raw)
    if odd is not None:
        notes.append(odd)
    return decoded
