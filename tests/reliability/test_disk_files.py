"""Database files that are not as they should be: at start one sentence, at run time -12 (C2, D4, P2 order 14)."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from eims_sim.errors import StartError
from eims_sim.storage.database import Database
from eims_sim.storage.layout import SCHEMA_VERSION
from tests.conftest import DEMO, GOOD, Start
from tests.reliability import files

CREDIT = 1050_000_000
"""What demo of fixtures/spec.toml has (micro-units)."""

REFUSE = """
import contextlib, ctypes, io, json, os, sys
names = json.loads(sys.argv[1])
if "again" not in sys.argv:
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    for privilege in (1, 2) if prctl else ():  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        prctl(24, privilege, 0, 0, 0)  # PR_CAPBSET_DROP
    os.execv(sys.executable, [sys.executable, *sys.argv, "again"])

from eims_sim.cli.main import run

def refused(name):
    guarded = os.path.dirname(name) if "read-only/" in name else name
    if "read-only" in name and os.access(guarded, os.W_OK):
        return None  # a root who may not give up its privileges
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            run(["serve", "--port", "0", "--database", name])
    except SystemExit as end:
        return end.code, told.getvalue()

print(json.dumps([refused(name) for name in names]))
"""
"""Starts servers that are expected to refuse, one after the other in a process for which the modes of files hold: root
gives up before what lets it write where it may not."""


def chance() -> random.Random:
    return random.Random(1)  # noqa: S311  the same damage each time


def made(path: Path, *statements: str) -> Path:
    """A database of ours, to which statements were done."""
    database = Database(str(path), "normal")
    database.open().close()
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


@pytest.mark.skipif(sys.platform == "win32", reason="its files know no such modes")
def test_a_file_that_cannot_be_used_is_refused_with_one_sentence(tmp_path: Path):
    """C2: exit code 1, a sentence on standard error that names the file and what is wrong, no stack trace"""
    expected: dict[Path, str] = {}

    def expect(path: Path, words: str) -> Path:
        expected[path] = words
        return path

    expect(tmp_path / "folder.db", "it is a folder, not a file").mkdir()
    os.mkfifo(expect(tmp_path / "pipe.db", "it is a device, a pipe or a socket, not a file"))
    expect(tmp_path / "notes.txt", "file is not a database").write_text("remember the milk\n" * 999)
    expect(tmp_path / "notes.txt" / "sim.db", "cannot be created: what is to be its folder is a file")
    expect(tmp_path / "short.db", "file is not a database").write_bytes(b"SQLite format 3\0")
    other = expect(tmp_path / "other.db", "is a database, but not one of eims-sim")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE addresses (name TEXT)")
    newer = made(expect(tmp_path / "newer.db", f"schema version {SCHEMA_VERSION + 1}, this eims-sim knows"))
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'schema_version'")
        connection.commit()
    torn = made(expect(tmp_path / "torn.db", "start with a copy of it, or with another file"))
    files.damage(torn, chance(), first=3)
    read_only = made(expect(tmp_path / "read-only.db", "this user must be allowed to write the file"))
    read_only.chmod(0o444)
    unreadable = made(
        expect(tmp_path / "not-even-read-only.db", "this user must be allowed to read and write the file")
    )
    unreadable.chmod(0)
    folder = tmp_path / "read-only"
    folder.mkdir()
    made(expect(folder / "sim.db", "cannot be created: Permission denied"))
    (folder / "sim.db.lock").unlink()
    folder.chmod(0o555)
    owned = made(expect(tmp_path / "owned.db", "belongs to another eims-sim that is running"))
    held = made(expect(tmp_path / "held.db", "database is locked: another program holds the file"))

    with FileLock(f"{owned}.lock"), closing(sqlite3.connect(held, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        script = tmp_path / "refuse.py"
        script.write_text(REFUSE)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EIMS_SIM_")}
        done = subprocess.run(
            [sys.executable, str(script), json.dumps([*map(str, expected)])],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env=environment,
        )
    folder.chmod(0o755)

    outcomes = json.loads(done.stdout.splitlines()[-1])
    assert done.stderr == ""
    assert any(outcomes)
    for (path, words), outcome in zip(expected.items(), outcomes, strict=True):
        if outcome is None:
            continue
        code, told = outcome
        assert code == 1, path.name
        assert told.startswith(f"Error: The database {path} ") or f"The file {path} " in told, told
        assert words in told, told
        assert told.count("\n") == 1, told


@pytest.mark.parametrize("first", [0, 1], ids=["its header", "everything but its header"])
async def test_a_file_that_is_damaged_under_a_server_makes_every_answer_a_platform_error(
    start: Start, tmp_path: Path, caplog: pytest.LogCaptureFixture, first: int
):
    """P2 order 14, C4: nobody waits for ever, health says why until the server is started with a good file"""
    sim = await start()
    ids = await sim.submit("13800000000,13800000001")

    with files.damaged_under_a_server(sim.database, chance(), first=first):
        submit = await sim.get("sendsms", GOOD)
        inbound = await sim.get("getsms", DEMO)
        report = await sim.get("getreport", DEMO | {"ids": str(ids[0])})
        deed = await sim.control("POST", "rules", {"outcome": 1011})
        listed = await sim.control("GET", "messages")
        health = await sim.control("GET", "health")

    assert submit.json() == {"status": -12, "success": 0, "fail": 1, "array": []}
    assert (inbound.status, report.status) == (-12, -12)
    assert (deed.http_status, listed.http_status) == (503, 503)
    assert health.http_status == 503
    assert "is damaged" in health.json()["reason"] or "file is not a database" in health.json()["reason"]
    assert len([one for one in caplog.records if one.name == "eims_sim"]) <= 3

    await sim.server.stop()
    with pytest.raises(StartError, match=r"cannot be used: (file is not a database|.*damaged)"):
        await start()


async def test_whatever_became_of_the_log_what_is_left_agrees_or_is_refused(start: Start, tmp_path: Path):
    """D2: the log of a crash, cut short, with garbage in it or after it: a state that once was, or one sentence"""
    sim = await start()
    for number in range(12):
        await sim.submit(",".join(f"1380000{number:02}{place:02}" for place in range(number % 3 + 1)))
        if number % 4 == 1:
            await sim.advance(8)
    whole = files.crashed_copy(sim.database, tmp_path / "crashed.db")
    last = len(await sim.messages("limit=1000"))
    log = files.log_of(whole).read_bytes()
    luck = chance()
    left: list[int] = []
    refused: list[str] = []

    for number, spoil in enumerate(files.SPOILS * 3):
        path = tmp_path / f"{number}.db"
        shutil.copyfile(whole, path)
        files.log_of(path).write_bytes(spoil(log, luck))
        database = Database(str(path), "normal")
        try:
            database.open().close()
        except StartError as error:
            refused.append(str(error))
            continue
        database.close()
        with closing(sqlite3.connect(path)) as connection:
            if connection.execute("SELECT count(*) FROM accounts WHERE name = 'demo'").fetchone() == (0,):
                continue  # it was as new
            others = connection.execute("SELECT sum(balance + gift) FROM accounts WHERE name != 'demo'").fetchone()[0]
            left.append(connection.execute("SELECT count(*) FROM messages").fetchone()[0])
        assert files.discrepancies(path, CREDIT + others) == [], (number, spoil.__name__)

    assert max(left) == last  # garbage after the end takes nothing away
    assert min(left) < last
    assert not any("\n" in sentence for sentence in refused)


async def test_a_server_goes_on_after_its_log_was_cut_short(start: Start, tmp_path: Path):
    """D2: the ids that are left, and what was paid for them"""
    first = await start()
    for _ in range(8):
        await first.submit()
    crashed = files.crashed_copy(first.database, tmp_path / "crashed.db")
    log = files.log_of(crashed)
    log.write_bytes(log.read_bytes()[: -files.FRAME * 3 // 2])

    sim = await start(database="crashed.db")

    left = [message["id"] for message in await sim.messages()]
    assert left == list(range(1, len(left) + 1))
    assert 0 < len(left) < 8
    assert await sim.submit() == [len(left) + 1]
    assert (await sim.control("GET", "health")).http_status == 200


async def test_while_another_program_holds_the_file_everybody_is_answered_in_bounded_time(
    start: Start, monkeypatch: pytest.MonkeyPatch
):
    """P2 order 14, C4: -12 after a while, health says who is to blame, and it goes on by itself"""
    monkeypatch.setattr("eims_sim.storage.writer.BUSY_MILLISECONDS", 100)  # seconds, for people
    sim = await start()
    before = await sim.balance()
    with sim.behind_its_back() as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = [(await sim.get("sendsms", GOOD)).status, (await sim.get("getsms", DEMO)).status]
        health = await sim.control("GET", "health")
        balance, report = await sim.balance(), await sim.get("getreport", DEMO | {"ids": "1"})
        other.rollback()

    assert refused == [-12, -12]
    assert (health.http_status, "another program holds the file" in health.json()["reason"]) == (503, True)
    assert (balance, report.status) == (before, 0)
    assert (await sim.control("GET", "health")).http_status == 200
    assert await sim.submit() == [1]
