"""How do the types of the calls look as JSON schemas?"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema, PydanticSerializationError, SchemaError, SchemaSerializer

from ..control.operation import adapter

Schema = dict[str, Any]

REF: Final = "#/components/schemas/"

_PARAGRAPH: Final = re.compile(r" \([CDP]\d[^)]*\)")

_GENERIC: Final = re.compile(r"(?:Waited)?(\w+)\[(\w+)\]")


class Schemas(GenerateJsonSchema):
    """pydantic's schemas, told for readers: names of the domain, defaults as they are written in JSON, no titles."""

    def normalize_name(self, name: str) -> str:
        """`MessageListing` for `WaitedListing[MessageShown]`, `Message` for `MessageShown`."""
        plain = _GENERIC.sub(r"\2\1", name).replace("Shown", "")
        return super().normalize_name(plain)

    def field_is_required(self, field: Any, total: bool) -> bool:
        """What is answered is always there, unless a TypedDict or the field itself says otherwise."""
        if self.mode == "serialization" and field["type"] == "dataclass-field":
            return "serialization_exclude_if" not in field
        return super().field_is_required(field, total)

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        """A default as a person writes it: money as decimal text, a delay as seconds."""
        shown = super().default_schema(schema)
        if "default" in shown:
            shown["default"] = _written(schema["schema"], schema["default"], shown["default"])
        return shown


def _written(schema: CoreSchema, default: object, otherwise: object) -> object:
    try:
        return SchemaSerializer(schema).to_python(default, mode="json")
    except (SchemaError, PydanticSerializationError):  # a part of a larger schema may not stand for itself
        return otherwise


def query_schema(kind: Any) -> Schema:
    """The schema of a query: an object, one member for each parameter."""
    schema: Schema = _tidy(adapter(kind).json_schema(schema_generator=Schemas))
    return schema


def generate(
    wanted: Iterable[tuple[Any, JsonSchemaMode]],
) -> tuple[Mapping[tuple[Any, JsonSchemaMode], Schema], Schema]:
    """The schema of each type as it is read ("validation") or answered ("serialization"), and what they refer to."""
    kinds = list(wanted)
    inputs = [(place, mode, adapter(kind).core_schema) for place, (kind, mode) in enumerate(kinds)]
    found, definitions = Schemas(ref_template=REF + "{model}").generate_definitions(inputs)
    shown = {kind: _tidy(found[place, kind[1]]) for place, kind in enumerate(kinds)}
    return shown, {_plain(name): _tidy(schema) for name, schema in sorted(definitions.items())}


def without_paragraphs(text: str) -> str:
    """The text without the paragraphs of the pages that it cites."""
    return _PARAGRAPH.sub("", text)


def _plain(name: str) -> str:
    """The name of a schema: what differs between question and answer is `RuleStateInput` and `RuleStateOutput`."""
    return name.replace("-", "")


def _tidy(schema: Any) -> Any:
    """The schema without the titles that pydantic makes of Python's names, and without our paragraphs."""
    if isinstance(schema, list):
        return [_tidy(one) for one in schema]
    if isinstance(schema, str):
        return _plain(schema) if schema.startswith(REF) else without_paragraphs(schema)
    if isinstance(schema, dict):
        return {key: _tidy(value) for key, value in schema.items() if not (key == "title" and isinstance(value, str))}
    return schema
