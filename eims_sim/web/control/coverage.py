"""Which codes have clients met, which never, and what did they do wrong (C4)?"""

from dataclasses import asdict
from typing import Literal

from aiohttp import web
from typing_extensions import TypedDict

from .door import json_response
from .operation import Asked, Operation


class StatusMet(TypedDict):
    """A status and how often it was answered."""

    status: int
    meaning: str
    count: int


class ReportMet(TypedDict):
    """A report code and how often it was polled, or pushed with success."""

    code: int
    meaning: str
    count: int


class CoverageShown(TypedDict):
    """Every status and every report code."""

    statuses: list[StatusMet]
    reports: list[ReportMet]


class FindingShown(TypedDict):
    """What clients did wrong, by its code; `first` and `last` are ids of the journal."""

    code: str
    kind: Literal["reason", "note"]
    text: str
    count: int
    first: int
    last: int


class FindingsShown(TypedDict):
    """Every finding, the most frequent first."""

    items: list[FindingShown]


async def met(asked: Asked[None, None]) -> web.StreamResponse:
    """Which statuses and report codes clients have met, and which never. A reset changes nothing here."""
    coverage = asked.controls.coverage.met()
    return json_response(
        CoverageShown(
            statuses=[
                StatusMet(status=int(one.code), meaning=one.code.meaning, count=one.count) for one in coverage.statuses
            ],
            reports=[
                ReportMet(code=int(one.code), meaning=one.code.meaning, count=one.count) for one in coverage.reports
            ],
        )
    )


async def forget_met(asked: Asked[None, None]) -> web.StreamResponse:
    """Count what clients meet anew."""
    asked.controls.coverage.forget_met()
    return web.Response(status=204)


async def findings(asked: Asked[None, None]) -> web.StreamResponse:
    """What clients did wrong, by code. A reset changes nothing here."""
    found = asked.controls.coverage.findings()
    return json_response({"items": [asdict(finding) for finding in found]})


async def forget_findings(asked: Asked[None, None]) -> web.StreamResponse:
    """Empty the findings."""
    asked.controls.coverage.forget_findings()
    return web.Response(status=204)


OPERATIONS = (
    Operation(method="GET", path="coverage", handler=met, replies={200: CoverageShown}),
    Operation(method="DELETE", path="coverage", handler=forget_met, replies={204: None}),
    Operation(method="GET", path="findings", handler=findings, replies={200: FindingsShown}),
    Operation(method="DELETE", path="findings", handler=forget_findings, replies={204: None}),
)
