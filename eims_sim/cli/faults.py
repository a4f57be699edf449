"""`eims-sim faults`: which requests and pushes go wrong, and how?"""

from .behaviours import applied, behaviour_group, share, told
from .lists import Item, Listing
from .table import Cell, Column


def _row(fault: Item) -> list[str | Cell]:
    shown = ("account", "endpoint")
    return [
        str(fault["id"]),
        fault["endpoint"],
        fault["account"] or "every",
        share(fault),
        applied(fault),
        told(fault, shown),
    ]


_FAULTS = Listing(
    "faults",
    "fault",
    "faults",
    (
        Column("id", right=True),
        Column("endpoint"),
        Column("account", flexible=True),
        Column("probability", right=True),
        Column("applied", right=True),
        Column("what", flexible=True, least=20),
    ),
    _row,
)

faults = behaviour_group(
    _FAULTS, "faults:FaultSettings", "List, add or remove faults, which spoil requests on purpose."
)
