"""Imports point down (style.md, The house), and only the clock knows the time (smell 5)."""

import ast
import sys
from collections.abc import Callable, Collection, Iterable
from functools import cache
from pathlib import Path

import pytest

import eims_sim

HOUSE = Path(eims_sim.__file__).parent
FILES = sorted(HOUSE.rglob("*.py"))

# What each layer may import; None stands for the standard library
PURE = {
    "protocol": {"eims_sim.protocol", "eims_sim.diagnosis"},
    "domain": {"eims_sim.domain", "eims_sim.protocol", "eims_sim.diagnosis", "eims_sim.errors", "pydantic", "re2"},
}
NOT_FOR_DOMAIN = {"asyncio", "time", "random", "socket", "os"}

NEVER = {
    "storage": ("eims_sim.engine", "eims_sim.web", "eims_sim.cli", "eims_sim.config"),
    "engine": ("eims_sim.web", "eims_sim.cli", "eims_sim.config"),
    "web": ("eims_sim.storage",),
    "cli": ("eims_sim.storage",),
}

# Beside the layers: made-up people, and a load that speaks the protocol from outside
ASIDE = {
    "faking": {"eims_sim.faking", "eims_sim.domain", "eims_sim.protocol", "eims_sim.errors", "faker"},
    "load": {"eims_sim.load", "eims_sim.protocol", "eims_sim.engine.clock", "eims_sim.errors", "eims_sim.__version__"},
}

CLOCK = "engine/clock.py"
ONLY_THE_CLOCK = {
    "time.time",
    "time.time_ns",
    "time.sleep",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "asyncio.sleep",
    "random",
}


def layer_of(path: Path) -> str:
    """The layer of a file: a folder, or one module."""
    return path.relative_to(HOUSE).with_suffix("").parts[0]


def files_of(*layers: str) -> list[Path]:
    """The files of layers."""
    return [path for path in FILES if layer_of(path) in layers]


@cache
def tree_of(path: Path) -> ast.Module:
    """What a file says, read once for all that is asked about it."""
    return ast.parse(path.read_text("utf-8"))


def names_imported(tree: ast.AST, package: tuple[str, ...]) -> dict[str, str]:
    """What each imported name means, as a dotted path; relative imports are resolved against the package."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*base, *([node.module] if node.module else [])))
            names |= {alias.asname or alias.name: f"{source}.{alias.name}" for alias in node.names}
    return names


def names_used(tree: ast.AST, imported: dict[str, str]) -> set[str]:
    """The dotted paths that the code reaches through what it imported."""
    used = set()
    for node in ast.walk(tree):
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.insert(0, node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            used.add(".".join((imported.get(node.id, node.id), *attributes)))
    return used


@cache
def imports_of(path: Path) -> frozenset[str]:
    """The dotted paths of everything that a file imports."""
    package = ("eims_sim", *path.relative_to(HOUSE).parts[:-1])
    return frozenset(names_imported(tree_of(path), package).values())


def within(name: str, places: set[str] | tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def wrong(files: Iterable[Path], found: Callable[[Path], Collection[object]]) -> dict[str, Collection[object]]:
    """What is found in each of some files, of which there are any; nothing of a file that is as it should be."""
    kept = {path.relative_to(HOUSE).as_posix(): found(path) for path in files}
    assert kept
    return {name: some for name, some in kept.items() if some}


def foreign_to(allowed: set[str]) -> Callable[[Path], set[str]]:
    """Finds what a file imports beside the standard library and some places."""
    return lambda path: {
        name
        for name in imports_of(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not within(name, allowed)
    }


def asks_the_time(tree: ast.AST) -> set[str]:
    """What of the clock's own names a source imports or calls."""
    imported = names_imported(tree, ("eims_sim",))
    reached = set(imported.values()) | names_used(tree, imported)
    return {name for name in reached if within(name, ONLY_THE_CLOCK)}


def test_protocol_sees_the_standard_library_and_the_diagnosis_only():
    """style.md, The house"""
    assert wrong(files_of("protocol"), foreign_to(PURE["protocol"])) == {}


def test_domain_sees_protocol_and_no_input_output_clock_or_chance():
    """style.md, The house"""
    assert wrong(files_of("domain"), foreign_to(PURE["domain"])) == {}
    assert wrong(files_of("domain"), lambda path: {n for n in imports_of(path) if within(n, NOT_FOR_DOMAIN)}) == {}


def test_the_pure_layers_have_no_async():
    """style.md, The house"""
    waits = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor

    def lines(path: Path) -> list[int]:
        return [node.lineno for node in ast.walk(tree_of(path)) if isinstance(node, waits)]

    assert wrong(files_of("protocol", "domain"), lines) == {}


@pytest.mark.parametrize("layer", NEVER)
def test_no_layer_imports_upwards(layer):
    """style.md, The house"""
    assert wrong(files_of(layer), lambda path: {n for n in imports_of(path) if within(n, NEVER[layer])}) == {}


@pytest.mark.parametrize("layer", ASIDE)
def test_what_stands_aside_sees_little_of_the_house(layer):
    """style.md, The house"""
    assert wrong(files_of(layer), foreign_to(ASIDE[layer])) == {}


def test_only_the_made_up_people_know_faker():
    """D8: it is imported when somebody wants them"""
    others = [path for path in FILES if layer_of(path) != "faking"]

    assert wrong(others, lambda path: {name for name in imports_of(path) if within(name, {"faker"})}) == {}


def test_only_the_clock_asks_for_the_time_sleeps_or_draws():
    """style.md, smell 5"""
    others = [path for path in FILES if path != HOUSE / CLOCK]

    assert wrong(others, lambda path: asks_the_time(tree_of(path))) == {}


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import time\ntime.time()", "time.time"),
        ("import time as t\nt.sleep(1)", "time.sleep"),
        ("from time import sleep as nap\nnap(1)", "time.sleep"),
        ("from datetime import datetime\ndatetime.now(UTC)", "datetime.datetime.now"),
        ("import datetime as d\nd.datetime.now()", "datetime.datetime.now"),
        ("import asyncio\nasync def f():\n    await asyncio.sleep(0)", "asyncio.sleep"),
        ("def f():\n    import random", "random"),
        ("from random import choice", "random.choice"),
        ("import time\nnow = time.time", "time.time"),
    ],
)
def test_a_call_for_the_time_is_found_under_any_name(source, name):
    """style.md, smell 5"""
    assert name in asks_the_time(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.perf_counter()",
        "from datetime import datetime\ndatetime(1970, 1, 1)",
        "clock.time.time()",
        "randomly = 1",
    ],
)
def test_what_only_looks_like_it_is_not(source):
    """style.md, smell 5"""
    assert asks_the_time(ast.parse(source)) == set()


def test_a_relative_import_is_resolved():
    """style.md, The house"""
    tree = ast.parse(
        "from ..diagnosis import Note\nfrom . import codes\nfrom .codes import Status\nfrom .. import errors"
    )

    assert set(names_imported(tree, ("eims_sim", "domain")).values()) == {
        "eims_sim.diagnosis.Note",
        "eims_sim.domain.codes",
        "eims_sim.domain.codes.Status",
        "eims_sim.errors",
    }
