"""Who may use the gateway, and under which terms?"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo

from ..errors import Violation, ViolationError
from .fields import MONEY_MAX, STRICT, CallbackUrl, Cidr, Money, Name, Number, Secret, Template, Word, show_money
from .matching import compile_template

Network = IPv4Network | IPv6Network

AUTO_PREFIX: Final = "auto-"
AUTO_ACCOUNTS: Final = 10_000
"""How an account is called that is made at its first request, and how many there may be (auto_accounts, C3)."""


def lacking_key(auth: str, key: str) -> str | None:
    """What is wrong when the account takes a digest and has no key for it (P1.6)."""
    return f'auth = "{auth}" needs a key that is not empty' if auth != "plain" and not key else None


def _check_key(key: str, others: ValidationInfo) -> str:
    lacking = lacking_key(others.data.get("auth", "plain"), key)  # an auth that is wrong is told by itself
    if lacking is not None:
        raise ValueError(lacking)
    return key


_KEY_FOR_DIGESTS: Final[Any] = {
    "if": {"properties": {"auth": {"enum": ["md5", "any"]}}, "required": ["auth"]},
    "then": {"properties": {"key": {"minLength": 1}}, "required": ["key"]},
}
"""What the schema says of `_check_key`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One table `[[accounts]]` (C3). Amounts are micro-units in Python, decimal text outside."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT | ConfigDict(json_schema_extra=_KEY_FOR_DIGESTS)

    account: Annotated[Name, Field(description="The name that clients send.")]
    password: Annotated[Secret, Field(description="The plain password.")] = field(repr=False)
    auth: Annotated[
        Literal["plain", "md5", "any"], Field(description="Which form of the password is taken (P1.6).")
    ] = "plain"
    key: Annotated[
        str,
        AfterValidator(_check_key),
        Field(
            description="The negotiated key of the md5 password; required unless plain.",
            json_schema_extra={"writeOnly": True},
            validate_default=True,
        ),
    ] = field(default="", repr=False)
    seq_policy: Annotated[Literal["any", "unique", "increasing"], Field(description="What is asked of seq (P1.6).")] = (
        "any"
    )
    max_skew_seconds: Annotated[
        float, Field(ge=0, le=10**9, description="How far time may be from the gateway's clock; 0: off.")
    ] = 0
    balance: Annotated[Money, Field(description="The account's own money.")] = 0
    gift: Annotated[Money, Field(description="Money given to it, spent first.")] = 0
    price: Annotated[Money, Field(description="The price of an SMS.")] = 50_000
    mms_price: Annotated[Money, Field(description="The price of an MMS.")] = 200_000
    billing: Annotated[Literal["message", "segment"], Field(description="What price is asked for.")] = "message"
    refund_failed: Annotated[bool, Field(description="A message that fails is paid back (P4.3).")] = False
    locked: Annotated[bool, Field(description="Locked by hand.")] = False
    lock_after_failures: Annotated[
        int, Field(ge=0, le=1_000_000, description="Failed authentications in a row that lock it; 0: off.")
    ] = 0
    allowed_ips: Annotated[
        tuple[Cidr, ...], Field(description="If not empty: the only networks it may call from.")
    ] = ()
    sensitive_words: Annotated[tuple[Word, ...], Field(description="Words its contents may not hold.")] = ()
    templates: Annotated[
        tuple[Template, ...],
        Field(description="If not empty: the only contents it may send, {name} standing for any text."),
    ] = ()
    callback_url: Annotated[CallbackUrl, Field(description="Where delivery reports are PUT; empty: nowhere.")] = ""
    numbers: Annotated[
        tuple[Number, ...], Field(description="Its inbound numbers; a number belongs to one account.")
    ] = ()


def repeated_numbers(settings: AccountSettings) -> Iterator[Violation]:
    """Every inbound number that an account names more than once."""
    places = {number: place for place, number in reversed([*enumerate(settings.numbers)])}
    for place, number in enumerate(settings.numbers):
        if places[number] != place:
            yield Violation(("numbers", place), f"{number} is named twice")


SECRETS: Final = ("password", "key")
"""The settings that are write-only (C4)."""


class AccountChange:
    """What an operator changes of an account (C4): the settings that are given, each right by itself.

    A secret that is null stays as it is, so that what was read can be sent back. `balance` and `gift` are micro-units
    that the account is to have now, None: as many as it has; what it began with stays its setting.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.balance: int | None = given.get("balance")
        self.gift: int | None = given.get("gift")
        self._settings = {
            name: value
            for name, value in given.items()
            if name not in ("balance", "gift") and not (name in SECRETS and value is None)
        }

    @property
    def unlocks(self) -> bool:
        """Whether it unlocks the account, which clears its failed authentications (P2, order 3)."""
        return self._settings.get("locked") is False

    def apply(self, settings: AccountSettings) -> AccountSettings:
        """The changed settings. Raises ViolationError when they do not fit each other, or for another name."""
        changed = replace(settings, **self._settings)
        lacking = lacking_key(changed.auth, changed.key)
        violations = [Violation(("key",), lacking)] if lacking is not None else []
        if changed.account != settings.account:
            violations.append(Violation(("account",), "an account keeps its name; make another one"))
        if violations:
            raise ViolationError(violations)
        return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """Money that is added to what an account has, in micro-units."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    balance: Annotated[Money, Field(description="Added to the account's own money.")] = 0
    gift: Annotated[Money, Field(description="Added to the money given to it.")] = 0

    def add_to(self, balance: int, gift: int) -> tuple[int, int]:
        """Balance and gift afterwards. Raises ViolationError when one were more than an account may have (C3)."""
        sums = {"balance": (balance, self.balance), "gift": (gift, self.gift)}
        violations = [
            Violation((name,), f"there is {show_money(kept)}, and with {show_money(more)} more it would exceed 10^12")
            for name, (kept, more) in sums.items()
            if more and kept + more > MONEY_MAX
        ]
        if violations:
            raise ViolationError(violations)
        return balance + self.balance, gift + self.gift


@dataclass(frozen=True, slots=True)
class Account:
    """An account as the running gateway knows it: its settings, and what is made of them once.

    `id` is the database's, never a client's. A disabled account was in an earlier file and is in none now.
    """

    id: int
    settings: AccountSettings
    disabled: bool = False
    networks: tuple[Network, ...] = field(default=(), compare=False)
    templates: tuple[Callable[[str], bool], ...] = field(default=(), compare=False)
    sensitive_words: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def build(cls, id: int, settings: AccountSettings, *, disabled: bool = False) -> "Account":
        """Compile what the checks need of the settings."""
        return cls(
            id,
            settings,
            disabled,
            read_networks(settings.allowed_ips),
            tuple(compile_template(template) for template in settings.templates),
            tuple(word.casefold() for word in settings.sensitive_words),
        )

    @property
    def name(self) -> str:
        """The name that clients send."""
        return self.settings.account


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account as an operator sees it (C4): its settings, the money that it has now, and failed authentications in
    a row."""

    account: Account
    balance: int
    gift: int
    failures: int

    @property
    def locked(self) -> bool:
        """Whether it is locked, by hand or after too many failures."""
        return is_locked(self.account.settings, self.failures)


def is_locked(settings: AccountSettings, failures: int) -> bool:
    """Whether an account is locked, by hand or after so many failures in a row (P2, order 3)."""
    return settings.locked or 0 < settings.lock_after_failures <= failures


def read_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Addresses and networks in CIDR notation as networks; IPv4-mapped IPv6 counts as IPv4."""
    return tuple(_unmapped(ip_network(text, strict=False)) for text in texts)


def _unmapped(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network.network_address.ipv4_mapped:
        return IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - 96))
    return network


def on_list(address: str, networks: tuple[Network, ...]) -> bool:
    """Whether an address is in one of the networks; IPv4-mapped IPv6 counts as IPv4, what is no address is in none."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return any(ip in network for network in networks)


def client_address(peer: str, forwarded_for: str, proxies: tuple[Network, ...]) -> str:
    """The address the client calls from (P2, order 2).

    The connection's peer or, when that is a trusted proxy, the first address from the right of `forwarded_for`
    that is not one.
    """
    if not proxies or not on_list(peer, proxies):
        return peer
    hops = [hop for hop in (part.strip() for part in forwarded_for.split(",")) if hop]
    for hop in reversed(hops):
        if not on_list(hop, proxies):
            return hop
    # open: a chain of nothing but trusted proxies; its far end is the best that is known.
    return hops[0] if hops else peer
