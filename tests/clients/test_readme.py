"""What docs/clients/README.md shows is what happens when it is typed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.conftest import CLIENTS, LANGUAGES, QUICK_JAVA, bare_environment, need
from tests.house.test_sessions import BLOCK, GATEWAY, exchanges

README = CLIENTS / "README.md"
SERVE = "eims-sim serve --database :memory:"
DEMO = CLIENTS.parents[1] / "eims_sim" / "data" / "demo.toml"


@pytest.fixture
def typed() -> list[tuple[str, str]]:
    """The commands of the document and what they print."""
    blocks = BLOCK.findall(README.read_text("utf-8"))
    assert {kind for kind, _ in blocks} == {"console"}
    return [one for _, block in blocks for one in exchanges(block)]


def test_the_session_prints_what_the_document_shows(typed, serve):
    """style.md, Tests; the client in Java runs from its source here"""
    for name in LANGUAGES:
        need(name)
    url = serve(DEMO).url
    environment = bare_environment() | {"JDK_JAVA_OPTIONS": QUICK_JAVA}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    (first, silent), *then = typed
    assert (first, silent) == (SERVE, "")

    for command, shown in then:
        if command.startswith("export "):
            assert shown == ""
            environment |= (word.replace(GATEWAY, url).split("=", 1) for word in command.split()[1:])
            continue
        line = command.replace(GATEWAY, url).replace("curl ", "curl -s ", 1)
        ran = subprocess.run(
            ["sh", "-c", line], cwd=CLIENTS, env=environment, capture_output=True, timeout=60, check=False
        )
        assert ran.stdout.decode().strip("\n") == shown, command


def test_the_document_names_every_client_and_runs_it(typed):
    """style.md, The house"""
    document = README.read_text("utf-8")
    commands = {
        name: " ".join(language.command).replace(sys.executable, "python3") for name, language in LANGUAGES.items()
    }

    assert {path.name for path in CLIENTS.glob("*") if path.is_file()} == {
        README.name,
        *(language.command[1] for language in LANGUAGES.values()),
    }
    assert {name for name, command in commands.items() if f"`{command} balance`" not in document} == set()
    assert {name for name, command in commands.items() if not any(command in line for line, _ in typed)} == set()
