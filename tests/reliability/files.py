"""Database files as a crash, a person or an ill disk left them."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

PAGE = 4096
FRAME = PAGE + 24
LOG_HEADER = 32

Spoil = Callable[[bytes, random.Random], bytes]


def log_of(path: Path) -> Path:
    """The write-ahead log beside a database."""
    return path.with_name(f"{path.name}-wal")


def crashed_copy(path: Path, copy: Path) -> Path:
    """What a crash at this moment would leave of the database of a server that is running."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # nobody writes, and nothing is moved out of the log, between the two copies
        for file in (path, log_of(path)):
            shutil.copyfile(file, copy.with_name(file.name.replace(path.name, copy.name)))
        other.rollback()
    return copy


def cut(log: bytes, chance: random.Random) -> bytes:
    """The log ends somewhere."""
    return log[: chance.randrange(len(log))]


def cut_between_frames(log: bytes, chance: random.Random) -> bytes:
    """The log ends after a whole frame."""
    return log[: LOG_HEADER + FRAME * chance.randrange((len(log) - LOG_HEADER) // FRAME)]


def lengthened(log: bytes, chance: random.Random) -> bytes:
    """After the log there is something else."""
    return log + chance.randbytes(chance.randrange(1, 3 * FRAME))


def spoiled(log: bytes, chance: random.Random) -> bytes:
    """From somewhere on there is something else than was written."""
    place = chance.randrange(LOG_HEADER, len(log))
    return log[:place] + chance.randbytes(len(log) - place)


def flipped(log: bytes, chance: random.Random) -> bytes:
    """One bit is not what it was."""
    place = chance.randrange(len(log))
    return log[:place] + bytes([log[place] ^ 1 << chance.randrange(8)]) + log[place + 1 :]


def headless(log: bytes, chance: random.Random) -> bytes:
    """The header is not one."""
    return chance.randbytes(LOG_HEADER) + log[LOG_HEADER:]


def emptied(log: bytes, chance: random.Random) -> bytes:
    """Nothing is left of it."""
    return b""


SPOILS: tuple[Spoil, ...] = (cut, cut_between_frames, lengthened, spoiled, flipped, headless, emptied)


def damage(path: Path, chance: random.Random, *, first: int = 1) -> None:
    """Write something else over every page from the one with this number (from 0) on."""
    content = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(first * PAGE)
        file.write(chance.randbytes(len(content) - first * PAGE))


@contextmanager
def damaged_under_a_server(path: Path, chance: random.Random, *, first: int) -> Iterator[None]:
    """Damage the file of a running server, so that it has to read what is damaged."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        other.execute("PRAGMA user_version=1")  # what others keep of the file in memory is old
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        damage(path, chance, first=first)
        yield


def discrepancies(path: Path, credit: int) -> list[str]:
    """What does not agree in a file whose accounts had so much in all (micro-units); read without a server."""
    found = []
    with closing(sqlite3.connect(path)) as connection:

        def one(question: str) -> int:
            value: int = connection.execute(question).fetchone()[0] or 0
            return value

        if (state := connection.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
            found.append(f"integrity: {state[0][0]}")
        left = one("SELECT sum(balance + gift) FROM accounts")
        paid = one("SELECT sum(price * (SELECT sum(count) FROM lives WHERE submit = submits.id)) FROM submits")
        back = one("SELECT sum(refunded) FROM submits")
        if left + paid - back != credit:
            found.append(f"money: {left} are left, {paid} were paid and {back} paid back of {credit}")
        count, last = one("SELECT count(*) FROM messages"), one("SELECT max(id) FROM messages")
        if count != last:
            found.append(f"ids: {count} messages, the last is {last}")
        if (lived := one("SELECT sum(count) FROM lives")) != count:
            found.append(f"lives: of {lived} messages, but there are {count}")
        orphans = one("SELECT count(*) FROM messages WHERE life NOT IN (SELECT id FROM lives)")
        if orphans:
            found.append(f"lives: {orphans} messages have none")
    return found
