"""The server does what the reference does (P1 to P9, C3, C4): 200 random sequences, the same ones each time."""

import os
from pathlib import Path

import pytest

from tests.reliability.model import play
from tests.reliability.world import World

SEQUENCES = 200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="servers are forked, so that many can be killed: not on Windows")
def test_the_server_does_what_the_reference_does(tmp_path: Path):
    """Every request, control deed, step of the clock, kill and start; one that fails is told as a list of steps."""
    with World(tmp_path) as world:
        played = play(world, SEQUENCES, None)
        kills = world.kills

    assert kills >= SEQUENCES // 20
    assert played["sendsms 0"] >= SEQUENCES
    assert played["PUT"] >= SEQUENCES // 2
