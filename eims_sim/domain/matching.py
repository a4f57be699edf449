"""Does a text fit what a rule or a template asks for? User patterns run in linear time (re2), whatever they say."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Test = Callable[[str], bool]

KINDS: Final = ("exact", "prefix", "suffix", "contains", "regex")

_PLACEHOLDER: Final = re.compile(r"\{[A-Za-z0-9_]+\}")


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a text: a kind of `KINDS` and what it compares with."""

    kind: str
    text: str

    def compile(self) -> Test:
        """The condition as a function. Raises ValueError for a pattern that re2 cannot take."""
        text = self.text
        match self.kind:
            case "exact":
                return lambda value: value == text
            case "prefix":
                return lambda value: value.startswith(text)
            case "suffix":
                return lambda value: value.endswith(text)
            case "contains":
                return lambda value: text in value
            case "regex":
                search = compile_pattern(text).search
                return lambda value: search(value) is not None
        raise ValueError(f"{self.kind!r} is no kind of matcher; known are {', '.join(KINDS)}")


def compile_pattern(pattern: str) -> Any:  # the compiled pattern of a library that ships no types
    """A pattern in re2's syntax. Raises ValueError with re2's own words when it cannot take it."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else "unknown error"
        words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"re2 cannot take this pattern: {words}") from None


def compile_template(template: str) -> Test:
    """A test for the whole content: `{name}` stands for one or more characters, the rest is literal (P2, order 7)."""
    literal = [re.escape(part) for part in _PLACEHOLDER.split(template)]
    match = compile_pattern("(?s)" + ".+".join(literal)).fullmatch
    return lambda content: match(content) is not None
