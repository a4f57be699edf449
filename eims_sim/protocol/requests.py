"""What did the client send? Readers never fail and never judge: checks do that (P1.4, P1.7 to P1.11)."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from ..diagnosis import Note
from .bodies import BODY_EMPTY, JSON, NO_KINDS, Body, read_body
from .names import PARAMETERS, note_on_order, notes_on_names
from .notation import is_digits, read_integer
from .pairs import Values, read_pairs

_PARAMETER_SETS: Final = {endpoint: frozenset(names) for endpoint, names in PARAMETERS.items()}

VERSIONS: Final = frozenset({"1.0", "1.1"})

BODY_STRICT: Final = Note(
    "body-strict", "strict: a form body and the query of a POST count as absent; send one JSON object"
)
QUERY_OF_POST: Final = Note(
    "query-of-post", "parameters in the query of a POST were read; the document wants them in the body"
)
QUERY_AND_BODY: Final = Note(
    "query-and-body", "a parameter is in the query and, differently, in the body; the body won"
)
GET_LABELLED_JSON: Final = Note(
    "get-labelled-json", "a GET says Content-Type application/json: was a POST meant? What counts is its URL alone"
)
FRAGMENT: Final = Note("url-fragment", "the URL was cut at a # that is not escaped; write %23 where a # is meant")
NOT_TEXT: Final = Note("json-not-text", "a JSON value is neither a string nor an integer and counts as absent")
VERSION_UNKNOWN: Final = Note("version-unknown", "version is neither 1.0 nor 1.1; it was accepted all the same")

_PLAIN_IDS: Final = re.compile(r"[1-9][0-9]{0,17}(?:,[1-9][0-9]{0,17})*\Z").match

_LISTS: Final = frozenset({"numbers", "ids"})


class Parameters(NamedTuple):
    """The parameters by name, as text, and what was odd about the way they came.

    `kinds` names what stood in a JSON body where a text should have been: a list, an object, null.
    """

    values: Values
    notes: tuple[Note, ...] = ()
    unreadable: bool = False
    kinds: Mapping[str, str] = NO_KINDS

    def get(self, name: str) -> str | None:
        """The value, or None when the parameter is absent or empty (P1.8)."""
        return self.values.get(name) or None


def read_get(query: str, endpoint: str, content_type: str | None = None) -> Parameters:
    """The parameters of a GET: its query, still percent-encoded. A header Content-Type means nothing, but tells."""
    query, cut, _ = query.partition("#")
    values, notes = read_pairs(query)
    if cut:
        notes.append(FRAGMENT)
    if content_type and content_type.lower().startswith(JSON):
        notes.append(GET_LABELLED_JSON)
    if not _are_known(values, endpoint):
        notes += _notes_on_values(values, endpoint)
    return Parameters(values, tuple(dict.fromkeys(notes)) if notes else ())


def read_post(query: str, body: bytes, content_type: str, endpoint: str, *, strict: bool) -> Parameters:
    """The parameters of a POST: the body's win over the query's (P1.7).

    `content_type` is the header as sent. With `strict`, a form body and the query count as absent.
    """
    query, cut, _ = query.partition("#")
    sent = read_body(body, content_type)
    if sent.form and strict:
        sent = Body({}, (BODY_STRICT,))
    notes, values = list(sent.notes), sent.values
    if cut:
        notes.append(FRAGMENT)
    if query and strict:
        notes.append(BODY_STRICT)
    elif query:
        from_query, query_notes = read_pairs(query)
        notes += [QUERY_OF_POST, *query_notes]
        said = {name: value for name, value in values.items() if value or name not in from_query}
        if any(from_query.get(name, value) != value for name, value in said.items()):
            notes.append(QUERY_AND_BODY)
        values = from_query | said  # P1.8: an empty value counts as absent, so it hides nothing
    elif not body:
        notes.append(BODY_EMPTY)
    if sent.kinds:
        notes += _notes_on_kinds(sent.kinds, endpoint)
    if sent.kinds or not _are_known(values, endpoint):
        notes += _notes_on_values(values, endpoint, sent.kinds, ordered=sent.form or bool(query))
    return Parameters(values, tuple(dict.fromkeys(notes)) if notes else (), sent.unreadable, sent.kinds)


def read_query(query: str) -> Values:
    """What a query says, wherever it was sent to; unjudged, and only to be shown."""
    return read_pairs(query.partition("#")[0])[0]


def split_items(text: str | None) -> list[str]:
    """The trimmed items of a comma-separated list, without the empty ones."""
    return [item for item in (part.strip() for part in (text or "").split(",")) if item]


def read_ids(items: Sequence[str]) -> dict[int | str | None, None]:
    """The ids that are asked for, each once, in their order (P5.2); what is no number stays a text.

    `01` is 1, so texts that name one id are one.
    """
    if _PLAIN_IDS(",".join(items)):  # what nearly every client sends: no loop of ours
        return dict.fromkeys(map(int, items))
    return dict.fromkeys(read_integer(item) if is_digits(item) else item for item in items)


def say_kind(name: str, kind: str) -> str:
    """What a JSON value is that should be a text, and what to send instead."""
    return f"{name} is a JSON {kind}: send one string" + (" with commas" if name in _LISTS else "")


def _are_known(values: Values, endpoint: str) -> bool:
    return _PARAMETER_SETS[endpoint].issuperset(values) and "version" not in values


def _notes_on_values(
    values: Values, endpoint: str, kinds: Mapping[str, str] = NO_KINDS, *, ordered: bool = True
) -> list[Note]:
    """The notes on names and on the version; `ordered` when the names stand as they did in a query or form."""
    notes: list[Note] = []
    version = values.get("version")
    if version and version not in VERSIONS:
        notes.append(VERSION_UNKNOWN)
    cut = note_on_order(values, endpoint) if ordered else None
    if cut is not None:
        notes.append(cut)
    return notes + notes_on_names((*values, *kinds) if kinds else values, endpoint)


def _notes_on_kinds(kinds: Mapping[str, str], endpoint: str) -> list[Note]:
    known = [NOT_TEXT.because(say_kind(name, kinds[name])) for name in PARAMETERS[endpoint] if name in kinds]
    return known or [NOT_TEXT]
