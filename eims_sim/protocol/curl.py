"""How is a request written as a curl line that a shell takes, within the columns that a page has?"""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

COLUMNS: Final = 100
PROMPT: Final = "$ "
_INDENT: Final = "    "
_JSON_TYPE: Final = "-H 'Content-Type: application/json'"


@dataclass(frozen=True, slots=True)
class Shell:
    """A value too long to be shown: the shell expression that makes it, and what it makes."""

    expression: str
    value: str


Parameters = Mapping[str, str | Shell]


@dataclass(frozen=True, slots=True)
class Place:
    """Where requests go: the URL, the options that curl needs there, and whether the control API asks for a token."""

    url: str
    options: str = ""
    token: bool = False

    @property
    def curl(self) -> str:
        """curl with the options."""
        return f"curl {self.options}".rstrip()


def in_a_row(numbers: Sequence[int]) -> Shell:
    """Numbers parted by commas, as the shell makes them where they follow each other, else one by one."""
    listed = ",".join(map(str, numbers))
    if list(numbers) != list(range(numbers[0], numbers[0] + len(numbers))):
        return Shell(listed, listed)
    return Shell(f"$(seq -s, {numbers[0]} {numbers[-1]})", listed)


def values(parameters: Parameters) -> dict[str, str]:
    """The parameters as they are sent."""
    return {name: one.value if isinstance(one, Shell) else one for name, one in parameters.items()}


def query_of(parameters: Parameters) -> str:
    """The query that a GET sends."""
    return urlencode(values(parameters), safe=",")


def body_of(parameters: Parameters) -> bytes:
    """The body that a POST sends."""
    return _compact(values(parameters)).encode()


def curl_get(place: Place, endpoint: str, parameters: Parameters) -> list[str]:
    """The lines of a GET: the whole URL where it fits on one, else each parameter by itself."""
    query = "&".join(f"{name}={_in_url(one)}" for name, one in parameters.items())
    quotes = '"' if any(isinstance(one, Shell) for one in parameters.values()) else "'"
    line = f"{place.curl} {quotes}{place.url}/{endpoint}?{query}{quotes}"
    if len(PROMPT + line) <= COLUMNS:
        return [line]
    return _filled([f"{place.curl} -G {place.url}/{endpoint}", *(_option(*pair) for pair in parameters.items())])


def curl_post(place: Place, endpoint: str, parameters: Parameters) -> list[str]:
    """The lines of a POST of parameters in JSON."""
    return _filled([f"{place.curl} {place.url}/{endpoint}", _JSON_TYPE, *_body(parameters)])


def curl_control(place: Place, method: str, path: str, body: Mapping[str, Any] | None) -> list[str]:
    """The lines of a call of the control API; the token is named, never shown."""
    usual = "GET" if body is None else "POST"
    words = [f"{place.curl}{'' if method == usual else f' -X {method}'} {shlex.quote(f'{place.url}/_sim/{path}')}"]
    if place.token:
        words.append('-H "Authorization: Bearer $EIMS_SIM_ADMIN_TOKEN"')
    if body is not None:
        words += [_JSON_TYPE, *_body(body)]
    return _filled(words)


def _in_url(one: str | Shell) -> str:
    return one.expression if isinstance(one, Shell) else quote_plus(one, safe=",")


def _option(name: str, one: str | Shell) -> str:
    if isinstance(one, Shell):
        return f'-d "{name}={one.expression}"'
    encoded = quote_plus(one, safe=",") != one
    return f"{'--data-urlencode' if encoded else '-d'} {shlex.quote(f'{name}={one}')}"


def _filled(words: Iterable[str]) -> list[str]:
    """Words on lines as full as they may be; each but the last ends so that the shell reads on."""
    lines: list[str] = []
    for word in words:
        if lines and "\n" not in word and len(f"{PROMPT}{lines[-1]} {word} \\") <= COLUMNS:
            lines[-1] += f" {word}"
        else:
            lines.append(word if not lines else _INDENT + word)
    joined = [f"{line} \\" for line in lines[:-1]] + lines[-1:]
    return [part for line in joined for part in line.split("\n")]


def _body(members: Mapping[str, Any]) -> Sequence[str]:
    """The option with a JSON body; a long one is broken between members, where JSON does not mind."""
    room = COLUMNS - len(PROMPT + _INDENT) - len("-d '' \\")
    lines = ["{"]
    parts = [f"{json.dumps(name)}:{_member(value)}" for name, value in members.items()]
    for place, part in enumerate(parts):
        ended = part + ("}" if place == len(parts) - 1 else ",")
        if len(lines[-1] + ended) > room and lines[-1] != "{":
            lines.append(ended)
        else:
            lines[-1] += ended
    return [f"-d '{f'{chr(10)}{_INDENT}    '.join(lines)}'"]


def _member(value: Any) -> str:
    """A member between the quotes of a shell; an expression leaves them for a moment."""
    return f'"\'"{value.expression}"\'"' if isinstance(value, Shell) else _compact(value).replace("'", "'\\''")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
