"""`eims-sim rules`: which messages end how?"""

from .behaviours import applied, behaviour_group, share, told
from .lists import Item, Listing
from .table import Cell, Column
from .wording import state_cell


def _row(rule: Item) -> list[str | Cell]:
    shown = ("account", "outcome")
    return [
        str(rule["id"]),
        rule["account"] or "every",
        state_cell(rule["outcome"]),
        share(rule),
        applied(rule),
        told(rule, shown),
    ]


_RULES = Listing(
    "rules",
    "rule",
    "rules",
    (
        Column("id", right=True),
        Column("account", flexible=True),
        Column("outcome"),
        Column("probability", right=True),
        Column("applied", right=True),
        Column("for", flexible=True, least=20),
    ),
    _row,
)

rules = behaviour_group(_RULES, "rules:RuleSettings", "List, add or remove rules, which decide how messages end.")
