"""How the file of an older eims-sim becomes one of today (D4)."""

import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from eims_sim.errors import StartError
from eims_sim.storage.database import Database
from eims_sim.storage.layout import SCHEMA_VERSION
from eims_sim.storage.migrations import STEPS
from tests.conftest import DEMO, FIXTURES, Start

INBOUND = "INSERT INTO inbound VALUES (1, 1, '10010', '123456', 'STOP', 1767240000000000, NULL)"


def old_file(path: Path, version: int, *statements: str) -> Path:
    """A file as the eims-sim of that version left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FIXTURES / f"schema-v{version}.sql").read_text("utf-8"))
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


def tables(path: Path) -> dict[str, set[tuple[object, ...]]]:
    """Every table's columns (name, type, not null, default, key) and every index."""
    with closing(sqlite3.connect(path)) as connection:
        named = connection.execute("SELECT name, type FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
        return {
            name: {tuple(row[1:]) for row in connection.execute(f"PRAGMA {kind}_info({name})")} for name, kind in named
        }


def migrated(path: Path) -> Path:
    database = Database(str(path), "normal")
    database.open().close()
    database.close()
    return path


@pytest.mark.parametrize("version", STEPS)
def test_a_file_of_any_older_version_becomes_what_a_new_one_is(tmp_path: Path, version: int):
    """D4"""
    path = migrated(old_file(tmp_path / "sim.db", version))

    new = migrated(tmp_path / "new.db")
    assert tables(path) == tables(new)
    with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(new)) as fresh:
        for question in ("SELECT * FROM meta", "SELECT name, next FROM counters ORDER BY name"):
            assert old.execute(question).fetchall() == fresh.execute(question).fetchall()


def test_there_is_a_step_and_an_old_file_for_every_version():
    """D4"""
    assert list(STEPS) == list(range(1, SCHEMA_VERSION))
    assert all((FIXTURES / f"schema-v{version}.sql").is_file() for version in STEPS)


def test_a_copy_of_the_older_file_stays_beside_it(tmp_path: Path):
    """D4: also of what was still in the write-ahead log"""
    path = old_file(tmp_path / "sim.db", 1, INBOUND)

    migrated(path)

    copy = tmp_path / "sim.db.v1"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT value FROM meta").fetchall() == [("1",)]
        assert connection.execute("SELECT content FROM inbound").fetchall() == [("STOP",)]
    assert sys.platform == "win32" or stat.S_IMODE(copy.stat().st_mode) == 0o600


def test_a_step_that_fails_changes_nothing(tmp_path: Path):
    """D4: inside one transaction"""
    path = old_file(tmp_path / "sim.db", 1, "ALTER TABLE pushes ADD COLUMN fault INTEGER")
    before = tables(path)

    with pytest.raises(StartError, match="cannot be used: duplicate column name: fault"):
        migrated(path)

    assert tables(path) == before


async def test_a_server_goes_on_with_what_an_older_one_kept(start: Start, tmp_path: Path):
    """D4"""
    account = "INSERT INTO accounts VALUES (1, 'demo', '{}', 'file', 0, 0, 990000, 0, 0, 0)"
    old_file(
        tmp_path / "sim.db", 1, account, INBOUND, "UPDATE counters SET next = 2 WHERE name IN ('accounts', 'inbound')"
    )

    sim = await start()

    assert (await sim.balance())[0] == "0.990000"
    assert (await sim.get("getsms", DEMO)).json()["array"] == [[1, "10010", "123456", 20260101120000, "U1RPUA=="]]
