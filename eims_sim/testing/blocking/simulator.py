"""How is a simulator driven from tests (C6)? Written by compile.py."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self, Unpack

from ...client.address import own_address
from ...client.control import PATIENCE_SECONDS
from ...client.receiver import CallbackServer
from ...errors import MissingError, UnreachableError
from ..callers import Caller
from ..own import OwnServer
from ..reading import read, read_all
from ..results import Coverage, Finding
from ..settings import Settings
from ..shortfalls import SHOWN, message_line, no_code
from .calls import Accounts, ClockControl, Faults, InboundMessages, Messages, Pushes, Requests, Rules, State
from .receiver import Receiver


class Simulator:
    """A simulator: one of its own, from the entry of `with` to its exit, or one that runs elsewhere.

    Its own is in this process, on a thread of its own and a free port; it keeps nothing and does not heed EIMS_SIM_*.
    Errors are those of `eims_sim.errors`.
    """

    def __init__(
        self,
        *,
        config: str | Path | None = None,
        url: str | None = None,
        admin_token: str | None = None,
        **settings: Unpack[Settings],
    ) -> None:
        """`config` is a TOML file instead of the built-in demo; `settings` stand above it, any key of [server],
        [lifecycle] and [push]. With `url` the simulator there is driven, and `admin_token` is the one that it asks for.

        Raises TypeError when both are named, AccessError for what is no URL.
        """
        if url is not None and (config is not None or settings):
            raise TypeError("a simulator elsewhere (url) is configured there; give url and admin_token only")
        token = {} if admin_token is None else {"admin_token": admin_token}
        self._own = OwnServer(config, {**settings, **token}) if url is None else None
        self._called: Caller | None = None
        self._url = self._token = ""
        if url is not None:
            self._reach(url, admin_token or "")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def start(self) -> None:
        """Let its own server serve; one elsewhere does. Raises ConfigurationError and StartError."""
        if self._own is not None:
            self._reach(*self._own.start())

    def close(self) -> None:
        """Let its own server finish what it accepted, and stop."""
        if self._called is not None:
            self._called.close()
        if self._own is not None:
            self._called = None
            self._own.stop()

    @property
    def url(self) -> str:
        """Where the gateway is, such as http://127.0.0.1:54321."""
        self._calls  # noqa: B018  one that was not started is nowhere
        return self._url

    @property
    def admin_token(self) -> str:
        """The token that its control API asks for; empty when it asks for none."""
        self._calls  # noqa: B018
        return self._token

    @property
    def accounts(self) -> "Accounts":
        """Who may use the gateway."""
        return Accounts(self._calls)

    @property
    def messages(self) -> "Messages":
        """What clients have sent."""
        return Messages(self._calls)

    @property
    def inbound(self) -> "InboundMessages":
        """What phones write to the gateway."""
        return InboundMessages(self._calls)

    @property
    def rules(self) -> "Rules":
        """How messages end."""
        return Rules(self._calls)

    @property
    def faults(self) -> "Faults":
        """What goes wrong on purpose."""
        return Faults(self._calls)

    @property
    def requests(self) -> "Requests":
        """What clients have asked, and what they were answered."""
        return Requests(self._calls)

    @property
    def pushes(self) -> "Pushes":
        """The pushes of delivery reports."""
        return Pushes(self._calls)

    @property
    def clock(self) -> "ClockControl":
        """The gateway's time."""
        return ClockControl(self._calls)

    @property
    def state(self) -> "State":
        """Everything that the simulator knows, as one document."""
        return State(self._calls)

    def otp(
        self,
        number: str,
        *,
        account: str | None = None,
        after: int | None = None,
        pattern: str | None = None,
        timeout: float = 0,
    ) -> str:
        """The one-time code in the newest message to a number that holds one: a run of 4 to 8 digits, or `pattern`.

        Waits up to `timeout` seconds for one. Raises LookupError when there is none.
        """
        calls = self._calls
        query = {"number": number, "account": account, "after": after, "pattern": pattern, "wait": timeout}
        try:
            found = calls.control("GET", "otp", None, query, timeout + PATIENCE_SECONDS)
        except MissingError:
            newest = calls.control("GET", "messages", None, {"number": number, "order": "desc", "limit": SHOWN})
            lines = [message_line(one) for one in newest["items"]]
            raise LookupError(no_code(number, lines)) from None
        code: str = found["code"]
        return code

    def coverage(self) -> Coverage:
        """Which statuses and report codes clients have met, and which never; a reset changes nothing of it."""
        return read(Coverage, self._calls.control("GET", "coverage"))

    def findings(self) -> list[Finding]:
        """What clients did wrong, the most frequent first; a reset changes nothing of it."""
        return read_all(Finding, (self._calls.control("GET", "findings"))["items"])

    def reset(self, account: str | None = None) -> None:
        """Begin anew, as on a fresh start; with `account`, what is that account's own."""
        self._calls.control("POST", "reset", {} if account is None else {"account": account})

    def reload(self) -> list[str]:
        """Read the configuration again; the keys that wait for a restart."""
        waiting: list[str] = (self._calls.control("POST", "reload"))["restart"]
        return waiting

    def control(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """Any other call of the control API: `path` without /_sim/. Returns the JSON that it answers."""
        return self._calls.control(method, path, body, query)

    @contextmanager
    def receiver(
        self, account: str, *, host: str | None = None, port: int = 0, url: str | None = None
    ) -> "Iterator[Receiver]":
        """A callback endpoint for an account, which gets its former `callback_url` back at the end.

        It listens on `host`, by default an address at which the simulator reaches this machine, and on `port`, by
        default a free one. `url` is what the gateway is told, where it sees this machine under another name (a
        simulator in a container: host="0.0.0.0", port=8080, url="http://host.docker.internal:8080/").
        """
        accounts = self.accounts
        before = (accounts.get(account)).callback_url
        server = CallbackServer(host or own_address(self.url), port)
        try:
            accounts.set(account, callback_url=url or server.url)
            try:
                yield Receiver(server)
            finally:
                with suppress(MissingError, UnreachableError):  # it may have gone meanwhile, and its simulator, too
                    accounts.set(account, callback_url=before)
        finally:
            server.close()

    @property
    def _calls(self) -> Caller:
        if self._called is None:
            raise UnreachableError("The simulator does not run: start it by 'with Simulator() as sim:'.")
        return self._called

    def _reach(self, url: str, token: str) -> None:
        self._called = Caller(url, token)
        self._url, self._token = self._called.url, token
