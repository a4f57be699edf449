"""The worlds of fixtures/ are ready: each says what it is for, and can be served."""

import re

import pytest

from eims_sim.cli.main import main
from tests.conftest import FIXTURES

WORLDS = sorted(FIXTURES.glob("*.toml"))
FOR_PEOPLE = ("document.toml", "every-error.toml", "load.toml")


@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.name)
def test_a_world_begins_with_what_it_is_for(path):
    head = re.match(r"(?:#.*\n)+", path.read_text("utf-8"))

    assert head is not None
    assert len(head[0].split()) > 10


@pytest.mark.parametrize("path", WORLDS, ids=lambda path: path.name)
def test_a_world_can_be_served(path, capsys):
    """C2: `eims-sim check`"""
    main(["check", str(path)], standalone_mode=False)

    assert capsys.readouterr().out.startswith(f"{path}: fine: ")


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_a_world_for_people_says_how_to_start_it(name):
    assert f"#   eims-sim serve --config fixtures/{name}" in (FIXTURES / name).read_text("utf-8")
