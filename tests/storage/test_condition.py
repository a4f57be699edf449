"""What the log hears of a database that fails (storage/condition.py)."""

import logging
import sqlite3

import pytest

from eims_sim.errors import StorageError
from eims_sim.storage.condition import Condition, explain


def failure(code: int, name: str, words: str) -> StorageError:
    """What the writer raises when the driver says that."""
    cause = sqlite3.OperationalError(words)
    cause.sqlite_errorcode, cause.sqlite_errorname = code, name
    error = StorageError(f"nothing of this group could be kept: {explain(cause)}")
    error.__cause__ = cause
    return error


FULL = failure(sqlite3.SQLITE_FULL, "SQLITE_FULL", "database or disk is full")
REFUSED = failure(sqlite3.SQLITE_IOERR_WRITE, "SQLITE_IOERR_WRITE", "disk I/O error")
DAMAGED = failure(sqlite3.SQLITE_CORRUPT, "SQLITE_CORRUPT", "database disk image is malformed")


def test_a_hundred_thousand_failures_are_a_handful_of_lines_and_the_recovery_is_one(caplog: pytest.LogCaptureFixture):
    condition = Condition()
    fallen = []
    condition.ailing = lambda: fallen.append(1)

    for _ in range(99_999):
        condition.failed(FULL)
    condition.failed(REFUSED)
    ill = condition.ill
    condition.worked()
    condition.worked()
    condition.failed(FULL)

    lines = [record.getMessage() for record in caplog.records]
    assert [line.partition(":")[0] for line in lines] == [
        "the database fails, and what needs it is refused until it works again",
        *(f"the database has failed {10**power} times" for power in range(1, 5)),
        "the database fails, and what needs it is refused until it works again",
        "the database works again; 100000 transactions or reads had failed",
        "the database fails, and what needs it is refused until it works again",
    ]
    assert lines[0].endswith("database or disk is full: make room on the disk")
    assert "disk I/O error (SQLITE_IOERR_WRITE): the disk, a quota" in lines[5]
    assert (ill, len(fallen)) == (True, 2)


def test_a_damaged_file_does_not_get_well_by_itself():
    condition = Condition()

    condition.failed(DAMAGED)
    condition.worked()

    assert condition.ill
    assert condition.damage is DAMAGED


@pytest.mark.parametrize("cause", [RuntimeError("a bug"), sqlite3.IntegrityError("UNIQUE constraint failed")])
def test_what_is_not_the_databases_fault_is_logged_with_its_origin_and_makes_nobody_ill(
    caplog: pytest.LogCaptureFixture, cause: Exception
):
    condition = Condition()
    error = StorageError("nothing of this group could be kept: a bug")
    error.__cause__ = cause

    condition.failed(error)

    assert not condition.ill
    assert [(record.levelno, record.exc_info is not None) for record in caplog.records] == [(logging.ERROR, True)]
