"""`eims-sim state`: everything a server knows, out and in (C2, C4)."""

import io
import json
import os
import stat
import sys

import pytest

DEMO = ("send", "--account", "demo", "--password", "demo123", "--to")


@pytest.fixture
def world(cli):
    """A gateway with a message of demo."""
    cli(*DEMO, "13800138000", "Hello 你好")
    return cli


def test_the_state_goes_to_standard_output(world):
    outcome = world("state", "export")

    assert (outcome.code, outcome.err) == (0, "")
    assert "Hello 你好" in json.dumps(outcome.json, ensure_ascii=False)


def test_a_file_is_for_its_owner_only(world, tmp_path):
    file = tmp_path / "state.json"

    outcome = world("state", "export", str(file))

    assert outcome.out == f"{file}: {file.stat().st_size:,} bytes.\n"
    assert json.loads(file.read_text("utf-8"))
    assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]


def test_secrets_are_left_out_unless_asked_for(world):
    assert "demo123" not in world("state", "export").out
    assert "demo123" in world("state", "export", "--secrets").out


def test_what_was_exported_can_be_imported(world, tmp_path):
    file = str(tmp_path / "state.json")
    before = world("messages", "--json").json
    world("state", "export", file)
    world("reset")

    outcome = world("state", "import", file)

    assert (outcome.code, outcome.out) == (0, f"{file} is imported.\n")
    assert world("messages", "--json").json == before
    assert world(*DEMO, "13800138000", "Again").code == 0, "passwords stay where the file has none"


def test_a_pipe_can_be_imported(world, monkeypatch):
    exported = world("state", "export").out
    world("reset")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(exported.encode())))

    outcome = world("state", "import", "-")

    assert (outcome.code, outcome.out) == (0, "Imported.\n")
    assert len(world("messages", "--json").json) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"accounts": 7}'])
def test_what_is_no_state_changes_nothing(world, tmp_path, content):
    file = tmp_path / "broken.json"
    file.write_text(content)

    outcome = world("state", "import", str(file))

    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("Error: ")
    assert len(world("messages", "--json").json) == 1


def test_a_file_that_is_not_there_is_wrong_usage(world, tmp_path):
    assert world("state", "import", str(tmp_path / "nothing.json")).code == 2


def test_a_place_where_nothing_can_be_written_is_told(world):
    outcome = world("state", "export", "/nowhere/state.json")

    assert outcome.code == 1
    assert outcome.err == "Error: Could not open file '/nowhere/state.json': No such file or directory\n"


def test_no_file_of_somebody_else_becomes_the_state(world, tmp_path):
    """In a folder that others may write to, too: neither where a draft is expected nor where the file is to be"""
    theirs = tmp_path / "theirs"
    theirs.touch()
    folder = tmp_path / "shared"
    folder.mkdir()
    for name in ("state.json", f".state.json.{os.getpid()}"):
        (folder / name).symlink_to(theirs)

    assert world("state", "export", str(folder / "state.json")).code == 0

    assert theirs.read_text() == ""
    assert not (folder / "state.json").is_symlink()
    assert (folder / "state.json").stat().st_mode & 0o777 == 0o600


def test_an_export_that_fails_leaves_no_file(cli, tmp_path):
    file = tmp_path / "state.json"
    file.write_text("before")

    outcome = cli("state", "export", str(file), "--url", "http://127.0.0.1:1")

    assert outcome.code == 1
    assert file.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["state.json"]


def test_on_a_terminal_the_state_steers_nothing(world, monkeypatch):
    world(*DEMO, "13800138000", "\x9b2J\u202e")
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True, raising=False)

    outcome = world("state", "export")

    assert {"\x9b", "\u202e"}.isdisjoint(outcome.out)
    assert "\\u009b2J\\u202e" in outcome.out
    assert outcome.json
