"""docs/clients/README.md knows every client; that its session is what happens shows tests/house/test_sessions.py."""

import sys

import pytest

from tests.clients.conftest import CLIENTS, LANGUAGES
from tests.house.blocks import blocks_of
from tests.house.person import exchanges

README = CLIENTS / "README.md"


@pytest.fixture
def typed() -> list[tuple[str, str]]:
    """The commands of the document and what they print."""
    return [one for block in blocks_of(README) if block.kind == "console" for one in exchanges(block.text)]


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
