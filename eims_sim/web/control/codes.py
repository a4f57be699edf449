"""Which codes are there, what do they mean, and how do they arise (C4, C5)?"""

from typing import TYPE_CHECKING, Final

from aiohttp import web
from typing_extensions import TypedDict

from ...errors import NotFoundError
from ...protocol.causes import ARISES, arises
from ...protocol.codes import EXPLAINED, ReportCode, Status
from ...protocol.curl import Place, curl_get, curl_post
from ...protocol.limits import HOST, PORT
from .door import AUTHORITY, json_response
from .operation import Asked, Operation
from .requests import explain
from .shapes import ExplainedShown

if TYPE_CHECKING:
    from ...engine.controls.arising import Arisen, Exchange

_STATUSES: Final = {str(int(status)): status for status in Status}
_REPORTS: Final = {str(int(code)): code for code in ReportCode}


class StatusExplained(TypedDict):
    """A status: what it means, what makes it arise, and which endpoints answer it."""

    status: int
    meaning: str
    meaning_zh: str
    arises: str
    arises_zh: str
    endpoints: list[str]


class ReportExplained(TypedDict):
    """A report code: its text on the wire, what it means, and what makes it arise."""

    code: int
    text: str
    meaning: str
    meaning_zh: str
    arises: str
    arises_zh: str


class ReasonExplained(TypedDict):
    """A reason: the status or HTTP status that it explains, and where; no endpoints stand for any path."""

    code: str
    sentence: str
    sentence_zh: str
    status: int | None
    http_status: int | None
    endpoints: list[str]


class NoteExplained(TypedDict):
    """A note."""

    code: str
    sentence: str
    sentence_zh: str


class CodesShown(TypedDict):
    """Every code that a client may meet."""

    statuses: list[StatusExplained]
    reports: list[ReportExplained]
    reasons: list[ReasonExplained]
    notes: list[NoteExplained]


class ExchangeShown(TypedDict):
    """A request that was made, as a curl line, and its answer; `error` says why there is none.

    `request` is its id in the journal, null when it is not kept.
    """

    endpoint: str
    curl: str
    http_status: int | None
    answer: str | None
    error: str | None
    status: int | None
    reason: ExplainedShown | None
    notes: list[ExplainedShown]
    request: int | None


class ArisenShown(TypedDict):
    """Whether the code arose, and every exchange on the way."""

    arose: bool
    exchanges: list[ExchangeShown]


async def listed(_: Asked[None, None]) -> web.StreamResponse:
    """Every status, report code, reason and note, what it means, and what makes it arise."""
    from .. import catalogue, sentences_zh  # for who asks for them

    endpoints = catalogue.endpoints_by_status()
    return json_response(
        CodesShown(
            statuses=[
                StatusExplained(
                    status=int(status),
                    meaning=status.meaning,
                    meaning_zh=status.meaning_zh,
                    arises=ARISES[status].en,
                    arises_zh=ARISES[status].zh,
                    endpoints=list(endpoints[status]),
                )
                for status in Status
            ],
            reports=[_report(code) for code in ReportCode],
            reasons=[
                ReasonExplained(
                    code=entry.found.code,
                    sentence=entry.found.sentence,
                    sentence_zh=sentences_zh.REASONS_ZH[entry.found.code],
                    status=None if entry.status is None else int(entry.status),
                    http_status=entry.http_status,
                    endpoints=list(entry.endpoints),
                )
                for entry in catalogue.reasons()
            ],
            notes=[
                NoteExplained(
                    code=entry.found.code,
                    sentence=entry.found.sentence,
                    sentence_zh=sentences_zh.NOTES_ZH[entry.found.code],
                )
                for entry in catalogue.notes()
            ],
        )
    )


async def arise_status(asked: Asked[None, None]) -> web.StreamResponse:
    """Make a status arise by a real request, of an account that is made for it and removed.

    `arose` is false where a fault, say, strikes every account: then something else came back.
    """
    status = _STATUSES.get(asked.request.match_info["status"])
    if status is None:
        raise NotFoundError("there is no such status")
    return json_response(_show(await asked.controls.arising.status(status, asked.when_lost), asked.request))


async def arise_report(asked: Asked[None, None]) -> web.StreamResponse:
    """Make a report code arise: a submit whose message ends so at once, and the getreport that tells it.

    The account and the rule are made for it and removed, with the message; the clock stays as it is.
    """
    code = _REPORTS.get(asked.request.match_info["code"])
    if code is None:
        raise NotFoundError("there is no such report code")
    return json_response(_show(await asked.controls.arising.report(code, asked.when_lost), asked.request))


def _report(code: ReportCode) -> ReportExplained:
    return ReportExplained(
        code=int(code),
        text=code.meaning,
        meaning=EXPLAINED[code],
        meaning_zh=code.meaning_zh,
        arises=arises(code).en,
        arises_zh=arises(code).zh,
    )


def _show(arisen: "Arisen", request: web.Request) -> ArisenShown:
    place = _seen_from(request)
    return ArisenShown(arose=arisen.arose, exchanges=[_exchange(one, place) for one in arisen.exchanges])


def _exchange(exchange: "Exchange", place: Place) -> ExchangeShown:
    curl = curl_post if exchange.post else curl_get
    answer, entry = exchange.answer, exchange.entry
    return ExchangeShown(
        endpoint=exchange.endpoint,
        curl="\n".join(curl(place, exchange.endpoint, exchange.parameters)),
        http_status=None if answer is None else answer.http_status,
        answer=None if answer is None else answer.body.decode(errors="replace"),
        error=exchange.error,
        status=exchange.status,
        reason=None if entry is None or entry.reason is None else explain(entry.reason),
        notes=[] if entry is None else [explain(note) for note in entry.notes],
        request=None if entry is None else entry.id,
    )


def _seen_from(request: web.Request) -> Place:
    """The gateway as whoever asks sees it: the Host that he named, unless a shell would make something else of it."""
    host = request.host if AUTHORITY(request.host) else f"{HOST}:{PORT}"
    return Place(f"{request.scheme}://{host}")


OPERATIONS = (
    Operation(method="GET", path="codes", handler=listed, replies={200: CodesShown}),
    Operation(method="POST", path="codes/statuses/{status}/arise", handler=arise_status, replies={200: ArisenShown}),
    Operation(method="POST", path="codes/reports/{code}/arise", handler=arise_report, replies={200: ArisenShown}),
)
