"""What does a test that has failed show of its requests?"""

from typing import TYPE_CHECKING, Final

from ..errors import EimsSimError
from .shortfalls import request_line

if TYPE_CHECKING:
    from .blocking.simulator import Simulator

SHOWN: Final = 50
"""So many are shown, the last ones."""


def journal_section(simulator: "Simulator") -> tuple[str, str]:
    """A section of pytest's report: its title and its text."""
    try:
        page = simulator.control("GET", "requests", order="desc", limit=SHOWN)
    except EimsSimError as error:
        return "eims-sim", f"What was asked is not known: {error}"
    lines = [request_line(one) for one in reversed(page["items"])]
    which = "the" if page["total"] == len(lines) else f"the last {len(lines)} of {page['total']}"
    return f"eims-sim: {which} requests of this test", "\n".join(lines) or "There were none."
