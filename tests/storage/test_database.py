"""How the database file is opened, owned and closed (D1, D4)."""

import hashlib
import sqlite3
import stat
import sys
from pathlib import Path

import pytest

from eims_sim.errors import StartError
from eims_sim.storage.database import Database
from eims_sim.storage.layout import SCHEMA_VERSION


def opened(path: Path | str) -> Database:
    """A database that was opened and whose first connection was closed again."""
    database = Database(str(path), "normal")
    database.open().close()
    return database


def foreign(path: Path, *statements: str) -> None:
    """A database of somebody else."""
    connection = sqlite3.connect(path)
    for statement in ("CREATE TABLE addresses (name TEXT)", *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_new_file_has_the_tables_and_the_schema_version(tmp_path: Path):
    """D4"""
    database = opened(tmp_path / "sim.db")
    database.close()

    connection = sqlite3.connect(tmp_path / "sim.db")
    (version,) = connection.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    counters = dict(connection.execute("SELECT name, next FROM counters"))
    connection.close()
    assert version == str(SCHEMA_VERSION)
    assert set(counters.values()) == {1}


def test_a_folder_that_is_missing_is_made(tmp_path: Path):
    """C2"""
    database = opened(tmp_path / "a" / "b" / "sim.db")
    database.close()

    assert (tmp_path / "a" / "b" / "sim.db").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_new_file_is_for_its_owner_only(tmp_path: Path):
    """C2: mode 0600, and so is whatever lies beside it"""
    database = Database(str(tmp_path / "sim.db"), "normal")
    connection = database.open()

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}

    connection.close()
    database.close()
    assert modes == dict.fromkeys(("sim.db", "sim.db-wal", "sim.db-shm", "sim.db.lock"), 0o600)


@pytest.mark.parametrize(
    "name",
    [
        "with blank.db",
        "数据.db",
        "100%.db",
        "sim",
        pytest.param(
            "a?b=c#d.db", marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
        ),
    ],
)
def test_any_file_name_will_do(tmp_path: Path, name: str):
    """C2"""
    database = opened(tmp_path / name)
    database.close()

    assert (tmp_path / name).is_file()


def test_an_empty_file_is_a_new_one(tmp_path: Path):
    """D4: such as mktemp makes"""
    (tmp_path / "sim.db").touch()

    database = opened(tmp_path / "sim.db")
    database.close()

    assert (tmp_path / "sim.db").stat().st_size > 0


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path):
    """C2, D4"""
    path = tmp_path / "notes.txt"
    path.write_text("remember the milk\n" * 1000)
    before = digest(path)

    with pytest.raises(StartError, match=r"The database .*notes\.txt cannot be used: file is not a database\.$"):
        opened(path)

    assert digest(path) == before


@pytest.mark.parametrize(
    "meta",
    [
        (),
        ("CREATE TABLE meta (k TEXT, v TEXT)",),
        ("CREATE TABLE meta (name TEXT, value TEXT)",),
        ("CREATE TABLE meta (name TEXT, value TEXT)", "INSERT INTO meta VALUES ('schema_version', 'v2')"),
    ],
)
def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path, meta: tuple[str, ...]):
    """D4"""
    path = tmp_path / "addresses.db"
    foreign(path, *meta)
    before = digest(path)

    with pytest.raises(StartError, match="is a database, but not one of eims-sim"):
        opened(path)

    assert digest(path) == before
    assert not (tmp_path / "addresses.db-wal").exists()


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 999])
def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path, version: int):
    """D4"""
    path = tmp_path / "sim.db"
    opened(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", [str(version)])
    connection.commit()
    connection.close()
    before = digest(path)

    with pytest.raises(StartError, match=f"has schema version {version}, this eims-sim knows {SCHEMA_VERSION}"):
        opened(path)

    assert digest(path) == before


def test_what_was_refused_can_be_opened_by_its_owner_at_once(tmp_path: Path):
    """D1: a refusal leaves no lock behind"""
    path = tmp_path / "addresses.db"
    foreign(path)
    with pytest.raises(StartError):
        opened(path)

    connection = sqlite3.connect(path, timeout=0)
    connection.execute("INSERT INTO addresses VALUES ('Han Meimei')")
    connection.commit()
    connection.close()
    with pytest.raises(StartError, match="not one of eims-sim"):
        opened(path)


def test_a_folder_is_no_database(tmp_path: Path):
    """C2"""
    with pytest.raises(StartError, match=r"The database .* cannot be used"):
        opened(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="links take a privilege there")
def test_a_link_to_an_owned_file_is_the_owned_file(tmp_path: Path):
    """D1"""
    first = opened(tmp_path / "sim.db")
    (tmp_path / "link.db").symlink_to(tmp_path / "sim.db")

    with pytest.raises(StartError, match="belongs to another eims-sim that is running"):
        opened(tmp_path / "link.db")

    first.close()


def test_a_second_owner_is_refused_until_the_first_has_closed(tmp_path: Path):
    """D1"""
    first = opened(tmp_path / "sim.db")

    with pytest.raises(StartError, match="belongs to another eims-sim that is running"):
        opened(tmp_path / "sim.db")
    first.close()

    opened(tmp_path / "sim.db").close()


def test_memory_is_a_private_temporary_file_that_is_removed():
    """C2, D1"""
    database = Database(":memory:", "normal")
    connection = database.open()
    path = database.path
    existed, shown = path.is_file(), database.shown
    modes = stat.S_IMODE(path.parent.stat().st_mode)

    connection.close()
    database.close()

    assert (existed, shown) == (True, ":memory:")
    assert sys.platform == "win32" or modes == 0o700
    assert not path.parent.exists()


def test_two_in_memory_share_nothing():
    """D1"""
    first, second = opened(":memory:"), opened(":memory:")

    assert first.path != second.path

    first.close()
    second.close()


async def test_a_server_in_memory_leaves_nothing_behind(start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """C2: removed at exit"""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    sim = await start(database=":memory:")
    await sim.submit()
    during = list((tmp_path / "tmp").iterdir())

    await sim.server.stop()

    assert len(during) == 1
    assert list((tmp_path / "tmp").iterdir()) == []
