"""Who may use the gateway, and under which terms?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, model_validator

from .fields import STRICT, CallbackUrl, Cidr, Money, Name, Number, Secret, Template, Word
from .matching import compile_template

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One table `[[accounts]]` (C3). Amounts are micro-units."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    account: Annotated[Name, Field(description="The name that clients send.")]
    password: Annotated[Secret, Field(description="The plain password.")] = field(repr=False)
    auth: Annotated[
        Literal["plain", "md5", "any"], Field(description="Which form of the password is taken (P1.6).")
    ] = "plain"
    key: Annotated[
        str,
        Field(
            description="The negotiated key of the md5 password; required unless plain.",
            json_schema_extra={"writeOnly": True},
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

    @model_validator(mode="after")
    def _key_for_digests(self) -> "AccountSettings":
        if self.auth != "plain" and not self.key:
            raise ValueError(f'auth = "{self.auth}" needs a key that is not empty')
        return self


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
