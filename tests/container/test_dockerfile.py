"""The Dockerfile as it is written: linted, its base and its pins, and that our reading of such files is Docker's."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.container.conftest import ROOT, hashed, pinned, program
from tests.container.context import Ignored, seen
from tests.container.dockerfile import read_dockerfile
from tests.container.images import Builder, BuildError, Image

PINS = (".ci/image.txt", ".ci/image-build.txt")
DIGEST = re.compile("--hash=sha256:[0-9a-f]{64}").fullmatch


def requirements() -> list[Requirement]:
    """What pyproject.toml asks for of an image: the dependencies and the extra `fast`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [Requirement(text) for text in (*project["dependencies"], *project["optional-dependencies"]["fast"])]


def test_the_linter_has_nothing_to_say():
    """C2"""
    done = subprocess.run(
        [program("hadolint"), "--no-color", "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_base_is_slim_and_pinned_by_its_minor_version():
    """C2: and named once"""
    stages = [step.text.partition(" AS ")[0] for step in read_dockerfile(ROOT / "Dockerfile") if step.keyword == "FROM"]

    assert stages[0] == "python:3.13-slim-bookworm"
    assert set(stages[1:]) == {"base"}


@pytest.mark.parametrize("wanted", requirements(), ids=str)
def test_a_pin_is_what_the_package_asks_for(wanted: Requirement):
    """C2"""
    pins = pinned(PINS[0])

    assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)])


@pytest.mark.parametrize("name", PINS)
def test_the_pins_name_no_place_to_get_them_from(name: str):
    """C2: where packages come from is the builder's own business"""
    pins = [pin for pin, _ in hashed(name)]

    assert pins == sorted(pins, key=lambda pin: pin.lower().split("=="))
    assert all(pin.count("==") == 1 and "/" not in pin for pin in pins)


@pytest.mark.parametrize("name", PINS)
def test_a_file_that_is_not_the_one_that_was_pinned_is_not_installed(name: str):
    """Every pin has the digests of its files, and the image is built with nothing else"""
    options = [options for _, options in hashed(name)]
    steps = [step.text for step in read_dockerfile(ROOT / "Dockerfile") if step.keyword == "RUN"]
    installs = [part for step in steps for part in step.split("&&") if f"-r {name}" in part]

    assert all(options)
    assert {bool(DIGEST(one)) for some in options for one in some} == {True}
    assert ["--require-hashes" in install.split() for install in installs] == [True]


def test_the_backend_of_the_build_is_pinned_too():
    """C2"""
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    pins = pinned(PINS[1])

    assert all(Requirement(text).specifier.contains(pins[Requirement(text).name]) for text in backend)


def test_the_builder_is_sent_the_sources_and_nothing_else():
    """C2: no database, no secret, no history of whoever builds"""
    ignored = Ignored((ROOT / ".dockerignore").read_text("utf-8"))
    sent = set(seen(ROOT, ignored))
    top = {path.partition("/")[0] for path in sent}

    assert top == {".ci", "LICENSE", "README.md", "eims_sim", "pyproject.toml"}
    assert {path for path in sent if path.startswith(".ci/")} == set(PINS)
    assert "eims_sim/data/demo.toml" in sent
    assert not [path for path in sent if "__pycache__" in path]


@pytest.mark.parametrize(
    ("patterns", "path", "ignored"),
    [
        ("*", "a", True),
        ("*", "a/b/c", True),
        ("*\n!a", "a/b/c", False),
        ("*\n!a\na/b", "a/b/c", True),
        ("*\n!a\na/b", "a/c", False),
        ("**/*.pyc", "a/b/c.pyc", True),
        ("**/*.pyc", "c.pyc", True),
        ("*.pyc", "a/c.pyc", False),
        ("# *\n\nb", "a", False),
        ("a/*/c", "a/b/c/d", True),
        ("**/*.py[cod]", "a/c.pyo", True),
        ("**/*.py[cod]", "a/c.py", False),
    ],
)
def test_an_ignored_path_is_one_that_docker_ignores(patterns: str, path: str, ignored: bool):
    """The rules of .dockerignore: the last pattern that fits decides"""
    assert (path in Ignored(patterns)) is ignored


def test_a_step_is_read_as_docker_reads_it(tmp_path: Path):
    """Comments inside a continued line, flags, variables, lists"""
    (tmp_path / "Dockerfile").write_text(
        "# first\nFROM a AS b\nRUN --mount=type=cache,target=/c one \\\n    # why\n    && two\n"
        'ENV A=1 B="$A ${C}x"\nCMD ["d", "e f"]\n'
    )

    begin, run, env, command = read_dockerfile(tmp_path / "Dockerfile")

    assert (begin.keyword, begin.text) == ("FROM", "a AS b")
    assert (run.flags, run.text.split()) == ((("mount", "type=cache,target=/c"),), ["one", "&&", "two"])
    assert env.pairs({"A": "0", "C": "2"}) == {"A": "1", "B": "0 2x"}
    assert command.words == ["d", "e f"]


@pytest.mark.parametrize("step", ["ADD a b", "ONBUILD RUN a", "CMD serve", "COPY --chmod=1 a b", "COPY nothing b"])
def test_a_step_that_nobody_knows_is_not_passed_over(tmp_path: Path, step: str):
    """What the test does not execute, it must not seem to have tested"""
    (tmp_path / "Dockerfile").write_text(step)
    (one,) = read_dockerfile(tmp_path / "Dockerfile")

    with pytest.raises(BuildError):
        Builder(tmp_path, tmp_path / "work", {})._take(one, Image(tmp_path / "root"))
