"""How do the types and the blocking calls stay what they are made from? `python -m eims_sim.testing.compile`.

Settings and answers are described once, where the server reads and writes them: from there come the keywords that a
call takes (`settings.py`) and the dataclasses that it returns (`results.py`). Each call is written once, awaited:
`blocking` is `awaited` without the awaiting.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from ..domain.accounts import AccountSettings
from ..domain.faults import FaultSettings
from ..domain.fields import Money
from ..domain.rules import RuleSettings
from ..domain.settings import LifecycleSettings, PushSettings, ServerSettings
from ..web.control.accounts import AccountShown
from ..web.control.clock import Advanced, ClockShown
from ..web.control.coverage import CoverageShown, FindingShown
from ..web.control.faults import FaultShown
from ..web.control.inbound import InboundQuery
from ..web.control.messages import MessageQuery
from ..web.control.pushes import PushQuery
from ..web.control.requests import RequestQuery
from ..web.control.rules import RuleShown
from ..web.control.shapes import Amount, InboundShown, MessageShown, PushShown, RequestShown, Time

HOME: Final = Path(__file__).parent

_Schema = Mapping[str, Any]

_ELSEWHERE: Final = {"admin_token"}
"""Keywords that a call names itself."""

_PAGING: Final = {"order", "limit", "after", "wait", "count"}
"""Likewise, of what asks for a list: the `after` of a fault is another."""

_WIDER: Final = {"database": "str | Path", "now": "datetime | str", "finding": "str | None"}
"""Keywords that take more than their schema says, or whose every value nobody wants to read."""

_TAKEN: Final[Mapping[str, tuple[str, tuple[Any, ...], bool]]] = {
    "Settings": (
        "Any key of [server], [lifecycle] and [push].",
        (ServerSettings, LifecycleSettings, PushSettings),
        False,
    ),
    "NewAccount": ("An account: any key of [[accounts]].", (AccountSettings,), True),
    "AccountChange": ("What is to change of an account.", (AccountSettings,), False),
    "NewRule": ("A rule: any key of [[rules]].", (RuleSettings,), True),
    "NewFault": ("A fault: any key of [[faults]].", (FaultSettings,), True),
    "MessageFilters": ("Which messages.", (MessageQuery,), True),
    "InboundFilters": ("Which inbound messages.", (InboundQuery,), True),
    "RequestFilters": ("Which requests.", (RequestQuery,), True),
    "PushFilters": ("Which pushes.", (PushQuery,), True),
}
"""What calls take: what it is, the classes whose fields it has, and whether those that have no default are required."""

_RETURNED: Final[Iterable[Any]] = (
    AccountShown,
    MessageShown,
    InboundShown,
    RuleShown,
    FaultShown,
    RequestShown,
    PushShown,
    ClockShown,
    Advanced,
    CoverageShown,
    FindingShown,
)
"""What calls return."""

_SETTINGS_HEAD: Final = '''"""What do calls take as keywords? Written by compile.py from the settings of the domain."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Required, TypedDict
'''

_RESULTS_HEAD: Final = '''"""What do calls return? Written by compile.py from what the control API shows (C4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field
'''

_WITHOUT_WAITING: Final = (
    (r'\A"""(.*?)"""', r'"""\1 Written by compile.py."""'),
    (r"await to_thread\((.*?)\)", r"\1()"),
    (r"from asyncio import to_thread\n", ""),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\b__a(enter|exit)__", r"__\1__"),
)


def render() -> Mapping[str, str]:
    """What each written file should hold."""
    blocking = {f"blocking/{path.name}": _blocking(path) for path in sorted((HOME / "awaited").glob("*.py"))}
    return {"settings.py": _settings(), "results.py": _results(), **blocking}


def _settings() -> str:
    return _formatted(_SETTINGS_HEAD + "".join(f"\n\n{_keywords(name, *told)}" for name, told in _TAKEN.items()))


def _results() -> str:
    classes: dict[str, str] = {}
    for shown in _RETURNED:
        schema = TypeAdapter(shown).json_schema(mode="serialization")
        for name, inner in [*schema.get("$defs", {}).items(), (schema["title"], schema)]:
            classes.setdefault(_name(name), _dataclass(_name(name), inner))
    return _formatted(_RESULTS_HEAD + "".join(f"\n\n{text}" for text in classes.values()))


def _blocking(path: Path) -> str:
    text = path.read_text("utf-8")
    for pattern, instead in _WITHOUT_WAITING:
        text = re.sub(pattern, instead, text, flags=re.DOTALL)
    return _formatted(text)


def _keywords(name: str, told: str, models: Iterable[Any], requires: bool) -> str:
    lines = [f"class {name}(TypedDict, total=False):", f'    """{told}"""', ""]
    for model in models:
        schema = TypeAdapter(model).json_schema()
        required = schema.get("required", ()) if requires else ()
        elsewhere = _ELSEWHERE | _PAGING if "limit" in schema["properties"] else _ELSEWHERE
        for key, described in schema["properties"].items():
            if key in elsewhere:
                continue
            kind = _annotation(described, "Sequence", _taken_kinds())
            kind = _WIDER.get(key, kind)
            lines.append(f"    {_word(key)}: {f'Required[{kind}]' if key in required else kind}")
            lines.append(f'    """{described["description"]}"""')
    return "\n".join(lines) + "\n"


def _dataclass(name: str, schema: _Schema) -> str:
    required = schema.get("required", ())
    lines = ["@dataclass(frozen=True, slots=True, kw_only=True)", f"class {name}:"]
    lines += [f'    """{schema["description"]}"""', ""]
    for key, described in schema["properties"].items():
        kind = "Decimal" if (schema["title"], key) in _money() else _annotation(described, "tuple", _returned_kinds())
        if _word(key) != key:
            kind = f'Annotated[{kind}, Field(alias="{key}")]'
        default = "" if key in required else f" = {described.get('default')!r}"
        lines.append(f"    {_word(key)}: {kind}{default}")
    return "\n".join(lines) + "\n"


@cache
def _money() -> frozenset[tuple[str, str]]:
    """The settings of an account that are money: shown, they are texts as any other."""
    schema = TypeAdapter(AccountSettings).json_schema()
    return frozenset(
        (AccountShown.__name__, key) for key, one in schema["properties"].items() if _bare(one) == _money_schema()
    )


def _annotation(schema: _Schema, several: str, kinds: Iterable[tuple[_Schema, str]]) -> str:
    """What a value is in Python, from its JSON schema."""
    bare = _bare(schema)
    for known, kind in kinds:
        if bare == known:
            return kind
    if "$ref" in bare:
        return _name(bare["$ref"].rpartition("/")[2])
    if "anyOf" in bare:
        return " | ".join(dict.fromkeys(_annotation(one, several, kinds) for one in bare["anyOf"]))
    if "enum" in bare and isinstance(bare["enum"][0], str):
        return f"Literal[{', '.join(map(repr, bare['enum']))}]"
    if "const" in bare:
        return f"Literal[{bare['const']!r}]"
    if "type" not in bare:
        return "int"  # the numbers of an enumeration
    if bare["type"] == "array":
        inner = _annotation(bare["items"], several, kinds)
        return f"tuple[{inner}, ...]" if several == "tuple" else f"{several}[{inner}]"
    return _SIMPLE[bare["type"]]


_SIMPLE: Final = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "object": "Mapping[str, Any]",
}


@cache
def _taken_kinds() -> tuple[tuple[_Schema, str], ...]:
    moment = {"type": "string", "format": "date-time"}
    return ((_money_schema(), "Decimal | str | int"), (moment, "datetime | str"))


@cache
def _returned_kinds() -> tuple[tuple[_Schema, str], ...]:
    texts = {"type": "object", "additionalProperties": {"type": "string"}}
    return ((_of(Time), "datetime"), (_of(Amount), "Decimal"), (texts, "Mapping[str, str]"))


def _money_schema() -> _Schema:
    return _of(Money)


def _of(kind: Any) -> _Schema:
    return _bare(TypeAdapter(kind).json_schema())


def _bare(schema: _Schema) -> _Schema:
    return {key: value for key, value in schema.items() if key not in ("title", "description", "default", "writeOnly")}


def _name(shown: str) -> str:
    return shown.removesuffix("Shown")


def _word(key: str) -> str:
    return f"{key}_" if key == "from" else key


def _formatted(text: str) -> str:
    """As the house formats it."""
    command = [sys.executable, "-m", "ruff"]
    for step in (["check", "--select", "I,F401", "--fix-only", "--quiet"], ["format", "--quiet"]):
        line = [*command, *step, "--stdin-filename", str(HOME / "written.py"), "-"]
        text = subprocess.run(line, input=text, capture_output=True, text=True, check=True, cwd=HOME).stdout  # noqa: S603
    return text


if __name__ == "__main__":
    for name, text in render().items():
        (HOME / name).write_text(text, "utf-8")
