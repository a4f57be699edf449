"""Which mishaps has everybody heard of (C4)? Rules and faults that belong together, switched on and off by one name."""

from typing import Final, NamedTuple

from ..protocol.codes import SENDING, ReportCode, Status
from .delays import Lognormal, Uniform
from .faults import ANY, PUSH, FaultSettings
from .rules import RuleSettings


class Preset(NamedTuple):
    """Rules and faults under a name."""

    name: str
    rules: tuple[RuleSettings, ...] = ()
    faults: tuple[FaultSettings, ...] = ()


PRESETS: Final = (
    Preset(
        "balance-runs-out",
        faults=(FaultSettings(endpoint="sendsms", status=int(Status.BALANCE_TOO_LOW)),),
    ),
    Preset("carrier-refuses", rules=(RuleSettings(outcome=int(ReportCode.SEND_REFUSED)),)),
    Preset("messages-hang", rules=(RuleSettings(outcome=SENDING),)),
    Preset("slow-gateway", faults=(FaultSettings(endpoint=ANY, delay_seconds=Lognormal(2.0, 0.6)),)),
    Preset(
        "outage",
        faults=(
            FaultSettings(endpoint=ANY, probability=0.5, http_status=503),
            FaultSettings(endpoint=ANY, connection="close"),
        ),
    ),
    Preset(
        "answer-lost",
        faults=(FaultSettings(endpoint="sendsms", probability=0.5, connection="reset", after=True),),
    ),
    Preset(
        "reports-late-and-twice",
        faults=(FaultSettings(endpoint=PUSH, delay_seconds=Uniform(5.0, 15.0), reports="duplicate"),),
    ),
    Preset("reports-missing", faults=(FaultSettings(endpoint=PUSH, probability=0.3, reports="drop"),)),
)
"""What they are called and made of; no two share a rule or a fault."""


def find_preset(name: str) -> Preset | None:
    """The preset of this name."""
    return next((preset for preset in PRESETS if preset.name == name), None)
