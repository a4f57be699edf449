"""What is written by a program is what it was written from (style.md, The house)."""

from pathlib import Path

import pytest

from eims_sim.testing import compile as compiler

WRITTEN = compiler.render()


@pytest.mark.parametrize("name", WRITTEN)
def test_the_written_files_are_current(name):
    """`python -m eims_sim.testing.compile` mends it"""
    assert (compiler.HOME / name).read_text("utf-8") == WRITTEN[name]


def test_nothing_else_stands_beside_them():
    beside = {f"blocking/{path.name}" for path in (Path(compiler.HOME) / "blocking").glob("*.py")}

    assert beside <= set(WRITTEN)
