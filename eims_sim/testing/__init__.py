"""For tests (C6): a simulator in this process, or the handle of one elsewhere, and a plugin of pytest.

What is named here is imported when it is first used: pytest loads the plugin in every run, also where nobody wants it.
What the calls return is in `results`, what they raise in `eims_sim.errors`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..protocol.codes import ReportCode, Status
    from .awaited.receiver import AsyncReceiver
    from .awaited.simulator import AsyncSimulator
    from .blocking.receiver import Receiver
    from .blocking.simulator import Simulator
    from .reports import Report

_HOMES: Final = {
    "AsyncReceiver": ".awaited.receiver",
    "AsyncSimulator": ".awaited.simulator",
    "Receiver": ".blocking.receiver",
    "Report": ".reports",
    "ReportCode": "..protocol.codes",
    "Simulator": ".blocking.simulator",
    "Status": "..protocol.codes",
}

__all__ = ["AsyncReceiver", "AsyncSimulator", "Receiver", "Report", "ReportCode", "Simulator", "Status"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
