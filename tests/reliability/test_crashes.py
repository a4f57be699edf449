"""What a crash leaves behind (D2, P8.3): what was acknowledged is kept, paid and reported, nothing half or twice.

`python -m tests.reliability.crashes` does the same 200 times under load and at every point of every deed.
"""

import sys
from pathlib import Path

import pytest

from tests.reliability.books import Breach
from tests.reliability.crashes import under_load
from tests.reliability.deeds import DEEDS, die, rehearse, world
from tests.reliability.dying import POINTS, Order

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process that is forked")

NAMED = {deed.name: deed for deed in DEEDS}


async def test_kills_under_load_lose_nothing_that_was_acknowledged(tmp_path: Path):
    """D2, P4.2, P4.3, P6.2, P8.3: at random moments and in the middle of the write path"""
    outcome = await under_load(tmp_path, 6, 3, answers=(10, 40))

    assert outcome.kills == 6
    assert outcome.random
    assert outcome.at_points
    assert outcome.figures["messages acknowledged"]
    assert outcome.figures["reports taken"]


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("a state is put in", ("wrote INSERT_LIFE", "StateControls.replace after COMMIT")),
        ("old messages leave", ("wrote PRUNE_LIVES", "PUT after")),
    ],
)
async def test_a_deed_that_dies_is_done_or_not(tmp_path: Path, name: str, points: tuple[str, ...]):
    """C4, D2, C3 (retention_seconds): to the byte"""
    async with world(tmp_path) as run:
        rehearsed = await rehearse(run, NAMED[name])

        for point in points:
            await die(run, NAMED[name], rehearsed, point)

        assert rehearsed.before != rehearsed.behind
        assert name != "a state is put in" or rehearsed.behind == run.golden


async def test_messages_that_were_lost_are_missed(tmp_path: Path):
    """What the books are worth: a server that answers before it commits is found out"""
    with pytest.raises(Breach):
        await under_load(tmp_path, 20, 3, answers=(10, 40), sabotage="answers before it commits")


def test_a_point_that_there_is_not_is_refused():
    """An order to die cannot be misspelt"""
    with pytest.raises(ValueError, match="no point 'wrote INSERT_MESSAGEZ'"):
        Order.read("wrote INSERT_MESSAGEZ:3")


def test_every_point_has_a_name_of_its_own():
    """Each is reached on demand"""
    assert len(set(POINTS)) == len(POINTS)
