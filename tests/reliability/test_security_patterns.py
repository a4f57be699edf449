"""No pattern of ours runs away, whatever text it meets (docs/security.md); users' own patterns are re2's.

`python -m tests.reliability.patterns` measures longer texts and prints what it found.
"""

import re

import pytest

from eims_sim.protocol.notation import read_integer
from tests.reliability.patterns import HOUSE, NOBODYS, Found, found, slowest

CHARACTERS = 5000
SECONDS = 0.05
"""Of CPU: what looks at each character once takes a tenth of a millisecond, what begins anew at each 0.1 s and more."""


@pytest.mark.parametrize(
    ("pattern", "method", "characters"),
    [
        (r"(a+)+b", "match", 18),
        (r"([+-]?)0*([0-9]+)", "fullmatch", 2500),
        (r"\w+\[", "search", 2500),
        (r"\s+x", "finditer", 2500),
    ],
)
def test_what_runs_away_is_found(pattern: str, method: str, characters: int):
    """Or the next test would mean nothing"""
    assert slowest(Found("", re.compile(pattern), method), characters, 0.008).seconds > 0.008


def test_none_of_ours_runs_away():
    patterns = found()

    measured = [(one.place, slowest(one, CHARACTERS, SECONDS)) for one in patterns]

    assert [(place, worst) for place, worst in measured if worst.seconds > SECONDS] == []
    looked_at = {one.place.partition(":")[0] for one in patterns} | set(NOBODYS)
    sources = {path.relative_to(HOUSE).as_posix(): path.read_text("utf-8") for path in HOUSE.rglob("*.py")}
    assert looked_at == {
        name for name, source in sources.items() if re.search(r"^(import re$|from re )", source, re.MULTILINE)
    }


@pytest.mark.parametrize(
    ("text", "integer"),
    [("0" * 60_000, 0), ("-" + "0" * 60_000 + "12", -12), ("0" * 60_000 + "x", None), ("9" * 60_000, 10**30 - 1)],
    ids=["zeros", "a number", "none", "nines"],
)
def test_an_integer_is_read_in_one_go_whatever_zeros_it_begins_with(text: str, integer: int | None):
    """P6.2: start_time; 60 KiB of zeros stopped the gateway for 20 seconds"""
    assert read_integer(text) == integer
