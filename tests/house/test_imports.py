"""Imports point down (style.md, The house), and only the clock knows the time (smell 5)."""

import ast
import sys
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


def files_of(layer: str) -> list[Path]:
    """The files of a layer: a folder, or one module."""
    return [path for path in FILES if path.relative_to(HOUSE).with_suffix("").parts[0] == layer]


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


def imports_of(path: Path) -> set[str]:
    package = ("eims_sim", *path.relative_to(HOUSE).parts[:-1])
    return set(names_imported(ast.parse(path.read_text("utf-8")), package).values())


def within(name: str, places: set[str] | tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


def shown(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def asks_the_time(source: str) -> set[str]:
    """What of the clock's own names a source imports or calls."""
    tree = ast.parse(source)
    imported = names_imported(tree, ("eims_sim",))
    reached = set(imported.values()) | names_used(tree, imported)
    return {name for name in reached if within(name, ONLY_THE_CLOCK)}


def test_the_pure_layers_exist():
    """style.md, The house"""
    assert files_of("protocol")
    assert files_of("domain")


@pytest.mark.parametrize("path", files_of("protocol"), ids=shown)
def test_protocol_sees_the_standard_library_and_the_diagnosis_only(path):
    """style.md, The house"""
    foreign = {
        name
        for name in imports_of(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not within(name, PURE["protocol"])
    }

    assert foreign == set()


@pytest.mark.parametrize("path", files_of("domain"), ids=shown)
def test_domain_sees_protocol_and_no_input_output_clock_or_chance(path):
    """style.md, The house"""
    foreign = {
        name
        for name in imports_of(path)
        if within(name, NOT_FOR_DOMAIN)
        or (name.partition(".")[0] not in sys.stdlib_module_names and not within(name, PURE["domain"]))
    }

    assert foreign == set()


@pytest.mark.parametrize("path", [path for layer in ("protocol", "domain") for path in files_of(layer)], ids=shown)
def test_the_pure_layers_have_no_async(path):
    """style.md, The house"""
    tree = ast.parse(path.read_text("utf-8"))
    waiting = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor)]

    assert waiting == []


@pytest.mark.parametrize(
    ("layer", "path"),
    [pytest.param(layer, path, id=shown(path)) for layer in NEVER for path in files_of(layer)],
)
def test_no_layer_imports_upwards(layer, path):
    """style.md, The house"""
    upwards = {name for name in imports_of(path) if within(name, NEVER[layer])}

    assert upwards == set()


@pytest.mark.parametrize(
    ("layer", "path"),
    [pytest.param(layer, path, id=shown(path)) for layer in ASIDE for path in files_of(layer)],
)
def test_what_stands_aside_sees_little_of_the_house(layer, path):
    """style.md, The house"""
    foreign = {
        name
        for name in imports_of(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not within(name, ASIDE[layer])
    }

    assert foreign == set()


@pytest.mark.parametrize("path", [path for path in FILES if path not in files_of("faking")], ids=shown)
def test_only_the_made_up_people_know_faker(path):
    """D8: it is imported when somebody wants them"""
    assert not any(within(name, {"faker"}) for name in imports_of(path))


@pytest.mark.parametrize("path", [path for path in FILES if shown(path) != CLOCK], ids=shown)
def test_only_the_clock_asks_for_the_time_sleeps_or_draws(path):
    """style.md, smell 5"""
    assert asks_the_time(path.read_text("utf-8")) == set()


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
    assert name in asks_the_time(source)


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
    assert asks_the_time(source) == set()


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
