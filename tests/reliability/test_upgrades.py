"""What servers of every schema version left behind is there after an upgrade, and goes on (D4)."""

import asyncio
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from eims_sim.storage.database import Database
from eims_sim.storage.layout import SCHEMA_VERSION
from tests.conftest import ROOT, Receiver, Simulator, Start
from tests.reliability.upgrades import LAST_SEQ, RECEIVER, UPGRADES, WORLD, Client, load, signed

VERSIONS = range(1, SCHEMA_VERSION + 1)
OLDER = VERSIONS[:-1]
TOLD = ("told", "deaf", "parked")
"""Whose reports are pushed."""


def structure(path: Path) -> dict[str, Any]:
    """Every table's columns (name, type, not null, default, key), and every index with its columns and condition."""
    with closing(sqlite3.connect(path)) as connection:
        named = connection.execute("SELECT name, type, sql FROM sqlite_master ORDER BY name").fetchall()
        return {
            name: (
                {tuple(row[1:]) for row in connection.execute(f"PRAGMA {kind}_info({name})")},
                sql.partition(" WHERE ")[2] if sql else "",
            )
            for name, kind, sql in named
        }


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a file holds, by table."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        questions = {name: f"SELECT * FROM {name} ORDER BY 1, 2" for (name,) in names}  # noqa: S608
        return {name: connection.execute(question).fetchall() for name, question in questions.items()}


def opened(path: Path) -> Path:
    """A file, opened and closed again."""
    database = Database(str(path), "normal")
    database.open().close()
    database.close()
    return path


async def begin(start: Start, tmp_path: Path, version: int, callbacks: str) -> tuple[Simulator, dict[str, Any]]:
    """A server of today with a file of that version, the clock where it was; and what the older one said."""
    facts = load(version, tmp_path / "sim.db")
    world = tmp_path / "world.toml"
    text = WORLD.read_text("utf-8").replace("2026-01-01T12:00:00+08:00", facts["now"])
    world.write_text(text.replace(RECEIVER, callbacks.removesuffix("/reports")), "utf-8")
    return await start(config=world), facts


def test_every_schema_version_has_a_file_and_the_newest_is_as_the_code_makes_it(tmp_path: Path):
    """D4: who changes the schema gives it a version, a step of storage/migrations.py and a file; see CONTRIBUTING.md"""
    kept = sorted(int(path.stem.removeprefix("v")) for path in UPGRADES.glob("v*.sql"))
    load(kept[-1], tmp_path / "kept.db")

    made = structure(opened(tmp_path / "made.db"))

    assert kept == list(VERSIONS)
    assert structure(tmp_path / "kept.db") == made, "the schema changed without a new version: see CONTRIBUTING.md"


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_a_server_of_any_version_said_is_what_the_server_of_today_says(
    start: Start, tmp_path: Path, version: int
):
    """D4: messages in every state, pushes in every one, inbound fetched and not, balances, what getreport tells"""
    sim, before = await begin(start, tmp_path, version, RECEIVER)

    now = await Client(sim.url, sim.session).facts()

    assert before.keys() <= now.keys()
    for name, told in before.items():
        assert now[name] == told, name


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_server_goes_on_with_what_one_of_any_version_left(
    start: Start, tmp_path: Path, receiver: Receiver, version: int
):
    """D4: ids, rule counts, seqs and failures are remembered; what was due and owed is done"""
    sim, before = await begin(start, tmp_path, version, receiver.url)
    client = Client(sim.url, sim.session)
    last = max(map(int, before["messages"]))
    owed = {int(id) for id, one in before["messages"].items() if one["account"] in TOLD}
    told = {id for push in before["pushes"].values() if push["state"] == "delivered" for id in push["reports"]}

    promos = [(await client.submit("quiet", "13800000001", "promo"))[0] for _ in range(3)]
    fetched = [await client.ask("GET", "/getsms?account=quiet&password=quiet-secret") for _ in range(2)]
    seqs = [(await client.ask("GET", "/sendsms", params=signed(seq)))["status"] for seq in (LAST_SEQ, LAST_SEQ + 1)]
    for password in ("wrong", "careful-secret"):  # the third in a row, and too late
        locked = await client.ask("GET", f"/getreport?account=careful&password={password}&ids=1")
    for id in (id for id, push in before["pushes"].items() if push["state"] == "parked"):
        await client.ask("POST", f"/_sim/pushes/{id}/retry")
    await sim.advance(700)
    await sim.advance(60 * 86_400)
    messages = (await client.facts())["messages"]

    assert promos == [last + 1, last + 2, last + 3]
    assert [messages[str(id)]["state"] for id in promos] == [1011, 1011, 0]
    assert [[row[0] for row in answer["array"]] for answer in fetched] == [[3], []]
    assert seqs == [-1, -4]
    assert locked["status"] == -13
    reported = [report[0] for report in receiver.reports]
    assert sorted(reported) == sorted(owed - told)
    kept = [id for id, one in messages.items() if one["state"] in (1, 2)]
    assert [messages[id]["number"] for id in kept] == ["13800009001", "13800009002"]
    assert {push["state"] for push in await sim.pushes()} == {"delivered"}


@pytest.mark.parametrize("version", OLDER)
def test_the_copy_beside_an_upgraded_file_is_the_file_that_it_was(tmp_path: Path, version: int):
    """D4"""
    path = tmp_path / "sim.db"
    load(version, path)
    before = rows(path)

    opened(path)

    copy = tmp_path / f"sim.db.v{version}"
    assert rows(copy) == before
    assert sys.platform == "win32" or stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part*"))
    assert structure(path) == structure(opened(tmp_path / "new.db"))


@pytest.mark.skipif(not hasattr(sys, "getdlopenflags"), reason="Windows cannot fork")
@pytest.mark.parametrize("version", OLDER)
def test_an_upgrade_that_is_killed_at_any_moment_leaves_a_file_that_opens(tmp_path: Path, version: int):
    """D4: whole or not at all; the copy is there before anything is changed, and never half of it"""
    original = tmp_path / "original"
    load(version, original)
    before = rows(original)
    folder = tmp_path / "left"
    folder.mkdir()

    command = [sys.executable, "-m", "tests.reliability.dying_upgrade", str(original), str(folder)]
    subprocess.run(command, check=True, timeout=60, cwd=ROOT)

    left = sorted(folder.glob("*.db"), key=lambda path: int(path.stem))
    whole = rows(opened(left[-1]))
    changed = 0
    for path in left[:-1]:
        copy = path.with_name(f"{path.name}.v{version}")
        if copy.exists():
            assert rows(copy) == before, path.name
        now = rows(path)  # as another program sees what the crash left
        assert now in (before, whole), path.name
        changed += now == whole
        assert now == before or copy.exists(), path.name
        assert rows(opened(path)) == whole, path.name
        assert rows(copy) == before, path.name
    assert len(left) > 15
    assert changed == 0  # the last request is the commit


async def test_a_world_that_was_upgraded_is_as_well_as_a_new_one(start: Start, tmp_path: Path):
    """C4: it is exported, taken in again and begun anew"""
    sim, _ = await begin(start, tmp_path, OLDER[0], RECEIVER)
    async with asyncio.timeout(20):
        state = (await sim.control("GET", "state?secrets=true")).json()
        put = await sim.control("PUT", "state", state)
        again = (await sim.control("GET", "state?secrets=true")).json()
        reset = await sim.control("POST", "reset")

    assert put.http_status < 300, put.text
    assert again == state
    assert reset.http_status == 204
    assert await sim.messages() == []
