"""How is a call of the control API described (C4)? From its declaration, its types and its handler's docstring."""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from inspect import getdoc
from typing import Any, Final

from pydantic.json_schema import JsonSchemaMode

from ...domain.presets import PRESETS
from ...protocol.codes import ReportCode, Status
from ..control.operation import JSON, Operation
from ..paths import CONTROL
from .problems import PROBLEM, problem_name
from .schemas import REF, Schema, query_schema, without_paragraphs

TOKEN: Final = "The server's admin_token. Asked for where there is one: everywhere but on a loopback host, unless set."  # noqa: S105

_OF_EVERY_CALL: Final = (403, 422, 500, 503)
_OF_A_BODY: Final = (400, 408, 413, 415)

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_PLACES: Final[Mapping[str, Schema]] = {
    "id": {
        "description": "The id.",
        "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 10**18 - 1},
    },
    "number": {"description": "The number, as it is stored.", "schema": {"type": "string", "minLength": 1}},
    "status": {
        "description": "The status.",
        "schema": {"type": "integer", "enum": [int(status) for status in Status]},
    },
    "code": {
        "description": "The report code.",
        "schema": {"type": "integer", "enum": [int(code) for code in ReportCode]},
    },
    "name": {
        "description": "The name of the preset.",
        "schema": {"type": "string", "enum": [preset.name for preset in PRESETS]},
    },
    "account": {"description": "The name of the account.", "schema": {"type": "string", "minLength": 1}},
}
"""What may stand in a path."""


def kinds(operation: Operation) -> Iterator[tuple[Any, JsonSchemaMode]]:
    """The types of the bodies that go in and out, with the direction."""
    if operation.body is not None:
        yield operation.body, "validation"
    for reply in operation.replies.values():
        if reply is not None:
            yield reply, "serialization"


def path(operation: Operation) -> str:
    """The path of the call."""
    return CONTROL + operation.path


def tags(operations: Iterable[Operation]) -> list[Schema]:
    """The resources, each with the question that its first call's module answers."""
    told: dict[str, str] = {}
    for one in operations:
        told.setdefault(_tag(one), sys.modules[one.handler.__module__].__doc__ or "")
    return [{"name": name, "description": without_paragraphs(doc).strip()} for name, doc in told.items()]


def describe(operation: Operation, schemas: Mapping[tuple[Any, JsonSchemaMode], Schema], *, guarded: bool) -> Schema:
    """The call as an OpenAPI operation."""
    summary, description = _told(operation)
    shown: Schema = {"operationId": _name(operation), "tags": [_tag(operation)], "summary": summary}
    if description:
        shown["description"] = description
    if guarded and not operation.open_to_all:
        shown["security"] = [{"token": []}]
    parameters = [*_in_path(operation), *_in_query(operation)]
    if parameters:
        shown["parameters"] = parameters
    if operation.body is not None:
        content = {JSON: {"schema": schemas[operation.body, "validation"]}}
        shown["requestBody"] = {"required": operation.empty is None, "content": content}
    shown["responses"] = _responses(operation, schemas, guarded=guarded)
    return shown


def _responses(operation: Operation, schemas: Mapping[tuple[Any, JsonSchemaMode], Schema], *, guarded: bool) -> Schema:
    shown: Schema = {}
    for status, kind in operation.replies.items():
        shown[str(status)] = {"description": "Done." if kind is None else HTTPStatus(status).phrase}
        if kind is not None:
            shown[str(status)]["content"] = {operation.media: {"schema": schemas[kind, "serialization"]}}
    for status in sorted(_problems(operation, guarded=guarded)):
        told = shown.setdefault(str(status), {"$ref": f"#/components/responses/{problem_name(status)}"})
        if "content" in told:  # health answers 503 in its own way, too
            told["content"][PROBLEM] = {"schema": {"$ref": f"{REF}Problem"}}
    return dict(sorted(shown.items()))


def _problems(operation: Operation, *, guarded: bool) -> set[int]:
    found = {*_OF_EVERY_CALL, *operation.problems}
    if guarded and not operation.open_to_all:
        found.add(401)
    if _PLACEHOLDER.search(operation.path):
        found.add(404)
    if operation.body is not None:
        found.update(_OF_A_BODY)
    return found


def _in_path(operation: Operation) -> Iterator[Schema]:
    for name in _PLACEHOLDER.findall(operation.path):
        yield {"name": name, "in": "path", "required": True, **_PLACES[name]}


def _in_query(operation: Operation) -> Iterator[Schema]:
    if operation.query is None:
        return
    schema = query_schema(operation.query)
    required = schema.get("required", ())
    for name, described in schema["properties"].items():
        about = _without_null(described)
        shown: Schema = {"name": name, "in": "query", "required": name in required}
        if "description" in about:
            shown["description"] = about.pop("description")
        yield shown | {"schema": about}


def _without_null(schema: Schema) -> Schema:
    """A query has no null: what is None by default is left out."""
    shown = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    some = [one for one in shown.pop("anyOf", ()) if one != {"type": "null"}]
    return shown | (some[0] if len(some) == 1 else {"anyOf": some} if some else {})


def _tag(operation: Operation) -> str:
    return operation.path.partition("/")[0].partition(".")[0]


def _name(operation: Operation) -> str:
    """`getMessages`, `getMessagesById`, `postClockAdvance`: as stable as the path."""
    words = re.split(r"[/.]", _PLACEHOLDER.sub(r"by/\1", operation.path))
    return operation.method.lower() + "".join(word.capitalize() for word in words)


def _told(operation: Operation) -> tuple[str, str]:
    """The first sentence of the handler's docstring, and the rest of it."""
    text = " ".join(without_paragraphs(getdoc(operation.handler) or "").split())
    first = re.match(r".*?[.?!](?= |$)", text)
    summary = first[0] if first else text
    return summary.removesuffix("."), text[len(summary) :].strip()
