"""The statements that the writer runs are those that the expressions say."""

from eims_sim.storage.compile import TARGET, render


def test_the_compiled_statements_are_current():
    """D3: `python -m eims_sim.storage.compile` writes them anew."""
    kept = TARGET.read_text()

    assert kept == render()
