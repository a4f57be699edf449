"""How does the simulator make a status or a report code arise (C4)? By real requests, of accounts made for it."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from ...domain.arising import ACCOUNTS, Request, number_for, request_for, rule_for, submit_for
from ...domain.checks import Terms
from ...domain.lists import MessageFilter
from ...errors import NotFoundError
from ...protocol.codes import ReportCode, Status
from ...protocol.curl import Parameters, body_of, query_of
from ..journal import Entry
from ..own_client import PATIENCE_SECONDS, OwnAnswer, OwnClientError
from ..parts import Parts
from ..waits import WhenLost
from .accounts import AccountControls
from .rules import RuleControls

PREFIX: Final = "arise-"
"""What the names of the accounts begin with."""

PASSWORD: Final = "arise123"  # noqa: S105  of accounts that live for a moment, with a name that nobody guesses

FINAL_SECONDS: Final = 10.0
"""How long a message may take that is final at once: the scheduler may be busy."""

GIVEN_UP: Final = "nobody waited for the answer any longer: a reset, a stop, or the client left"


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked, and what came back: an answer, or `error` says why there is none.

    `entry` is what the journal has of it, None when it has nothing (any more).
    """

    endpoint: str
    parameters: Parameters
    post: bool
    answer: OwnAnswer | None
    error: str | None
    entry: Entry | None

    @property
    def members(self) -> Mapping[str, Any]:
        """The members of the answer; none where it is no JSON object, or no answer of the gateway's."""
        if self.answer is None or self.answer.http_status != 200:
            return {}
        try:
            found = json.loads(self.answer.body)
        except (ValueError, RecursionError):  # a fault may answer anything
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def status(self) -> int | None:
        """The status that was answered."""
        found = self.members.get("status")
        return found if type(found) is int else None

    def rows(self, columns: int) -> list[list[Any]]:
        """The rows of the array that was answered, those that are as wide as they should be."""
        found = self.members.get("array")
        return (
            [row for row in found if isinstance(row, list) and len(row) == columns] if isinstance(found, list) else []
        )


@dataclass(frozen=True, slots=True)
class Arisen:
    """Whether the code arose, and every exchange on the way."""

    arose: bool
    exchanges: tuple[Exchange, ...]


class ArisingControls:
    """Makes codes arise. What it makes for that is its own, and is removed whatever happens; no clock is moved.

    A fault or rule of the operator's that means every account may strike: then what came back is told, and the code
    did not arise.
    """

    # open: do such requests count as met? They are real ones, so they stand in the journal and count in coverage and
    # findings like any client's.

    def __init__(
        self, parts: Parts, accounts: AccountControls, rules: RuleControls, terms: Callable[[], Terms]
    ) -> None:
        self._parts = parts
        self._accounts = accounts
        self._rules = rules
        self._terms = terms

    async def status(self, status: Status, when_lost: WhenLost) -> Arisen:
        """Ask so that this is answered. Raises StorageError, OverloadedError."""
        request = request_for(status, self._terms().content_limit)
        async with self._account(request.account) as credentials:
            exchange = await self._ask(request, credentials, when_lost)
        return Arisen(exchange.status == status, (exchange,))

    async def report(self, code: ReportCode, when_lost: WhenLost) -> Arisen:
        """Submit a message that ends in this code, and poll it. Raises StorageError, OverloadedError."""
        async with self._account("") as credentials:
            name = credentials["account"]
            rule = json.dumps(rule_for(name, number_for(code), int(code)))
            await self._rules.add(self._parts.adapters.rule.validate_json(rule))
            submit = await self._ask(submit_for(code), credentials, when_lost)
            ids = [row[1] for row in submit.rows(2)]
            if submit.status != Status.ACCEPTED or not ids:
                return Arisen(False, (submit,))
            wanted = MessageFilter(account=name, state=int(code))
            await self._parts.watches.wait(wanted, 1, FINAL_SECONDS, when_lost)
            polled = await self._ask(Request("getreport", {"ids": str(ids[0])}), credentials, when_lost)
        return Arisen(any(row[3] == code for row in polled.rows(4)), (submit, polled))

    @asynccontextmanager
    async def _account(self, kind: str) -> AsyncIterator[dict[str, str]]:
        """The credentials of an account of this kind, made for the moment."""
        name = PREFIX + secrets.token_hex(4)
        credentials = {"account": name, "password": PASSWORD}
        settings = self._parts.adapters.account.validate_json(json.dumps({**credentials, **ACCOUNTS[kind]}))
        try:
            await self._accounts.add(settings)
            yield credentials
        finally:
            await self._remove(name)

    async def _remove(self, name: str) -> None:
        """Remove an account with everything that is its own; a reset may have done so already."""
        of_account = [rule.id for rule in self._parts.registry.rules if rule.settings.account == name]
        for id in of_account:
            with suppress(NotFoundError):
                await self._rules.remove(id)
        with suppress(NotFoundError):
            await self._accounts.remove(name)

    async def _ask(self, request: Request, credentials: Mapping[str, str], when_lost: WhenLost) -> Exchange:
        parameters = request.parameters(credentials)
        before = self._parts.journal.last_id
        came = await self._hear(request, parameters, when_lost)
        answer = came if isinstance(came, OwnAnswer) else None
        error = None if answer is not None else str(came or GIVEN_UP)
        entry = self._entry(before, credentials["account"])
        return Exchange(request.endpoint, parameters, request.post, answer, error, entry)

    async def _hear(
        self, request: Request, parameters: Parameters, when_lost: WhenLost
    ) -> OwnAnswer | OwnClientError | None:
        """The answer or why there is none; None when nobody waits for it any longer."""
        heard: asyncio.Future[OwnAnswer | OwnClientError | None] = asyncio.get_running_loop().create_future()
        with self._parts.room.place(when_lost=when_lost) as place:
            asking = asyncio.create_task(self._send(request, parameters, heard), name="eims-sim-arise")
            try:
                return await place.wait(heard, PATIENCE_SECONDS)
            finally:
                asking.cancel()
                await asyncio.wait([asking])

    async def _send(
        self, request: Request, parameters: Parameters, heard: "asyncio.Future[OwnAnswer | OwnClientError | None]"
    ) -> None:
        ask = self._parts.own_client.ask
        came: OwnAnswer | OwnClientError
        try:
            if request.post:
                headers = {"Content-Type": "application/json"}
                came = await ask("POST", f"/{request.endpoint}", headers=headers, body=body_of(parameters))
            else:
                came = await ask("GET", f"/{request.endpoint}?{query_of(parameters)}")
        except OwnClientError as error:
            came = error
        if not heard.done():
            heard.set_result(came)

    def _entry(self, before: int, account: str) -> Entry | None:
        """What the journal has of the account's newest request, which came after an id."""
        journal = self._parts.journal
        for id in range(journal.last_id, before, -1):
            entry = journal.find(id)
            if entry is not None and entry.account == account:
                return entry
        return None
