"""What did the gateway push to a customer's server (P8.1)?"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from ..client.receiver import Put


class Report(NamedTuple):
    """A delivery report as it stands in a push: a row of its array.

    `sendtime` is yyyyMMddHHmmss in the gateway's zone, 0 for a message that was never sent (P5.2); `result` is a report
    code and `reason` its text (P7).
    """

    id: int
    number: str
    sendtime: int
    result: int
    reason: str


def read_reports(puts: Iterable[Put]) -> list[Report]:
    """Every report of every push, in the order of arrival, repeated ones too."""
    return [Report(*row) for put in puts for row in json.loads(put.body)["array"]]
