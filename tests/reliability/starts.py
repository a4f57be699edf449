"""The file, killed while it is made, migrated, opened, and while its write-ahead log is moved (D2, D3, D4)."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.reliability.books import Breach
from tests.reliability.deeds import BIG, CONFIG, GONE, Run, submit, world
from tests.reliability.dying import TRACE

UPGRADES = Path(__file__).parent.parent.parent / "fixtures" / "upgrades"


async def every_point(folder: Path) -> set[str]:
    """Each way in which a file is begun with, at every point that it reaches; the points. Raises Breach."""
    old = folder / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript((UPGRADES / "v1.sql").read_text("utf-8"))
        connection.commit()
    async with world(folder) as run:
        run.configure(CONFIG)
        reached = await _every_start(run, None)
        reached |= await _every_start(run, old)
        kept = await _kept(run, folder)
        reached |= await _every_start(run, kept)
        return reached | await _every_checkpoint(run)


async def _kept(run: Run, folder: Path) -> Path:
    """A file that holds the golden state, as a server that ended well leaves it."""
    _lay(run, None)
    await run.begin()
    await run.put(run.golden)
    run.process.stop()
    await run.process.ended()
    return shutil.copy(run.made.database, folder / "kept.db")


def _lay(run: Run, file: Path | None) -> None:
    """Let the next server find this file, or none."""
    for one in run.made.database.parent.glob(f"{run.made.database.name}*"):
        one.unlink()
    if file is not None:
        shutil.copy(file, run.made.database)


async def _every_start(run: Run, file: Path | None) -> set[str]:
    _lay(run, file)
    logged = len(run.made.log.read_text())
    run.process = await run.made.start(TRACE)
    wanted = await run.state()
    run.process.kill()
    await run.process.ended()
    lines = run.made.log.read_text()[logged:].splitlines()
    points = dict.fromkeys(line.removeprefix("reached ") for line in lines if line.startswith("reached "))
    died = {point for point in points if "checkpoint" not in point and await _dies(run, file, point, wanted)}
    if "open_world after COMMIT" not in died:
        raise Breach(f"a start did not reach what every start does: {died}")
    return died


async def _dies(run: Run, file: Path | None, point: str, wanted: str) -> bool:
    """Die there during the start, and begin again: nothing may be missing. False when it came after the start."""
    _lay(run, file)
    process = await run.made.start(point)
    if process.url:
        run.process = process
        process.kill()
        await process.ended()
        return False
    await run.begin()
    found = await run.state()
    if found != wanted:
        raise Breach(
            f"a start that was killed at {point} and begun again has\n{found[:2000]}\ninstead of\n{wanted[:2000]}"
        )
    run.process.kill()
    await run.process.ended()
    return True


async def _every_checkpoint(run: Run) -> set[str]:
    """Die while the log is moved, at work and at rest; what was answered is there."""
    died: set[str] = set()
    for how in ("PASSIVE", "RESTART", "TRUNCATE"):
        for when in ("before", "after"):
            point = f"checkpoint {how} {when}"
            _lay(run, None)
            await run.begin()
            await run.ask(BIG)
            await run.process.die_at(point)
            answered = 0
            try:
                for _ in range(2 if how == "TRUNCATE" else 1000):
                    await run.ask(submit("big", 1))
                    answered += 1
            except GONE:
                pass
            await run.process.ended()
            if not run.made.log.read_text().endswith(f"died at {point}\n"):
                raise Breach(f"the log was not moved to {point}")
            await run.begin()
            kept = (await run.state()).count('"Hi"')
            if kept not in (answered, answered + 1):
                raise Breach(f"killed at {point}: {answered} submits were answered, {kept} are kept")
            with closing(sqlite3.connect(run.made.database)) as connection:
                (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
            if verdict != "ok":
                raise Breach(f"killed at {point}: the file is not whole: {verdict}")
            run.process.kill()
            await run.process.ended()
            died.add(point)
    return died
