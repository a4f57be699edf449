"""How is a client's request put on record (C4), and what travels beside its answer (C5)?"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from aiohttp import web
from multidict import CIMultiDict

from ..diagnosis import Note, Reason
from ..engine.clock import Clock, real_seconds
from ..engine.gateway import Answer
from ..engine.journal import Entry, Journal
from ..engine.tally import Tally
from ..protocol.answers import CONTENT_TYPE
from ..protocol.codes import Status
from .http_errors import REASON_HEADER, ErrorResponse

REQUEST_HEADER: Final = "X-EIMS-Sim-Request"
NOTE_HEADER: Final = "X-EIMS-Sim-Note"
NOTES: Final = 8
"""At most that many notes travel with an answer (C5)."""

_PLAIN_HEADERS: Final = {"Content-Type": CONTENT_TYPE}


class Visit(NamedTuple):
    """A request while it is answered: where it went, what it said in how many bytes, from which address, since when.

    `account` is the name as sent, `sent` a query or the parameters; `began` is in real seconds.
    """

    request: web.BaseRequest
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

    def respond(self, visit: Visit, answer: Answer) -> web.Response:
        """The gateway's own answer, on record."""
        reason, notes = answer.reason, answer.notes
        entry = self.keep(visit, answer.status, 200, reason, notes, answer.body, answer.secret)
        if not self.headers:
            return web.Response(body=answer.body, headers=_PLAIN_HEADERS)
        if reason is None and not notes:
            plain = {"Content-Type": CONTENT_TYPE, REQUEST_HEADER: str(entry.id)}
            return web.Response(body=answer.body, headers=plain)
        return web.Response(body=answer.body, headers=self.headers_of(entry))

    def refuse(self, visit: Visit, response: ErrorResponse) -> ErrorResponse:
        """An answer that the protocol has no words for, on record."""
        # open: the body of an HTTP error says -12 (P1.3), but no status of P2 was met: the journal says none.
        body = response.body if isinstance(response.body, bytes) else b""
        entry = self.keep(visit, None, response.status, response.reason_given, (), body, None)
        if self.headers:
            response.headers[REQUEST_HEADER] = str(entry.id)
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
        """Put a request on record. `cut` tells that the client gets no whole answer."""
        request = visit.request
        transport = request.transport
        entry = self._journal.keep(
            self._clock.now(),
            visit.endpoint,
            request.method,
            visit.peer,
            visit.account,
            visit.sent,
            visit.size,
            status,
            http_status,
            reason,
            notes,
            body,
            not cut and transport is not None and not transport.is_closing(),
            real_seconds() - visit.began,
            secret,
        )
        self._tally.count(entry)
        return entry

    def headers_of(self, entry: Entry) -> CIMultiDict[str]:
        """Everything that travels beside an answer."""
        headers = CIMultiDict(_PLAIN_HEADERS)
        if not self.headers:
            return headers
        headers[REQUEST_HEADER] = str(entry.id)
        if entry.reason is not None:
            headers[REASON_HEADER] = entry.reason.header()
        for note in entry.notes[:NOTES]:
            headers.add(NOTE_HEADER, note.header())
        return headers
