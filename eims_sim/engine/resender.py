"""How is a request of the journal sent again (C4)? Over a socket, to our own gateway, with the right password in it."""

import json
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from ..diagnosis import REQUEST_HEADER
from ..domain.digests import write_time
from ..domain.masking import MASKED
from ..domain.resending import is_signed, with_digest, with_password
from ..errors import ConflictError
from ..protocol.names import METHODS
from .journal import Entry, Journal
from .own_client import OwnAnswer, OwnClientError
from .parts import Parts

_URL_KEPT: Final = "".join(map(chr, range(0x21, 0x7F)))
"""What a query may hold as it is: it was encoded once."""


class _Sending(NamedTuple):
    """What goes out: a query, or for a POST the parameters."""

    endpoint: str
    method: str
    account: str | None
    sent: str | Mapping[str, str]

    @property
    def target(self) -> str:
        """Path and query."""
        return f"/{self.endpoint}?{quote(self.sent, _URL_KEPT)}" if isinstance(self.sent, str) else f"/{self.endpoint}"

    @property
    def body(self) -> bytes | None:
        """One JSON object of texts: what a POST looked like is not kept, only what was read of it."""
        return None if isinstance(self.sent, str) else json.dumps(self.sent, ensure_ascii=False).encode()

    def made(self, entry: Entry) -> bool:
        """Whether the entry is what came of it."""
        same = (entry.endpoint, entry.method, entry.account) == (self.endpoint, self.method, self.account)
        return same and (entry.sent == self.sent or entry.masked)


class Resender:
    """Sends requests again."""

    def __init__(self, parts: Parts) -> None:
        self._clock = parts.clock
        self._registry = parts.registry
        self._journal = parts.journal
        self._client = parts.own_client

    async def send(self, entry: Entry, *, as_sent: bool) -> Entry:
        """Send it and return the new entry.

        Raises ConflictError when it cannot be sent again, OwnClientError when the gateway never saw it.
        """
        _check_endpoint(entry)
        sending = self._as_sent(entry) if as_sent else self._with_password(entry)
        before = self._journal.last_id
        headers = {"Content-Type": "application/json"} if sending.body is not None else None
        try:
            answer = await self._client.ask(sending.method, sending.target, headers=headers, body=sending.body)
        except OwnClientError:
            made = _find(self._journal, before, sending)
            if made is None:
                raise
            return made  # a fault struck it, which is what the client has seen, too
        made = _find(self._journal, before, sending, answer)
        if made is None:
            raise OwnClientError("it was answered, but the journal was emptied meanwhile")
        return made

    def _as_sent(self, entry: Entry) -> _Sending:
        if entry.masked:
            raise ConflictError("it was so long that its password was not kept: it can be sent with the right one only")
        return _Sending(entry.endpoint, entry.method, entry.account, entry.sent)

    def _with_password(self, entry: Entry) -> _Sending:
        member = self._registry.by_name.get(entry.account or "")
        if member is None:
            named = f"there is no account {entry.account!r}" if entry.account else "it names no account"
            raise ConflictError(f"{named}, so there is no password to send it with")
        settings, parameters = member.account.settings, entry.read()
        if entry.cut:
            raise ConflictError("its parameters were longer than the journal keeps, so they are not whole")
        hidden = [name for name, value in parameters.items() if entry.masked and value == MASKED and name != "password"]
        if hidden:
            raise ConflictError(f"the values of {', '.join(hidden)} were masked and not kept")
        if is_signed(settings, parameters):
            time = write_time(self._clock.now())
            parameters = with_digest(settings, parameters, str(member.next_seq(time)), time)
        else:
            parameters = with_password(settings, parameters)
        sent = parameters if entry.method == "POST" else urlencode(parameters, quote_via=quote)
        return _Sending(entry.endpoint, entry.method, entry.account, sent)


def _check_endpoint(entry: Entry) -> None:
    methods = METHODS.get(entry.endpoint)
    if methods is None:
        raise ConflictError(f"/{entry.endpoint} is no path of the gateway, so it would not be found again")
    if entry.method not in methods:
        raise ConflictError(f"/{entry.endpoint} takes {', '.join(methods)} and would refuse {entry.method} again")


def _find(journal: Journal, before: int, sending: _Sending, answer: OwnAnswer | None = None) -> Entry | None:
    """What came of it; where no header tells its number, the first that looks like it."""
    told = answer and answer.header(REQUEST_HEADER)
    if told:
        return journal.find(int(told))
    entries = map(journal.find, range(before + 1, journal.last_id + 1))
    return next((entry for entry in entries if entry is not None and sending.made(entry)), None)
