"""Who is let in that nobody has announced (auto_accounts, C3)? An account named auto-… is made at its first request."""

from asyncio import Future
from functools import partial

from ..diagnosis import Reason
from ..domain.accounts import AUTO_ACCOUNTS, AUTO_PREFIX, AccountRecord, AccountSettings
from ..domain.authentication import AUTO_MANY, AUTO_MODEL, introduce
from ..protocol.requests import Parameters
from ..storage.accounts import AccountAdapter, KeptAccount, add_account
from ..storage.layout import AUTO
from ..storage.transaction import Transaction
from ..storage.writer import Writer
from .events import Events
from .registry import Registry


class Newcomers:
    """Makes accounts like the one called `model`; none when that is empty."""

    def __init__(self, model: str, registry: Registry, writer: Writer, adapter: AccountAdapter, events: Events) -> None:
        self.model = model
        self._registry = registry
        self._writer = writer
        self._adapter = adapter
        self._events = events
        self._coming: dict[str, Future[KeptAccount]] = {}

    def expects(self, name: str) -> bool:
        """Whether an unknown account of this name may be made."""
        return bool(self.model) and name.startswith(AUTO_PREFIX)

    def take_in(self, name: str, parameters: Parameters, now: int) -> Reason | Future[KeptAccount]:
        """Make the account of an unknown name, or the reason why not; of two who ask at once, one makes it.

        The future raises StorageError, and ConflictError when somebody else has made it meanwhile. Raises
        OverloadedError.
        """
        model = self._registry.by_name.get(self.model)
        if model is None or model.account.disabled:
            return AUTO_MODEL
        # open: "like demo" is as demo is set now; its money is what demo began with, not what is left of it.
        settings = introduce(model.account.settings, name, parameters, now)
        if isinstance(settings, Reason):
            return settings
        coming = self._coming.get(name)
        if coming is not None:
            return coming
        if self._registry.newcomers + len(self._coming) >= AUTO_ACCOUNTS:
            return AUTO_MANY
        return self._make(settings)

    def _make(self, settings: AccountSettings) -> Future[KeptAccount]:
        name = settings.account

        async def make(transaction: Transaction) -> KeptAccount:
            kept = await add_account(transaction, self._adapter, settings, AUTO)
            transaction.then(
                partial(self._arrive, kept, AccountRecord(kept.account, *transaction.credit[kept.account.id], 0))
            )
            return kept

        coming = self._coming[name] = self._writer.do(make)
        coming.add_done_callback(partial(self._done, name))
        return coming

    def _arrive(self, kept: KeptAccount, record: AccountRecord) -> None:
        self._coming.pop(kept.account.name, None)  # in this turn: it counts once
        self._registry.add(kept)
        self._events.publish("account", kept.account.name, record)

    def _done(self, name: str, coming: Future[KeptAccount]) -> None:
        if self._coming.get(name) is coming:  # it failed
            del self._coming[name]
