"""Does any of our own patterns run away? Each is given texts made of its own pieces, and its CPU time is looked at.

    python -m tests.reliability.patterns [--characters N] [--seconds S]

Prints each pattern with its slowest text. A pattern that tries every way through a text takes minutes for a few dozen
characters; one that begins anew at every character takes 25 times as long for 5 times as many. Exit code 1 when one
takes longer than allowed.
"""

import argparse
import ast
import re
import re._constants as opcodes
import re._parser as parser
import sys
import time
from collections.abc import Iterable, Iterator
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import eims_sim

HOUSE = Path(eims_sim.__file__).parent

TEXT_FIRST = {"compile", "match", "search", "fullmatch", "sub", "split", "findall", "finditer"}
NOBODYS = {
    "testing/compile.py": "developers run it, on our own sources",
    "web/openapi/calls.py": "of our own docstrings and paths",
    "web/openapi/schemas.py": "of the names of our own types",
    "faking/mobiles.py": "of our own table of prefixes",
    "config/lines.py": "of a configuration that is known to be TOML: there every quote has its end",
}
"""Patterns that no stranger's text ever meets, and why."""

GIVEN = {"boundary": b"a-boundary"}
"""What a pattern is made of that is made while a request is read."""

LONGEST_UNITS = 7
OUTSIDE = "\0"
"""What nearly no pattern takes: it makes a match fail at its end."""

CATEGORIES = {
    opcodes.CATEGORY_DIGIT: "1",
    opcodes.CATEGORY_NOT_DIGIT: "x",
    opcodes.CATEGORY_SPACE: " ",
    opcodes.CATEGORY_NOT_SPACE: "x",
    opcodes.CATEGORY_WORD: "a",
    opcodes.CATEGORY_NOT_WORD: "-",
}


class Found(NamedTuple):
    """A pattern of ours: where it stands, and which method is called on it."""

    place: str
    pattern: "re.Pattern[Any]"
    method: str


class Slowest(NamedTuple):
    """The slowest of the texts, shortened, and its CPU seconds."""

    text: str
    seconds: float


def found() -> list[Found]:
    """Every pattern in eims_sim that the module `re` runs."""
    return [one for path in sorted(HOUSE.rglob("*.py")) for one in _in_file(path)]


def _in_file(path: Path) -> Iterator[Found]:
    name = path.relative_to(HOUSE).as_posix()
    source = path.read_text("utf-8")
    if name in NOBODYS or "\nimport re\n" not in source:
        return
    module = import_module(".".join(("eims_sim", *path.relative_to(HOUSE).with_suffix("").parts)))
    tree = ast.parse(source)
    methods = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        whose, _, function = ast.unparse(node.func).rpartition(".")
        if whose == "re" and function in TEXT_FIRST:
            yield _read(f"{name}:{node.lineno}", node, function, methods.get(id(node)), GIVEN | vars(module))


def _read(place: str, call: ast.Call, function: str, method: str | None, names: dict[str, Any]) -> Found:
    flags = [one for one in (*call.args[1:], *(word.value for word in call.keywords)) if "re." in ast.unparse(one)]
    text, *given = (eval(ast.unparse(one), names) for one in (call.args[0], *flags))  # noqa: S307  our own source
    if function == "compile":
        function = method or "finditer"
    return Found(place, re.compile(text, *given), function)


def slowest(one: Found, characters: int, seconds: float) -> Slowest:
    """The slowest text for a pattern, of about so many characters; the first that takes more CPU than `seconds`."""
    is_bytes = isinstance(one.pattern.pattern, bytes)
    method = "finditer" if one.method in ("sub", "split", "findall", "finditer") else one.method
    worst = Slowest("", 0.0)
    for text in texts(one.pattern, characters):
        took = min(_measure(one.pattern, method, text.encode("latin-1", "replace") if is_bytes else text))
        if took > worst.seconds:
            worst = Slowest(f"{text[:20]!r}...{text[-5:]!r}", took)
        if took > seconds:
            break
    return worst


def _measure(pattern: "re.Pattern[Any]", method: str, text: str | bytes) -> Iterator[float]:
    """CPU seconds; what seems slow is measured again, the machine may have been busy."""
    for _ in range(3):
        began = time.thread_time()
        result = getattr(pattern, method)(text)
        if method == "finditer":
            for _ in result:
                pass
        took = time.thread_time() - began
        yield took
        if took < 0.01 or took > 1:
            return


def texts(pattern: "re.Pattern[Any]", characters: int) -> Iterator[str]:
    """Texts that the pattern takes for a long way and then not: its pieces over and over, alone and by two."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    tree = parser.parse(text, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    example = _example(tree)
    units = list(dict.fromkeys(unit for unit in _units(tree) if unit))[:LONGEST_UNITS]
    for unit, other in product(units, ["", *units]):
        yield (unit + other) * (characters // len(unit + other)) + OUTSIDE
        if other:
            yield other + unit * (characters // len(unit)) + OUTSIDE
    for end in range(len(example) + 1):
        for unit in units:
            yield example[:end] + unit * (characters // len(unit)) + OUTSIDE
    for one in (example, example + OUTSIDE, example[:-1] or OUTSIDE):
        yield one * (characters // max(len(one), 1))


def _units(tree: Iterable[Any]) -> Iterator[str]:
    """Runs of letters as they stand in the pattern, and a character of each set."""
    run = ""
    for code, argument in tree:
        if code is opcodes.LITERAL:
            run += chr(argument)
            continue
        yield run
        yield run[-1:]
        run = ""
        for inside in _inside(code, argument):
            yield from _units(inside)
        yield _character(code, argument)
    yield run
    yield run[-1:]


def _inside(code: Any, argument: Any) -> list[Any]:
    """The parts of the pattern below one of its nodes."""
    if code is opcodes.BRANCH:
        return list(argument[1])
    if code in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT):
        return [argument[2]]
    if code is opcodes.SUBPATTERN:
        return [argument[3]]
    return [argument] if code is opcodes.ATOMIC_GROUP else []


def _example(tree: Iterable[Any]) -> str:
    """A short text that the pattern takes, but for what looks around."""
    text = ""
    for code, argument in tree:
        if code is opcodes.LITERAL:
            text += chr(argument)
        elif code is opcodes.BRANCH:
            text += _example(argument[1][0])
        elif code in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT):
            text += _example(argument[2]) * max(int(argument[0]), 1)
        else:
            text += "".join(map(_example, _inside(code, argument))) or _character(code, argument)
    return text


def _character(code: Any, argument: Any) -> str:
    """A character that a node takes; empty for one that takes none."""
    if code is opcodes.ANY:
        return "x"
    if code is opcodes.NOT_LITERAL:
        return "x" if argument != ord("x") else "y"
    if code is not opcodes.IN:
        return ""
    taken = {chr(point) for point in range(1, 128)}
    kind, value = argument[0]
    if kind is opcodes.NEGATE:
        for inner, value in argument[1:]:
            low, high = value if inner is opcodes.RANGE else (value, value)
            taken -= {CATEGORIES[value]} if inner is opcodes.CATEGORY else set(map(chr, range(low, high + 1)))
        return "x" if "x" in taken else min(taken)
    if kind is opcodes.CATEGORY:
        return CATEGORIES[value]
    return chr(value[0] if kind is opcodes.RANGE else value)


def main() -> int:
    """Measure every pattern, and print what was found."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--characters", type=int, default=20_000, help="how long the texts are (default %(default)s)")
    asked.add_argument("--seconds", type=float, default=0.2, help="CPU that a text may take (default %(default)s)")
    options = asked.parse_args()
    measured = [(slowest(one, options.characters, options.seconds), one) for one in found()]
    for worst, one in sorted(measured, reverse=True, key=lambda pair: pair[0].seconds):
        print(f"{worst.seconds * 1000:9.2f} ms  {one.place} {one.method}  {worst.text}")
    slow = [one for worst, one in measured if worst.seconds > options.seconds]
    print(f"{len(measured)} patterns, {len(slow)} of them slower than {options.seconds:g} s")
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
