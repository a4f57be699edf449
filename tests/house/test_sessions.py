"""What the documents show is what happens: every block of code in them is executed, or is output by convention.

`console` holds commands after `$ ` and what they print, which is compared; a block `json` that is a push is what the
receiver printed; CONTRIBUTING.md tells of the other kinds.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import yaml

from eims_sim.errors import ConfigurationError
from tests.conftest import Start
from tests.house.blocks import DOCUMENTS, ROOT, TRANSLATED, Block, blocks_of
from tests.house.commands import RUN_BY
from tests.house.person import Person, commands

WITH_BLOCKS = [path for path in DOCUMENTS if any(blocks_of(path))]

Readers = Callable[[Path], Person]


@pytest.fixture
async def reader(start: Start, tmp_path: Path) -> AsyncIterator[Readers]:
    """Somebody who reads a document, with an empty folder and no server yet."""
    async with AsyncExitStack() as stack:

        def begin(document: Path) -> Person:
            person = Person(document, start, tmp_path / "home")
            stack.push_async_callback(person.leave)
            return person

        yield begin


@pytest.mark.parametrize("document", WITH_BLOCKS, ids=lambda path: path.relative_to(ROOT).as_posix())
async def test_every_block_of_a_document_does_what_it_shows(document, reader):
    """style.md, Tests"""
    person = reader(document)

    for block in blocks_of(document):
        await person.read(block)

    await person.finish()


def test_the_readme_has_a_session():
    """style.md, Tests"""
    assert "console" in [block.kind for block in blocks_of(ROOT / "README.md")]


def of_kind(kind: str, text: str) -> Block:
    return Block(ROOT / "README.md", 7, kind, text)


@pytest.mark.parametrize("kind", ["", "ruby", "console "])
async def test_a_block_that_nobody_executes_is_found(kind, reader):
    """style.md, Tests"""
    person = reader(ROOT / "README.md")

    with pytest.raises(pytest.fail.Exception, match=r"README\.md:7: nobody executes"):
        await person.read(of_kind(kind, "puts 1\n"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("console", "$ printf %s one\ntwo\n"),
        ("sh", "false\n"),
        ("sh", "eims-sim nothing\n"),
        ("sh", "docker run 'eims-sim\n"),
        ("sh", "for one in 1 2; do\n  [ $one = 1 ]\ndone\n"),
        ("sh", "python -m benchmarks nothing\n"),
        ("python", "assert 1 == 2\n"),
        ("python", "def test_sums():\n    assert 1 == 2\n"),
        ("python", "# wrong.py\nassert 1 == 2\n"),
        ("python", "from testcontainers.core import (\n"),
        ("toml", "[server]\nprot = 1\n"),
        ("toml", "# file.toml\n[server]\nprot = 1\n"),
        ("yaml", "a: [1\n"),
        ("json", "{1}"),
        ("json", '{"type":"report","cnt":0,"array":[]}'),
    ],
)
async def test_a_block_that_does_not_do_what_it_shows_is_found(kind, text, reader):
    """style.md, Tests"""
    person = reader(ROOT / "README.md")

    async def read() -> None:
        await person.read(of_kind(kind, text))
        await person.finish()

    with pytest.raises((AssertionError, SyntaxError, ConfigurationError, json.JSONDecodeError, yaml.YAMLError)):
        await read()


def test_a_block_in_a_list_is_a_block(tmp_path):
    """style.md, Tests"""
    document = tmp_path / "some.md"
    document.write_text("1. Type:\n\n   ```sh\n   one\n     two\n   ```\n\n~~~\n```sh\n~~~\n", "utf-8")

    assert list(blocks_of(document)) == [
        Block(document, 3, "sh", "one\n  two\n"),
        Block(document, 8, "", "```sh\n"),
    ]


def test_a_block_that_does_not_end_is_found(tmp_path):
    """style.md, Tests"""
    document = tmp_path / "some.md"
    document.write_text("```sh\none\n", "utf-8")

    with pytest.raises(ValueError, match=r"some\.md:1"):
        list(blocks_of(document))


def test_every_command_that_others_run_stands_in_a_document():
    """style.md, Tests: an exception that nobody needs hides the next one"""
    typed = {one for path in WITH_BLOCKS for block in blocks_of(path) for one in commands(block.text)}

    assert set(RUN_BY) - typed == set()


def test_the_translated_readme_is_none_of_those_that_are_typed():
    """style.md, Tests: its blocks are those of README.md, which test_documents.py compares"""
    assert TRANSLATED not in DOCUMENTS
