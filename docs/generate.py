"""Which tables of the documents does the code know better? `python docs/generate.py` writes them.

A table begins after `<!-- generated: NAME -->` and ends before `<!-- end -->`; everything else is written by hand.
"""

import ast
import dataclasses
import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Unpack, get_args, get_origin

import click
from pydantic import TypeAdapter

import eims_sim
from eims_sim.cli.main import main as command_line
from eims_sim.cli.options import ServerOption
from eims_sim.cli.settings import SettingsCommand
from eims_sim.client.receiver import Put
from eims_sim.config.document import MODELS
from eims_sim.config.layers import _PREFIXES as PREFIXES
from eims_sim.config.problems import _SPARE as REQUIRED
from eims_sim.diagnosis import Reason
from eims_sim.domain.fields import DelayField, Money, Outcome
from eims_sim.errors import (
    AccessError,
    ConfigurationError,
    MissingError,
    RefusedError,
    StartError,
    UnreachableError,
)
from eims_sim.protocol.codes import ReportCode, Status
from eims_sim.protocol.digest_mistakes import FAMILIES, Parts
from eims_sim.protocol.names import ALIASES, PATH_ALIASES, PUSH_URLS
from eims_sim.protocol.password_mistakes import CUT_AT_AMPERSAND, CUT_AT_HASH, MISTAKES
from eims_sim.testing import Receiver, Simulator, results
from eims_sim.testing import settings as testing_settings
from eims_sim.testing.blocking.calls import (
    Accounts,
    ClockControl,
    Faults,
    InboundMessages,
    Messages,
    Pushes,
    Requests,
    Rules,
    State,
)
from eims_sim.testing.reports import Report
from eims_sim.web import catalogue
from eims_sim.web.catalogue import CHECKS
from eims_sim.web.control.state_document import StateDocument

DOCS: Final = Path(__file__).parent
HOUSE: Final = Path(eims_sim.__file__).parent

_MARKED: Final = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_OPEN: Final = re.compile(r"# open: ((?:.*\n)(?:\s*# (?!P\d).*\n)*)")
_ABOUT: Final = frozenset({"title", "description", "default", "writeOnly"})
"""What a schema says beside the type."""


def render(text: str) -> str:
    """A document with its generated tables as they should be."""
    return _MARKED.sub(lambda match: f"{match[1]}\n{TABLES[match[2]]()}\n{match[3]}", text)


def settings() -> str:
    """Every key of every table of the configuration."""
    return "\n".join(_table_of_settings(name) for name in MODELS)


def options() -> str:
    """Every command: how it is typed, what it does, its options."""
    return "\n".join(_section(name, command) for name, command in commands())


def server_options() -> str:
    """The options that every command has that calls a server."""
    found = (one for _, command in commands() for one in command.params if isinstance(one, ServerOption))
    return _table(_OPTION_HEADS, map(_option_row, {one.name: one for one in found}.values()))


def commands(group: click.Group = command_line, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its name, each group before what is in it."""
    for name in group.list_commands(click.Context(group)):
        command: Any = group.get_command(click.Context(group), name)
        yield path + name, command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")


def state() -> str:
    """Every member of a state, by what it is in."""
    document = TypeAdapter[Any](StateDocument).json_schema()
    settings_known = {name for model in MODELS.values() for name in model.__dataclass_fields__} - set(_COUNTED_ANEW)
    parts = []
    for name, described in (("the document", document), *_in_their_order(document)):
        members = described["properties"]
        has_settings = "password" in members or "probability" in members
        rows = [
            (_code(member), one["description"])
            for member, one in members.items()
            if not has_settings or member not in settings_known
        ]
        parts.append(f"### {name}\n\n{_table(('member', 'what it is'), rows)}")
    return "\n".join(parts)


_COUNTED_ANEW: Final = ("password", "key", "balance", "gift")
"""The settings of an account that mean something else in a state."""

_TITLES: Final[Mapping[str, str]] = {
    "ClockState": "clock",
    "NextIds": "next",
    "AccountInState": "accounts",
    "RuleState": "rules",
    "FaultState": "faults",
    "SubmitState": "submits",
    "LifeState": "lives",
    "InboundState": "inbound",
    "PushState": "pushes",
    "AttemptState": "attempts",
}


def _in_their_order(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind, member in _TITLES.items():
        yield _code(member), document["$defs"][kind]


def statuses() -> str:
    """Every status, and which endpoint answers it."""
    answered = catalogue.endpoints_by_status()
    rows = [(_code(int(one)), one.meaning, one.meaning_zh, _names(answered[one])) for one in Status]
    return _table(("status", "meaning", "in the document", "answered by"), rows)


def reports() -> str:
    """Every report code."""
    rows = [(_code(int(one)), _code(one.meaning), one.meaning_zh) for one in ReportCode]
    return _table(("code", "text on the wire", "in the document"), rows)


def helper() -> str:
    """Every call of the test helper, by what it is about."""
    parts = []
    for kind, title in _HELPER.items():
        names = [name for name in vars(kind) if not name.startswith("_")]
        rows = [(_code(_called(title, kind, name)), _told(getattr(kind, name))) for name in names]
        parts.append(f"### {_code(title)}\n\n{inspect.getdoc(kind)}\n\n{_table(('call', 'what it does'), rows)}")
    return "\n".join(parts)


_HELPER: Final[Mapping[type, str]] = {
    Simulator: "sim",
    Accounts: "sim.accounts",
    Messages: "sim.messages",
    InboundMessages: "sim.inbound",
    Rules: "sim.rules",
    Faults: "sim.faults",
    Requests: "sim.requests",
    Pushes: "sim.pushes",
    ClockControl: "sim.clock",
    State: "sim.state",
    Receiver: "rcv",
}
"""The classes of the test helper, and what their instances are called in the documents."""


def _called(title: str, kind: type, name: str) -> str:
    """A call as it is written in the type hints, a property without parentheses."""
    member = inspect.getattr_static(kind, name)
    if isinstance(member, property):
        return f"{title}.{name}"
    signature = inspect.signature(member)
    given = [one for one in signature.parameters.values() if one.name != "self"]
    shown = [one.replace(annotation=_unpacked(one.annotation)) for one in given]
    text = str(signature.replace(parameters=shown))
    late = re.sub(r"-> '(.*)'$", r"-> \1", text)  # a type that is imported late is in quotes
    return f"{title}.{name}{_HOMES.sub('', late)}"


_HOMES: Final = re.compile(r"\b(?:\w+\.)+(?=[A-Z]|list\b|datetime\b)")
"""The modules of types."""


def _unpacked(annotation: Any) -> Any:
    """`**filters: MessageFilters` says enough; that it is unpacked is for type checkers."""
    return get_args(annotation)[0] if get_origin(annotation) is Unpack else annotation


def _told(member: Any) -> str:
    return " ".join((inspect.getdoc(member) or "").split())


def helper_keywords() -> str:
    """What the calls of the test helper take as keywords."""
    rows = [(_code(kind.__name__), inspect.getdoc(kind) or "", _keywords(kind)) for kind in _TAKEN]
    return _table(("keywords", "what", "which"), rows)


_TAKEN: Final = (
    testing_settings.Settings,
    testing_settings.NewAccount,
    testing_settings.AccountChange,
    testing_settings.NewRule,
    testing_settings.NewFault,
    testing_settings.MessageFilters,
    testing_settings.InboundFilters,
    testing_settings.RequestFilters,
    testing_settings.PushFilters,
)


def _keywords(kind: Any) -> str:
    names = kind.__annotations__
    return ", ".join(f"**{_code(one)}**" if one in kind.__required_keys__ else _code(one) for one in names)


def helper_results() -> str:
    """What the calls of the test helper return."""
    kinds = [one for one in vars(results).values() if dataclasses.is_dataclass(one)]
    rows = [(_code(one.__name__), inspect.getdoc(one) or "", _fields(one)) for one in kinds]
    rows += [(_code(one.__name__), _told(one), ", ".join(map(_code, one._fields))) for one in (Report, Put)]
    return _table(("class", "what it is", "its fields"), rows)


def _fields(kind: Any) -> str:
    return ", ".join(_code(one.name) for one in dataclasses.fields(kind))


def helper_errors() -> str:
    """What the calls of the test helper raise."""
    kinds = (AccessError, ConfigurationError, StartError, UnreachableError, RefusedError, MissingError)
    return _table(("error", "when"), [(_code(one.__name__), _told(one)) for one in kinds])


def reasons() -> str:
    """Every reason, the status that it explains, and where."""
    rows = [
        (_code(entry.found.code), _status(entry), _names(entry.endpoints) or "any path", entry.found.sentence)
        for entry in catalogue.reasons()
    ]
    return _table(("reason", "status", "answered by", "sentence"), rows)


def _status(entry: catalogue.Entry) -> str:
    if entry.status is not None:
        return _code(int(entry.status))
    return "any" if entry.http_status is None else f"HTTP {entry.http_status}"


def notes() -> str:
    """Every note."""
    return _table(("note", "sentence"), [(_code(one.found.code), one.found.sentence) for one in catalogue.notes()])


def digests() -> str:
    """Every mistake that is looked for in a wrong digest, an example for each kind."""
    parts = Parts("demo", "demo123", "7", "1506832215", "demokey")
    rows = []
    for family in FAMILIES:
        guesses = [mistake for mistake, _ in family.guesses(parts)]
        rows.append((family.kind, str(len(guesses)), "; ".join(list(dict.fromkeys(guesses))[:3])))
    return _table(("mistake", "guesses", "for instance: the digest matches if …"), rows)


def passwords() -> str:
    """Every mistake that is looked for in a wrong plain password."""
    return "".join(f"- {mistake}\n" for mistake in (*MISTAKES, CUT_AT_AMPERSAND, CUT_AT_HASH))


def aliases() -> str:
    """What is understood as somebody's word for a parameter or an endpoint."""
    rows = [(_code(name), " ".join(words)) for name, words in ALIASES.items()]
    rows += [(_code(f"/{name}"), " ".join(words)) for name, words in PATH_ALIASES.items()]
    return _table(("the right name", "names that are taken for it"), [*rows, ("none", " ".join(sorted(PUSH_URLS)))])


def open_questions() -> str:
    """Every `# open:` comment: what neither page settles and what we chose."""
    return "".join(f"- `{file}`, `{function}`: {text}\n" for file, function, text in open_comments())


def constants(kind: type[Reason]) -> list[Reason]:
    """The module constants of exactly this kind, in the order of modules and lines."""
    found: dict[Reason, None] = {}
    for module in pkgutil.walk_packages(eims_sim.__path__, "eims_sim."):
        for value in vars(importlib.import_module(module.name)).values():
            if type(value) is kind:
                found.setdefault(value)
    return list(found)


def open_comments() -> Iterator[tuple[str, str, str]]:
    """The file and the function of each `# open:` comment, and its text on one line."""
    for path in sorted(HOUSE.rglob("*.py")):
        source = path.read_text("utf-8")
        for match in _OPEN.finditer(source):
            line = source.count("\n", 0, match.start()) + 1
            text = " ".join(part.strip().removeprefix("#").strip() for part in match[1].splitlines())
            yield path.relative_to(HOUSE.parent).as_posix(), _function(source, line), text


def _function(source: str, line: int) -> str:
    around = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.lineno <= line <= (node.end_lineno or line)
    ]
    return max(around, key=lambda node: node.lineno).name if around else "module"


def _names(endpoints: Sequence[str]) -> str:
    return "all" if len(endpoints) == len(CHECKS) else ", ".join(endpoints)


_OPTION_HEADS: Final = ("option", "variable", "what for")


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, help_option_names=[])
    parts = [f"### `{name}`", f"`{' '.join([f'eims-sim {name}', *command.collect_usage_pieces(context)])}`"]
    parts.append(inspect.cleandoc(command.help or ""))
    if isinstance(command, SettingsCommand) and command.partial:
        parts.append(f"The options are those of `{name.rpartition(' ')[0]} add`, none of them required.")
    elif own := [one for one in command.get_params(context) if isinstance(one, click.Option) and not _is_shared(one)]:
        parts.append(_table(_OPTION_HEADS, map(_option_row, own)).rstrip("\n"))
    return "\n\n".join(parts) + "\n"


def _is_shared(option: click.Option) -> bool:
    return isinstance(option, ServerOption)


def _option_row(option: click.Option) -> tuple[str, str, str]:
    chosen = option.type.choices if isinstance(option.type, click.Choice) else ()
    metavar = "|".join(map(str, chosen)) or option.make_metavar(click.Context(click.Command(None)))
    names = [*option.opts, *option.secondary_opts]
    shown = [name if option.is_flag else f"{name} {metavar}" for name in names]
    text = option.help or ""
    default = (
        f" Default: {_code(option.default)}."
        if chosen and isinstance(option.default, str) and "Default:" not in text
        else ""
    )
    variables = option.envvar if isinstance(option.envvar, list) else [option.envvar]
    need = " Required." if option.required else ""
    return ", ".join(map(_code, shown)), ", ".join(map(_code, variables)), f"{text}{default}{need}"


def _table_of_settings(name: str) -> str:
    model: Any = MODELS[name]
    adapter = TypeAdapter[Any](model)
    schema = adapter.json_schema()
    defaults = adapter.dump_python(model(**REQUIRED.get(name, {})), mode="json")
    required = schema.get("required", ())
    rows = []
    for key, described in schema["properties"].items():
        default = "required" if key in required else _default(defaults.get(key, described.get("default")))
        variable = (_code(PREFIXES[name] + key.upper()),) if name in PREFIXES else ()
        rows.append((_code(key), _type(described), default, *variable, described["description"]))
    heads = ("key", "type", "default", *(("variable",) if name in PREFIXES else ()), "what for")
    title = f"[{name}]" if name in PREFIXES else f"[[{name}]]"
    return f"### `{title}`\n\n{_table(heads, rows)}"


def _default(value: object) -> str:
    if isinstance(value, float):
        return _code(f"{value:g}")
    return "absent" if value is None else _code(json.dumps(value, ensure_ascii=False))


def _type(described: Mapping[str, Any]) -> str:
    """The type of a setting in words, from its JSON schema."""
    schema = {key: value for key, value in described.items() if key not in _ABOUT}
    for words, kind in _KINDS.items():
        if schema == _plain(kind):
            return words
    if "anyOf" in schema:
        some = [one for one in schema["anyOf"] if one != {"type": "null"}]
        return _type(some[0] if len(some) == 1 else {"anyOf": some})
    if "enum" in schema:
        return " or ".join(_code(json.dumps(one)) for one in schema["enum"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}s"
    if schema["type"] == "object":
        return f"one of {', '.join(_code(one) for one in schema['properties'])}"
    return f"{schema['type']}{_bounds(schema)}"


def _plain(kind: Any) -> Mapping[str, Any]:
    return {key: value for key, value in TypeAdapter(kind).json_schema().items() if key not in _ABOUT}


_KINDS: Final[Mapping[str, Any]] = {"money": Money, "delay": DelayField, "0, 1, 2 or a report code": Outcome}
"""Types that have a name of their own, explained beside the tables."""


def _bounds(schema: Mapping[str, Any]) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if low is None and above is None:
        return ""
    lowest = f"{low:,}" if low is not None else f"over {above:,}"
    return f", {lowest} to {high if below is None else below - 1:,}"


def _code(value: object) -> str:
    return f"`{value}`"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


TABLES: Final[Mapping[str, Callable[[], str]]] = {
    "settings": settings,
    "options": options,
    "server_options": server_options,
    "state": state,
    "statuses": statuses,
    "reports": reports,
    "reasons": reasons,
    "notes": notes,
    "digests": digests,
    "passwords": passwords,
    "aliases": aliases,
    "open": open_questions,
    "helper": helper,
    "helper_keywords": helper_keywords,
    "helper_results": helper_results,
    "helper_errors": helper_errors,
}
"""What may stand between markers."""


def write() -> None:
    """Bring every document up to date."""
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text("utf-8")
        current = render(text)
        if current != text:
            path.write_text(current, "utf-8")
            print(f"written: {path.name}")


if __name__ == "__main__":
    write()
