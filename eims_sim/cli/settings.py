"""How are the fields of a settings class (C3) typed as options? Each is derived from the field's own description.

A field that is added appears by itself. The classes are imported when the options are wanted: pydantic is not light.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from math import isfinite
from typing import Any, Final, NamedTuple

import click
from click.core import ParameterSource

from .options import VariableOption

Schema = Mapping[str, Any]

_SIMPLE: Final[Mapping[str, Any]] = {"integer": click.INT, "number": click.FLOAT, "boolean": click.BOOL}


class SettingsCommand(click.Command):
    """A command with an option for each field of `settings`, a class written as `module:Name` of the domain.

    `table` is the one of C3 that it describes; fields in `without` get no option. With `partial` nothing is required
    and no default shown: what is not given stays as it is.
    """

    def __init__(
        self,
        *args: Any,
        settings: str,
        table: str,
        without: tuple[str, ...] = (),
        partial: bool = False,
        **attributes: Any,
    ) -> None:
        super().__init__(*args, **attributes)
        self._settings = settings
        self._table = table
        self._without = without
        self.partial = partial
        self._derived: list[click.Parameter] | None = None

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """The options of the fields, then those of the command itself."""
        if self._derived is None:
            self._derived = list(self._options())
            self.params = [*self._derived, *self.params]
        return super().get_params(ctx)

    def _options(self) -> Iterator[click.Parameter]:
        from pydantic import TypeAdapter

        module, _, name = self._settings.partition(":")
        model = getattr(import_module(f"...domain.{module}", __name__), name)
        adapter = TypeAdapter[Any](model)
        schema = adapter.json_schema()
        required = set(schema.get("required", ()))
        defaults = adapter.dump_python(model(**dict.fromkeys(required)), mode="json", warnings=False)
        for field, described in schema["properties"].items():
            if field not in self._without:
                default = None if self.partial else defaults.get(field, described.get("default"))
                yield _option(self._table, field, described, default, field in required and not self.partial)


class SettingOption(VariableOption):
    """An option over a field; its variable is named after the table, as those of [lifecycle] and [push] are."""

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """The variable's value; a list is separated by commas, or written as JSON."""
        text = self.resolve_envvar_value(ctx)
        if text is None or not self.multiple:
            return text
        if not text.lstrip().startswith("["):
            return [part for part in map(str.strip, text.split(",")) if part]
        import json

        try:
            parts = json.loads(text)
        except ValueError:
            raise click.BadParameter("is no JSON list", ctx, self) from None
        return [str(part) for part in parts]


class Kind(NamedTuple):
    """How a value is typed: a type of click or a function that reads the text, and what the help calls it."""

    type: Any
    metavar: str | None = None


def matcher(kinds: list[str]) -> Kind:
    """A condition KIND=TEXT."""

    def read(text: str) -> dict[str, str]:
        kind, equals, wanted = text.partition("=")
        if not equals or kind not in kinds:
            raise click.BadParameter(f"'{text}' is not KIND=TEXT, KIND being one of {', '.join(kinds)}.")
        return {kind: wanted}

    return Kind(read, f"{'|'.join(kinds)}=TEXT")


def delay(shapes: Mapping[str, list[str] | None]) -> Kind:
    """A number of seconds, or NAME=A,B for a distribution of them; `shapes` is what the numbers of each are called."""
    shown = [f"{name}={','.join(map(str.upper, parts or ['low', 'high']))}" for name, parts in shapes.items()]
    forms = ["SECONDS", *shown]

    def read(text: str) -> Any:
        name, equals, told = text.rpartition("=")
        try:
            numbers = [float(part) for part in told.split(",") if isfinite(float(part))]
        except ValueError:
            numbers = []
        if not equals and len(numbers) == 1:
            return numbers[0]
        if name not in shapes or len(numbers) != 2:
            raise click.BadParameter(f"'{text}' is not {' or '.join(forms)}.")
        parts = shapes[name]
        return {name: dict(zip(parts, numbers, strict=True)) if parts else numbers}

    return Kind(read, "|".join(forms))


def given(ctx: click.Context, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were typed or are in the environment; a list of one empty text is an empty list."""
    return {
        name: [one for one in value if one != ""] if isinstance(value, tuple) else value
        for name, value in settings.items()
        if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
    }


def _option(table: str, field: str, described: Schema, default: Any, required: bool) -> SettingOption:
    leaves = list(_leaves(described))
    several = leaves[0].get("type") == "array"
    if several:
        leaves = list(_leaves(leaves[0]["items"]))
    word = field.replace("_", "-")
    names = [f"--{word}", field]
    if leaves[0].get("type") == "boolean":
        names[0] += f"/--no-{word}"
    elif several and word.endswith("s"):
        names.insert(0, f"--{word.removesuffix('s')}")
    kind = _kind(leaves)
    return SettingOption(
        names,
        envvar=f"EIMS_SIM_{table}_{field}".upper(),
        type=kind.type,
        metavar=kind.metavar,
        multiple=several,
        required=required,
        help=_help(described.get("description", ""), default, several),
    )


def _help(description: str, default: Any, several: bool) -> str:
    text = f"{description} May be given several times." if several else description
    if default is None or default is True or default in ("", [], False):
        return text
    return f"{text} Default: {default:g}." if isinstance(default, float) else f"{text} Default: {default}."


def _leaves(schema: Schema) -> Iterator[Schema]:
    """What a schema allows, without null."""
    if "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from _leaves(one)
    elif schema.get("type") != "null":
        yield schema


def _kind(leaves: list[Schema]) -> Kind:
    shapes = [leaf for leaf in leaves if leaf.get("type") == "object"]
    if shapes and len(leaves) == 1:
        return matcher(list(shapes[0]["properties"]))
    if shapes:
        return delay({name: shape.get("required") for leaf in shapes for name, shape in leaf["properties"].items()})
    if len(leaves) > 1:
        return Kind(click.STRING, "AMOUNT")  # money is a text or a whole number
    choices = leaves[0].get("enum", [])
    if choices and isinstance(choices[0], str):
        return Kind(click.Choice(choices))
    return Kind(_SIMPLE.get("integer" if choices else leaves[0]["type"], click.STRING))
