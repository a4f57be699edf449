"""How is a client's request put on record (C4), and what travels beside its answer (C5)?"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from aiohttp import web
from multidict import CIMultiDict

from ..diagnosis import REQUEST_HEADER, Note, Reason
from ..engine.clock import Clock, real_seconds
from ..engine.gateway import Answer
from ..engine.journal import Entry, Journal
from ..engine.tally import Tally
from ..protocol.answers import CONTENT_TYPE
from ..protocol.codes import Status
from .direct import DirectRequest
from .http_errors import REASON_HEADER, ErrorResponse
from .plain import PlainResponse

NOTE_HEADER: Final = "X-EIMS-Sim-Note"
NOTES: Final = 8
"""At most that many notes travel with an answer (C5)."""


class Visit(NamedTuple):
    """A request while it is answered: where it went, what it said in how many bytes, from which address, since when.

    `account` is the name as sent, `sent` a query or the parameters; `began` is in real seconds.
    """

    request: web.BaseRequest | DirectRequest
    endpoint: str
    account: str | None
    sent: str | Mapping[str, str]
    size: int
    peer: str
    began: float


class Records:
    """Keeps every request in the journal, counts it, and tells the client its number unless `headers` is False."""

    def __init__(self, journal: Journal, tally: Tally, clock: Clock, *, headers: bool) -> None:
        self.headers = headers
        self._journal = journal
        self._tally = tally
        self._clock = clock

    def respond(self, visit: Visit, answer: Answer) -> PlainResponse:
        """The gateway's own answer, on record."""
        body, status, reason, notes, secret = answer
        id = self._record(visit, int(status), 200, reason, notes, body, secret)
        if not self.headers:
            return PlainResponse(body, "")
        if reason is None and not notes:
            return PlainResponse(body, f"{REQUEST_HEADER}: {id}\r\n")
        return PlainResponse(body, "".join([f"{name}: {value}\r\n" for name, value in _explain(id, reason, notes)]))

    def error(self, status: int, reason: Reason | None = None) -> ErrorResponse:
        """An HTTP error that is not on record yet; `reason` replaces the usual one of the status."""
        return ErrorResponse(status, reason, explained=self.headers)

    def refuse(self, visit: Visit, response: ErrorResponse) -> ErrorResponse:
        """An answer that the protocol has no words for, on record."""
        # open: the body of an HTTP error says -12 (P1.3), but no status of P2 was met: the journal says none.
        body = response.body if isinstance(response.body, bytes) else b""
        id = self._record(visit, None, response.status, response.reason_given, (), body, None)
        if self.headers:
            response.headers[REQUEST_HEADER] = str(id)
        return response

    def keep(
        self,
        visit: Visit,
        status: Status | None,
        http_status: int | None,
        reason: Reason | None,
        notes: tuple[Note, ...],
        body: bytes,
        secret: str | None,
        *,
        cut: bool = False,
    ) -> Entry:
        """Put a request on record whose answer is made elsewhere. `cut` tells that the client gets no whole answer."""
        code = None if status is None else int(status)
        id = self._record(visit, code, http_status, reason, notes, body, secret, cut=cut)
        entry = self._journal.find(id)
        assert entry is not None  # noqa: S101  it was just made
        return entry

    def _record(
        self,
        visit: Visit,
        status: int | None,
        http_status: int | None,
        reason: Reason | None,
        notes: tuple[Note, ...],
        body: bytes,
        secret: str | None,
        *,
        cut: bool = False,
    ) -> int:
        request, endpoint, account, sent, size, peer, began = visit
        transport = request.transport
        delivered = not cut and transport is not None and not transport.is_closing()
        duration = real_seconds() - began
        id = self._journal.record(
            self._clock.now(), endpoint, request.method, peer, account, sent, size, status, http_status, reason, notes,
            body, delivered, duration, secret,
        )  # fmt: skip
        self._tally.count(id, endpoint, status, http_status, reason, notes, duration)
        if not delivered:
            self._tally.miss(status)
        return id

    def lost(self, entry: Entry) -> None:
        """The client left before it had the whole answer."""
        self._journal.lost(entry)

    def headers_of(self, entry: Entry) -> CIMultiDict[str]:
        """Everything that travels beside an answer."""
        headers = CIMultiDict({"Content-Type": CONTENT_TYPE})
        if self.headers:
            headers.extend(_explain(entry.id, entry.reason, entry.notes))
        return headers


def _explain(id: int, reason: Reason | None, notes: tuple[Note, ...]) -> Iterator[tuple[str, str]]:
    """What travels beside an answer, by header."""
    yield REQUEST_HEADER, str(id)
    if reason is not None:
        yield REASON_HEADER, reason.header()
    for note in notes[:NOTES]:
        yield NOTE_HEADER, note.header()
