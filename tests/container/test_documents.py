"""docs/containers.md and what stands beside it: every name exists, every snippet is one, every block can be read."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from eims_sim.cli.serve import start_lines
from eims_sim.config import load_config
from eims_sim.protocol.limits import PORT
from eims_sim.server import Started
from eims_sim.web.control.app import OPERATIONS
from tests.container.conftest import ROOT
from tests.container.dockerfile import read_dockerfile
from tests.container.test_dockerfile import PINS

DOCUMENT = (ROOT / "docs" / "containers.md").read_text("utf-8")
SNIPPETS = ROOT / "docs" / "containers"
FILES = [
    ROOT / "Dockerfile",
    ROOT / "docker-compose.yml",
    ROOT / "docs" / "containers.md",
    *sorted(SNIPPETS.glob("*.*")),
]
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
COMPOSE = (ROOT / "docker-compose.yml").read_text("utf-8")
PRINTED = (
    "\n".join(start_lines(load_config(None, {}, {}), Started(f"http://0.0.0.0:{PORT}", ":memory:", None, ()))) + "\n"
)
NOT_JAVAC_S = re.compile(
    r"compiler\.err\.(doesnt\.exist: org\.(junit|testcontainers)\.|static\.imp\.only|cant\.resolve)"
)


def needed(name: str, package: str) -> str:
    """Where a program lies; skips without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not there: apt install {package}")
    return found


def worlds(node: Any) -> list[str]:
    """Every text of EIMS_SIM_CONFIG in a YAML document."""
    if isinstance(node, list):
        return [text for one in node for text in worlds(one)]
    if not isinstance(node, dict):
        return []
    own = [node["EIMS_SIM_CONFIG"]] if "EIMS_SIM_CONFIG" in node else []
    return own + worlds(list(node.values()))


def documents() -> list[Any]:
    """Every YAML document that is shown or shipped."""
    return [one for text in (*BLOCKS, COMPOSE) for one in yaml.safe_load_all(text)]


def literal(name: str, pattern: str) -> str:
    """The one place of a snippet that a pattern finds."""
    (found,) = re.findall(pattern, (SNIPPETS / name).read_text("utf-8"))
    return str(found)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_that_is_named_exists(path: Path):
    """C2"""
    tables = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("configuration.md", "command-line.md"))
    named = set(re.findall(r"EIMS_SIM_[A-Z_]+", path.read_text("utf-8")))

    assert {name for name in named if f"`{name}`" not in tables} == set()


def test_every_yaml_block_can_be_read():
    """C2: two for GitHub, one for GitLab, two objects of Kubernetes, and Compose"""
    keys = [set(document) for document in documents()]

    assert [min(some) for some in keys] == ["jobs", "steps", "test", "apiVersion", "apiVersion", "services"]


def test_every_world_in_them_can_be_used():
    """C3"""
    found = [text for document in documents() for text in worlds(document)]

    assert len(found) == 3
    assert all(load_config(None, {"EIMS_SIM_CONFIG": text}, {}).accounts for text in found)


def test_the_port_is_the_one_that_the_image_exposes():
    """P1.1"""
    (exposed,) = [step.text for step in read_dockerfile(ROOT / "Dockerfile") if step.keyword == "EXPOSE"]

    assert exposed == str(PORT)
    assert set(re.findall(r"\b2\d{4}\b", DOCUMENT + COMPOSE)) == {exposed}


def test_the_probes_ask_a_call_that_exists():
    """C4"""
    paths = set(re.findall(r"/_sim/([\w/]+)", "".join(path.read_text("utf-8") for path in FILES)))

    assert "health" in paths
    assert paths <= {one.path for one in OPERATIONS}


def test_the_commands_that_are_named_exist():
    """C2: with the options that they are given"""
    tables = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    typed = re.findall(r"eims-sim (healthcheck|serve|send|messages)((?: (?:--[a-z-]+|[^\s`-]+))*)", DOCUMENT)
    options = {option for _, rest in typed for option in re.findall(r"--[a-z-]+", rest)}

    assert {"--wait", "--url"} <= options
    assert {option for option in options if f"`{option}" not in tables} == set()


def test_what_the_document_says_of_the_pins_and_the_user_is_so():
    """C2"""
    (user,) = [step.text for step in read_dockerfile(ROOT / "Dockerfile") if step.keyword == "USER"]

    assert f"user {user.partition(':')[0]}" in DOCUMENT
    assert f"../{PINS[0]}" in DOCUMENT


def test_python_waits_for_the_line_that_is_printed():
    """C2: Testcontainers searches the whole log"""
    pattern = literal("test_sms.py", r'LogMessageWaitStrategy\("(.*)"\)')

    assert re.search(pattern, PRINTED, re.MULTILINE)
    assert not re.search(pattern, PRINTED.rpartition("ready")[0], re.MULTILINE)


def test_java_waits_for_the_line_that_is_printed():
    """C2: Testcontainers matches each line as a whole, its end included"""
    pattern = json.loads(literal("SmsTest.java", r'forLogMessage\((".*"), 1\)'))
    matching = [line for line in PRINTED.splitlines(keepends=True) if re.fullmatch(pattern, line, re.DOTALL)]

    assert matching == PRINTED.splitlines(keepends=True)[-1:]


def test_node_waits_for_the_line_that_is_printed():
    """C2: Testcontainers tests each line"""
    pattern = literal("sms.test.mjs", r"forLogMessage\(/(.*)/\)").replace("\\/", "/")
    matching = [line for line in PRINTED.splitlines() if re.search(pattern, line)]

    assert matching == PRINTED.splitlines()[-1:]


def test_the_python_snippets_fit_the_types_of_testcontainers():
    """C2"""
    pytest.importorskip("testcontainers", reason="testcontainers is not there: pip install -e '.[test]'")
    checked = [str(SNIPPETS / "test_sms.py"), str(SNIPPETS / "receiver.py")]

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--disable-error-code=import-untyped", *checked],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_java_snippet_is_java(tmp_path: Path):
    """C2: without the libraries only their names may be unknown"""
    javac = [needed("javac", "default-jdk-headless"), "-XDrawDiagnostics", "-proc:none", "-d", str(tmp_path)]

    said = subprocess.run([*javac, str(SNIPPETS / "SmsTest.java")], capture_output=True, text=True, check=False).stderr
    errors = [line for line in said.splitlines() if "compiler.err" in line]

    assert errors
    assert [line for line in errors if not NOT_JAVAC_S.search(line)] == []


def test_the_node_snippet_is_javascript():
    """C2"""
    node = needed("node", "nodejs")

    done = subprocess.run(
        [node, "--check", str(SNIPPETS / "sms.test.mjs")], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
