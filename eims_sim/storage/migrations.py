"""How does the file of an older eims-sim become one of today (D4)? One step for each schema version."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .layout import SCHEMA_VERSION
from .statements import UPDATE_META

STEPS: Final[Mapping[int, tuple[str, ...]]] = {
    1: (
        """CREATE TABLE faults (
            id INTEGER NOT NULL,
            position INTEGER NOT NULL,
            origin VARCHAR NOT NULL,
            settings TEXT NOT NULL,
            applied INTEGER NOT NULL,
            PRIMARY KEY (id)
        )""",
        "ALTER TABLE inbound ADD COLUMN fetch INTEGER",
        "ALTER TABLE pushes ADD COLUMN fault INTEGER",
        "INSERT INTO counters (name, next) VALUES ('fetches', 1), ('faults', 1), ('steps', 1)",
    ),
}
"""What makes the next version of each. History: written once and never changed, whatever the schema becomes."""


def migrate(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Bring the file from an older version to today's, whole or not at all; a copy of it stays beside it."""
    _copy(connection, path.with_name(f"{path.name}.v{version}"))
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version, SCHEMA_VERSION):
            for text in STEPS[step]:
                connection.execute(text)
        connection.execute(UPDATE_META.text, UPDATE_META.bind({"this": "schema_version", "to": str(SCHEMA_VERSION)}))
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    """Copy by way of SQLite: what the write-ahead log still holds belongs to the file.

    The copy gets its name when it is whole: an end in the middle leaves none that is not.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        copy = sqlite3.connect(part)
        try:
            connection.backup(copy)
        finally:
            copy.close()
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
